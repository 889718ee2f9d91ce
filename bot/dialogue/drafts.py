"""The draft of an application as a value: what is known, what is asked next, and how it is put.

The state is a plain dict that lives in the slot `application_draft`: `facts` (see `wished`), `asked`, `declined`, `trail`, `stage`
(asking, summary, done), `paused`, `misses`, `at` (when it was last touched), and from the summary on `key`: random, made for this one
confirmation, so that a yes said twice makes one application; once a yes was `sent`, corrections keep the key and raise `revision`. `mode` is `change` when the wishes of an application are changed; `stored` is what they
were then.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from bot.dialogue.speaking import Spec
from bot.dialogue.understanding import Understanding

State = dict[str, Any]

QUESTIONS = ("tie", "foreign", "adopted", "common_name", "child", "planned", "contact")
ABANDONED = timedelta(minutes=30)
MOST_MISSES = 3
_FIELDS = {
    "tie": re.compile(r"つながり|住|勤|働|引っ越|\btie\b"),
    "foreign": re.compile(r"国籍|こくせき|外国|nationality|foreign"),
    "adopted": re.compile(r"養子|ようし|縁組|adopt"),
    "common_name": re.compile(r"通称|つうしょう|common name"),
    "child": re.compile(r"子ども|子供|お子さん|こども|child"),
    "planned": re.compile(r"時期|いつ|予定|よてい|日に?ち|月を|\bwhen\b|\bdate\b|month"),
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


def changes(state: Mapping[str, Any]) -> bool:
    """Whether it changes the wishes of an application rather than starting one."""
    return state["mode"] == "change"


def pending(state: State, *leads: str, why: bool = False) -> Spec:
    """What waits for an answer, said again."""
    if state["asked"] == "summary":
        contact = state["facts"].get("contact", {}).get("kind")
        facts = {**state["facts"], "contact": contact}
        return {"say": "application", "name": "summary", "facts": facts, "leads": list(leads), "mode": state["mode"]}
    about = "contact_line" if state["asked"] == "contact" and state.get("on_line") else state["asked"]
    spec = {"say": "application", "name": "question", "about": about, "leads": list(leads), "why": why}
    if changes(state):
        spec["topic"] = "status_check"
    if about == "which" and changes(state):
        spec["without"] = ["fix_contact"]
    return spec


def say(state: State, *leads: str) -> Step:
    """What waits for an answer, after some words."""
    return Step(state, [pending(state, *leads)])


def note(name: str, topic: str = "start_application") -> Spec:
    """A spec for one of the notes."""
    return {"say": "application", "name": "note", "note": name, "topic": topic, "kind": "confirm"}


def at(state: State, scene: Scene, stage: str, asked: str | None) -> State:
    """The draft at another question, touched now."""
    return {**state, "stage": stage, "asked": asked, "at": scene.now.isoformat(), "on_line": scene.on_line}


def which(state: State) -> Step:
    """Asks which answer is to be changed."""
    return say({**state, "asked": "which"})


def advance(state: State, scene: Scene, leads: list[str]) -> Step:
    """Asks what is still open, or shows the summary under a key."""
    settled = {*state["facts"], *state["declined"]}
    if scene.on_line and not scene.pushes:
        settled.add("contact")
    question = next((name for name in QUESTIONS if name not in settled), None)
    state["misses"] = 0
    if question:
        return say(at(state, scene, "asking", question), *leads)
    state = {**at(state, scene, "summary", "summary"), **confirmation(state, scene), "tried": False}
    return say({**state, "language": scene.language}, *(lead for lead in leads if lead != "noted"))


def confirmation(state: State, scene: Scene) -> State:
    """What the next yes confirms: a key of its own, or a correction under the key of a yes whose answer was not heard.

    That one may have come through all the same, or may still do so: under another key it would be a second application.
    """
    return {"revision": state.get("revision", 0) + 1} if state.get("sent") else {"key": scene.new_key()}


def unheard(state: Mapping[str, Any] | None) -> State:
    """What a draft that begins anew takes over from one whose yes was not answered."""
    if not state or not state.get("sent") or state["stage"] == "done" or changes(state):
        return {}
    return {name: state[name] for name in ("key", "sent", "revision") if name in state}


def remembered(state: State) -> State:
    """The draft with its present answers on the trail, so that they can be gone back to."""
    here = [deepcopy(state["facts"]), list(state["declined"]), state["asked"]]
    return {**state, "trail": [*state["trail"][-8:], here]}


def back(state: State, scene: Scene) -> Step:
    """The question before."""
    if state["trail"]:
        state["facts"], state["declined"], asked = state["trail"].pop()
        asked = asked if asked in QUESTIONS else "summary"
        state = at(state, scene, "summary" if asked == "summary" else "asking", asked)
        if asked == "summary":
            state = {**state, **confirmation(state, scene), "tried": False}
    return say(state, "back")


def ask_again(state: State, about: str, scene: Scene, *leads: str) -> Step:
    """One answer anew."""
    if about == "contact" and changes(state):
        return which(state)
    state = remembered(state)
    state["facts"].pop(about, None)
    state["declined"] = [name for name in state["declined"] if name != about]
    return say(at(state, scene, "asking", about), *leads)


def skip(state: State, scene: Scene, lead: str) -> Step:
    """Leaves what is asked open."""
    asked, state = state["asked"], remembered(state)
    if asked == "planned":
        state["facts"]["planned"] = "open"
    elif asked == "contact":
        state["facts"]["contact"] = {"kind": "none"}
    else:
        state["declined"] = [*state["declined"], asked]
    return advance(state, scene, [lead])


def named(u: Understanding) -> str | None:
    """The answer that a message names."""
    return next((name for name, words in _FIELDS.items() if words.search(u.plain)), None)
