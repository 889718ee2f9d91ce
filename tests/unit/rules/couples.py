"""Couples for the tests: the translation of the oracle's plain words, and a couple that meets everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from oracle_eligibility import Case, Ties

from bot.rules.periods import Span
from bot.rules.situation import (
    Kinship,
    Links,
    Marriage,
    PeopleCount,
    Person,
    Relation,
    SexualMinority,
    Situation,
    YesNo,
    person_aged,
)

TODAY = date(2026, 11, 22)
YES, NO = YesNo.YES, YesNo.NO
FINE = Situation(
    people_count=PeopleCount.TWO,
    has_sexual_minority=SexualMinority.YES,
    makes_oath=YES,
    both_adults=YES,
    any_marriage=Marriage.NO,
    any_other_partnership=NO,
    relation=Relation(Kinship.NONE),
    links=replace(Links.none(), live=YES),
)

MINORITY = {
    "both": SexualMinority.YES,
    "one": SexualMinority.YES,
    "neither": SexualMinority.NO,
    "prefer_not_to_say": SexualMinority.PREFER_NOT_TO_SAY,
}
RELATIONS = {
    "no": Relation(Kinship.NONE),
    "yes": Relation(Kinship.CLOSE),
    "parent": Relation(Kinship.LINEAL_BLOOD),
    "sibling": Relation(Kinship.COLLATERAL_BLOOD, 2),
    "aunt": Relation(Kinship.COLLATERAL_BLOOD, 3),
    "cousin": Relation(Kinship.COLLATERAL_BLOOD, 4),
    "great_aunt": Relation(Kinship.COLLATERAL_BLOOD, 4),
    "relatives_of_some_degree": Relation(Kinship.COLLATERAL_BLOOD),
    "parent_in_law": Relation(Kinship.LINEAL_AFFINITY),
    "sibling_in_law": Relation(Kinship.COLLATERAL_AFFINITY),
    "adopted_in_partnership": Relation(Kinship.ADOPTED_IN_PARTNERSHIP),
    "adoptive_parent": Relation(Kinship.ADOPTED_OTHERWISE),
    "adoptive_sibling": Relation(Kinship.ADOPTIVE_COLLATERAL),
}


def _answer(value: bool | None) -> YesNo | None:
    return None if value is None else YES if value else NO


def links_from(ties: Ties) -> Links:
    move: Any = ties.move
    if move == "some day":
        move = YES
    elif move is not None:
        move = Span(*move) if move else NO
    return Links(_answer(ties.live), _answer(ties.work), _answer(ties.study), move)


def _person(age: Any, ties: Ties) -> Person:
    if isinstance(age, tuple):
        return person_aged(age[0], age[1], links_from(ties))
    return Person(None if age is None else Span.day(age), links_from(ties))


def situation_from(case: Case) -> Situation:
    couple, first, second = case.ties
    return Situation(
        people_count=case.people_count and PeopleCount(case.people_count),
        has_sexual_minority=case.has_sexual_minority and MINORITY[case.has_sexual_minority],
        makes_oath=case.makes_oath and YesNo(case.makes_oath),
        both_adults=case.both_adults and YesNo(case.both_adults),
        people=(_person(case.ages[0], first), _person(case.ages[1], second)),
        any_marriage=case.any_marriage and Marriage(case.any_marriage),
        any_other_partnership=case.any_other_partnership and YesNo(case.any_other_partnership),
        relation=case.close_relatives and RELATIONS[case.close_relatives],
        links=links_from(couple),
    )
