"""Two questions in one message are cut apart; one question stays whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.needs import Needs, split


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("費用はいくら？何日かかりますか？", ["費用はいくら", "何日かかりますか"]),
        ("費用はいくらですか、あと何日かかりますか", ["費用はいくらですか", "何日かかりますか"]),
        ("証明書は英語でももらえますか。病院で使えますか。", ["証明書は英語でももらえますか", "病院で使えますか"]),
        ("費用はいくら？それと書類は何が必要？", ["費用はいくら", "書類は何が必要"]),
        ("How much is it and how long does it take?", ["How much is it", "how long does it take"]),
        ("How much is it? Which papers do we need?", ["How much is it", "Which papers do we need"]),
        ("費用は無料\n何日かかる", ["費用は無料", "何日かかる"]),
    ],
)
def test_two_needs(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "費用はいくらですか",
        "How long does it take?",
        "同性カップルじゃなくても使える",
        "we live and work in Tokyo",
        "結婚していますか",
    ],
)
def test_one_need_stays_whole(text: str) -> None:
    assert len(split(text)) == 1


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_at_most_four_parts_all_from_the_text(text: str) -> None:
    parts = split(text)
    assert len(parts) <= 4
    assert all(len(p) >= 3 and p in text for p in parts)


def test_the_ranking_folds_answers_into_faq_and_keeps_the_best_first() -> None:
    needs = Needs((("affirm", 0.3), ("faq/a", 0.25), ("faq/b", 0.25)))
    assert [r["name"] for r in needs.intents()] == ["affirm", "faq"]
    assert needs.intents()[1]["confidence"] == 0.5


def test_needs_travel_as_json() -> None:
    import json

    needs = Needs((("faq/a", 0.9),), (("費用は", (("faq/a", 0.8),)),), "crisis_suicide", (("faq/c", 0.7),))
    assert json.loads(json.dumps(needs.as_dict())) == {
        "whole": [["faq/a", 0.9]],
        "parts": [["費用は", [["faq/a", 0.8]]]],
        "crisis": "crisis_suicide",
        "context": [["faq/c", 0.7]],
    }
