"""The application dialogues in the order of concerns: which of them a message is for, and what it does to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue import answers, applying, commands, drafts, replies, situation, tracking, wished
from bot.dialogue.drafts import Scene, Step
from bot.dialogue.moment import Moment
from bot.dialogue.turn import Turn
from bot.nlu.normalise import for_features
from bot.rules.checklist import LINKS, Circumstance, circumstances


def scene(moment: Moment) -> Scene:
    """What a step may know."""
    on_line = moment.memory.channel == "line"
    pushes = on_line and bool(moment.u.sealed.get("line_user"))
    return Scene(moment.today, moment.now, moment.language, on_line, pushes)


def under_way(moment: Moment) -> Turn | None:
    """A draft or a look-up that waits for this message, or a record that is open."""
    draft, access = moment.draft, moment.access
    if commands.erases(moment.u):
        return None  # never an answer to one of our questions: see `steering.control`
    if drafts.active(draft) and moment.u.sure("check_application_status", 0.7):
        return status(moment)
    if drafts.active(draft) and drafts.changes(draft) and _leaves_change(moment):
        access = {**access, "asked": None}
        return _turn(moment, tracking.step(access, moment.u, scene(moment)), "access", draft=None)
    if drafts.active(draft) and moment.u.sure("check_eligibility", 0.7):
        return None  # puts the draft aside, see `one_at_a_time`
    if drafts.active(draft) and not moment.u.sealed.get("receipt"):
        step = applying.step(draft, moment.u, scene(moment))
        return _turn(moment, step, "draft") or _aside(moment, step, "draft")
    if moment.checking and not moment.u.sealed.get("receipt"):
        return None
    if draft.get("stage") == "done" and not access.get("retry"):
        step = applying.step(draft, moment.u, scene(moment))
        if step.task:
            return _turn(moment, step, "draft")
    if unticked := tracking.taken_back(moment.last, access, moment.u):
        return _turn(moment, unticked, "access")
    if moment.u.sealed.get("receipt") or access:
        step = tracking.step(access, moment.u, scene(moment))
        turn = _tracked(moment, step) or _aside(moment, step, "access")
        if turn:
            return turn
    if commands.asks_how_it_stands(moment.u) and not moment.checking and not access.get("asked"):
        return status(moment)
    if moment.u.sealed.get("pin") and (len(moment.u.plain) <= 12 or commands.names_a_pin(moment.u)):
        return _tracked(moment, tracking.begin({}, moment.u, scene(moment)))
    return status(moment) if moment.u.plain in _taps(moment) else None


def _leaves_change(moment: Moment) -> bool:
    """Whether something else is wanted of the record whose wishes were being changed."""
    u, other = moment.u, commands.named(moment.u)
    if commands.lost_pin(u) or commands.lost_receipt(u) or commands.wants_new_pin(u):
        return True
    return other not in (None, "wishes") and not replies.questions(u) and bool(moment.access.get("grant"))


def _taps(moment: Moment) -> set[str]:
    """What the buttons below an open record send; tapped later, they lead to the record again."""
    table = moment.knowledge.application_talk["buttons"]
    return {for_features(table[name]["say"][moment.language]) for name in commands.COMMANDS if name in table}


def start(moment: Moment) -> Turn:
    """Begins a draft with what the eligibility check knows and what the message says."""
    known = _from_check(moment)
    facts = {**known, **wished.read(moment.u, None, scene(moment).on_line, moment.today)}
    step = applying.begin(facts, scene(moment), from_check=bool(known))
    return moment.turn(*step.specs, draft=step.state, access=_quiet(moment.access))


def status(moment: Moment) -> Turn | None:
    """Somebody asks how things stand."""
    return _tracked(moment, tracking.begin(moment.access, moment.u, scene(moment)))


def resume(moment: Moment) -> Turn | None:
    """Takes up a draft that was stopped."""
    if not moment.draft.get("paused") or moment.draft["stage"] == "done":
        return None
    step = applying.resume(moment.draft, scene(moment))
    return moment.turn(*step.specs, draft=step.state)


def again(moment: Moment) -> Turn | None:
    """The pending question once more, as when the language was changed; None when there is none."""
    if drafts.active(moment.draft):
        return moment.turn(drafts.pending(moment.draft))
    return moment.turn(tracking.pending(moment.access)) if moment.access.get("asked") else None


def _turn(moment: Moment, step: Step, name: str, **changes: Any) -> Turn | None:
    if not (step.specs or step.task):
        return None
    return moment.turn(
        *step.specs, task=step.task, took_contact=step.took_contact, **{name: step.state or None}, **changes
    )


def _tracked(moment: Moment, step: Step) -> Turn | None:
    """As `_turn`; what else waits for an answer is put aside."""
    changes: dict[str, Any] = {}
    if drafts.active(moment.draft):
        changes["draft"] = {**moment.draft, "paused": True}
    if moment.checking:
        changes["check"] = {**moment.check, "active": False, "paused": True}
    if step.state.get("mode") == "change":
        return _turn(moment, step, "draft", access=_quiet(moment.access))
    return _turn(moment, step, "access", **changes)


def _aside(moment: Moment, step: Step, name: str) -> Turn | None:
    """Answers a question asked in between, then asks ours again."""
    if not step.interrupted:
        return None
    pending = drafts.pending if name == "draft" else tracking.pending
    aside = answers.answered(moment)
    if aside[0].get("kind") in ("fallback", "offer"):
        return moment.turn(pending(step.state, "unclear"), **{name: step.state})
    return moment.turn(*aside, pending(step.state, "go_on"), **{name: step.state})


def _quiet(access: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return {**access, "asked": None} if access else None


def _from_check(moment: Moment) -> wished.Facts:
    """What a check already tells about the papers."""
    told = moment.check.get("facts")
    if not told:
        return {}
    found = circumstances(situation.situation(told, moment.today))
    facts: wished.Facts = {}
    ties = sorted(c.value for c in found & LINKS)
    if ties:
        facts["tie"] = ties
    relation = told.get("relation")
    if relation:
        facts["adopted"] = "yes" if Circumstance.ADOPTED_IN_PARTNERSHIP in found else "no"
    return facts


def one_at_a_time(turn: Turn, moment: Moment) -> Turn:
    """A check that begins puts a draft aside, and a draft a check; a yes to a summary is only a repeated yes right after it."""
    draft, changes = turn.draft, {}
    if draft and drafts.active(draft) and (turn.check or {}).get("active"):
        if moment.checking:
            changes["check"] = {**(turn.check or {}), "active": False, "paused": True}
        else:
            changes["draft"] = {**draft, "paused": True}
    elif draft and draft.get("fresh") and (turn.task or {}).get("do") != "start":
        changes["draft"] = {**draft, "fresh": False}
    return replace(turn, **changes) if changes else turn
