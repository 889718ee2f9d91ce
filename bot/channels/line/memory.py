"""What Rasa remembers of a conversation, read and taken away."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

MARK = "line_message"
"""In a message's metadata: a keyed hash of LINE's id for it, by which it is found when it is unsent."""


async def language(agent: Any, conversation: str) -> str | None:
    """The language a conversation is held in, if it has begun."""
    tracker = await agent.tracker_store.retrieve(conversation)
    return tracker.get_slot("language") if tracker and "language" in tracker.slots else None


async def said_last(agent: Any, conversation: str) -> list[dict[str, Any]]:
    """What was answered to the last message, as the generator made it."""
    tracker = await agent.tracker_store.retrieve(conversation)
    said: list[dict[str, Any]] = []
    for event in reversed(tracker.events if tracker else ()):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            answer = event.metadata.get("answer") or (event.data or {}).get("answer") or {}
            said.insert(0, {"text": event.text, "buttons": (event.data or {}).get("buttons"), "answer": answer})
    return said


async def remember(
    agent: Any, conversation: str, spec: dict[str, Any], said: list[dict[str, Any]], lang: str, mark: str | None
) -> None:
    """Makes an answer that Rasa was not asked for the one said last; a question still open stays the one that is asked."""
    about = {MARK: mark} if mark else {}
    async with agent.lock_store.lock(conversation):
        tracker = await agent.tracker_store.retrieve(conversation) or await agent.tracker_store.create_tracker(
            conversation
        )
        asked = list(tracker.get_slot("said") or ())[-1:] if len(said) > 1 else []
        slots: dict[str, Any] = {"said": [spec, *asked]} | ({} if asked else {"offered": []})
        if not tracker.get_slot("language"):
            slots["language"] = lang
        for name, value in slots.items():
            tracker.update(SlotSet(name, value, metadata=about))
        for one in said:
            data = {"buttons": one.get("buttons")}
            tracker.update(BotUttered(one.get("text"), data, {"answer": one.get("answer"), **about}))
        await agent.tracker_store.save(tracker)


async def forget(agent: Any, conversation: str) -> None:
    """Forgets a conversation, after what is being said in it now."""
    async with agent.lock_store.lock(conversation):
        await agent.tracker_store.delete(conversation)


async def unsay(agent: Any, conversation: str, mark: str) -> bool:
    """Takes a conversation back to before one message: what it led to may tell of it, so that goes too."""
    async with agent.lock_store.lock(conversation):
        tracker = await agent.tracker_store.retrieve(conversation)
        events = list(tracker.events) if tracker else []
        places = [n for n, e in enumerate(events) if (getattr(e, "metadata", None) or {}).get(MARK) == mark]
        if not places:
            return False
        before = tracker.init_copy()
        for event in events[: places[0]]:
            before.update(event)
        await agent.tracker_store.delete(conversation)
        await agent.tracker_store.save(before)
        return True
