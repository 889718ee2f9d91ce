"""One turn of a conversation through Rasa: privacy gate, message, collected answers. Used by `ask`, tests and evaluation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.nlu.entities import canonical_receipt
from bot.runtime import load_agent


@dataclass(frozen=True)
class TurnResult:
    """What came of one message."""

    messages: list[dict[str, Any]]
    intent: str | None = None
    confidence: float = 0.0
    entities: list[dict[str, Any]] = field(default_factory=list)


class Conversations:
    """Conversations in memory with the agent that serves people."""

    def __init__(self, agent: Any = None) -> None:
        """Loads the trained model unless an agent is given."""
        self.agent = agent or load_agent()
        # What is stored for good (links, failed tries) must not meet the same sender of another run.
        self._run = secrets.token_hex(8)

    async def say(
        self, sender: str, text: str, *, lang: str | None = None, channel: str = "web", event: str | None = None
    ) -> TurnResult:
        """Says one message in a conversation and returns everything the bot answered."""
        from rasa.core.channels.channel import UserMessage

        from bot.channels.gate import admit, metadata, refusal
        from bot.channels.output import CollectingChannel

        conversation = f"{channel}-{self._run}-{sender}"
        tracker = await self.agent.tracker_store.retrieve(conversation)
        speaking = lang or (tracker.get_slot("language") if tracker else None)
        admitted = admit(text, speaking, event)
        if admitted.refusal is not None:
            return TurnResult([admitted.refusal])
        output = CollectingChannel(channel)
        message = UserMessage(
            admitted.text, output, conversation, input_channel=channel, metadata=metadata(admitted, conversation, lang)
        )
        await self.agent.handle_message(message)
        tracker = await self.agent.tracker_store.retrieve(conversation)
        latest = tracker.latest_message if tracker else None
        data = latest.parse_data if latest and latest.text == admitted.text.strip() else {}
        shift = len(admitted.text) - len(
            admitted.text.lstrip()
        )  # Rasa strips what it gets; offsets are those of the typed text
        intent = (data.get("needs") or {}).get("whole") or []
        return TurnResult(
            output.collected or [refusal("try_later", speaking or "ja")],
            intent[0][0] if intent else None,
            intent[0][1] if intent else 0.0,
            [shown for e in data.get("entities") or [] if (shown := _shifted(e, text, shift))],
        )


def _shifted(entity: dict[str, Any], text: str, shift: int) -> dict[str, Any] | None:
    """An entity as of the typed text. A receipt reaches NLU masked: its value is read here, and None says that it is none."""
    start, end = entity["start"] + shift, entity["end"] + shift
    typed = text[start:end]
    value = canonical_receipt(typed) if entity["entity"] == "receipt_no" else entity["value"]
    return {"type": entity["entity"], "text": typed, "start": start, "end": end, "value": value} if value else None
