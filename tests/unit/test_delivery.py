"""Sealed values are put into a message at delivery, for the conversation they were sealed for and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from bot import installation
from bot.channels.delivery import mark
from bot.channels.output import CollectingChannel
from bot.channels.webreply import WebOutput


@pytest.fixture
def message() -> dict[str, Any]:
    """As Rasa hands it to a channel: marks in the text, sealed values in the spec."""
    sealed = {
        kind: installation.passing().seal(kind, value, "web-a")
        for kind, value in (("pin", "482913"), ("receipt", "TP-X"))
    }
    return {
        "text": f"受付番号：{mark('receipt')}\n暗証番号：{mark('pin')}",
        "spec": {"sealed": sealed},
        "answer": {"lang": "ja"},
    }


async def said(channel: Any, conversation: str, message: dict[str, Any]) -> str:
    await channel.send_response(conversation, message)
    return str((channel.collected if isinstance(channel, CollectingChannel) else channel.lines)[0]["text"])


@pytest.mark.parametrize("channel", [lambda: WebOutput("ja"), CollectingChannel], ids=["web", "collecting"])
async def test_every_channel_puts_the_values_in(channel: Any, message: dict[str, Any]) -> None:
    assert await said(channel(), "web-a", message) == "受付番号：TP-X\n暗証番号：482913"
    assert "482913" not in str(message), "what Rasa keeps is not changed"


async def test_another_conversation_sees_asterisks(message: dict[str, Any]) -> None:
    assert await said(WebOutput("ja"), "web-b", message) == "受付番号：＊＊＊\n暗証番号：＊＊＊"


async def test_an_ordinary_message_is_left_as_it_is() -> None:
    text = f"{mark('pin')} と書かれても"
    assert await said(WebOutput("ja"), "web-a", {"text": text}) == text
