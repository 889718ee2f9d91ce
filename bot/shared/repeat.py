"""A message is handled once, whichever worker is asked again, and however long one of them hung over it.

A conversation is saved at the end of a turn, in one row: it holds the message, under the name its channel gave it, together with
everything that was answered, or neither. So whoever has the lock can see whether a message was answered, and say the same again.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker


def handling_once(agent: Any) -> Any:
    """What takes the place of `agent.handle_message`: the same, but a message that was answered before is answered from memory."""

    async def handle(message: UserMessage) -> Any:
        async with agent.lock_store.lock(message.sender_id):
            tracker = await agent.tracker_store.retrieve(message.sender_id)
            answered = answers(tracker, message.message_id)
            if answered is None:
                with agent.tracker_store.holding(message.sender_id, tracker):
                    return await agent.processor.handle_message(message)
            for answer in answered:
                await message.output_channel.send_response(message.sender_id, answer.message())
            return None

    return handle


def answers(tracker: DialogueStateTracker | None, message_id: str | None) -> list[BotUttered] | None:
    """What was answered to a message; None when it is not in the conversation."""
    found, said = False, []
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered):
            if found:
                break
            found = event.message_id == message_id
        elif found and isinstance(event, BotUttered):
            said.append(event)
    return said if found else None
