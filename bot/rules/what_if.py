"""What would have to change: every smallest set of changes that makes a no a yes, found by trying the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from bot.rules.changes import Change, ChangeKind, apply, move_in_by, possible_changes
from bot.rules.conditions import Status
from bot.rules.eligibility import Decision, Verdict, decide
from bot.rules.regulation import TOKYO, Requirement, RequirementId, in_force
from bot.rules.situation import Situation

_FAILING = (Status.NOT_MET, Status.UNKNOWN, Status.ASK_OFFICE)
# What must not be left for each goal, best goal first; the second leaves nothing but the office's word.
_GOALS = ((Verdict.ELIGIBLE, _FAILING), (Verdict.ASK_OFFICE, _FAILING[:2]))


@dataclass(frozen=True)
class Option:
    """One smallest set: these changes, filing on or after `file_from`, and moving in by a day if a move is among them.

    `cured_by_time` names the requirements that the waiting alone fulfils. `possibly_from` is the first day on which the same
    changes may already be enough; it lies before `file_from` only when a date is not known exactly.
    """

    changes: tuple[Change, ...]
    file_from: date
    possibly_from: date
    cured_by_time: tuple[RequirementId, ...] = ()
    move_in_by: date | None = None


@dataclass(frozen=True)
class WhatIf:
    """The answer to "what if": where the couple stands, what can be reached, and by which options.

    `reaches` is ELIGIBLE, ASK_OFFICE when nothing but the office's word can then decide, or None when a requirement in
    `blocked` can never be met. `assumed` lists the requirements with unknown facts that were taken as fulfilled throughout.
    """

    decision: Decision
    reaches: Verdict | None
    options: tuple[Option, ...] = ()
    blocked: tuple[RequirementId, ...] = ()
    assumed: tuple[RequirementId, ...] = ()


@dataclass(frozen=True)
class _Search:
    situation: Situation
    on: date
    rules: tuple[Requirement, ...]

    def filing_days(self) -> tuple[date, ...]:
        """Today and every later day on which a status may turn; between two of them nothing changes."""
        days: set[date] = set()
        for requirement in self.rules:
            days.update(requirement.condition.turning_days(self.situation))
            days.add(requirement.valid_from)
            if requirement.valid_until is not None:
                days.add(requirement.valid_until + timedelta(days=1))
        return (self.on, *sorted(day for day in days if day > self.on))

    def decide_after(self, changes: Iterable[Change], filing: date) -> Decision:
        """The decision on a filing day once the changes are made and the days between have passed."""
        rules = {requirement.id: requirement for requirement in in_force(self.rules, filing)}
        changed = self.situation
        for change in changes:
            if change.requirement in rules:
                changed = apply(change, changed, self.on, filing, rules[change.requirement])
        for requirement in rules.values():
            changed = requirement.condition.later(changed, self.on, filing)
        return decide(changed, filing, rules=self.rules)

    def failing(self, filing: date, statuses: tuple[Status, ...]) -> tuple[Requirement, ...]:
        """The requirements that waiting alone leaves unfulfilled on a filing day."""
        return tuple(finding.rule for finding in self.decide_after((), filing).with_status(*statuses))

    def smallest(self, goal: Verdict, failures: tuple[Status, ...]) -> tuple[Option, ...]:
        """Every option that no other beats: none with fewer of its changes on the same day or an earlier one."""
        found: list[tuple[frozenset[Change], Option]] = []
        for filing in self.filing_days():
            failing = self.failing(filing, failures)
            changes = possible_changes(self.situation, self.on, failing)
            # A change serves one requirement, so a set that leaves one of them out cannot be enough.
            for size in range(len(failing), len(changes) + 1):
                for chosen in combinations(changes, size):
                    if any(smaller <= frozenset(chosen) for smaller, _ in found):
                        continue
                    if _reached(self.decide_after(chosen, filing), goal, failures):
                        found.append((frozenset(chosen), self._option(chosen, filing)))
        return tuple(sorted((option for _, option in found), key=lambda option: _rank(option, self.on)))

    def _option(self, changes: tuple[Change, ...], filing: date) -> Option:
        cured = self.decide_after(changes, self.on).with_status(*_FAILING) if filing > self.on else ()
        possibly = next(
            day for day in self.filing_days() if not self.decide_after(changes, day).with_status(Status.NOT_MET)
        )
        moves = [change.requirement for change in changes if change.kind is ChangeKind.MOVE_IN]
        by = next((move_in_by(rule, filing) for rule in in_force(self.rules, filing) if rule.id in moves), None)
        return Option(changes, filing, possibly, tuple(finding.requirement for finding in cured), by)

    def never_met(self) -> tuple[RequirementId, ...]:
        """The requirements that no change and no day fulfils."""
        return tuple(rule.id for rule in self.failing(self.on, _FAILING[:2]) if not self._can_settle(rule.id))

    def _can_settle(self, requirement: RequirementId) -> bool:
        for filing in self.filing_days():
            rules = [rule for rule in self.failing(filing, _FAILING[:2]) if rule.id is requirement]
            if not rules:
                return True
            for change in possible_changes(self.situation, self.on, rules):
                open_still = self.decide_after((change,), filing).with_status(*_FAILING[:2])
                if requirement not in [finding.requirement for finding in open_still]:
                    return True
        return False


def _reached(decision: Decision, goal: Verdict, failures: tuple[Status, ...]) -> bool:
    return decision.verdict is goal and not decision.with_status(*failures)


def _rank(option: Option, on: date) -> tuple[int, date, tuple[str, ...]]:
    waits = option.file_from > on
    return len(option.changes) + waits, option.file_from, tuple(change.kind.value for change in option.changes)


def what_if(
    situation: Situation,
    on: date,
    *,
    assuming: Collection[RequirementId] = (),
    rules: tuple[Requirement, ...] = TOKYO,
) -> WhatIf:
    """Every smallest set of changes, waiting included, after which the couple may file (規則第3条).

    Requirements named in `assuming` have their unknown facts taken as fulfilled; the others appear as changes to CONFIRM.
    """
    decision = decide(situation, on, rules=rules)
    filled, assumed = situation, []
    for requirement in in_force(rules, on):
        if requirement.id in assuming and (after := requirement.condition.assume(filled, on)) != filled:
            filled = after
            assumed.append(requirement.id)
    search = _Search(filled, on, rules)
    for goal, failures in _GOALS:
        if _reached(search.decide_after((), on), goal, failures):
            return WhatIf(decision, goal, assumed=tuple(assumed))
        if options := search.smallest(goal, failures):
            return WhatIf(decision, goal, options, assumed=tuple(assumed))
    return WhatIf(decision, None, blocked=search.never_met(), assumed=tuple(assumed))
