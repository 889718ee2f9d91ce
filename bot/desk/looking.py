"""How an application stands: by receipt and PIN, by the link of this conversation, or by what was opened before."""

from __future__ import annotations

from bot.applications.errors import ApplicationNotFound, GrantExpired
from bot.applications.views import View
from bot.desk.errand import Outcome, Visit, answered, ask, invite, note, on_page, status


def look_up(visit: Visit) -> Outcome:
    """Receipt and PIN, as they were sealed."""
    receipt, pin = (visit.open(kind, visit.access.get(kind)) for kind in ("receipt", "pin"))
    if receipt is None or pin is None:  # they have run out
        raise GrantExpired()
    view = visit.applications.look_up(receipt, pin, visit.caller)
    return answered(status(view, visit), view, visit.access)


def linked(visit: Visit) -> Outcome:
    """The application this conversation is linked to; without one, the receipt is asked for, or on LINE our page is offered."""
    try:
        view = visit.applications.look_up_linked(visit.caller)
    except ApplicationNotFound:
        if visit.on_line:
            return invite(visit)
        access = {"asked": "receipt", "purpose": "look_up", "misses": 0}
        return Outcome((ask("receipt", "tokyo_status"),), {"application_access": access})
    return answered(status(view, visit), view, visit.access)


def view(visit: Visit) -> Outcome:
    """The record that is open already."""
    found = granted(visit)
    return answered(status(found, visit), found, visit.access)


def granted(visit: Visit) -> View:
    """The open record; when its half hour is over, the one this conversation is linked to. Raises `GrantExpired`."""
    try:
        return visit.applications.view(visit.access.get("grant") or "", visit.caller)
    except (GrantExpired, ApplicationNotFound):
        pass
    try:
        return visit.applications.look_up_linked(visit.caller)
    except ApplicationNotFound:
        raise GrantExpired() from None


def receipt(visit: Visit) -> Outcome:
    """The receipt number once more, for the minutes it is at hand; it is kept nowhere in a form that could be read."""
    kept = visit.open("receipt", visit.access.get("receipt"))
    if kept is None or visit.on_line:
        return Outcome((note("receipt_lost", kind="answer"),))
    spec = note("receipt_again", kind="status", buttons=["status"])
    return Outcome(({**spec, "sealed": visit.seal(receipt=kept)},))


def page(visit: Visit) -> Outcome:
    """A link that opens the record on our page once, for what is not done over LINE (R48)."""
    view = granted(visit)
    token = visit.applications.issue_one_time_link(view.grant, visit.caller)
    spec = note("on_page", kind="ask")
    return Outcome(({**spec, "sealed": visit.seal(link=on_page(token))},))


ERRANDS = {"look_up": look_up, "status": linked, "view": view, "receipt": receipt, "page": page}
