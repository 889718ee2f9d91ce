"""Words as MeCab and UniDic see them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.nlu import morphology


@pytest.mark.parametrize(
    ("text", "lemma"),
    [
        ("住んでる", "住む"),
        ("引っ越します", "引っ越す"),
        ("働いてて", "働く"),
        ("使ってもいい", "使う"),
        ("離婚した", "離婚"),
    ],
)
def test_inflected_words_share_a_dictionary_form(text: str, lemma: str) -> None:
    assert lemma in [w.lemma for w in morphology.words(text)]


@pytest.mark.parametrize("text", ["同性", "どうせい"])
def test_reading_is_hiragana_however_it_is_written(text: str) -> None:
    assert "".join(w.reading for w in morphology.words(text)) == "どうせい"


def test_loan_words_carry_no_english_tail() -> None:
    assert all("-" not in w.lemma for w in morphology.words("ホームページとパートナーシップ"))


@pytest.mark.parametrize("text", ["", " ", "\n", "\0"])
def test_text_without_words_has_none(text: str) -> None:
    assert list(morphology.words(text)) == []


def test_offsets_slice_back_over_spaces_and_nul() -> None:
    text = "東京 に\0 住んで　いる"
    for word in morphology.words(text):
        assert text[word.start : word.end] == word.surface


def test_threads_do_not_disturb_each_other() -> None:
    """MeCab's taggers are not thread-safe."""
    texts = [f"世田谷区に{n}年住んでいます" for n in range(200)]
    expected = [[w.surface for w in morphology.words(t)] for t in texts]
    morphology._words.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda t: [w.surface for w in morphology.words(t)], texts))
    assert found == expected


def test_words_met_before_have_the_same_forms() -> None:
    text = "彼女とホームに住んでる世田谷の証明書"
    morphology._met.clear()
    met = morphology._words.__wrapped__(text)
    assert morphology._words.__wrapped__(text) == met
    assert ("ホーム", "ほーむ") in [(w.lemma, w.reading) for w in met]


def test_what_is_remembered_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(morphology, "_MOST_MET", 3)
    for text in ("費用はいくら", "証明書はどこ", "条件を教えて"):
        words = morphology._words.__wrapped__(text)
        assert "".join(w.surface for w in words) == text
        assert len(morphology._met) <= 3
