"""The decision on 規則第3条: one verdict on a filing day, with a finding for every requirement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.rules.conditions import Fact, Judgement, Note, Status
from bot.rules.regulation import TOKYO, Refusal, Requirement, RequirementId, in_force
from bot.rules.situation import Situation

ASSUME_ALL: frozenset[RequirementId] = frozenset(RequirementId)


class Verdict(Enum):
    """What can be said; CONDITIONAL means nothing speaks against it and something is not known yet."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    CONDITIONAL = "conditional"
    ASK_OFFICE = "ask_office"


@dataclass(frozen=True)
class Finding:
    """How the situation stands to one requirement, with the clause and the version of the rule it rests on."""

    rule: Requirement
    judgement: Judgement

    @property
    def requirement(self) -> RequirementId:
        """Which requirement this is about."""
        return self.rule.id

    @property
    def status(self) -> Status:
        """Met, not met, unknown or for the office."""
        return self.judgement.status

    @property
    def clause(self) -> str:
        """The clause, to the item that applied where that is known."""
        return self.judgement.clause or self.rule.clause

    @property
    def answer(self) -> str | None:
        """The category the status rests on, such as "lineal_affinity" or "work"."""
        return self.judgement.answer

    @property
    def note(self) -> Note | None:
        """What to tell beside the status."""
        return self.judgement.note

    @property
    def missing(self) -> Fact | None:
        """The fact that would settle an unknown status."""
        return self.judgement.missing

    @property
    def refusal(self) -> Refusal | None:
        """What kind of no this is, if it is one."""
        return self.rule.refusal if self.status is Status.NOT_MET else None


@dataclass(frozen=True)
class Decision:
    """A verdict on a day; `assumed` lists the unknown requirements that were taken as fulfilled to reach it."""

    on: date
    verdict: Verdict
    findings: tuple[Finding, ...]
    assumed: tuple[RequirementId, ...] = ()

    def finding(self, requirement: RequirementId) -> Finding:
        """The finding on one requirement; a KeyError when it does not hold on the day."""
        for finding in self.findings:
            if finding.requirement is requirement:
                return finding
        raise KeyError(requirement)

    def with_status(self, *statuses: Status) -> tuple[Finding, ...]:
        """The findings with one of these statuses, in the order of the regulation."""
        return tuple(finding for finding in self.findings if finding.status in statuses)


def decide(
    situation: Situation,
    on: date,
    *,
    assuming: Collection[RequirementId] = (),
    rules: tuple[Requirement, ...] = TOKYO,
) -> Decision:
    """Whether the couple may file on a day (規則第3条).

    A no outweighs a question for the office, which outweighs what is unknown. Unknown requirements named in `assuming`
    count as fulfilled for the verdict, stay unknown in their findings and are listed in `assumed`. On a day on which no
    requirement holds, before the scheme began, only the office can say.
    """
    findings = tuple(Finding(rule, rule.condition.judge(situation, on)) for rule in in_force(rules, on))
    assumed = tuple(f.requirement for f in findings if f.status is Status.UNKNOWN and f.requirement in assuming)
    statuses = {finding.status for finding in findings if finding.requirement not in assumed}
    if Status.NOT_MET in statuses:
        verdict = Verdict.INELIGIBLE
    elif Status.ASK_OFFICE in statuses or not findings:
        verdict = Verdict.ASK_OFFICE
    elif Status.UNKNOWN in statuses:
        verdict = Verdict.CONDITIONAL
    else:
        verdict = Verdict.ELIGIBLE
    return Decision(on, verdict, findings, assumed)
