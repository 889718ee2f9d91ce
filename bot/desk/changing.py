"""What a couple changes in its application: papers, wishes, contact, PIN, link, and giving it up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from bot.applications.errors import ApplicationNotFound, GrantExpired
from bot.applications.model import State
from bot.applications.views import View
from bot.desk.errand import Outcome, Visit, answered, ask, note, opened, status
from bot.desk.looking import granted
from bot.desk.starting import ContactGone, contact_of
from bot.dialogue import drafts, wished


def tick(visit: Visit) -> Outcome:
    """Notes papers as ready, or not."""
    marks = [(document, bool(ready)) for document, ready in visit.task["marks"]]
    view = granted(visit)
    before = view.ready
    for document, ready in marks:
        view = visit.applications.tick(view.grant, visit.caller, document, ready)
    named = {
        name: [d for d, ready in marks if ready is there] for name, there in (("ticked", True), ("unticked", False))
    }
    taken_off = [d for d in named["unticked"] if d in before]  # a mark that was not there was not taken off
    named["unticked"] = taken_off if taken_off or named["ticked"] else named["unticked"]
    told = {name: documents for name, documents in named.items() if documents}
    return answered(status(view, visit, *told, **told), view, visit.access)


def wishes(visit: Visit) -> Outcome:
    """Puts the wishes of the draft in place of the old."""
    changed = wished.wishes(visit.draft["facts"], visit.draft["language"])
    view = visit.applications.change_wishes(granted(visit).grant, visit.caller, changed, visit.today)
    return _done(visit, view, "wishes", slots={"application_draft": None})


def contact(visit: Visit) -> Outcome:
    """Where notices go from now on."""
    try:
        found = contact_of(visit, dict(visit.task["contact"]))
    except ContactGone:
        access = {**visit.access, "asked": "mail", "retry": None}
        return Outcome((ask("contact", "contact_gone"),), {"application_access": access})
    view = visit.applications.change_contact(granted(visit).grant, visit.caller, found)
    return _done(visit, view, "contact" if found else "no_contact")


def filed(visit: Visit) -> Outcome:
    """The couple has filed with Tokyo."""
    before = granted(visit)
    if before.application.state not in (State.PREPARING, State.SUBMITTED):
        return answered(status(before, visit), before, visit.access)
    return _done(visit, visit.applications.mark_filed(before.grant, visit.caller), "filed")


def withdraw(visit: Visit) -> Outcome:
    """Gives the preparation up."""
    return _done(visit, visit.applications.withdraw(granted(visit).grant, visit.caller), "withdrawn")


def link(visit: Visit) -> Outcome:
    """Links this conversation, so that no PIN is needed here."""
    return _done(visit, visit.applications.link_chat(granted(visit).grant, visit.caller), "linked")


def unlink(visit: Visit) -> Outcome:
    """Forgets the link."""
    name = "unlinked" if visit.applications.unlink_chat(visit.caller) else "was_not_linked"
    access = {**visit.access, "asked": None, "linked": False, "retry": None}
    return Outcome(({**note(name), "table": "done"},), {"application_access": access})


def new_pin(visit: Visit) -> Outcome:
    """A new PIN for the old one; said once."""
    receipt, pin = (visit.open(kind, visit.access.get(kind)) for kind in ("receipt", "pin"))
    if receipt is None or pin is None:
        raise GrantExpired()
    before = _open_before(visit)
    proved = (receipt, pin, visit.caller, visit.access["key"])
    fresh = visit.applications.new_pin(*proved)
    view = visit.applications.open_renewed(*proved)
    return _new_pin_said(visit, fresh, view, same=before == view.application.id)


def _open_before(visit: Visit) -> UUID | None:
    """The application a change that was put aside belongs to; None when there is none, or nothing is open any more."""
    try:
        return granted(visit).application.id if visit.draft.get("mode") == "change" else None
    except GrantExpired:
        return None


def lost_pin(visit: Visit) -> Outcome:
    """A new PIN for who typed the old one here, or was given it, not long ago; later nobody can be told from a stranger."""
    access = {**visit.access, "asked": None, "proof": None, "retry": None}
    try:
        view = granted(visit)
        fresh = visit.applications.replace_lost_pin(
            visit.access.get("proof") or "", view.grant, visit.caller, visit.access["key"]
        )
    except (GrantExpired, ApplicationNotFound):
        return Outcome((note("pin_lost", buttons=["start"]),), {"application_access": access})
    return _new_pin_said(visit, fresh, view)


def _new_pin_said(visit: Visit, fresh: str, view: View, *, same: bool = True) -> Outcome:
    """The new PIN, with the record open to who proved it; then whatever was put aside for it, unless that is of another record."""
    access = {**opened(view, visit.access), "new_pin": True}
    spec = {**note("pin_changed", kind="status", buttons=["noted", "status"]), "table": "started"}
    again = {**note("not_again", kind="status", buttons=["status"]), "table": "started"}
    slots: dict[str, Any] = {"application_access": access, "said": [again]}
    waiting = []
    if visit.draft.get("mode") == "change" and not same:
        slots["application_draft"] = None
    elif visit.draft.get("paused") and visit.draft.get("asked"):
        slots["application_draft"] = {**visit.draft, "paused": False}
        waiting = [drafts.pending(dict(visit.draft), "go_on")]
    return Outcome(({**spec, "sealed": visit.seal(pin=fresh)}, *waiting), slots)


def noted(visit: Visit) -> Outcome:
    """The new PIN is written down: the old one stops working. Without a new one nothing does, and so it is said."""
    view = granted(visit)
    waited = visit.applications.noted_pin(view.grant, visit.caller)
    spec = {**note("pin_noted" if waited else "no_new_pin", kind="status", buttons=["status"]), "table": "started"}
    waiting = [drafts.pending(dict(visit.draft), "go_on")] if drafts.active(visit.draft) else []
    return Outcome((spec, *waiting), {"application_access": {**opened(view, visit.access), "new_pin": False}})


def _done(visit: Visit, view: View, name: str, slots: dict[str, Any] | None = None, **values: Any) -> Outcome:
    return answered(status(view, visit, name, **values), view, visit.access, **(slots or {}))


ERRANDS = {
    "tick": tick,
    "wishes": wishes,
    "contact": contact,
    "filed": filed,
    "withdraw": withdraw,
    "link": link,
    "unlink": unlink,
    "new_pin": new_pin,
    "lost_pin": lost_pin,
    "noted": noted,
}
