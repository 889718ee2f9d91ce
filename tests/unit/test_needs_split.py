"""Two questions in one message are cut apart; one question stays whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.needs import _THANKS_FIRST, NeedReader, Needs, asks, split


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


class Counting:
    """Stands for the trained model; notes what it was asked to read."""

    labels = ("faq/a", "faq/b")

    def __init__(self) -> None:
        self.read: list[str] = []

    def probabilities(self, texts: list[str], meant: list[bool]) -> list[np.ndarray]:
        self.read = list(texts)
        return [np.array([0.25, 0.75]) for _ in texts]


def test_only_parts_that_ask_are_read_alone() -> None:
    model = Counting()
    text = "私たちは世田谷区に二人で住んでいます。費用はいくらですか"
    needs = NeedReader(model).read(text)  # type: ignore[arg-type]
    assert model.read == [text, "費用はいくらですか"]
    assert [(part, bool(ranking)) for part, ranking in needs.parts] == [
        ("私たちは世田谷区に二人で住んでいます", False),
        ("費用はいくらですか", True),
    ]


@pytest.mark.parametrize(
    ("part", "message", "expected"),
    [
        ("手数料と", "手数料と、届くまでの日数を", True),
        ("届くまでの日数を知りたいのですが", "届くまでの日数を知りたいのですが", True),
        ("彼女と世田谷区で暮らしてます", "彼女と世田谷区で暮らしてます？それから", True),
        ("彼女と世田谷区で暮らしてます", "彼女と世田谷区で暮らしてます。それから", False),
        ("we have lived together in Tokyo", "we have lived together in Tokyo. and the fee?", False),
    ],
)
def test_what_may_be_a_question(part: str, message: str, expected: bool) -> None:
    assert asks(part, message) is expected


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


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("thanks, how do I start?", "how do I start?"),
        ("Okay, thank you! What does it cost", "What does it cost"),
        ("ありがとうございます。費用はいくらですか", "費用はいくらですか"),
        ("ありがとう、ちょっと安心した", "ありがとう、ちょっと安心した"),
        ("thanks a lot!", "thanks a lot!"),
        ("Thanksgiving is not what I mean", "Thanksgiving is not what I mean"),
    ],
)
def test_thanks_before_a_question_do_not_hide_it(text: str, rest: str) -> None:
    assert _THANKS_FIRST.sub("", text) == rest
