"""Normalised text keeps the way back to every typed character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.normalise import _one_by_one, for_features, hiragana, with_offsets, without_command

# Full Unicode, lone surrogates included: people paste anything.
ANY_TEXT = st.text(st.characters(blacklist_categories=()), max_size=60)
WOMEN = "👩\u200d❤\ufe0f\u200d👩"


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        pytest.param("ﾊﾟｰﾄﾅｰ", "パートナー", id="half-width kana with its own voicing mark"),
        pytest.param("か\u3099くせい", "がくせい", id="combining voicing mark"),
        pytest.param("か゛くせい", "がくせい", id="spacing voicing mark as people type it"),
        pytest.param("ＴＯＫＹＯ", "tokyo", id="full-width capitals"),
        pytest.param("１８歳", "18歳", id="full-width digits"),
        pytest.param("㍻３０年", "平成30年", id="square era name"),
        pytest.param("㏠", "1日", id="telegraph day"),
        pytest.param("①番", "1番", id="circled digit"),
        pytest.param("東\u3000京", "東 京", id="ideographic space"),
        pytest.param("費用\tは\r\n", "費用 は  ", id="tab and line ends are spaces"),
        pytest.param("費\x00用", "費用", id="NUL"),
        pytest.param("費\ud800用", "費用", id="lone surrogate"),
        pytest.param("費\u200b用\ufeff", "費用", id="zero width space and byte order mark"),
        pytest.param("\u202e費用", "費用", id="right-to-left override"),
        pytest.param("03－5388−2337", "03-5388-2337", id="all kinds of dashes"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_writing_is_made_comparable(typed: str, normal: str) -> None:
    assert with_offsets(typed).text == normal


@pytest.mark.parametrize(
    ("typed", "word", "slice_"),
    [
        ("ﾊﾟｰﾄﾅｰです", "パートナー", "ﾊﾟｰﾄﾅｰ"),
        ("私はか\u3099くせい", "がくせい", "か\u3099くせい"),
        ("㍻３０年生まれ", "平成30年", "㍻３０年"),
        (f"{WOMEN}世田谷", "世田谷", "世田谷"),
        ("\x00\x00費用\ud800は", "費用", "費用"),
        ("ｾﾀｶﾞﾔ区", "セタガヤ区", "ｾﾀｶﾞﾔ区"),
    ],
)
def test_a_word_found_slices_back_to_what_was_typed(typed: str, word: str, slice_: str) -> None:
    normal = with_offsets(typed)
    at = normal.text.index(word)
    start, end = normal.typed_span(at, at + len(word))
    assert typed[start:end] == slice_


def test_a_part_of_a_typed_character_is_the_whole_character() -> None:
    normal = with_offsets("㍻元年")
    assert normal.typed_span(0, 1) == normal.typed_span(1, 2) == (0, 1)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_every_character_comes_from_where_the_map_says(text: str) -> None:
    normal = with_offsets(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    for char, start, end in zip(normal.text, normal.starts, normal.ends, strict=False):
        assert 0 <= start < end <= len(text)
        assert char in with_offsets(text[start:end]).text
    assert list(normal.starts) == sorted(normal.starts)
    assert list(normal.ends) == sorted(normal.ends)


@given(ANY_TEXT)
@settings(max_examples=200, deadline=None)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = with_offsets(text).text
    assert with_offsets(with_offsets(once).text).text == with_offsets(once).text


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("届出（とどけで）は どこですか", "届出はどこですか"),
        ("費用！！！！は？？？", "費用!は?"),
        ("when  can we   apply", "when can we apply"),
        ("18 歳", "18歳"),
    ],
)
def test_texts_that_mean_the_same_compare_equal(typed: str, plain: str) -> None:
    assert for_features(typed) == plain


def test_katakana_and_hiragana_meet() -> None:
    assert hiragana("パートナーシップ宣誓") == "ぱーとなーしっぷ宣誓"


@pytest.mark.parametrize(
    "typed",
    [
        "/restart",
        "／restart",
        "//restart",
        "/ /restart",
        "\u200b/restart",
        "\ufeff／restart",
        "\x00/restart",
        "  /restart",
        "\n\n/restart",
        "\u3000/restart",
        "EXTERNAL: restart",
        "external:/restart",
        "/EXTERNAL: restart",
        "\u2060\u200d/restart",
        pytest.param(" " * 70 + "/restart", id="slash behind 70 spaces"),
        pytest.param("\u3000" * 200 + "／restart", id="wide slash behind 200 wide spaces"),
        pytest.param("\u200b" * 80 + "/restart", id="slash behind 80 zero-width spaces"),
        pytest.param("\u3000\u200b" * 40 + "/restart", id="slash behind mixed invisible characters"),
    ],
)
def test_a_typed_command_is_only_words(typed: str) -> None:
    """Rasa strips white space, then takes a leading slash for a command: reliability.md R16."""
    assert without_command(typed).strip().lower() == "restart"


@pytest.mark.parametrize("typed", ["24/7で使える？", "届出/申請の違い", "and/or", "https://example.jp/"])
def test_a_slash_inside_a_sentence_stays(typed: str) -> None:
    assert without_command(typed) == typed


EVERYDAY = "ぁあがゖァアヴヺー一龠鿏々〆、。「」『』・〜　！？（）：Ａｚ０～－ azAZ09-'\"~^`"


@given(st.text(st.sampled_from(EVERYDAY), max_size=60))
@settings(max_examples=300, deadline=None)
def test_everyday_writing_takes_a_shorter_way_to_the_same(text: str) -> None:
    assert with_offsets.__wrapped__(text) == _one_by_one(text)


def test_each_character_of_the_shorter_way_stays_itself() -> None:
    from bot.nlu.normalise import _EVERYDAY, _FULL_WIDTH

    short = [c for c in map(chr, range(0x20, 0x10000)) if _EVERYDAY.fullmatch(c.translate(_FULL_WIDTH))]
    assert len(short) > 20_000
    for char in short:
        assert with_offsets.__wrapped__(char) == _one_by_one(char), hex(ord(char))
