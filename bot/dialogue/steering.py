"""What people ask of the conversation itself: stop, resume, repeat, more, sources, erase; a small function for each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.dialogue import application_turns, cases, check, commands, replies, stated, verdicts
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import MENU, Spec
from bot.dialogue.turn import Turn, entry, say

_OFFICIAL = re.compile(
    r"(?:これ|ここ|この(?:サイト|ボット|チャット|窓口)|あなた|ともに).{0,8}(?:公式|東京都の(?:もの|サービス|サイト|職員))|(?:are you|is this|this is|is it) (?:an? |the )?(?:official|run by|tokyo'?s|government)"
)


_ONLY_TALK = re.compile(
    r"会話(?:だけ|のみ)|かいわだけ|チャットだけ|only (?:the |this )?(?:chat|conversation)|(?:chat|conversation) (?:only|alone)"
)
_ANOTHER_TIME = re.compile(r"また|今度|こんど|あとで|明日|later|another time|tomorrow|some other")
_WHO_CAN = (
    "eligibility_summary",
    "eligibility_nationality",
    "eligibility_different_sex",
    "eligibility_one_sexual_minority",
)
_LOOK_AT_US = re.compile(
    r"(?:かくにん|確認|しらべ|調べ|チェック|診断|たしかめ|確かめ)(?:を|が|も)?(?:し)?(?:たい|て(?:ください|ほしい|もら|みたい|$))|\b(?:check|go through|continue|keep going)\b"
)
_A_YES = 24
_OF_A_CHECK = re.compile(
    r"判定|診断|チェック|ちぇっく|確認|かくにん|質問|しつもん|対象か|\b(?:eligib\w+|questions?|check)\b"
)
_TO_START_OVER = 40


def erasure(moment: Moment) -> Turn | None:
    """An erasure waits for a yes or a no; whatever else is said leaves everything as it is."""
    if moment.memory.pending not in ("erase", "erase_talk"):
        return None
    plain, (label, _) = moment.u.plain, moment.u.top
    if replies.lets_be(moment.u) and not check.says_yes(plain):
        waiting = application_turns.again(moment)
        return moment.turn(say("not_erased", kind="confirm", topic="smalltalk"), *(waiting.specs if waiting else ()))
    if _ONLY_TALK.search(plain):
        return moment.turn(erase=True, check=None, draft=None, task={"do": "erase", "only_talk": True})
    wholly = len(plain) <= _A_YES or label == "erase_my_data"  # "ok. any phone line…" is no wish to erase
    wholly = wholly and not replies.asks_back(moment.u) and not replies.lets_be(moment.u)
    if wholly and (check.says_yes(plain) or label in ("affirm", "erase_my_data")):
        only = {"only_talk": True} if moment.memory.pending == "erase_talk" else {}
        return moment.turn(erase=True, check=None, draft=None, task={"do": "erase", **only})
    if check.says_no(plain) or label in ("deny", "stop"):
        waiting = application_turns.again(moment)
        kept = say("not_erased", kind="confirm", topic="smalltalk")
        return moment.turn(kept, *(waiting.specs if waiting else ()))
    return None


def official(moment: Moment) -> Turn | None:
    """Whether this is the official service: never taken for it."""
    if not _OFFICIAL.search(moment.u.plain):
        return None
    return moment.turn(say("not_official", kind="answer", topic="smalltalk", facts=["scheme-official-page"]))


def control(moment: Moment) -> Turn | None:
    """What the intents that are not questions ask for; a receipt number always asks how an application stands."""
    if commands.erases(moment.u):
        return _erase(moment)
    if commands.skips_check(moment.u):
        return application_turns.start(moment)
    label, p = moment.u.top
    if moment.checking and label == "faq/smalltalk_goodbye" and p > 0.4 and _ANOTHER_TIME.search(moment.u.plain):
        return _stop(moment)
    if moment.u.values("receipt_no") and not moment.checking:
        label, p = "check_application_status", 1.0
    if p < (0.45 if label == "stop" else 0.5):
        return None
    if label == "start_application" and cases.stands_against(moment.u, moment.today):
        return None  # "im 17 hes 20, can we sign up right now": told first how it stands
    answer = _ALWAYS.get(label) or (None if moment.checking else _OUTSIDE_A_CHECK.get(label))
    return answer(moment) if answer else None


def _chat(name: str, **changes: Any) -> Spec:
    return say(name, kind="smalltalk", topic="smalltalk", **changes)


def _stop(moment: Moment) -> Turn:
    if not moment.checking:
        return moment.turn(_chat("stopped_nothing"))
    paused = {**moment.check, "active": False, "paused": True}
    return moment.turn(_chat("stopped", related=MENU[:3]), check=paused)


def _resume(moment: Moment) -> Turn:
    draft = application_turns.resume(moment)
    if draft:
        return draft
    if not moment.check.get("asked"):
        if moment.access.get("grant"):
            return application_turns.status(moment)
        return moment.turn(application_turns.note("nothing_here", "status", "start"))
    state = {**moment.check, "active": True, "paused": False}
    return moment.turn(check.question_spec(state, "go_on"), check=state)


def _start_over(moment: Moment) -> Turn | None:
    of_a_check = len(moment.u.plain) <= _TO_START_OVER and _OF_A_CHECK.search(moment.u.plain)
    if len(moment.u.plain) > _A_YES and not of_a_check:
        return None
    if moment.checking or of_a_check:  # 「もう一度最初から判定してほしい」 begins one where none is going on
        step = check.begin({}, moment.today)
        return moment.turn(*step.specs, check=step.state)
    if moment.access.get("grant"):  # what opens the record again would be lost with the conversation
        return moment.turn(application_turns.note("start_over_which", "status", "begin_again", "erase_talk"))
    return moment.turn(_chat("restarted", related=MENU[:4]), restart=True, check=None)


def _menu(moment: Moment) -> Turn:
    return moment.turn(say("menu", kind="offer", topic="smalltalk", related=MENU, person=True), offered=MENU)


def _nothing_said(moment: Moment) -> Turn:
    return moment.turn(say("nothing_to_repeat", kind="offer", topic="smalltalk", related=MENU[:3]))


def _repeat(moment: Moment) -> Turn:
    if moment.checking:
        return moment.turn(check.question_spec(moment.check))
    pending = application_turns.again(moment)
    if pending:
        return pending
    return moment.turn(*moment.memory.said) if moment.memory.said else _nothing_said(moment)


def _sources(moment: Moment) -> Turn:
    if not moment.memory.said:
        return _nothing_said(moment)
    return moment.turn({"say": "sources", "of": list(moment.memory.said)})


def _share(moment: Moment) -> Turn:
    return moment.turn(say("share", kind="answer", topic="smalltalk", facts=["app-where"]))


def _praised(moment: Moment) -> Turn:
    return moment.turn(_chat("thanks_feedback"))


def _blamed(moment: Moment) -> Turn:
    return moment.turn(_chat("sorry_feedback", person=True))


def _erase(moment: Moment) -> Turn:
    confirm = {"say": "application", "name": "note", "topic": "smalltalk", "kind": "confirm"}
    # A question of ours that waited is taken back: a yes that comes later is a yes to nothing else than this.
    access = {**moment.access, "asked": None, "retry": None} if moment.access else None
    if _ONLY_TALK.search(moment.u.plain):
        confirm |= {"note": "erase_talk_confirm", "buttons": ["yes", "no"]}
        return moment.turn(confirm, pending="erase_talk", access=access)
    confirm |= {"note": "erase_confirm", "buttons": ["yes", "erase_talk", "no"]}
    return moment.turn(confirm, pending="erase", access=access)


def _more(moment: Moment) -> Turn:
    """More on what was said last: the related entries, as choices."""
    found = moment.latest_entry
    if found is None:
        menu = say("more_here", kind="answer", topic="smalltalk", related=MENU[:3])
        return moment.turn(menu, *moment.memory.said[-1:])
    related = tuple(i for i in found.related if i in moment.knowledge.entries)[:4]
    here = say("more_here", kind="answer", topic=found.topic, related=related, facts=found.facts)
    return moment.turn(here, offered=related)


def _why(moment: Moment) -> Turn:
    """Why a verdict is what it is: the entry on the first requirement that is not met."""
    said, found = moment.last, moment.last_entry
    if said.get("say") == "entry" and found is not None and found.kind == "answer":
        return moment.turn(entry(found.id))  # 「なぜだめなんですか」: the reason stands in what was just said
    if said.get("say") != "verdict":
        return moment.turn(_chat("why_general"))
    decision = verdicts.decision_for(said["facts"], moment.today, direct=said.get("mode") == "direct")
    missing = (cases.ENTRY_OF.get(f.requirement.value) for f in decision.findings if f.status.value == "not_met")
    return moment.turn(entry(next(filter(None, missing), "eligibility_summary")))


def _correct(moment: Moment) -> Turn | None:
    """Back into a check that has ended, unless the message says by itself what was wrong."""
    if not moment.check.get("facts"):
        nothing = say("nothing_to_resume", kind="offer", topic="eligibility", related=("eligibility_summary",))
        return moment.turn(nothing) if moment.u.top[0] == "go_back" and not moment.memory.draft else None
    facts = stated.read(moment.u, moment.today)
    if facts or cases.again(moment.u, moment.memory, facts, moment.today):
        return None
    step = check.go_back(moment.check, moment.today)
    return moment.turn(*step.specs, check=step.state)


def _yes(moment: Moment) -> Turn:
    """Yes to what we offered last: the other conditions one by one, a look at their case, more on an answer.

    A yes to nothing may be one that was delivered again and has started an application; that is looked up at the counter.
    """
    last = moment.last
    if last.get("say") == "verdict" and last.get("mode") == "direct":
        step = check.begin(last["facts"], moment.today)
        return moment.turn(*step.specs, check=step.state)
    asked_who = moment.last_entry is not None and moment.last_entry.id in _WHO_CAN
    if asked_who or _LOOK_AT_US.search(moment.u.plain):
        step = check.begin(stated.read(moment.u, moment.today), moment.today)
        return moment.turn(*step.specs, check=step.state)
    if last.get("say") in ("entry", "place", "providers"):
        return _more(moment)
    return moment.turn(task={"do": "recover"})


def _no(moment: Moment) -> Turn | None:
    """No to nothing in particular; a no that states a fact (「結婚はしていません」) is about their case."""
    if stated.read(moment.u, moment.today):
        return None
    return moment.turn(_chat("no_worries", related=MENU[:3]))


Control = Callable[[Moment], "Turn | None"]

_ALWAYS: Mapping[str, Control] = {
    "stop": _stop,
    "start_over": _start_over,
    "show_menu": _menu,
    "repeat": _repeat,
    "ask_source": _sources,
    "share": _share,
    "erase_my_data": _erase,
}
# In a running check these are answers to its question, or the check's own business.
_OUTSIDE_A_CHECK: Mapping[str, Control] = {
    "resume": _resume,
    "more_detail": _more,
    "feedback_positive": _praised,
    "feedback_negative": _blamed,
    "why_ask": _why,
    "start_application": application_turns.start,
    "check_application_status": application_turns.status,
    "correct": _correct,
    "go_back": _correct,
    "affirm": _yes,
    "deny": _no,
    "dont_know": _no,
    "prefer_not_to_say": _no,
}
