"""Looking up an application and changing it, as a conversation: a pure step from state and message to things to say or do.

The state is a plain dict in the slot `application_access`: `asked` (receipt, pin, old_pin, lost_pin, tick, tick_all, mail, mail_given, filed, withdraw, link
or None),
`purpose` (look_up or new_pin), `receipt` and `pin` as the gate sealed them, `retry` (a task that met a closed door), `misses`, and
after a look-up what `bot.desk` has noted: `grant`, `proof`, `documents`, `missing`, `wishes`, `linked`, and `new_pin` when a new one was shown that is not noted yet; on LINE `started`, a note of what was started here, and `invited`; `mail` is an address
sent unasked, sealed. No value in it is in clear.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from bot.dialogue import commands, papers_named, replies, wished
from bot.dialogue.applying import change
from bot.dialogue.drafts import Scene, State, Step
from bot.dialogue.speaking import Spec
from bot.dialogue.understanding import Understanding
from bot.privacy.redact import MASK

_CONFIRMED = ("withdraw", "link", "filed", "lost_pin", "mail_given")


def begin(state: Mapping[str, Any], u: Understanding, scene: Scene, purpose: str = "look_up") -> Step:
    """Somebody asks how things stand, with or without receipt and PIN."""
    pin = state.get("pin") if state.get("asked") == "receipt" else None  # sent before its receipt
    lead = "noted" if state.get("asked") else "tokyo_status"
    state = {**state, "asked": None, "purpose": purpose, "misses": 0, "retry": None}
    if u.sealed.get("receipt") or u.sealed.get("pin"):
        return _collect({**state, "receipt": None, "pin": pin}, u, scene, lead)
    if state.get("grant"):
        return Step(state, task={"do": "view"})
    return Step(state, task={"do": "status"})


def pending(state: Mapping[str, Any], *leads: str, why: bool = False) -> Spec:
    """The question that waits for an answer."""
    about = state["asked"]
    if about == "mail":
        about = "contact_line" if state.get("on_line") else "contact"
    spec = {"say": "application", "name": "question", "about": about, "leads": list(leads), "why": why}
    spec["topic"] = "status_check"
    return {**spec, "papers": list(state.get("missing", ()))} if about in ("tick", "tick_all") else spec


def step(state: State, u: Understanding, scene: Scene) -> Step:
    """Takes one message while a look-up is under way, or after one."""
    state = dict(state)
    if state.get("retry") and (replies.again(u) or replies.says_yes(u.plain)) and not u.sealed:
        return Step(state, task=state["retry"])
    if commands.lost_pin(u) or state.get("asked") in ("pin", "old_pin") and commands.forgotten(u):
        return _lost_pin(state, scene)
    if state.get("asked") in ("pin", "old_pin") and commands.other_receipt(u) and not u.sealed:
        return _ask({**state, "receipt": None, "misses": 0}, "receipt", "back")
    if (commands.lost_receipt(u) or commands.lost_number(u)) and not u.sealed.get("receipt"):
        return Step(state, task={"do": "receipt"})
    if state.get("grant") and commands.reads(u) and not u.sealed:
        lead = {"lead": "tokyo_status"} if commands.accepted(u) else {}
        return Step({**state, "asked": None}, task={"do": "view", **lead})
    if commands.wants_new_pin(u):
        return _new_pin(state, scene)
    if u.sealed.get("receipt"):
        return begin(state, u, scene, state.get("purpose") or "look_up")
    if state.get("asked"):
        return _answer(state, u, scene)
    return _command(state, u, scene) if state.get("grant") else Step(state)


def _answer(state: State, u: Understanding, scene: Scene) -> Step:
    asked = state["asked"]
    ordered = commands.named(u)
    if state.get("grant") and not u.sealed and u.sure("check_application_status"):
        return Step({**state, "asked": None}, task={"do": "view"})
    if state.get("grant") and (tick := _ticked(state, u)):
        return Step({**state, "asked": None}, task=tick)
    if ordered and ordered != asked and not replies.questions(u) and not u.sealed:
        found = _ordered(state, u, scene)
        if found.specs or found.task:
            return found
    if asked == "mail" and commands.wants_no_notices(u):
        return Step({**state, "asked": None}, task={"do": "contact", "contact": {"kind": "none"}})
    if replies.stops(u) and ordered != asked:
        return Step({**state, "asked": None, "receipt": None, "pin": None, "retry": None}, [_note("stopped")])
    if u.sure("why_ask", 0.4):
        return Step(state, [pending(state, why=True)])
    if u.sure("repeat"):
        return Step(state, [pending(state)])
    if asked in ("pin", "receipt", "old_pin"):
        return _secret(state, u, scene)
    # 「取り下げません」「取り下げるとどうなりますか」 name the deed too, and give no leave to do it.
    back = asked in _CONFIRMED and replies.asks_back(u)
    unwanted = asked in _CONFIRMED and replies.lets_be(u) and not back
    no = replies.says_no(u.plain) or u.sure("deny") or unwanted
    yes = replies.says_yes(u.plain) or u.sure("affirm") or ordered == asked and not replies.says_no(u.plain)
    yes = yes and not back and not unwanted
    if asked in _CONFIRMED and yes != no:
        after = {**state, "asked": None, "mail": None}
        return Step(after, task=_confirmed(state)) if yes else Step(after, [_note("stopped")])
    if asked == "mail":
        return _contact(state, u, scene)
    if asked == "tick_all" and yes != no:
        if no:
            return _ask(state, "tick")
        return Step({**state, "asked": None}, task=_marked([(d, True) for d in state["missing"]]))
    if asked == "tick" and (named := papers_named.named(u, state["documents"])):
        return Step({**state, "asked": None}, task=_marked([(document, True) for document in named]))
    return _other(state, u, scene, "not_a_paper" if asked == "tick" else "unclear")


def _confirmed(state: State) -> dict[str, Any]:
    if state["asked"] == "mail_given":
        return {"do": "contact", "contact": {"kind": "email", "sealed": state["mail"]}}
    return {"do": state["asked"]}


def _ordered(state: State, u: Understanding, scene: Scene) -> Step:
    """Another wish in place of an answer: done if the record is open, else said to need that first."""
    if state.get("grant"):
        return _command(state, u, scene)
    return Step(state, [pending(state, "tokyo_status" if commands.named(u) == "view" else "open_first")])


def _secret(state: State, u: Understanding, scene: Scene) -> Step:
    if u.sealed.get("pin"):
        return _collect(state, u, scene)
    if state["asked"] == "pin" and replies.back(u):
        return _ask({**state, "receipt": None}, "receipt", "back")
    if lead := commands.needs_record(u):
        return Step(state, [pending(state, lead)])
    if state["asked"] == "receipt" and not u.sealed and not replies.questions(u):
        if replies.says_no(u.plain) or u.sure("deny") or commands.has_no_record(u):
            return Step({**state, "asked": None}, [{**_note("no_record"), "buttons": ["start"]}])
        if any(ready for _, ready in papers_named.marks(u, papers_named.DOCUMENTS)):
            return Step(state, [pending(state, "open_first")])
    if u.sure("check_application_status") or replies.starts_over(
        u
    ):  # said once more; it is no receipt that could not be read
        return Step(state, [pending(state, "tokyo_status")])
    return _other(state, u, scene, "no_receipt" if state["asked"] == "receipt" else "no_pin")


def _other(state: State, u: Understanding, scene: Scene, lead: str) -> Step:
    """Not an answer: a question, a command, or something unclear; after three of those we stop pressing."""
    if replies.asks(u):
        return Step(state, interrupted=True)
    found = _command(state, u, scene) if state.get("grant") else Step(state)
    if found.specs or found.task:
        return found
    misses = state.get("misses", 0) + 1
    if misses >= 3:
        return Step({**state, "asked": None, "misses": 0}, [_note("stopped")])
    return Step({**state, "misses": misses}, [pending(state, lead)])


def _collect(state: State, u: Understanding, scene: Scene, lead: str = "noted") -> Step:
    """Receipt and PIN, in one message or one after the other."""
    if scene.on_line:  # R48: on LINE nobody is asked for what opens a record, and it is not used when sent unasked
        return Step({**state, "asked": None, "receipt": None, "pin": None}, task={"do": "status"})
    kept = {kind: u.sealed.get(kind) or state.get(kind) for kind in ("receipt", "pin")}
    state = {**state, **kept, "address": u.sealed.get("address"), "misses": 0}
    if kept["receipt"] and kept["pin"]:
        do = "new_pin" if state.get("purpose") == "new_pin" else "look_up"
        return Step({**state, "asked": None}, task={"do": do})
    if kept["pin"]:
        return _ask(state, "receipt", "receipt_first")
    return _ask(state, "pin", lead)


def _contact(state: State, u: Understanding, scene: Scene) -> Step:
    found = wished.contact(u, scene.on_line)
    if found:
        after = {**state, "asked": None}
        return Step(after, task={"do": "contact", "contact": dict(found)}, took_contact=True)
    if MASK in u.text:
        unread = bool(u.sealed.get("unread_mail")) and not scene.on_line
        return Step(state, [pending(state, "no_mail_on_line" if scene.on_line else "bad_mail")], took_contact=unread)
    if wished.wants_mail(u):
        return Step(state, [pending(state, "send_mail")])
    return _other(state, u, scene, "unclear")


def _command(state: State, u: Understanding, scene: Scene) -> Step:
    """What may be done once the record is open."""
    if commands.named(u) == "view":
        return Step(state, task={"do": "view"})
    if replies.asks(u) and "?" in u.plain:
        return Step(state)
    if u.sealed.get("mail"):
        return _mail_given(state, u, scene)
    if u.sealed.get("unread_mail") and not scene.on_line:
        again = _ask({**state, "on_line": False}, "mail", "bad_mail")
        return Step(again.state, again.specs, took_contact=True)
    if tick := _ticked(state, u):
        return Step(state, task=tick)
    if papers_named.all_there(u) and state.get("missing"):
        return _ask(state, "tick_all")
    if commands.wants_no_notices(u):
        return Step(state, task={"do": "contact", "contact": {"kind": "none"}})
    name = commands.named(u)
    if name in ("unlink", "view"):
        return Step(state, task={"do": name})
    if name == "new_pin":
        return _new_pin(state, scene)
    if name == "wishes":
        return change(state["wishes"], u, scene)
    if name in ("withdraw", "link", "tick", "filed"):
        return _ask(state, name)
    if name == "contact" and commands.wants_no_notices(u):
        return Step(state, task={"do": "contact", "contact": {"kind": "none"}})
    if name == "contact" and scene.on_line and not scene.pushes:
        return Step(state, [_note("contact_on_page")])
    if name == "contact":
        return _ask({**state, "on_line": scene.on_line}, "mail")
    return Step(state)


def _ticked(state: State, u: Understanding) -> dict[str, Any] | None:
    """That papers are there, or not; a question about them says neither."""
    marks = papers_named.marks(u, state.get("documents", ()))
    asks = "?" in u.plain or replies.questions(u)
    return None if not marks or asks else _marked(marks)


def _marked(marks: Sequence[tuple[str, bool]]) -> dict[str, Any]:
    return {"do": "tick", "marks": [[document, ready] for document, ready in marks]}


def taken_back(said: Mapping[str, Any], state: Mapping[str, Any], u: Understanding) -> Step | None:
    """A no right after papers were marked, `said` being what was said last: the marks are taken off again."""
    marked = said.get("values", {}).get("ticked") if said.get("name") == "status" else None
    no = replies.says_no(u.plain) or u.sure("deny")
    if not marked or not no or not state.get("grant") or state.get("asked") or papers_named.names_one(u):
        return None
    return Step(dict(state), task=_marked([(document, False) for document in marked]))


def _new_pin(state: State, scene: Scene) -> Step:
    """The old PIN proves who asks; the receipt is still at hand for some minutes after a look-up."""
    if scene.on_line:  # R48: on our page, not in the chat
        return Step({**state, "asked": None}, task={"do": "page"})
    state = {**state, "purpose": "new_pin", "key": secrets.token_urlsafe(24), "pin": None}
    return _ask(state, "old_pin" if state.get("receipt") else "receipt")


def _lost_pin(state: State, scene: Scene) -> Step:
    """Who typed the PIN here or was given it a while ago may have a new one; nobody else can be told from a stranger."""
    state = {**state, "asked": None}
    if scene.on_line and state.get("started"):
        return Step(state, task={"do": "pin_again"})
    if scene.on_line or not (state.get("grant") and state.get("proof")):
        return Step(state, [{**_note("pin_lost"), "buttons": ["start"]}])
    return _ask({**state, "key": secrets.token_urlsafe(24)}, "lost_pin", "pin_not_kept")


def _mail_given(state: State, u: Understanding, scene: Scene) -> Step:
    """An address sent unasked is offered as where notices go: not said again, and not kept before the yes."""
    if scene.on_line:
        return Step(state, [_note("contact_on_page")])
    asked = _ask({**state, "mail": u.sealed["mail"]}, "mail_given")
    return Step(asked.state, asked.specs, took_contact=True)


def _ask(state: State, asked: str, *leads: str) -> Step:
    state = {**state, "asked": asked}
    return Step(state, [pending(state, *leads)])


def _note(name: str) -> Spec:
    return {"say": "application", "name": "note", "note": name, "topic": "status_check", "kind": "answer"}
