"""Erases a conversation and the application it is linked to or has open."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.errands import run_errand
from bot.desk.erasing import erase


class ActionEraseApplication(Action):
    """Erasure, after it was confirmed."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_erase_application"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Nothing is erased when the records cannot be reached."""
        return await run_errand({"erase": erase}, dispatcher, tracker)
