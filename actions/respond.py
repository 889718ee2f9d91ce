"""The action behind every message: reads slots, asks the responder, sets slots, names what is said and what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType, FollowupAction, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import clock
from bot.desk import changing, looking, starting
from bot.dialogue.responder import Memory, Responder
from bot.dialogue.turn import Turn
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import load

LANGUAGES = ("ja", "en", "ja-easy")
# Which action carries out which task.
ACTIONS = {
    **dict.fromkeys(starting.ERRANDS, "action_start_application"),
    "erase": "action_erase_application",
    **dict.fromkeys(looking.ERRANDS, "action_check_application_status"),
    **dict.fromkeys(changing.ERRANDS, "action_change_application"),
}


@lru_cache(maxsize=1)
def _responder() -> Responder:
    return Responder(load())


class ActionRespond(Action):
    """Answers one message from knowledge, rules and what the conversation remembers."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_respond"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Speaks through `utter_say`, which `bot.nlg` puts into words at run time; tasks are left to their own actions."""
        metadata = _latest_metadata(tracker)
        understood = Understanding.from_parse_data(tracker.latest_message)
        understood = replace(
            understood,
            sealed=metadata.get("sealed") or {},
            part=metadata.get("part") or "",
            masked=bool(metadata.get("masked")),
        )
        turn = _responder().respond(understood, _memory(tracker, metadata), clock.today(), clock.now())
        for spec in turn.specs:
            dispatcher.utter_message(response="utter_say", spec=spec, lang=turn.language)
        if turn.restart:
            language = {"language": turn.language, "language_chosen": turn.language_chosen}
            return [AllSlotsReset(), Restarted(), *(SlotSet(name, value) for name, value in language.items())]
        after = _slots(turn)
        events = [SlotSet(name, value) for name, value in after.items() if tracker.get_slot(name) != value]
        return [*events, FollowupAction(ACTIONS[turn.task["do"]])] if turn.task else events


def _memory(tracker: Tracker, metadata: Mapping[str, Any]) -> Memory:
    slot = tracker.get_slot
    wished, reader = (metadata.get(name) if metadata.get(name) in LANGUAGES else None for name in ("lang", "reader"))
    return Memory(
        language=wished or slot("language") or reader or "ja",
        language_chosen=bool(wished or slot("language_chosen")),
        said=tuple(slot("said") or ()),
        offered=tuple(slot("offered") or ()),
        check=slot("check"),
        pending=slot("pending"),
        draft=slot("application_draft"),
        access=slot("application_access"),
        channel=tracker.get_latest_input_channel() or "web",
    )


def _slots(turn: Turn) -> dict[str, Any]:
    return {
        "language": turn.language,
        "language_chosen": turn.language_chosen,
        "said": list(turn.said),
        "offered": list(turn.offered),
        "check": dict(turn.check) if turn.check else None,
        "pending": turn.pending,
        "application_draft": dict(turn.draft) if turn.draft else None,
        "application_access": dict(turn.access) if turn.access else None,
        "application_task": dict(turn.task) if turn.task else None,
    }


def _latest_metadata(tracker: Tracker) -> Mapping[str, Any]:
    """What the channel sent beside the latest message: the language stated, and sealed what the gate has masked."""
    latest = next((event for event in reversed(tracker.events) if event.get("event") == "user"), {})
    return latest.get("metadata") or {}
