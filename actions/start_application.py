"""Starts an application from the draft that was confirmed."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.errands import run_errand
from bot.desk.starting import ERRANDS


class ActionStartApplication(Action):
    """Receipt and PIN for a confirmed draft."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_start_application"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """A confirmation said twice gives the same receipt."""
        return await run_errand(ERRANDS, dispatcher, tracker)
