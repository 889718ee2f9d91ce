"""What an errand starts from and ends with, and how what can go wrong is put to people."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot import clock, installation
from bot.applications.errors import (
    ApplicationErased,
    ApplicationNotFound,
    GrantExpired,
    IdempotencyConflict,
    InvalidInput,
    InvalidTransition,
    StoreUnavailable,
    TooManyTries,
)
from bot.applications.model import Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, View
from bot.dialogue import drafts
from bot.dialogue.speaking import Spec
from bot.rules.checklist import Checklist
from bot.rules.periods import Span

logger = logging.getLogger(__name__)

# As long as an idle draft is kept (`retention.ABANDONED`); a test compares.
KEPT = timedelta(days=14)


@dataclass(frozen=True)
class Visit:
    """Who is at the counter: a conversation with what its slots hold, and the parts of the installation."""

    conversation: str
    channel: str = "web"
    draft: Mapping[str, Any] = field(default_factory=dict)
    access: Mapping[str, Any] = field(default_factory=dict)
    task: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    """The message that sent them here: the same when it is delivered again."""
    text: str = ""
    """What it said, masked."""
    today: date = field(default_factory=clock.today)
    now: datetime = field(default_factory=clock.now)

    @property
    def on_line(self) -> bool:
        """Whether the conversation is on LINE, where no receipt or PIN is asked for or said (R48)."""
        return self.channel == "line"

    @property
    def applications(self) -> Applications:
        """The applications; raises `StoreUnavailable`."""
        return installation.applications()

    @property
    def caller(self) -> Caller:
        """The conversation, and the address if the channel sealed one."""
        return Caller(self.conversation, self.open("address", self.access.get("address")))

    def open(self, kind: str, sealed: object) -> str | None:
        """A sealed value of this conversation; None when there is none or it has run out."""
        return installation.passing().open(kind, sealed, self.conversation) if sealed else None

    def seal(self, **values: str) -> dict[str, str]:
        """Values as a spec may carry them."""
        return {k: installation.passing().seal(k, value, self.conversation) for k, value in values.items()}


@dataclass(frozen=True)
class Outcome:
    """What to say, the slots that change, and whether the conversation is to be forgotten."""

    specs: tuple[Spec, ...]
    slots: Mapping[str, Any] = field(default_factory=dict)
    forget: bool = False
    language: str | None = None
    """The language to say it in, when it is not the conversation's."""


Errand = Callable[[Visit], Outcome]


def note(name: str, topic: str = "status_check", kind: str = "answer", **values: Any) -> Spec:
    """A spec for one of the notes of application_talk.yml."""
    return {"say": "application", "name": "note", "note": name, "topic": topic, "kind": kind, **values}


def ask(about: str, *leads: str) -> Spec:
    """A spec for a question."""
    return {"say": "application", "name": "question", "about": about, "leads": list(leads), "why": False}


def without_receipt(access: Mapping[str, Any]) -> dict[str, Any]:
    """The state of somebody who has to give receipt and PIN again; the same whatever was wrong with them."""
    kept = {k: access.get(k) for k in ("purpose", "key") if access.get(k)}
    return {**kept, "asked": "receipt", "receipt": None, "pin": None, "retry": None, "misses": 0}


def carried_out(errand: Errand, visit: Visit) -> Outcome:
    """Runs an errand; whatever the applications refuse is said in words, and nothing a person told us is lost."""
    try:
        return errand(visit)
    except StoreUnavailable:
        return try_later(visit)
    except TooManyTries as error:
        said = note("too_many", kind="refuse", minutes=max(1, math.ceil(error.wait.total_seconds() / 60)))
        return Outcome((said,), {"application_access": {**without_receipt(visit.access), "asked": None}})
    except ApplicationNotFound:
        return _refused(visit)
    except GrantExpired:
        if visit.on_line:
            return carried_out(invite, visit)
        return Outcome((ask("receipt", "look_up_first"),), {"application_access": without_receipt({})})
    except ApplicationErased:
        return Outcome((note("erased_before", "start_application"),), {"application_draft": None})
    except InvalidTransition:
        return Outcome((note("closed"),), {"application_access": {**visit.access, "asked": None}})
    except IdempotencyConflict:  # the content is another one: agreed anew, under a key of its own
        draft = {
            **visit.draft,
            "stage": "summary",
            "asked": "summary",
            "key": secrets.token_urlsafe(24),
            "tried": False,
            "sent": False,
            "revision": 0,
        }
        return Outcome((drafts.pending(draft, "unclear"),), {"application_draft": draft})
    except InvalidInput as error:
        return _unfit(error, visit)


def _refused(visit: Visit) -> Outcome:
    """Whatever was wrong, the receipt stays for another PIN: which of the two it was is not told (R22)."""
    access, receipt = without_receipt(visit.access), visit.access.get("receipt")
    if not receipt:
        return Outcome((ask("receipt", "not_found"),), {"application_access": access})
    asked = "old_pin" if visit.access.get("purpose") == "new_pin" else "pin"
    after = {**access, "asked": asked, "receipt": receipt}
    return Outcome((ask(asked, "not_found", "same_receipt"),), {"application_access": after})


def try_later(visit: Visit) -> Outcome:
    """The door is closed: said so, with what was wanted ready to be tried again."""
    later = "later_start" if visit.task.get("do") == "start" else "later_change"
    name = (
        "later"
        if visit.task.get("do") in ("status", "look_up", "view", "receipt", "page", "link_again", "pin_again")
        else later
    )
    topic = "start_application" if name == "later_start" else "status_check"
    said = note(name, topic, "fallback", buttons=["again"])
    if name == "later_start" or visit.task.get("do") == "wishes":
        return Outcome((said,))  # the draft waits at its summary
    return Outcome((said,), {"application_access": {**visit.access, "retry": dict(visit.task)}})


def invite(visit: Visit) -> Outcome:
    """On LINE: a link to our page that opens once, where this conversation can be linked (R48)."""
    token = visit.applications.invite_to_page(visit.caller)
    spec = note("invite", kind="ask", buttons=["again"])
    access = {"invited": True, "started": visit.access.get("started")}
    return Outcome(({**spec, "sealed": visit.seal(link=on_page(token))},), {"application_access": access})


def on_page(token: str) -> str:
    """The address where our page takes a token that opens once (`bot.channels.application_page`)."""
    return f"{installation.page()}/{token}"


def _unfit(error: InvalidInput, visit: Visit) -> Outcome:
    """What cannot be kept as it is: asked for again."""
    logger.warning("errand %s: %s", visit.task.get("do"), error)
    about = error.field
    if about == "contact" and visit.task.get("do") == "contact":
        return Outcome((ask("contact", "bad_mail"),), {"application_access": {**visit.access, "asked": "mail"}})
    question = about if about == "contact" else "planned"
    draft = {**visit.draft, "stage": "asking", "asked": question, "tried": False}
    draft["facts"] = {k: v for k, v in visit.draft["facts"].items() if k != question}
    lead = "bad_mail" if question == "contact" else "out_of_range"
    return Outcome((ask(question, lead),), {"application_draft": draft})


def opened(view: View, access: Mapping[str, Any]) -> dict[str, Any]:
    """What is remembered of an open record: the grant, and categories a later message may refer to."""
    return {
        "asked": None,
        "purpose": None,
        "retry": None,
        "receipt": access.get("receipt"),
        "address": access.get("address"),
        "grant": view.grant,
        "proof": view.proof or access.get("proof"),
        "documents": list(view.checklist.documents),
        "missing": list(view.missing),
        "wishes": view.wishes.to_json(),
        "linked": view.linked,
        "new_pin": bool(access.get("new_pin")),
        "started": access.get("started"),
    }


def status(view: View, visit: Visit, *done: str, **values: Any) -> Spec:
    """A spec for how an application stands."""
    return {
        "say": "application",
        "name": "status",
        "done": list(done),
        "values": values,
        "state": view.application.state.value,
        "planned": view.wishes.to_json()["planned_on"],
        "missing": list(view.missing),
        "one_of": one_of(view.checklist),
        "ready": sorted(view.ready & set(view.checklist.documents)),
        "contact": view.contact.value if view.contact else None,
        "linked": view.linked,
        "tries": view.failed_tries,
        "kept_until": kept_until(view.wishes, visit.today) if view.application.state.value == "preparing" else None,
    }


def kept_until(wishes: Wishes, today: date) -> str:
    """Until when a draft is surely kept though nobody opens it: as `retention`, by the month in which they mean to file."""
    last = today
    if wishes.planned_on:
        plan = wishes.planned_on.first
        last = max(today, Span.month(plan.year, plan.month).last)
    return (last + KEPT).isoformat()


def one_of(checklist: Checklist) -> list[str]:
    """The papers of which any one is enough."""
    return [item.document for item in checklist.items if item.one_of]


def answered(spec: Spec, view: View, access: Mapping[str, Any], **slots: Any) -> Outcome:
    """The outcome of an errand that ends with an open record."""
    return Outcome((spec,), {"application_access": opened(view, access), "said": [spec], **slots})
