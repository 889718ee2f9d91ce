"""What ties someone to Tokyo: words of living, working, studying and moving, in every form people type."""

from __future__ import annotations

from typing import Any

import pytest
from understood import TODAY


def links(finder: Any, text: str) -> list[tuple[str, str]]:
    return [(e.value, e.text) for e in finder.find(text, TODAY).entities if e.type == "tokyo_link"]


def labels(finder: Any, text: str) -> list[str]:
    return [value for value, _ in links(finder, text)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("都内に住んでいます", "live"),
        ("東京に住んでる", "live"),
        ("世田谷区で暮らしています", "live"),
        ("都内在住です", "live"),
        ("新宿区に居住しています", "live"),
        ("とうきょうに すんでいます", "live"),
        ("tokyo ni sunde imasu", "live"),
        ("we live in Shinjuku", "live"),
        ("she is living in Tokyo", "live"),
        ("渋谷で働いています", "work"),
        ("港区に勤めてる", "work"),
        ("都内勤務です", "work"),
        ("新宿に通勤しています", "work"),
        ("I work in Shibuya", "work"),
        ("he commutes to Tokyo", "work"),
        ("都内の大学に通っています", "study"),
        ("都内に通学してます", "study"),
        ("I study in Tokyo", "study"),
        ("来月江東区に引っ越します", "move_in"),
        ("都内へ転入予定です", "move_in"),
        ("東京へ引越しする", "move_in"),
        ("上京します", "move_in"),
        ("らいげつ とうきょうに ひっこします", "move_in"),
        ("we are moving to Tokyo", "move_in"),
        ("relocating to Setagaya", "move_in"),
    ],
)
def test_tie_is_found(finder: Any, text: str, label: str) -> None:
    assert labels(finder, text) == [label]


@pytest.mark.parametrize(
    "text",
    [
        "埼玉に住んでいます",
        "横浜で働いています",
        "we live in Kawasaki",
        "都外に引っ越します",
        "I work in Saitama",
        "病院に通っています",
        "都内の病院に通院で通ってます",
        "ペットの犬と散歩",
        "千葉在住です",
    ],
)
def test_no_tie_to_tokyo(finder: Any, text: str) -> None:
    assert labels(finder, text) == []


def test_moving_away_is_no_tie(finder: Any) -> None:
    assert labels(finder, "都内から引っ越します") == []
    assert labels(finder, "we are moving out of Tokyo") == []


def test_each_tie_belongs_to_its_own_place(finder: Any) -> None:
    assert labels(finder, "埼玉に住んでて、新宿で働いてます") == ["work"]
    assert labels(finder, "I live in Saitama but work in Shinjuku") == ["work"]


def test_the_typed_words_are_given_back(finder: Any) -> None:
    assert links(finder, "東京に住んでる") == [("live", "住んで")]
