"""The finite set of things that could change for a couple; which of them help is found by `what_if`, not written here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from bot.rules.conditions import BothAged
from bot.rules.periods import Span, last_days_within
from bot.rules.regulation import Requirement, RequirementId
from bot.rules.situation import Marriage, Situation, YesNo
from bot.rules.tokyo_link import Linked


class ChangeKind(Enum):
    """One thing a couple may do, find out or live to see."""

    CONFIRM = "confirm"
    MAKE_OATH = "make_oath"
    COME_OF_AGE = "come_of_age"
    END_MARRIAGE = "end_marriage"
    END_OTHER_PARTNERSHIP = "end_other_partnership"
    MOVE_IN = "move_in"
    START_WORK = "start_work"
    START_STUDY = "start_study"


@dataclass(frozen=True)
class Change:
    """A change and the one requirement it serves."""

    kind: ChangeKind
    requirement: RequirementId


def possible_changes(situation: Situation, on: date, failing: Collection[Requirement]) -> tuple[Change, ...]:
    """Every change that is open to the couple and touches a requirement that fails.

    Nobody can change close kinship, and nobody should be asked to change who they are; a marriage to each other abroad is
    a question for the office, so ending it is never on the list.
    """
    return tuple(Change(kind, requirement.id) for requirement in failing for kind in _kinds(requirement, situation, on))


def _kinds(requirement: Requirement, situation: Situation, on: date) -> Iterator[ChangeKind]:
    condition = requirement.condition
    if condition.assume(situation, on) != situation:
        yield ChangeKind.CONFIRM
    if requirement.id is RequirementId.OATH and situation.makes_oath is YesNo.NO:
        yield ChangeKind.MAKE_OATH
    if isinstance(condition, BothAged) and condition.is_undated_no(situation, on):
        yield ChangeKind.COME_OF_AGE
    ended = (Marriage.YES, Marriage.DE_FACTO_WITH_OTHER)
    if requirement.id is RequirementId.NOT_MARRIED and situation.any_marriage in ended:
        yield ChangeKind.END_MARRIAGE
    if requirement.id is RequirementId.NO_OTHER_PARTNER and situation.any_other_partnership is YesNo.YES:
        yield ChangeKind.END_OTHER_PARTNERSHIP
    if isinstance(condition, Linked):
        yield from (ChangeKind.MOVE_IN, ChangeKind.START_WORK, ChangeKind.START_STUDY)


def move_in_by(requirement: Requirement, filing: date) -> date:
    """The last day of moving in that surely counts for a filing day (規則第3条第5号イ)."""
    if not isinstance(requirement.condition, Linked):
        raise ValueError("only the tie to Tokyo has a day to move in by")
    return last_days_within(filing, requirement.condition.move_in_months)[0]


def apply(change: Change, situation: Situation, on: date, filing: date, requirement: Requirement) -> Situation:
    """The situation known on a day with one change made, so as to file on the filing day."""
    links, condition = situation.links, requirement.condition
    if change.kind is ChangeKind.CONFIRM:
        return condition.assume(situation, on)
    if change.kind is ChangeKind.COME_OF_AGE:
        return condition.assume(replace(situation, both_adults=None), on)
    if change.kind is ChangeKind.MAKE_OATH:
        return replace(situation, makes_oath=YesNo.YES)
    if change.kind is ChangeKind.END_MARRIAGE:
        return replace(situation, any_marriage=Marriage.NO)
    if change.kind is ChangeKind.END_OTHER_PARTNERSHIP:
        return replace(situation, any_other_partnership=YesNo.NO)
    if change.kind is ChangeKind.START_WORK:
        return replace(situation, links=replace(links, work=YesNo.YES))
    if change.kind is ChangeKind.START_STUDY:
        return replace(situation, links=replace(links, study=YesNo.YES))
    return replace(situation, links=replace(links, move_in=Span.day(move_in_by(requirement, filing))))
