"""The application dialogues in the order of concerns: which of them a message is for, and what it does to the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue import answers, applying, care, commands, drafts, replies, situation, stated, tracking, wished
from bot.dialogue.drafts import Scene, Step
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec
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
    if access.get("grant") and commands.noted_pin(moment.u, shown=bool(access.get("new_pin"))):
        return _turn(moment, Step(access, task={"do": "noted"}), "access")
    # With nothing said before, the conversation was forgotten for its age: a link of the chat to a record may still be there.
    if (access or not moment.memory.said) and scene(moment).on_line and commands.link_again(moment.u):
        return _tracked(moment, Step({**access, "asked": None}, task={"do": "link_again"}))
    if forgotten := _run_out(moment):
        return forgotten
    if drafts.active(draft) and moment.u.sure("check_application_status", 0.7):
        return status(moment)
    if drafts.active(draft) and (commands.lost_pin(moment.u) or drafts.changes(draft) and _leaves_change(moment)):
        return _put_aside(moment)
    if drafts.active(draft) and moment.u.sure("show_menu", 0.7):
        return None  # the way out of everything; the draft stays open
    if drafts.active(draft) and moment.u.sure("check_eligibility", 0.7):
        return None  # puts the draft aside, see `one_at_a_time`
    if drafts.active(draft) and not moment.u.sealed.get("receipt"):
        step = applying.step(draft, moment.u, scene(moment))
        return _turn(moment, step, "draft") or _aside(moment, step, "draft")
    if moment.checking and not moment.u.sealed.get("receipt"):
        return _instead_of_check(moment)
    if draft.get("stage") == "done" and not access.get("retry"):
        step = applying.step(draft, moment.u, scene(moment))
        if step.task:
            return _turn(moment, step, "draft")
    if unticked := tracking.taken_back(moment.last, access, moment.u):
        return _turn(moment, unticked, "access")
    if access.get("asked") == "receipt" and not moment.u.sealed and _tells_their_case(moment):
        return None  # 「届け出可能か確認お願いします」 was taken for a look-up; what they tell now is no receipt
    if _may_begin(moment) and commands.begins(moment.u):
        return start(moment)
    if moment.u.sealed.get("receipt") or access:
        step = tracking.step(access, moment.u, scene(moment))
        turn = _back_to_draft(moment, step) or _tracked(moment, step) or _aside(moment, step, "access")
        if turn:
            return turn
    if commands.lost_pin(moment.u):
        return moment.turn(*tracking.step({}, moment.u, scene(moment)).specs)
    if not moment.checking and (commands.lost_receipt(moment.u) or commands.lost_number(moment.u)):
        return _tracked(moment, Step(access, task={"do": "receipt"}))
    lead = None if draft or moment.checking or access.get("asked") else commands.needs_record(moment.u)
    if lead:
        return _tracked(moment, Step(access, task={"do": "status", "lead": lead}))
    if commands.asks_how_it_stands(moment.u) and not moment.checking and not access.get("asked"):
        return status(moment)
    if moment.u.sealed.get("pin") and (len(moment.u.plain) <= 12 or commands.names_a_pin(moment.u)):
        return _tracked(moment, tracking.begin({}, moment.u, scene(moment)))
    return status(moment) if moment.u.plain in _taps(moment) else None


def _run_out(moment: Moment) -> Turn | None:
    """A try again, or a late yes, after the draft was forgotten for its age: said so, instead of sending them to try for ever."""
    stored, access, u = moment.memory.draft or {}, moment.access, moment.u
    waited = moment.last.get("note") in ("later_start", "later_change")
    if moment.draft or not (stored or waited) or moment.checking or access.get("asked") or access.get("retry"):
        return None
    again = replies.again(u) or u.sure("repeat")
    if stored.get("stage") == "done":
        return status(moment) if waited and again else None
    changes = stored.get("mode") == "change" or moment.last.get("note") == "later_change"
    forgotten = "change_forgotten" if changes else "start_forgotten"
    if again:
        return moment.turn(note(forgotten, "status" if changes else "start"))
    if replies.says_yes(u.plain) and not changes:  # one that is delivered again finds what it has started
        return moment.turn(task={"do": "recover", "otherwise": forgotten})
    return None


def _instead_of_check(moment: Moment) -> Turn | None:
    """What is wanted of the record is no answer to the check: it goes on once it is told how things stand, and waits for all else."""
    u, access = moment.u, moment.access
    if u.sealed:
        return None
    if commands.asks_in_a_check(u):
        step = tracking.begin(access, u, scene(moment))
        return _turn(moment, replace(step, task={**(step.task or {}), "in_check": True}), "access")
    if not access.get("grant") or not commands.of_a_record(u):
        return None
    return _tracked(moment, tracking.step({**access, "asked": None}, u, scene(moment)))


def _tells_their_case(moment: Moment) -> bool:
    facts = stated.read(moment.u, moment.today)
    return (
        len(facts.keys() & {"ages", "both_adults", "any_marriage", "any_other_partnership", "relation", "links"}) >= 2
    )


def _may_begin(moment: Moment) -> bool:
    """Whether a number is asked for that they may not have, or we have just told them to begin anew."""
    told = moment.last.get("note") in ("receipt_lost", "pin_lost", "no_record")
    return not moment.u.sealed and (told or moment.access.get("asked") in ("receipt", "pin"))


def _put_aside(moment: Moment) -> Turn | None:
    """Something else is wanted while a draft is open: what it holds is kept, and asked for again as soon as that is said."""
    step = tracking.step({**moment.access, "asked": None}, moment.u, scene(moment))
    if step.task or step.state.get("asked"):
        return _turn(moment, step, "access", draft={**moment.draft, "paused": True})
    return moment.turn(*step.specs, drafts.pending(moment.draft, "go_on"), access=step.state)


def _back_to_draft(moment: Moment, step: Step) -> Turn | None:
    """No new PIN after all: the draft that was put aside for it goes on."""
    declined = moment.access.get("asked") == "lost_pin" and not step.task and not step.state.get("asked")
    if not (declined and step.specs and moment.draft.get("paused") and moment.draft.get("asked")):
        return None
    draft = {**moment.draft, "paused": False}
    return moment.turn(*step.specs, drafts.pending(draft, "go_on"), access=step.state, draft=draft)


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


def note(name: str, *buttons: str) -> Spec:
    """A spec for one of the notes, with ways to go on."""
    return {**tracking._note(name), "kind": "offer", "buttons": list(buttons)}


def start(moment: Moment) -> Turn | None:
    """Begins a draft with what the eligibility check knows and what the message says; beside an open record only in plain words."""
    if moment.access.get("grant") and not moment.u.sure("start_application", 0.9) and not commands.begins(moment.u):
        return _tracked(moment, tracking.begin(moment.access, moment.u, scene(moment)))
    known = _from_check(moment)
    facts = {**known, **wished.read(moment.u, None, scene(moment).on_line, moment.today)}
    step = applying.begin(facts, scene(moment), from_check=bool(known), earlier=moment.draft)
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
    go_on = care.no_hurry(moment, aside) or pending(step.state, "go_on")
    return moment.turn(*aside, go_on, **{name: step.state})


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
