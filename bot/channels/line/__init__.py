"""LINE: signed webhook, inbox, conversation, reply. Specification: docs/line.md and docs/decisions/0007-line.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.channels.line.channel import LineInput

__all__ = ["LineInput"]


def __getattr__(name: str) -> Any:
    """`bot.channels.line.LineInput` is what credentials.yml names; tables and counters are used without Sanic and Rasa."""
    if name == "LineInput":
        from bot.channels.line.channel import LineInput

        return LineInput
    raise AttributeError(name)
