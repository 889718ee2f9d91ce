"""The kinds of condition a requirement can set: how each reads a situation, and what time does to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any

from bot.rules.periods import Span, attains
from bot.rules.situation import Kinship, Person, Relation, Situation, YesNo


class Status(Enum):
    """How a situation stands to one requirement; only MET counts as fulfilled."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    ASK_OFFICE = "ask_office"


class Note(Enum):
    """What a person should be told beside the status; the words live in the knowledge base."""

    ATTESTED_BY_OATH = "attested_by_oath"
    ADOPTION_PROOF_UNCONFIRMED = "adoption_proof_unconfirmed"
    ADOPTIVE_RELATIVES_UNCONFIRMED = "adoptive_relatives_unconfirmed"
    MARRIED_ABROAD_UNCONFIRMED = "married_abroad_unconfirmed"
    DE_FACTO_EACH_OTHER_UNCONFIRMED = "de_facto_each_other_unconfirmed"
    CLAUSE_UNCONFIRMED = "clause_unconfirmed"
    MUST_MOVE_AS_PLANNED = "must_move_as_planned"
    LAST_DAY_UNCONFIRMED = "last_day_unconfirmed"
    ANSWERS_DISAGREE = "answers_disagree"


class Fact(Enum):
    """What is still missing when a status is unknown: one question each."""

    PEOPLE_COUNT = "people_count"
    SEXUAL_MINORITY = "has_sexual_minority"
    OATH = "makes_oath"
    ADULTS = "both_adults"
    MARRIAGE = "any_marriage"
    OTHER_PARTNERSHIP = "any_other_partnership"
    RELATIVES = "close_relatives"
    RELATIVES_DEGREE = "relatives_degree"
    TOKYO_LINK = "tokyo_link"
    MOVE_IN_DATE = "move_in_date"


@dataclass(frozen=True)
class Judgement:
    """A status, the answer it rests on, and what to say, cite or ask with it."""

    status: Status
    answer: str | None = None
    note: Note | None = None
    clause: str | None = None
    missing: Fact | None = None


class Condition:
    """One kind of condition; subclasses are frozen values."""

    def judge(self, situation: Situation, on: date) -> Judgement:
        """How the situation stands on a filing day."""
        raise NotImplementedError

    def assume(self, situation: Situation, on: date) -> Situation:
        """The situation with its unknown facts taken as fulfilling, known facts untouched."""
        raise NotImplementedError

    def later(self, situation: Situation, on: date, until: date) -> Situation:
        """What is known on a day, carried forward to a later one."""
        return situation

    def turning_days(self, situation: Situation) -> Iterable[date]:
        """Every filing day on which the status may change with nothing but time."""
        return ()


@dataclass(frozen=True)
class OneOf(Condition):
    """A condition on one category; a value the rule does not name goes to the office, never to yes."""

    field: str
    missing: Fact
    outcomes: tuple[tuple[Enum, Judgement], ...]

    def judge(self, situation: Situation, on: date) -> Judgement:
        value = getattr(situation, self.field)
        if value is None:
            return Judgement(Status.UNKNOWN, missing=self.missing)
        for known, outcome in self.outcomes:
            if known is value:
                return Judgement(outcome.status, value.value, outcome.note, outcome.clause)
        return Judgement(Status.ASK_OFFICE, value.value)

    def assume(self, situation: Situation, on: date) -> Situation:
        if getattr(situation, self.field) is not None:
            return situation
        fulfilling: Any = next(value for value, found in self.outcomes if found.status is Status.MET)
        return replace(situation, **{self.field: fulfilling})


@dataclass(frozen=True)
class BothAged(Condition):
    """Both have attained an age on the filing day (規則第3条第1号)."""

    minimum_age: int

    def judge(self, situation: Situation, on: date) -> Judgement:
        first, second = (self._reached(person.born, on) for person in situation.people)
        said = situation.both_adults
        if Status.NOT_MET in (first, second):
            return Judgement(Status.NOT_MET, "no")
        if first is second is Status.MET:
            if said is YesNo.NO:  # the ages and the answer disagree: ask again rather than choose
                return Judgement(Status.UNKNOWN, note=Note.ANSWERS_DISAGREE, missing=Fact.ADULTS)
            return Judgement(Status.MET, "yes")
        if said is YesNo.NO:
            return Judgement(Status.NOT_MET, "no")
        if said is YesNo.YES and Status.UNKNOWN not in (first, second):
            return Judgement(Status.MET, "yes")
        return Judgement(Status.UNKNOWN, missing=Fact.ADULTS)

    def _reached(self, born: Span | None, on: date) -> Status | None:
        if born is None:
            return None
        if attains(born.last, self.minimum_age) <= on:
            return Status.MET
        return Status.NOT_MET if on < attains(born.first, self.minimum_age) else Status.UNKNOWN

    def _minor_known(self, situation: Situation, on: date) -> bool:
        return any(self._reached(born, on) is Status.NOT_MET for born in situation.births)

    def is_undated_no(self, situation: Situation, on: date) -> bool:
        """Whether they said that not both are of age, and no age tells until when."""
        no = self.judge(situation, on).status is Status.NOT_MET
        return no and not self._minor_known(situation, on)

    def assume(self, situation: Situation, on: date) -> Situation:
        status = self.judge(situation, on).status
        if status is Status.MET or self.is_undated_no(situation, on):
            return situation
        said = situation.both_adults
        if None in situation.births or (status is Status.UNKNOWN and said is YesNo.NO):
            said = YesNo.YES
        first, second = (self._assume_reached(person, on) for person in situation.people)
        return replace(situation, both_adults=said, people=(first, second))

    def _assume_reached(self, person: Person, on: date) -> Person:
        if person.born is None or self._reached(person.born, on) is not Status.UNKNOWN:
            return person
        return replace(person, born=Span.day(person.born.first))  # the oldest they can be

    def later(self, situation: Situation, on: date, until: date) -> Situation:
        # "No, not both" said of somebody whose age we know holds only until that person is of age.
        if until > on and situation.both_adults is YesNo.NO and self._minor_known(situation, on):
            return replace(situation, both_adults=None)
        return situation

    def turning_days(self, situation: Situation) -> Iterable[date]:
        for born in situation.births:
            if born is not None:
                yield attains(born.first, self.minimum_age)
                yield attains(born.last, self.minimum_age)


@dataclass(frozen=True)
class NotCloseKin(Condition):
    """Not lineal relatives, lineal in-laws or collateral blood within a degree (規則第3条第4号, 民法第734条・第735条)."""

    collateral_degree: int

    def judge(self, situation: Situation, on: date) -> Judgement:
        relation = situation.relation
        if relation is None:
            return Judgement(Status.UNKNOWN, missing=Fact.RELATIVES)
        answer = relation.kind.value
        if relation.kind is Kinship.COLLATERAL_BLOOD:
            if relation.degree is None:
                return Judgement(Status.UNKNOWN, answer, missing=Fact.RELATIVES_DEGREE)
            far = relation.degree > self.collateral_degree
            return Judgement(Status.MET if far else Status.NOT_MET, answer)
        if relation.kind in (Kinship.NONE, Kinship.COLLATERAL_AFFINITY):
            return Judgement(Status.MET, answer)
        if relation.kind is Kinship.ADOPTED_IN_PARTNERSHIP:
            return Judgement(Status.MET, answer, Note.ADOPTION_PROOF_UNCONFIRMED, "規則第3条第4号ただし書")
        if (
            relation.kind is Kinship.ADOPTIVE_COLLATERAL
        ):  # 民法第734条第1項ただし書 lets them marry; ours is not confirmed
            return Judgement(Status.ASK_OFFICE, answer, Note.ADOPTIVE_RELATIVES_UNCONFIRMED)
        return Judgement(Status.NOT_MET, answer)

    def assume(self, situation: Situation, on: date) -> Situation:
        relation = situation.relation
        if relation is None:
            return replace(situation, relation=Relation(Kinship.NONE))
        if relation.kind is Kinship.COLLATERAL_BLOOD and relation.degree is None:
            return replace(situation, relation=replace(relation, degree=self.collateral_degree + 1))
        return situation
