"""What a couple changes in its application: papers, wishes, contact, PIN, link, and giving it up."""

from __future__ import annotations

from typing import Any

from bot.applications.errors import GrantExpired
from bot.applications.model import State
from bot.applications.views import View
from bot.desk.errand import Outcome, Visit, answered, ask, note, status
from bot.desk.looking import granted
from bot.desk.starting import ContactGone, contact_of
from bot.dialogue import wished


def tick(visit: Visit) -> Outcome:
    """Notes papers as ready, or not."""
    marks = [(document, bool(ready)) for document, ready in visit.task["marks"]]
    view = granted(visit)
    for document, ready in marks:
        view = visit.applications.tick(view.grant, visit.caller, document, ready)
    named = {
        name: [d for d, ready in marks if ready is there] for name, there in (("ticked", True), ("unticked", False))
    }
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
    fresh = visit.applications.new_pin(receipt, pin, visit.caller, visit.access["key"])
    access: dict[str, Any] = {**visit.access, "asked": None, "purpose": None, "pin": None, "retry": None}
    spec = {**note("pin_changed", kind="status", buttons=["status"]), "table": "started"}
    again = {**note("not_again", kind="status", buttons=["status"]), "table": "started"}
    slots = {"application_access": access, "said": [again]}
    return Outcome(({**spec, "sealed": visit.seal(pin=fresh)},), slots)


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
}
