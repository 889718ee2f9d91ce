"""A confirmed draft becomes an application, once."""

from __future__ import annotations

from typing import Any

from bot import installation
from bot.applications.errors import ApplicationErased, IdempotencyConflict, StoreUnavailable
from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.views import Delivery, Started
from bot.desk.errand import Outcome, Visit, ask, kept_until, note, on_page, one_of, opened
from bot.dialogue import drafts, wished
from bot.dialogue.speaking import MENU, Spec
from bot.dialogue.turn import say
from bot.rules.checklist import checklist


class ContactGone(Exception):
    """The address that was given has run out."""


def start(visit: Visit) -> Outcome:
    """Starts the application of the draft, or finds the one its key, or this very message, has started already."""
    draft = visit.draft
    wishes = wished.wishes(draft["facts"], draft["language"])
    try:
        contact = contact_of(visit, draft["facts"].get("contact") or {})
    except ContactGone:
        return _ask_for_contact(visit)
    revision = draft.get("revision", 0)
    if _said_to_an_earlier_summary(visit, revision):
        return Outcome((drafts.pending(dict(draft), "corrected"),), {"application_draft": {**draft, "tried": False}})
    started = visit.applications.start(wishes, contact, draft["key"], visit.today, _delivery(visit), revision)
    done = {**draft, "stage": "done", "asked": None, "fresh": True, "at": visit.now.isoformat()}
    return _told(visit, started, {"application_draft": done}, again=draft["stage"] == "done")


def _said_to_an_earlier_summary(visit: Visit, revision: int) -> bool:
    """Whether a yes that is delivered again was said to what has been corrected since: the correction waits for a yes of its own."""
    delivery = _delivery(visit) if revision and visit.draft["stage"] == "summary" else None
    confirmed = visit.applications.revision_of(delivery) if delivery else None
    return confirmed is not None and confirmed < revision


def recover(visit: Visit) -> Outcome:
    """A yes to nothing: what it started if it is a yes delivered again, after a crash perhaps; else it is asked what is meant."""
    delivery = _delivery(visit)
    try:
        started = visit.applications.started_by(delivery) if delivery else None
    except (StoreUnavailable, ApplicationErased, IdempotencyConflict):
        started = None
    if started is None and (forgotten := visit.task.get("otherwise")):
        return Outcome((note(forgotten, "start_application", "offer", buttons=["start"]),))
    if started is None:
        what = say("yes_what", kind="offer", topic="smalltalk", related=MENU[:4])
        return Outcome((what,), {"offered": list(MENU[:4])})
    return _told(visit, started, {}, again=False)


def _delivery(visit: Visit) -> Delivery | None:
    return Delivery(f"{visit.conversation}:{visit.message_id}", visit.text) if visit.message_id else None


def _told(visit: Visit, started: Started, slots: dict[str, Any], *, again: bool) -> Outcome:
    """Receipt and PIN, with the record open to this conversation."""
    view = visit.applications.open_started(started, visit.caller)
    if visit.on_line:  # the link to the page may not be opened in time
        access = {**opened(view, {}), "started": visit.applications.note_started(started, visit.caller)}
    else:
        access = opened(view, visit.seal(receipt=started.receipt))
    slots = {**slots, "application_access": access, "said": [_not_again()]}
    if visit.on_line:
        token = visit.applications.issue_one_time_link(view.grant, visit.caller, with_numbers=True)
        secrets = visit.seal(link=on_page(token))
        if again:
            return Outcome((_already_on_line(secrets),), slots)
    elif again:
        return Outcome((_already(visit, started.receipt),), slots)
    else:
        secrets = visit.seal(receipt=started.receipt, pin=started.pin)
    return Outcome((_started(visit, view.wishes, secrets),), slots, language=view.wishes.language)


def _started(visit: Visit, wishes: Wishes, secrets: dict[str, str]) -> Spec:
    day = wishes.planned_on.first if wishes.planned_on else visit.today
    papers = checklist(wishes.circumstances, day)
    return {
        "say": "application",
        "name": "started",
        "sealed": secrets,
        "papers": [[item.document, item.stands_in_for] for item in papers.items],
        "one_of": one_of(papers),
        "adoption": bool(papers.open_points),
        "planned": wishes.to_json()["planned_on"],
        "moves": [day.isoformat()] if "doc-move-in" in papers.documents and wishes.links else None,
        "kept_until": kept_until(wishes, visit.today),
        "page": installation.page(),
    }


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
    about = "contact_line" if visit.on_line else "contact"
    return Outcome((ask(about, "contact_gone"),), {"application_draft": draft})


def _already(visit: Visit, receipt: str) -> Spec:
    spec = note("already", "start_application", "status", buttons=["status"])
    return {**spec, "table": "started", "sealed": visit.seal(receipt=receipt)}


def _already_on_line(link: dict[str, str]) -> Spec:
    """A second yes: short, so that nobody takes it for a second application; the page may not have been opened in time."""
    spec = note("already_line", "start_application", "status", buttons=["status"])
    return {**spec, "table": "started", "sealed": link}


def _not_again() -> Spec:
    """What is said when somebody asks to hear it again: never the PIN."""
    return {**note("not_again", "start_application", "status", buttons=["tick", "link", "status"]), "table": "started"}


ERRANDS = {"start": start, "recover": recover}
