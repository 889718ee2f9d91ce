"""Starting an application as a conversation: a pure step from state and message to state and things to say or do.

The state is a plain dict that lives in the slot `application_draft`: `facts` (see `wished`), `asked`, `declined`, `trail`, `stage`
(asking, summary, done), `paused`, `misses`, `at` (when it was last touched), and from the summary on `key`: random, made for this one
confirmation, so that a yes said twice makes one application. `mode` is `change` when the wishes of an application are changed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.dialogue import replies, wished
from bot.dialogue.speaking import Spec
from bot.dialogue.understanding import Understanding
from bot.privacy.redact import MASK

State = dict[str, Any]

QUESTIONS = ("tie", "foreign", "adopted", "common_name", "child", "planned", "contact")
ABANDONED = timedelta(minutes=30)
_FIELDS = {
    "tie": re.compile(r"つながり|住|勤|働|引っ越|\btie\b"),
    "foreign": re.compile(r"国籍|外国|nationality|foreign"),
    "adopted": re.compile(r"養子|縁組|adopt"),
    "common_name": re.compile(r"通称|common name"),
    "child": re.compile(r"子ども|子供|お子さん|こども|child"),
    "planned": re.compile(r"時期|いつ|予定|日に?ち|月を|\bwhen\b|\bdate\b|month"),
    "contact": re.compile(r"知らせ|しらせ|連絡|メール|notice|contact|e-?mail"),
}


@dataclass(frozen=True)
class Scene:
    """What a step may know besides state and message; the key maker is given in tests."""

    today: date
    now: datetime
    language: str
    on_line: bool = False
    pushes: bool = False
    """Whether notices can be pushed on the channel that is spoken on."""
    new_key: Callable[[], str] = field(default=lambda: secrets.token_urlsafe(24))


@dataclass(frozen=True)
class Step:
    """What comes of a message; neither specs nor a task: it was not meant for this dialogue."""

    state: State
    specs: list[Spec] = field(default_factory=list)
    interrupted: bool = False
    """The message asks something else: answer that first, then ask again."""
    task: Mapping[str, Any] | None = None
    took_contact: bool = False


def kept(state: Mapping[str, Any] | None, now: datetime) -> Mapping[str, Any] | None:
    """The draft, unless it was left alone for half an hour."""
    return state if state and now < datetime.fromisoformat(state["at"]) + ABANDONED else None


def active(state: Mapping[str, Any]) -> bool:
    """Whether a question of the draft waits for an answer."""
    return bool(state) and state["stage"] != "done" and not state.get("paused")


def begin(facts: wished.Facts, scene: Scene, *, from_check: bool = False) -> Step:
    """Starts with what is known from the check and from the message that asked for it."""
    state: State = {"facts": dict(facts), "declined": [], "trail": [], "misses": 0, "mode": "new"}
    return _advance(state, scene, ["begin", *(["known"] if from_check else [])])


def change(stored: Mapping[str, Any], scene: Scene) -> Step:
    """Begins to change the wishes of an application, shown as they are now."""
    facts = {**wished.facts_of(stored), "contact": {"kind": "kept"}}
    state: State = {"facts": facts, "declined": [], "trail": [], "misses": 0, "mode": "change"}
    return _which(_at(state, scene, "summary", "which"))


def resume(state: State, scene: Scene) -> Step:
    """Takes a paused draft up again."""
    return _say({**_at(state, scene, state["stage"], state["asked"]), "paused": False}, "go_on")


def pending(state: State, *leads: str, why: bool = False) -> Spec:
    """What waits for an answer, said again."""
    if state["asked"] == "summary":
        contact = state["facts"].get("contact", {}).get("kind")
        facts = {**state["facts"], "contact": contact}
        return {"say": "application", "name": "summary", "facts": facts, "leads": list(leads), "mode": state["mode"]}
    about = "contact_line" if state["asked"] == "contact" and state.get("on_line") else state["asked"]
    spec = {"say": "application", "name": "question", "about": about, "leads": list(leads), "why": why}
    if about == "which" and state["mode"] == "change":
        spec["without"] = ["fix_contact"]
    return spec


def step(state: State, u: Understanding, scene: Scene) -> Step:
    """Takes one message into a draft."""
    state = _at(deepcopy(state), scene, state["stage"], state["asked"])
    if state["stage"] == "done":
        return _repeated(state, u)
    asked = state["asked"]
    if replies.stops(u):
        return Step({**state, "paused": True}, [_note("paused")])
    if u.sure("why_ask", 0.4):
        return Step(state, [pending(state, why=True)])
    if u.sure("repeat") and not (state.get("tried") and replies.again(u)):
        return _say(state)
    if replies.starts_over(u):
        return begin({}, scene)
    if replies.back(u):
        return _back(state, scene)
    if asked in ("summary", "which"):
        return _confirm(state, u, scene)
    facts = wished.read(u, asked, scene.on_line)
    if replies.questions(u) and "planned" not in facts:
        return Step(state, interrupted=True)
    if facts and (asked in facts or replies.corrects(u) or not replies.asks(u)):
        return _take(state, facts, u, scene)
    return _not_answered(state, u, scene)


def _not_answered(state: State, u: Understanding, scene: Scene) -> Step:
    asked = state["asked"]
    if asked == "contact" and (MASK in u.text or u.sealed.get("mail")):
        return _say(state, "no_mail_on_line" if scene.on_line else "bad_mail")
    if replies.asks(u):
        return Step(state, interrupted=True)
    if replies.fixes(u) and (about := _field(u)):
        return _ask_again(state, about, scene)
    if u.sure("correct"):
        return _back(state, scene)
    if replies.rather_not(u) or replies.dont_know(u):
        return _skip(state, scene, "skipped")
    if asked == "contact" and wished.wants_mail(u):
        return _say(state, "send_mail")
    if replies.goes_on(u) or u.sure("start_application", 0.4):
        return _say(state, "go_on")
    state["misses"] += 1
    if state["misses"] >= 3:
        return _skip(state, scene, "give_up")
    return _say(state, *(["month_needed"] if asked == "planned" else ["unclear"]))


def _take(state: State, facts: wished.Facts, u: Understanding, scene: Scene) -> Step:
    if "planned" in facts and facts["planned"] != "open" and not wished.in_range(facts["planned"], scene.today):
        return _say(state, "out_of_range")
    known = state["facts"]
    changed = any(name in known and known[name] != value for name, value in facts.items())
    state["trail"] = [*state["trail"][-8:], [deepcopy(known), list(state["declined"]), state["asked"]]]
    state["facts"] = {**known, **facts}
    state["declined"] = [name for name in state["declined"] if name not in facts]
    leads = ["corrected" if changed or replies.corrects(u) and state["asked"] not in facts else "noted"]
    if facts.get("tie") == []:
        leads = ["tie_needed"]
    step = _advance(state, scene, leads)
    return Step(step.state, step.specs, took_contact="contact" in facts)


def _confirm(state: State, u: Understanding, scene: Scene) -> Step:
    """A yes, what to change, or another question."""
    about = _field(u) if replies.fixes(u) or state["asked"] == "which" else None
    if about:
        return _ask_again(state, about, scene)
    facts = wished.read(u, None, scene.on_line)
    if facts and not replies.questions(u):
        return _take(state, facts, u, scene)
    if state["asked"] == "which" and replies.goes_on(u):
        return _advance(state, scene, ["go_on"])
    yes = replies.says_yes(u.plain) or u.sure("affirm") or replies.again(u) or u.sure("start_application")
    if state["asked"] == "summary" and yes and not replies.asks(u):
        return _yes(state, scene)
    if replies.fixes(u) or replies.says_no(u.plain) or u.sure("deny") or u.sure("correct"):
        return _which({**state, "asked": "which"})
    if replies.asks(u):
        return Step(state, interrupted=True)
    return _say(state, "unclear")


def _yes(state: State, scene: Scene) -> Step:
    if not state.get("tried") and state["language"] != scene.language:
        state = {**state, "key": scene.new_key(), "language": scene.language}
    task = {"do": "wishes" if state["mode"] == "change" else "start"}
    return Step({**state, "tried": True}, task=task)


def _repeated(state: State, u: Understanding) -> Step:
    """A second yes to a summary that was confirmed: the same application again, never another."""
    yes = (replies.says_yes(u.plain) or u.sure("affirm") or replies.again(u)) and len(u.plain) <= 16
    return Step(state, task={"do": "start"}) if yes and state["mode"] == "new" and state.get("fresh") else Step(state)


def _ask_again(state: State, about: str, scene: Scene) -> Step:
    if about == "contact" and state["mode"] == "change":
        return _which(state)
    state["trail"] = [*state["trail"][-8:], [deepcopy(state["facts"]), list(state["declined"]), state["asked"]]]
    state["facts"].pop(about, None)
    state["declined"] = [name for name in state["declined"] if name != about]
    return _say(_at(state, scene, "asking", about))


def _skip(state: State, scene: Scene, lead: str) -> Step:
    asked = state["asked"]
    state["trail"] = [*state["trail"][-8:], [deepcopy(state["facts"]), list(state["declined"]), asked]]
    if asked == "planned":
        state["facts"]["planned"] = "open"
    elif asked == "contact":
        state["facts"]["contact"] = {"kind": "none"}
    else:
        state["declined"] = [*state["declined"], asked]
    return _advance(state, scene, [lead])


def _back(state: State, scene: Scene) -> Step:
    if state["trail"]:
        state["facts"], state["declined"], asked = state["trail"].pop()
        asked = asked if asked in QUESTIONS else "summary"
        state = _at(state, scene, "summary" if asked == "summary" else "asking", asked)
    return _say(state, "back")


def _advance(state: State, scene: Scene, leads: list[str]) -> Step:
    """Asks what is still open, or shows the summary with a fresh key."""
    settled = {*state["facts"], *state["declined"]}
    if scene.on_line and not scene.pushes:
        settled.add("contact")
    question = next((name for name in QUESTIONS if name not in settled), None)
    state["misses"] = 0
    if question:
        return _say(_at(state, scene, "asking", question), *leads)
    state = {**_at(state, scene, "summary", "summary"), "key": scene.new_key(), "tried": False}
    return _say({**state, "language": scene.language}, *(lead for lead in leads if lead != "noted"))


def _field(u: Understanding) -> str | None:
    return next((name for name, words in _FIELDS.items() if words.search(u.plain)), None)


def _at(state: State, scene: Scene, stage: str, asked: str | None) -> State:
    return {**state, "stage": stage, "asked": asked, "at": scene.now.isoformat(), "on_line": scene.on_line}


def _which(state: State) -> Step:
    return _say({**state, "asked": "which"})


def _say(state: State, *leads: str) -> Step:
    return Step(state, [pending(state, *leads)])


def _note(name: str) -> Spec:
    return {"say": "application", "name": "note", "note": name, "topic": "start_application", "kind": "confirm"}
