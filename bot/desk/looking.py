"""How an application stands: by receipt and PIN, by the link of this conversation, or by what was opened before."""

from __future__ import annotations

from bot.applications.errors import ApplicationNotFound, GrantExpired
from bot.applications.views import View
from bot.desk.errand import Outcome, Visit, answered, ask, invite, note, on_page, opened, status
from bot.dialogue.speaking import Spec


def look_up(visit: Visit) -> Outcome:
    """Receipt and PIN, as they were sealed."""
    receipt, pin = (visit.open(kind, visit.access.get(kind)) for kind in ("receipt", "pin"))
    if receipt is None or pin is None:  # they have run out
        raise GrantExpired()
    view = visit.applications.look_up(receipt, pin, visit.caller)
    return answered(status(view, visit), view, visit.access, **_without_change(visit))


def linked(visit: Visit) -> Outcome:
    """The application this conversation is linked to; without one, the receipt is asked for, or on LINE our page is offered."""
    try:
        view = visit.applications.look_up_linked(visit.caller)
    except ApplicationNotFound:
        if visit.on_line:
            return invite(visit)
        access = {"asked": "receipt", "purpose": "look_up", "misses": 0}
        return Outcome((_receipt_for(visit.task.get("lead") or "tokyo_status"),), {"application_access": access})
    return answered(status(view, visit), view, visit.access, **_without_change(visit))


def _receipt_for(lead: str) -> Spec:
    asked = ask("receipt", lead)
    return {**asked, "related": ["documents_overview"]} if lead == "papers_first" else asked


def _without_change(visit: Visit) -> dict[str, None]:
    """A change put aside belonged to what was open before."""
    return {"application_draft": None} if visit.draft.get("mode") == "change" else {}


def view(visit: Visit) -> Outcome:
    """The record that is open already."""
    found, lead = granted(visit), visit.task.get("lead")
    leads = {"leads": [lead]} if lead else {}
    return answered({**status(found, visit), **leads}, found, visit.access)


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
    if visit.on_line:
        return _linked_again(visit, "receipt_lost")
    kept = visit.open("receipt", visit.access.get("receipt"))
    if kept is None:
        after = {"application_access": {**visit.access, "asked": None}}
        return Outcome((note("receipt_lost", kind="answer", buttons=["start"]),), after)
    spec = note("receipt_again", kind="status", buttons=["status"])
    return Outcome(({**spec, "sealed": visit.seal(receipt=kept)},))


def link_again(visit: Visit) -> Outcome:
    """On LINE: another link in place of one that was not opened in time; an invitation where no record is known."""
    return _linked_again(visit, None)


def lost_pin(visit: Visit) -> Outcome:
    """On LINE: the numbers once more on our page, as long as they are kept; afterwards nobody can tell the PIN."""
    return _linked_again(visit, "pin_lost", only_numbers=True)


def _linked_again(visit: Visit, otherwise: str | None, *, only_numbers: bool = False) -> Outcome:
    """A link to our page, with the numbers of what this very conversation has started, unless they are other ones by now."""
    view, shown = _known(visit)
    if view is None or only_numbers and not shown:
        if otherwise is None:
            return invite(visit)
        return Outcome((note(otherwise),), {"application_access": {**visit.access, "asked": None}})
    token = visit.applications.issue_one_time_link(view.grant, visit.caller, with_numbers=shown)
    spec = note("numbers_on_page" if shown else "record_on_page", kind="ask", buttons=["again_link", "status"])
    access = opened(view, visit.access)
    return Outcome(({**spec, "sealed": visit.seal(link=on_page(token))},), {"application_access": access})


def _known(visit: Visit) -> tuple[View | None, bool]:
    """The record of this conversation, open, linked or started here, and whether its numbers can be shown."""
    try:
        started, shown = visit.applications.open_noted(visit.access.get("started") or "", visit.caller)
    except (GrantExpired, ApplicationNotFound):
        started, shown = None, False
    try:
        found = granted(visit)
    except GrantExpired:
        return started, shown
    return found, shown and started is not None and started.application.id == found.application.id


def page(visit: Visit) -> Outcome:
    """A link that opens the record on our page once, for what is not done over LINE (R48)."""
    view = granted(visit)
    token = visit.applications.issue_one_time_link(view.grant, visit.caller)
    spec = note("on_page", kind="ask")
    return Outcome(({**spec, "sealed": visit.seal(link=on_page(token))},))


ERRANDS = {
    "look_up": look_up,
    "status": linked,
    "view": view,
    "receipt": receipt,
    "page": page,
    "link_again": link_again,
    "pin_again": lost_pin,
}
