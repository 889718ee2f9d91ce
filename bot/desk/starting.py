"""A confirmed draft becomes an application, once."""

from __future__ import annotations

from bot import installation
from bot.applications.model import Contact, ContactKind
from bot.desk.errand import Outcome, Visit, ask, kept_until, note, one_of, opened
from bot.dialogue import wished
from bot.dialogue.speaking import Spec
from bot.rules.checklist import checklist


class ContactGone(Exception):
    """The address that was given has run out."""


def start(visit: Visit) -> Outcome:
    """Starts the application of the draft, or finds the one its key has started already."""
    draft = visit.draft
    wishes = wished.wishes(draft["facts"], draft["language"])
    try:
        contact = contact_of(visit, draft["facts"].get("contact") or {})
    except ContactGone:
        return _ask_for_contact(visit)
    applications, caller = visit.applications, visit.caller
    started = applications.start(wishes, contact, draft["key"], visit.today)
    view = applications.open_started(started, caller)
    done = {**draft, "stage": "done", "asked": None, "fresh": True, "at": visit.now.isoformat()}
    slots = {"application_draft": done, "application_access": opened(view, {}), "said": [_not_again()]}
    if draft["stage"] == "done":
        return Outcome((_already(visit, started.receipt),), slots)
    day = wishes.planned_on.first if wishes.planned_on else visit.today
    papers = checklist(wishes.circumstances, day)
    spec: Spec = {
        "say": "application",
        "name": "started",
        "sealed": visit.seal(receipt=started.receipt, pin=started.pin),
        "papers": [[item.document, item.stands_in_for] for item in papers.items],
        "one_of": one_of(papers),
        "adoption": bool(papers.open_points),
        "planned": wishes.to_json()["planned_on"],
        "moves": [day.isoformat()] if "doc-move-in" in papers.documents and wishes.links else None,
        "kept_until": kept_until(wishes, visit.today),
        "page": installation.page(),
    }
    return Outcome((spec,), slots)


def contact_of(visit: Visit, told: dict[str, str] | object) -> Contact | None:
    """The contact of a draft, opened; raises `ContactGone`."""
    kind = told.get("kind", "none") if isinstance(told, dict) else "none"
    if kind not in ("email", "line"):
        return None
    address = visit.open("mail" if kind == "email" else "line_user", told.get("sealed"))  # type: ignore[union-attr]
    if address is None:
        raise ContactGone()
    return Contact(ContactKind(kind), address)


def _ask_for_contact(visit: Visit) -> Outcome:
    facts = {k: v for k, v in visit.draft["facts"].items() if k != "contact"}
    draft = {**visit.draft, "facts": facts, "stage": "asking", "asked": "contact"}
    about = "contact_line" if visit.channel == "line" else "contact"
    return Outcome((ask(about, "contact_gone"),), {"application_draft": draft})


def _already(visit: Visit, receipt: str) -> Spec:
    spec = note("already", "start_application", "status", buttons=["status"])
    return {**spec, "table": "started", "sealed": visit.seal(receipt=receipt)}


def _not_again() -> Spec:
    """What is said when somebody asks to hear it again: never the PIN."""
    return {**note("not_again", "start_application", "status", buttons=["status"]), "table": "started"}
