"""Changes an application that is open: papers, wishes, contact, PIN, link, giving it up."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.errands import run_errand
from bot.desk.changing import ERRANDS


class ActionChangeApplication(Action):
    """One change to an open application."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_change_application"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """The task says which change."""
        return await run_errand(ERRANDS, dispatcher, tracker)
