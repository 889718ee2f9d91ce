"""Starting an application as a conversation: a pure step from draft and message to draft and things to say or do (see `drafts`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from bot.dialogue import commands, drafts, replies, tied, wished
from bot.dialogue.drafts import Scene, State, Step, advance, at, note, pending, say
from bot.dialogue.understanding import Understanding
from bot.privacy.redact import MASK

_GO = re.compile(
    r"^(?:(?:これ|それ|この内容)で)?(?:始め|はじめ)(?:る|ます|て|よう|たい)(?:です|ください|ね|よ|わ)?[。!！ ]*$|^(?:let'?s )?(?:start|go)(?: it| now)?[.! ]*$|^(?:that |it |this )?looks? (?:good|right|fine|ok)(?: to (?:me|us))?[.! ]*$|^(?:that'?s |all )(?:right|correct|fine|good)[.! ]*$"
)


def begin(
    facts: wished.Facts, scene: Scene, *, from_check: bool = False, earlier: Mapping[str, Any] | None = None
) -> Step:
    """Starts with what is known from the check and from the message that asked for it, in place of an earlier draft."""
    told, unsaid = wished.settled(facts)
    state: State = {"facts": told, "declined": unsaid, "trail": [], "misses": 0, "mode": "new"}
    state |= drafts.unheard(earlier)
    return advance(state, scene, ["begin", *(["known"] if from_check else [])])


def change(stored: Mapping[str, Any], u: Understanding, scene: Scene) -> Step:
    """Begins to change the wishes of an application, shown as they are now; a message that says how is taken at its word."""
    facts = {**wished.facts_of(stored), "contact": {"kind": "kept"}}
    left_open = [name for name in drafts.QUESTIONS if name not in facts]
    state: State = {"facts": facts, "declined": left_open, "trail": [], "misses": 0, "mode": "change"}
    state["stored"] = deepcopy(facts)
    state = at(state, scene, "summary", "which")
    facts = wished.read(u, "which", scene.on_line, scene.today)
    tied.with_earlier(u, facts, state["facts"], "which")
    said = _told(state, facts)
    if said:
        return _take(state, said, u, scene)
    about = drafts.named(u)
    return drafts.ask_again(state, about, scene) if about and about != "contact" else drafts.which(state)


def resume(state: State, scene: Scene) -> Step:
    """Takes a paused draft up again."""
    return say({**at(state, scene, state["stage"], state["asked"]), "paused": False}, "go_on")


def step(state: State, u: Understanding, scene: Scene) -> Step:
    """Takes one message into a drafts."""
    state = at(deepcopy(state), scene, state["stage"], state["asked"])
    if state["stage"] == "done":
        return _repeated(state, u)
    asked = state["asked"]
    facts = wished.read(u, asked, scene.on_line, scene.today)
    # 「9月の終わりごろ」 sounds like the end of something to the classifier; it answers our question.
    timed = "planned" in facts and (asked == "planned" or wished.is_only_a_time(u, scene.today))
    unwanted = not drafts.changes(state) and state["facts"].get("contact") and commands.wants_no_notices(u)
    if unwanted and not u.sealed.get("mail"):  # 「メールやっぱりやめます」 is about the notices, not about everything
        return _take(state, {"contact": {"kind": "none"}}, u, scene)
    if replies.says_stop(u) if timed and facts["planned"] != "open" else replies.stops(u):
        return _dropped(state) if drafts.changes(state) else Step({**state, "paused": True}, [note("paused")])
    if not drafts.changes(state) and commands.needs_record(u) == "withdraw_first":  # 「準備を取り下げたい」: this one
        return Step({**state, "paused": True}, [note("paused")])
    if u.sure("why_ask", 0.4):
        return Step(state, [pending(state, why=True)])
    if u.sure("repeat") and not (state.get("tried") and replies.again(u)):
        return say(state)
    if replies.starts_over(u) and not drafts.changes(state):
        return begin({}, scene, earlier=state)
    tied.with_earlier(u, facts, state["facts"], asked)
    if drafts.changes(state):
        facts.pop("contact", None)  # changed by itself, see `tracking`
        facts, unsaid = wished.settled(facts)
        if asked in unsaid:
            return _left(state, scene)
    if replies.back(u) and not facts:
        return drafts.back(state, scene)
    if drafts.changes(state) and asked in drafts.QUESTIONS and _not_wanted(u, asked):
        return _left(state, scene)
    if not facts and asked in drafts.QUESTIONS and commands.named(u) == "wishes":
        return _another_wish(state, u, scene) if drafts.changes(state) else drafts.which(state)
    if asked in ("summary", "which"):
        return _confirm(state, facts, u, scene)
    if replies.questions(u) and not {"planned", "contact"} & facts.keys() and facts.get(asked) != "open":
        return Step(state, interrupted=True)
    meant = asked in facts or "contact" in facts or replies.corrects(u) or tied.adds(u)
    meant = meant or wished.is_only_a_time(u, scene.today) or wished.wants_on_certificate(u)
    meant = meant or _told_otherwise(state, facts)
    if facts and (meant or not replies.asks(u)):
        return _take(state, facts, u, scene)
    return _not_answered(state, u, scene)


def _not_answered(state: State, u: Understanding, scene: Scene) -> Step:
    asked = state["asked"]
    if asked == "contact" and (MASK in u.text or u.sealed.get("mail")):
        again = say(state, "no_mail_on_line" if scene.on_line else "bad_mail")
        return replace(again, took_contact=bool(u.sealed.get("unread_mail")) and not scene.on_line)
    if asked == "planned" and wished.SEASON.search(u.plain):
        return say(state, "month_needed")
    if replies.asks(u):
        return Step(state, interrupted=True)
    if replies.fixes(u) and (about := drafts.named(u)):
        return drafts.ask_again(state, about, scene)
    if u.sure("correct"):
        return drafts.back(state, scene)
    open_plan = asked == "planned" and replies.dont_know(u)
    if drafts.changes(state) and replies.rather_not(u) and not open_plan:
        return _left(state, scene)
    if replies.rather_not(u) or replies.dont_know(u):
        return drafts.skip(state, scene, "skipped")
    if asked == "contact" and wished.wants_mail(u):
        return say(state, "send_mail")
    if replies.goes_on(u) or u.sure("start_application", 0.4):
        return say(state, "go_on")
    state["misses"] += 1
    if state["misses"] >= drafts.MOST_MISSES:
        return _left(state, scene) if drafts.changes(state) else drafts.skip(state, scene, "give_up")
    return say(state, *(["month_needed"] if asked == "planned" else ["unclear"]))


def _take(state: State, facts: wished.Facts, u: Understanding, scene: Scene) -> Step:
    if "planned" in facts and facts["planned"] != "open" and not wished.in_range(facts["planned"], scene.today):
        return say(state, "out_of_range")
    known = state["facts"]
    told, unsaid = wished.settled(facts)
    changed = any(known[name] != value if name in known else name in state["declined"] for name, value in told.items())
    state = drafts.remembered(state)
    state["facts"] = {name: value for name, value in {**known, **told}.items() if name not in unsaid}
    state["declined"] = [*(name for name in state["declined"] if name not in facts), *unsaid]
    leads = ["corrected" if changed else "skipped" if unsaid else "noted"]
    if drafts.changes(state):
        leads = ["noted"]  # nothing is changed before it is saved
    if facts.get("tie") == []:
        leads = ["tie_needed"]
    step = advance(state, scene, leads)
    return Step(step.state, step.specs, took_contact="contact" in facts)


def _confirm(state: State, facts: wished.Facts, u: Understanding, scene: Scene) -> Step:
    """A yes, what to change, or another question."""
    if u.sealed.get("unread_mail") and not drafts.changes(state) and not scene.on_line:
        return replace(drafts.ask_again(state, "contact", scene, "bad_mail"), took_contact=True)
    told = _told(state, facts)
    about = drafts.named(u) if replies.fixes(u) or state["asked"] == "which" else None
    if about and not told:
        return drafts.ask_again(state, about, scene)
    if facts and (not replies.questions(u) or told and replies.fixes(u)):
        return _take(state, facts, u, scene)
    no = replies.says_no(u.plain) or u.sure("deny") or drafts.changes(state) and replies.not_now(u)
    if state["asked"] == "which" and (replies.goes_on(u) or no):
        return _dropped(state) if drafts.changes(state) else advance(state, scene, ["go_on"])
    yes = replies.says_yes(u.plain) or u.sure("affirm") or replies.again(u) or u.sure("start_application")
    yes = yes or bool(_GO.search(u.plain)) and not drafts.changes(state)
    yes = yes and not replies.asks_back(u) and not replies.lets_be(u)
    if state["asked"] == "summary" and yes and not replies.asks(u):
        return _yes(state, scene)
    if replies.fixes(u) or no or u.sure("correct"):
        return drafts.which(state)
    if replies.asks(u):
        return Step(state, interrupted=True)
    state["misses"] += 1
    if state["misses"] >= drafts.MOST_MISSES and drafts.changes(state):
        return _dropped(state)
    return say(state, "unclear")


def _another_wish(state: State, u: Understanding, scene: Scene) -> Step:
    """「希望を変える」 in place of an answer: what was asked stays as it was, and another may be named."""
    if state["trail"]:
        state["facts"], state["declined"], _ = state["trail"].pop()
    state = at(state, scene, "summary", "which")
    about = drafts.named(u)
    return drafts.ask_again(state, about, scene) if about else drafts.which(state)


def _told(state: State, facts: wished.Facts) -> wished.Facts:
    """What a message tells anew by itself, unlike 「国籍を直す」, which only names it."""
    said = {k: v for k, v in facts.items() if k in ("planned", "tie") or v in ("no", "open") and k in state["facts"]}
    return {k: v for k, v in said.items() if state["facts"].get(k) != v}


def _told_otherwise(state: State, facts: wished.Facts) -> bool:
    """Whether something is left open, or denied after it was affirmed: an answer, whatever else it sounds like."""
    return any(v == "open" or v == "no" and state["facts"].get(k) == "yes" for k, v in facts.items() if k != "planned")


def _not_wanted(u: Understanding, asked: str) -> bool:
    """Whether the change of this answer is not wanted after all; a no to a question of yes or no is its answer."""
    if replies.not_now(u):
        return True
    return asked in ("planned", "tie") and (replies.says_no(u.plain) or u.sure("deny")) and len(u.plain) <= 12


def _left(state: State, scene: Scene) -> Step:
    """The answer stays as it was; with nothing else changed, so does the application."""
    if state["trail"]:
        state["facts"], state["declined"], _ = state["trail"].pop()
    if state["facts"] == state.get("stored", state["facts"]):
        return _dropped(state)
    return advance(state, scene, ["as_before"])


def _dropped(state: State) -> Step:
    """A change that is not wanted after all: the application stays as it is."""
    return Step({**state, "stage": "done"}, [{**note("stopped", "status_check"), "kind": "answer"}])


def _yes(state: State, scene: Scene) -> Step:
    if not state.get("tried") and state["language"] != scene.language:
        state = {**state, **drafts.confirmation(state, scene), "language": scene.language}
    task = {"do": "wishes" if drafts.changes(state) else "start"}
    return Step({**state, "tried": True, "sent": True}, task=task)


def _repeated(state: State, u: Understanding) -> Step:
    """A second yes to a summary that was confirmed: the same application again, never another."""
    yes = (replies.says_yes(u.plain) or u.sure("affirm") or replies.again(u)) and len(u.plain) <= 16
    return (
        Step(state, task={"do": "start"}) if yes and not drafts.changes(state) and state.get("fresh") else Step(state)
    )
