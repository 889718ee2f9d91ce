"""Output channels that keep an answer whole: text, choices and citations of one message together."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.channels.delivery import delivered


class CollectingChannel(OutputChannel):
    """Collects the finished messages of one turn."""

    def __init__(self, name: str = "web") -> None:
        """Takes the name of the channel spoken for; the renderer chooses words and limits by it."""
        self._name = name
        self.collected: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """The channel spoken for."""
        return self._name

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps one message as the generator made it, sealed values put in."""
        message = delivered(message, recipient_id)
        answer = message.get("answer") or (message.get("metadata") or {}).get("answer") or {}
        self.collected.append(
            {"text": message.get("text") or "", "buttons": message.get("buttons") or [], "answer": answer}
        )
