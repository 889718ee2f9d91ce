"""Hard times are not congratulated, and a fear of being known is no answer to a question of the check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.model
CHEER = ("おめでとう", "どういたしまして", "お役に立てて", "Congratulations", "welcome")


@pytest.mark.parametrize(
    "text",
    [
        "とても大変なことがたくさんありました",
        "わたしたちは長く一緒に暮らしてきました。とても大変なことがありました。",
        "We have been together for years and it was hard.",
    ],
)
def test_hard_times_are_not_congratulated(conversations: Any, run: Callable[[Any], Any], text: str) -> None:
    said = run(conversations.say(f"hard {text}", text)).messages[0]["text"]
    assert said and not any(words in said for words in CHEER)


@pytest.mark.parametrize(
    ("begin", "fear"),
    [
        ("条件を一つずつ確認したい", "ゲイだとバレたら困る"),
        ("I want to check whether we can apply", "I am scared people find out I am gay"),
    ],
)
def test_a_fear_of_being_known_is_no_answer(
    conversations: Any, run: Callable[[Any], Any], begin: str, fear: str
) -> None:
    run(conversations.say(f"fear {begin}", begin))
    turn = run(conversations.say(f"fear {begin}", fear))
    assert [m["answer"]["id"] for m in turn.messages] == ["application_privacy", "phrase_check_waits"]
