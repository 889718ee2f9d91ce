"""How the guide reads a text: paragraphs, lists, readings, addresses, phone numbers; and what counts as saying the same."""

from __future__ import annotations

import pytest

from bot.guide.addresses import FOLDERS, code, entry_path, place_path, public_address, relative
from bot.rendering.guide_html import flow, inline
from bot.rendering.guide_text import Block, Span, blocks, said, spans, without_readings


def test_lines_with_a_mark_become_one_list_and_those_that_count_from_one_steps() -> None:
    found = blocks("はじめに\n・一つ\n・二つ\n間\n・1 先に\n・2 後で\n終わり")
    assert [(b.kind, b.items) for b in found] == [
        ("p", ("はじめに",)),
        ("ul", ("一つ", "二つ")),
        ("p", ("間",)),
        ("ol", ("先に", "後で")),
        ("p", ("終わり",)),
    ]


def test_a_day_at_the_start_of_a_line_is_no_number_of_a_step() -> None:
    assert blocks("・1 May 2022: a\n・14 June 2022: b") == (Block("ul", ("1 May 2022: a", "14 June 2022: b")),)
    assert blocks("・3か月以内\n・18歳以上")[0].items == ("3か月以内", "18歳以上")


@pytest.mark.parametrize(
    ("text", "ruby"),
    [
        ("東京都（とうきょうと）に", [("東京都", "とうきょうと")]),
        ("手引き（てびき）を", [("手引き", "てびき")]),
        ("18歳（さい）以上（いじょう）", [("歳", "さい"), ("以上", "いじょう")]),
        ("2.4畳（じょう）", [("畳", "じょう")]),
        ("1人（ひとり）", [("1人", "ひとり")]),
        ("条例第93号（じょうれいだい93ごう）", [("条例第93号", "じょうれいだい93ごう")]),
        ("性的（せいてき）マイノリティ（LGBTなど）", [("性的", "せいてき")]),
    ],
)
def test_readings_stand_above_their_word_and_other_brackets_stay(text: str, ruby: list[tuple[str, str]]) -> None:
    assert [(s.text, s.reading) for s in spans(text) if s.kind == "ruby"] == ruby


def test_addresses_end_before_the_mark_that_follows_them() -> None:
    assert list(spans("https://a.example/b（電話03-5388-2337）。")) == [
        Span("url", "https://a.example/b"),
        Span("text", "（電話"),
        Span("phone", "03-5388-2337"),
        Span("text", "）。"),
    ]
    assert [s.text for s in spans("See https://a.example/b. Then")] == ["See ", "https://a.example/b", ". Then"]


def test_text_becomes_safe_html() -> None:
    hostile = '<script>alert(1)</script> https://a.example/"><img src=x onerror=y>'
    assert "<script" not in inline(hostile) and "<img" not in inline(hostile)
    assert flow("・<b>") == "<ul>\n<li>&lt;b&gt;</li>\n</ul>\n"


def test_saying_the_same_is_a_matter_of_words_not_of_their_shape() -> None:
    assert said("東京都（とうきょうと）に\n・届け ます") == said("東京都とうきょうとに届けます")
    assert said("届け出られます") != said("届け出られません")
    assert without_readings("届出（とどけで）は 無料（むりょう）（LGBTなど）") == "届出は 無料（LGBTなど）"


def test_addresses_are_stable_neutral_and_different(knowledge: object) -> None:
    entries = knowledge.entries  # type: ignore[attr-defined]
    assert code("application_fee") == "tze2p5"  # printed on paper since the first booklet: it may never change
    assert len({code(entry_id) for entry_id in entries}) == len(entries)
    assert entry_path("application_fee", "ja-easy") == "easy/tze2p5.html"
    assert place_path("13101", "en") == "en/places/13101.html"
    assert public_address("application_fee", "ja", "https://t.example/") == "https://t.example/guide/ja/tze2p5.html"
    assert relative("ja/index.html", "ja/places/13101.html") == "../../ja/index.html"
    topics = knowledge.pages["guide"]["topics"]  # type: ignore[attr-defined]
    assert not {code(entry_id) for entry_id in entries} & {*topics, *FOLDERS.values()}
