"""Entities with normalised values and offsets of the typed text (DESIGN section 4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from understood import TODAY

from bot.nlu.entities import canonical_receipt

WOMEN = "👩\u200d❤\ufe0f\u200d👩"


def of(finder: Any, text: str, kind: str) -> list[Any]:
    return finder.find(text, TODAY).values(kind)


@pytest.mark.parametrize(
    ("text", "ages"),
    [
        ("私は25歳です", [25]),
        ("私は２５歳です", [25]),
        ("二十五歳です", [25]),
        ("はたちです", [20]),
        ("18才と19才", [18, 19]),
        ("じゅうななさいです", [17]),
        ("にじゅうごさいです", [25]),
        ("私25、彼女17", [25, 17]),
        ("20歳と17歳のカップル", [20, 17]),
        ("僕は20で彼は17です", [20, 17]),
        ("25と30です", [25, 30]),
        ("watashi wa 18 sai desu", [18]),
        ("I'm 25", [25]),
        ("I am twenty-five years old", [25]),
        ("she's 17 and I'm 20", [17, 20]),
        ("we are 25 and 30", [25, 30]),
        ("a 17-year-old", [17]),
        ("17yo", [17]),
        ("my partner is only 17", [17]),
        ("my partner turns 18 in March", [18]),
    ],
)
def test_age(finder: Any, text: str, ages: list[int]) -> None:
    assert of(finder, text, "age") == ages


@pytest.mark.parametrize(
    "text",
    [
        "23区外です",
        "24時間使える？",
        "10日で届く？",
        "3か月以内",
        "二人です",
        "33の法律",
        "電話0120-279-338",
        "第7条の2",
        "we are 2 people",
        "10 days",
        "100% sure",
        "2026年",
        "午後5時",
        "3人です",
        "62 municipalities",
        "9月20日",
        "20分かかる",
        "二人とも30代です",
        "私は40代、相手は50代",
    ],
)
def test_a_number_that_is_no_age(finder: Any, text: str) -> None:
    assert of(finder, text, "age") == []


@pytest.mark.parametrize(
    "written",
    [
        "TP-7K2M-9QXC-4H8R",
        "tp-7k2m-9qxc-4h8r",
        "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ",
        "TP7K2M9QXC4H8R",
        "TP 7K2M 9QXC 4H8R",
        "tp‐7k2m‐9qxc‐4h8r",
        "TP－7K2M—9QXC–4H8R",
        "TP- 7K2M -9QXC- 4H8R",
    ],
)
def test_receipt_is_read_in_any_width_case_and_spacing(finder: Any, written: str) -> None:
    assert canonical_receipt(written) == "TP-7K2M-9QXC-4H8R"
    assert of(finder, f"受付番号は{written}です", "receipt_no") == ["TP-7K2M-9QXC-4H8R"]
    entity = next(e for e in finder.find(f"受付番号は{written}です", TODAY).entities if e.type == "receipt_no")
    assert entity.text == written


def test_receipt_letters_that_look_like_digits_are_digits() -> None:
    assert canonical_receipt("TP-IL0O-1111-2222") == "TP-1100-1111-2222"


@pytest.mark.parametrize(
    "written",
    [
        "TP-UUUU-9QXC-4H8R",
        "TP-7K2M-9QXC-4H8",
        "TP-7K2M-9QXC-4H8RR",
        "XTP-7K2M-9QXC-4H8R",
        "TP",
        "",
        "http://tp",
        "TPの合計",
    ],
)
def test_what_is_no_receipt(written: str) -> None:
    assert canonical_receipt(written) is None


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("いとこ同士です", "cousin"),
        ("私たちは姉妹です", "sibling"),
        ("親子なんですが", "parent_child"),
        ("叔父と姪です", "uncle_aunt"),
        ("we are cousins", "cousin"),
        ("she is my sister", "sibling"),
        ("my partner is my aunt", "uncle_aunt"),
    ],
)
def test_relation(finder: Any, text: str, relation: str) -> None:
    assert relation in of(finder, text, "relation")


@pytest.mark.parametrize(
    "text", ["母の日", "姉妹都市の制度", "母国で結婚した", "父母会", "費用は？", "おいくらですか", "おいしい店"]
)
def test_no_relation(finder: Any, text: str) -> None:
    assert of(finder, text, "relation") == []


def test_a_date_inside_a_receipt_is_no_date(finder: Any) -> None:
    kinds = {e.type for e in finder.find("TP-2026-1122-0304 を見て", TODAY).entities}
    assert kinds == {"receipt_no"}


@pytest.mark.parametrize(
    "text",
    [
        f"{WOMEN}世田谷に住んでます。私は２５歳、来月ｴﾄﾞｶﾞﾜ区に引っ越します",
        "\x00\x00新宿\u200bで働いてる",
        "か\u3099くせい、世田谷の大学に通ってる",
        "\ud800渋谷で働く25歳",
        "\t 令和９年３月４日に港区へ転入\r\n",
        "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ",
    ],
)
def test_every_entity_slices_back_to_the_typed_text(finder: Any, text: str) -> None:
    found = finder.find(text, TODAY).entities
    assert found
    for entity in found:
        assert text[entity.start : entity.end] == entity.text


def test_offsets_count_code_points_after_emoji(finder: Any) -> None:
    text = f"{WOMEN}世田谷"
    entity = finder.find(text, TODAY).entities[0]
    assert (entity.start, entity.end) == (len(WOMEN), len(WOMEN) + 3)


_SNIPPETS = st.sampled_from(
    [
        "世田谷区",
        "ｾﾀｶﾞﾔ",
        "25歳",
        "来月",
        "ﾊﾟ",
        "\u200b",
        "\ud800",
        WOMEN,
        " ",
        "TP-7K2M-9QXC-4H8R",
        "に住んで",
        "live in ",
        "Tokyo",
        "㍻30年",
        "\x00",
        "いとこ",
        "3か月",
        "と",
        "?",
    ]
)


@given(st.lists(st.one_of(_SNIPPETS, st.text(max_size=6)), max_size=10).map("".join))
@settings(max_examples=250, deadline=None)
def test_any_text_gives_entities_that_slice_back_in_order(finder: Any, text: str) -> None:
    found = finder.find(text, TODAY).entities
    for entity in found:
        assert 0 <= entity.start < entity.end <= len(text)
        assert text[entity.start : entity.end] == entity.text
    assert [e.start for e in found] == sorted(e.start for e in found)


def test_long_text_is_read_in_time(finder: Any) -> None:
    """A thousand characters is the longest the gate lets through; no pattern may explode on them."""
    import time

    for piece in ("TP-7K2M", "一二三四五", "25と", "令和9年3月", "aaaa ", "私は", "とうきょうとう", "in in in next "):
        text = (piece * 1000)[:1000]
        started = time.process_time()
        finder.find(text, TODAY)
        assert time.process_time() - started < 1.0, piece
