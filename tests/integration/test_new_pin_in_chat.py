"""A new PIN in the chat: the old one opens until the new one is noted there, or used anywhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.applications.errors import ApplicationNotFound
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.integration.test_application_in_chat import numbers, own, summary, text_of  # noqa: F401  (fixtures)

pytestmark = pytest.mark.model


def opens(applications: Applications, receipt: str, pin: str) -> bool:
    try:
        return bool(applications.look_up(receipt, pin, Caller()))
    except ApplicationNotFound:
        return False


@pytest.mark.parametrize(
    "noted", ["新しい番号を書き留めました", "新しい番号を控えました", "I have noted the new number"]
)
def test_noted_in_the_chat_the_old_pin_stops_at_once(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
    noted: str,
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("暗証番号をなくした")
    turn = summary("はい")
    fresh = re.search(r"：(\d{6})", text_of(turn))
    assert fresh and "前の番号は、新しい番号を初めて使ったとき" in text_of(turn)
    assert "書き留めました" in [b["title"] for b in turn.messages[0]["buttons"]]
    assert opens(own, receipt, pin)
    assert summary(noted).messages[0]["answer"]["id"] == "task_pin_noted"
    assert not opens(own, receipt, pin)
    assert opens(own, receipt, fresh[1])


def test_said_before_there_is_a_new_one_it_changes_nothing(
    summary: Callable[..., Any],  # noqa: F811
    own: Applications,  # noqa: F811
) -> None:
    receipt, pin = numbers(summary("はい"))
    summary("新しい番号を書き留めました")
    assert opens(own, receipt, pin)
