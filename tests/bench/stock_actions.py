"""The action server of the stock side: actions as cheap as ours, in rasa-sdk's usual form. Copied into the stock project."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher


class _Counted:  # no Action itself: the SDK makes one of every subclass it finds
    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Reads a slot, says one line, sets the slot."""
        asked = tracker.get_slot("asked") or 0
        dispatcher.utter_message(text=f"acted: {tracker.latest_message.get('text')}")
        return [SlotSet("asked", asked + 1)]


class CheckEligibility(_Counted, Action):
    def name(self) -> str:
        return "action_check_eligibility"


class StartApplication(_Counted, Action):
    def name(self) -> str:
        return "action_start_application"


class CheckApplicationStatus(_Counted, Action):
    def name(self) -> str:
        return "action_check_application_status"


class EraseApplication(_Counted, Action):
    def name(self) -> str:
        return "action_erase_application"
