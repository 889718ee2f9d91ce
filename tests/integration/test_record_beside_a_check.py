"""How the record stands, asked in the middle of an eligibility check: it is told, and the check goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest

from bot.applications.model import Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.integration.applications.test_faults import locked
from tests.integration.test_application_in_chat import own, text_of  # noqa: F401  (a fixture)

pytestmark = pytest.mark.model
_numbers = count()
TODAY = date(2026, 11, 22)
ASKED = {
    "ja": ("私たちは対象になりますか", "どうなった？", "はい"),
    "en": ("Are we eligible?", "How is our application?", "yes"),
    "ja-easy": ("じょうけんを しらべたいです", "どうなりましたか", "はい"),
}


@pytest.fixture
def linked(conversations: Any, run: Callable[[Any], Any], own: Applications) -> Callable[[str], Any]:  # noqa: F811
    """A conversation that was linked on our page and has opened nothing."""
    sender = f"beside-a-check-{next(_numbers)}"
    caller = Caller(f"web-{conversations._run}-{sender}")
    started = own.start(Wishes(), None, "key", TODAY)
    own.link_chat(own.open_started(started, caller).grant, caller)
    return lambda text: run(conversations.say(sender, text))


@pytest.mark.parametrize("lang", ASKED)
def test_a_linked_record_is_told_of_and_the_check_goes_on(linked: Callable[[str], Any], lang: str) -> None:
    begins, asks, yes = ASKED[lang]
    first = linked(begins).messages[-1]["answer"]["id"]
    turn = linked(asks)
    kinds = [m["answer"]["kind"] for m in turn.messages]
    assert kinds[0] == "status", text_of(turn)
    assert turn.messages[-1]["answer"]["id"] == first, text_of(turn)
    assert linked(yes).messages[-1]["answer"]["id"] not in (first, "task_receipt")


def test_without_a_link_the_receipt_is_asked_for_and_the_check_can_be_taken_up_again(
    talk: Callable[..., Any],
    own: Applications,  # noqa: F811
) -> None:
    first = talk("私たちは対象になりますか").messages[-1]["answer"]["id"]
    assert talk("どうなった？").messages[-1]["answer"]["id"] == "task_receipt"
    assert talk("やめる").messages[-1]["answer"]["kind"] != "ask"
    assert talk("続ける").messages[-1]["answer"]["id"] == first


def test_behind_a_closed_door_it_is_told_later_and_the_check_can_be_taken_up_again(
    linked: Callable[[str], Any],
    own: Applications,  # noqa: F811
) -> None:
    first = linked("私たちは対象になりますか").messages[-1]["answer"]["id"]
    with locked(own):
        assert linked("どうなった？").messages[0]["answer"]["kind"] == "fallback"
    assert linked("もう一度").messages[0]["answer"]["kind"] == "status"
    assert linked("続ける").messages[-1]["answer"]["id"] == first
