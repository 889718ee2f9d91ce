"""Erasing a conversation and, where it is linked to one or has one open, the application too."""

from __future__ import annotations

from bot.applications.errors import ApplicationNotFound, GrantExpired, StoreUnavailable
from bot.desk.errand import Outcome, Visit, note
from bot.desk.looking import granted


def erase(visit: Visit) -> Outcome:
    """Everything, or the conversation alone. When the records cannot be reached nothing is erased, so that nothing is left by mistake."""
    only_talk = (
        "erased_talk_line" if visit.on_line else "erased_talk"
    )  # on LINE nobody is asked for receipt and PIN (R48)
    if visit.task.get("only_talk"):
        return Outcome((_said(only_talk),), forget=True)
    try:
        view = granted(visit)
        visit.applications.erase(view.grant, visit.caller)
    except (GrantExpired, ApplicationNotFound):
        return Outcome((_said(only_talk),), forget=True)
    except StoreUnavailable:
        return Outcome((_said("erase_later", buttons=["yes", "erase_talk", "no"]),), {"pending": "erase"})
    return Outcome((_said("erased_both"),), forget=True)


def _said(name: str, **values: object) -> dict[str, object]:
    return note(name, "smalltalk", "confirm", **values)
