"""The action behind every message: reads slots, asks the responder, sets slots, names what is said."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, EventType, Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot import clock
from bot.dialogue.responder import Memory, Responder
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import load


@lru_cache(maxsize=1)
def _responder() -> Responder:
    return Responder(load())


class ActionRespond(Action):
    """Answers one message from knowledge, rules and what the conversation remembers."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_respond"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Speaks through `utter_say`, which `bot.nlg` puts into words at run time."""
        slot = tracker.get_slot
        wished = _wished_language(tracker)
        memory = Memory(
            language=wished or slot("language") or "ja",
            language_chosen=bool(wished or slot("language_chosen")),
            said=tuple(slot("said") or ()),
            offered=tuple(slot("offered") or ()),
            check=slot("check"),
            pending=slot("pending"),
        )
        turn = _responder().respond(Understanding.from_parse_data(tracker.latest_message), memory, clock.today())
        for spec in turn.specs:
            dispatcher.utter_message(response="utter_say", spec=spec, lang=turn.language)
        if turn.erase or turn.restart:
            return [
                AllSlotsReset(),
                Restarted(),
                SlotSet("language", turn.language),
                SlotSet("language_chosen", turn.language_chosen),
            ]
        after = {
            "language": turn.language,
            "language_chosen": turn.language_chosen,
            "said": list(turn.said),
            "offered": list(turn.offered),
            "check": dict(turn.check) if turn.check else None,
            "pending": turn.pending,
        }
        return [SlotSet(name, value) for name, value in after.items() if slot(name) != value]


def _wished_language(tracker: Tracker) -> str | None:
    """The language a channel says the person has switched to, from the metadata of their latest message."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            wished = (event.get("metadata") or {}).get("lang")
            return wished if wished in ("ja", "en", "ja-easy") else None
    return None
