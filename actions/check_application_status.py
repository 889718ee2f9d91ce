"""Says how an application stands."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.errands import run_errand
from bot.desk.looking import ERRANDS


class ActionCheckApplicationStatus(Action):
    """How an application stands, by receipt and PIN or by the link of this conversation."""

    def name(self) -> str:
        """The name used in domain and rules."""
        return "action_check_application_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """One look-up; the task says by which way."""
        return await run_errand(ERRANDS, dispatcher, tracker)
