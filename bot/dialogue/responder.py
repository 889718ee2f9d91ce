"""Decides what to say to one message: the order of concerns is the product's, the words are elsewhere.

Danger first, then what was asked of the conversation itself (language, repeat, stop), then a running check and people's own
cases, then answers, with those on places and companies before the rest, and an honest "I don't know" last.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from bot import clock
from bot.dialogue import (
    answers,
    application_turns,
    care,
    cases,
    check,
    followups,
    language,
    stated,
    steering,
    supposing,
)
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec, entry_titles
from bot.dialogue.titles import Titles
from bot.dialogue.turn import Memory, Turn, entry, say
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import Knowledge
from bot.privacy.redact import MASK

_SAID_AGAIN = ("entry", "place", "providers", "prefecture", "verdict", "question", "application")
_PARTS = {"questions": "read_questions", "beginning": "read_beginning"}
_ABOUT_US = re.compile(
    r"(?:宣誓|申請|届出|届け出|登録|利用|申し込み)?(?:が)?(?:できる|使える|出せる|いける)か(?:どうか)?(?:を)?(?:知りたい|確認したい|調べたい|見てほしい|チェック|教えて(?:ほしい|ください|くれ|$)|たしかめたい|確かめたい)|^(?:私たち|うちら|二人)?(?:が|は)?(?:対象|資格)(?:に)?(?:なる|入る|がある)か(?:どうか)?(?:を|が)?(?:知りたい|確認|調べ|教えて)|^(?:ねえ|あの|えっと|で)?、?(?:うちら|私たち|私達|わたしたち|わたし達|僕ら|ぼくら|僕たち|俺ら|俺たち|自分ら|自分たち|ウチら|二人)(?:って|は|で|でも|も|にも|、)?(?:これ|この制度|制度|条件)?(?:を|に)?(?:使え|つかえ|いけ|でき(?:る|ます|ん)|対象|当てはま|あてはま|資格|宣誓でき|申し込め|申請でき|該当)|^(?:are|do|can|could|would) we (?:be )?(?:eligible|qualify|use (?:it|this)|do (?:this|it)|apply|fit)\b.{0,20}$|watashitachi.{0,4}(?:tsukae|deki)"
)


class Responder:
    """Answers messages from knowledge, rules and memory; holds no state of its own."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Takes the knowledge base; titles become what a tapped button types."""
        self._knowledge = knowledge
        self._titles = entry_titles(knowledge, date(2022, 11, 1))
        self._buttons = Titles(knowledge)
        # The first concern that has something to say says it; the last one always has.
        self._concerns: tuple[Callable[[Moment], Turn | None], ...] = (
            _unreadable,
            care.help_first,  # a cry for help is never read as anything else
            care.hardship,
            language.other,
            steering.erasure,  # our own yes-or-no question comes before whatever "yes" may mean elsewhere
            steering.official,
            followups.picked,
            self._tapped,
            supposing.what_if,
            followups.asked_again,
            language.change,
            application_turns.under_way,
            steering.control,
            _check_under_way,
            _own_case,
            _new_check,
            answers.answer,
        )

    def respond(self, u: Understanding, memory: Memory, today: date, now: datetime | None = None) -> Turn:
        """Decides one turn."""
        u = self._buttons.as_tapped(u, memory, memory.language, today)
        moment = Moment(self._knowledge, u, memory, today, *language.choose(u, memory), now or clock.now())
        turn = next(filter(None, (concern(moment) for concern in self._concerns)))
        said = tuple(spec for spec in turn.specs if spec["say"] in _SAID_AGAIN)
        turn = replace(turn, specs=[*turn.specs, *_read_in_part(u), *_masked(u, turn)], said=said or memory.said)
        return application_turns.one_at_a_time(turn, moment)

    def _tapped(self, moment: Moment) -> Turn | None:
        """A title typed or tapped is its entry, whatever the model thinks of it."""
        entry_id = self._titles.get(moment.u.plain)
        return moment.turn(entry(entry_id)) if entry_id else None


def _masked(u: Understanding, turn: Turn) -> list[Spec]:
    """Says that personal details were blotted out before anybody read them."""
    if not (MASK in u.text or u.masked) or turn.took_contact:
        return []
    kind = turn.specs[0].get("kind", "answer") if turn.specs else "answer"
    return [say("masked", kind=kind, topic="smalltalk")]


def _read_in_part(u: Understanding) -> list[Spec]:
    """Says honestly that not all of a long message was read; not beside a cry for help, which was."""
    name = _PARTS.get(u.part)
    return [say(name, kind="answer", topic="smalltalk")] if name else []


def _unreadable(moment: Moment) -> Turn | None:
    """A message without any word; what the gate has masked and sealed is one of its own kind."""
    return None if moment.u.sealed else answers.unreadable(moment)


def _check_under_way(moment: Moment) -> Turn | None:
    """One step of the running check; a question asked in between is answered, then the check goes on."""
    if not moment.checking:
        return None
    if care.fears_being_known(moment):
        waits = say("check_waits", kind="answer", topic="smalltalk")  # no next question right below a fear
        return moment.turn(entry("application_privacy"), waits)
    step = check.step(moment.check, moment.u, moment.today)
    if not step.interrupted:
        return moment.turn(*step.specs, check=step.state)
    aside = answers.answered(moment)
    if aside[0].get("kind") in ("fallback", "offer"):
        return moment.turn(check.question_spec(step.state, "unclear"), check=step.state)
    go_on = care.no_hurry(moment, aside) or check.question_spec(step.state, "go_on")
    return moment.turn(*aside, go_on, check=step.state)


def _own_case(moment: Moment) -> Turn | None:
    """A direct question about one's own case: a verdict at once."""
    step = cases.direct(moment.knowledge, moment.u, moment.memory, moment.today)
    return moment.turn(*step.specs, check=step.state) if step else None


def _new_check(moment: Moment) -> Turn | None:
    """A wish to have one's case looked at, without the facts to judge it: the check begins."""
    u, (label, p) = moment.u, moment.u.top
    wished = label == "check_eligibility" and p > 0.3
    if not wished and (u.places or u.providers or not _ABOUT_US.search(u.plain)):
        return None
    step = check.begin(stated.read(u, moment.today), moment.today)
    return moment.turn(*step.specs, check=step.state)
