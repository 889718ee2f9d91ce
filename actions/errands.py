"""What the actions that do something have in common: slots in, one errand in a thread, slots and responses out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import AllSlotsReset, EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.desk.beside_check import with_check
from bot.desk.errand import Errand, Outcome, Visit, carried_out, try_later
from bot.dialogue.turn import say

ANSWER_WITHIN = 2.5  # R9: a truthful "try later" in three seconds


def visit_of(tracker: Tracker) -> Visit:
    """The conversation as the counter sees it."""
    slot = tracker.get_slot
    return Visit(
        conversation=tracker.sender_id,
        channel=tracker.get_latest_input_channel() or "web",
        draft=slot("application_draft") or {},
        access=slot("application_access") or {},
        task=slot("application_task") or {},
        message_id=tracker.latest_message.get("message_id"),
        text=tracker.latest_message.get("text") or "",
    )


async def _in_time(errand: Errand, visit: Visit) -> Outcome:
    """Runs an errand in a thread; what takes too long may still come through, and everything may be repeated."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(carried_out, errand, visit), ANSWER_WITHIN)
    except asyncio.TimeoutError:
        return try_later(visit)


def _said(outcome: Outcome) -> dict[str, Any]:
    """What can be said again; what holds a number or a link is not kept for that."""
    specs = [spec for spec in outcome.specs if spec["say"] == "application" and "sealed" not in spec]
    return {"said": specs} if specs else {}


async def run_errand(
    errands: Mapping[str, Errand], dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[EventType]:
    """Runs the errand of the task beside the event loop, says what came of it and sets the slots; without a task nothing is done."""
    errand = errands.get((tracker.get_slot("application_task") or {}).get("do", ""))
    if errand is None:
        dispatcher.utter_message(response="utter_say", spec=say("try_later", kind="fallback", topic="out_of_scope"))
        return []
    visit = visit_of(tracker)
    outcome = with_check(
        await _in_time(errand, visit), tracker.get_slot("check") if visit.task.get("in_check") else None
    )
    language = outcome.language or tracker.get_slot("language") or "ja"
    for spec in outcome.specs:
        dispatcher.utter_message(response="utter_say", spec=spec, lang=language)
    if outcome.forget:
        kept = {name: tracker.get_slot(name) for name in ("language", "language_chosen")}
        return [AllSlotsReset(), Restarted(), *(SlotSet(name, value) for name, value in kept.items())]
    slots: dict[str, Any] = {**_said(outcome), **outcome.slots, "language": language, "application_task": None}
    return [SlotSet(name, value) for name, value in slots.items()]
