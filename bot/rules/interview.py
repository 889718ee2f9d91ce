"""What to ask next: only what the verdict still needs, in the order of 規則第3条, and nothing after a plain no."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bot.rules.conditions import Fact, Status
from bot.rules.eligibility import decide
from bot.rules.regulation import TOKYO, Refusal, Requirement, RequirementId
from bot.rules.situation import Situation


@dataclass(frozen=True)
class Question:
    """A requirement that is still open and the fact that would settle it."""

    requirement: RequirementId
    fact: Fact


def open_questions(
    situation: Situation,
    on: date,
    *,
    declined: Collection[Fact] = (),
    rules: tuple[Requirement, ...] = TOKYO,
) -> tuple[Question, ...]:
    """Every question still needed on a day; none once a requirement is refused outright.

    A refusal that time or an ending cures ("not yet", "until ended") does not stop the interview, because the day from which
    the couple may file depends on the rest. Facts in `declined` (does not know, would rather not say) are not asked again.
    """
    findings = decide(situation, on, rules=rules).findings
    if any(finding.refusal is Refusal.NOT_ELIGIBLE for finding in findings):
        return ()
    return tuple(
        Question(finding.requirement, finding.missing)
        for finding in findings
        if finding.status is Status.UNKNOWN and finding.missing is not None and finding.missing not in declined
    )


def next_requirement(
    situation: Situation,
    on: date,
    *,
    declined: Collection[Fact] = (),
    rules: tuple[Requirement, ...] = TOKYO,
) -> Question | None:
    """The question to ask next, or None when the verdict needs no more answers."""
    questions = open_questions(situation, on, declined=declined, rules=rules)
    return questions[0] if questions else None
