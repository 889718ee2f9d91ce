"""One turn of a conversation through Rasa: privacy gate, message, collected answers. Used by `ask`, tests and evaluation."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

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
        self._asking: Any = None

    async def say(
        self,
        sender: str,
        text: str,
        *,
        lang: str | None = None,
        channel: str = "web",
        event: str | None = None,
        message_id: str | None = None,
    ) -> TurnResult:
        """Says one message in a conversation and returns everything the bot answered; `message_id` names one that is repeated."""
        from rasa.core.channels.channel import UserMessage

        from bot.channels.gate import admit, metadata
        from bot.channels.output import CollectingChannel

        conversation = f"{channel}-{self._run}-{sender}"
        if channel == "line":
            return await self._on_line(conversation, text, lang, event or "message", message_id)
        tracker = await self.agent.tracker_store.retrieve(conversation)
        speaking = lang or (tracker.get_slot("language") if tracker else None)
        admitted = admit(text, speaking, event)
        if admitted.refusal is not None:
            return TurnResult([admitted.refusal])
        output = CollectingChannel(channel)
        message = UserMessage(
            admitted.text,
            output,
            conversation,
            input_channel=channel,
            message_id=message_id,
            metadata=metadata(admitted, conversation, lang),
        )
        await self.agent.handle_message(message)
        return await self._result(conversation, text, admitted.text, output.collected, speaking)

    async def _on_line(
        self, conversation: str, text: str, lang: str | None, event: str, message_id: str | None
    ) -> TurnResult:
        """The same for LINE: through the channel's own events, deeds and lines; only the way there and back is missing."""
        from bot.channels.line.asking import Asking

        if self._asking is None:
            self._asking = Asking(self.agent)
        said = await self._asking.say(conversation, text, lang, event, message_id)
        return await self._result(conversation, text, said.heard, said.messages, lang)

    async def _result(
        self, conversation: str, text: str, heard: str | None, messages: list[dict[str, Any]], lang: str | None
    ) -> TurnResult:
        """What was said, with what was understood if Rasa was asked (`heard` is what it was given)."""
        from bot.channels.gate import refusal

        if heard is None:
            return TurnResult(messages)
        tracker = await self.agent.tracker_store.retrieve(conversation)
        latest = tracker.latest_message if tracker else None
        data = latest.parse_data if latest and latest.text == heard.strip() else {}
        shift = len(heard) - len(heard.lstrip())  # Rasa strips what it gets; offsets are those of the typed text
        intent = (data.get("needs") or {}).get("whole") or []
        return TurnResult(
            messages or [refusal("try_later", lang or "ja")],
            intent[0][0] if intent else None,
            intent[0][1] if intent else 0.0,
            [shown for e in data.get("entities") or [] if (shown := _shifted(e, text, heard, shift))],
        )


def _shifted(entity: dict[str, Any], text: str, heard: str, shift: int) -> dict[str, Any] | None:
    """An entity as of the typed text. A receipt reaches NLU masked: its value is read here, and None says that it is none.

    Of a long text only a part was heard: there the words are looked for.
    """
    from bot.channels.gate import LONGEST
    from bot.nlu.entities import canonical_receipt  # spaCy comes with it, which must not find TensorFlow first

    start, end = entity["start"] + shift, entity["end"] + shift
    if len(text) > LONGEST and text[start:end] != heard[start:end] and heard[start:end] in text:
        start, end = (text.index(heard[start:end]) + n for n in (0, end - start))
    typed = text[start:end]
    value = canonical_receipt(typed) if entity["entity"] == "receipt_no" else entity["value"]
    return {"type": entity["entity"], "text": typed, "start": start, "end": end, "value": value} if value else None
