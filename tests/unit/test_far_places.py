"""Places outside Tokyo: all cities of the other prefectures and places abroad, and words that only look like one."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.knowledge.loader import load
from bot.nlu.normalise import with_offsets
from bot.nlu.places import PlaceFinder

KNOWLEDGE = load()
FINDER = PlaceFinder(KNOWLEDGE.municipalities.values(), KNOWLEDGE.gazetteer)


def found(text: str) -> list[tuple[str, str]]:
    plain = with_offsets(text).text
    return [(p.kind, plain[p.start : p.end]) for p in FINDER.find(plain)]


FAR = [
    ("二人で平塚市に住んでいます", [("area", "平塚市")]),
    ("家は三島です", [("area", "三島")]),
    ("うちは倉敷", [("area", "倉敷")]),
    ("なごやに すんでいます", [("area", "なごや")]),
    ("なはに すんでいます", [("area", "なは")]),
    ("two guys, Toda flat", [("area", "toda")]),
    ("we live in Sodegaura", [("area", "sodegaura")]),
    ("バンコクに住んでいます", [("abroad", "バンコク")]),
    ("We're in Berlin now", [("abroad", "berlin")]),
    # names that are also in Tokyo, surnames, words, and where something else was done
    ("武蔵小山に住んでいます", [("quarter", "武蔵小山")]),
    ("千歳船橋在住", [("quarter", "千歳船橋")]),
    ("戸田さんと付き合っています", []),
    ("関係ないです", []),
    ("中間テスト", []),
    ("タイミングが合えば", []),
    ("はなはだ残念", []),
    ("台湾で結婚しました", []),
    ("married in Canada", []),
    ("my visa for Taiwan", []),
]


@pytest.mark.parametrize(("text", "expected"), FAR)
def test_a_far_place_is_known_where_it_is_one(text: str, expected: list[Any]) -> None:
    assert found(text) == expected


def test_no_city_is_named_twice_under_different_prefectures_for_certain() -> None:
    seen: dict[str, str] = {}
    for prefecture, names in KNOWLEDGE.gazetteer["cities_outside_tokyo"].items():
        for name in names:
            assert seen.setdefault(name, prefecture) == prefecture, name


def test_looking_a_message_up_takes_well_under_a_millisecond() -> None:
    text = "私も彼女も女で、二人とも独身です。家は川越、職場は大宮なので東京には通っていません"
    FINDER.find(text)
    start = time.perf_counter()
    for _ in range(50):
        FINDER.find(text)
    assert (time.perf_counter() - start) / 50 < 0.003
