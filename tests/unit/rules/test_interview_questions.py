"""What is asked next: in the order of the regulation, only what is open, nothing after a plain no."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from couples import FINE, NO, TODAY, YES

from bot.rules.conditions import Fact
from bot.rules.interview import next_requirement, open_questions
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
    person_aged,
)

ALL = [
    Fact.PEOPLE_COUNT,
    Fact.SEXUAL_MINORITY,
    Fact.OATH,
    Fact.ADULTS,
    Fact.MARRIAGE,
    Fact.OTHER_PARTNERSHIP,
    Fact.RELATIVES,
    Fact.TOKYO_LINK,
]


def asked(situation: Situation, **options: Any) -> list[Fact]:
    return [question.fact for question in open_questions(situation, TODAY, **options)]


def test_everything_is_asked_in_the_order_of_the_requirements() -> None:
    assert asked(Situation()) == ALL


def test_what_was_already_said_is_not_asked() -> None:
    """二人とも25歳で私は川崎、彼女は新宿勤務."""
    people = (person_aged(25, TODAY, Links(live=NO)), person_aged(25, TODAY, Links(work=YES)))
    assert asked(Situation(people_count=PeopleCount.TWO, people=people)) == [
        Fact.SEXUAL_MINORITY,
        Fact.OATH,
        Fact.MARRIAGE,
        Fact.OTHER_PARTNERSHIP,
        Fact.RELATIVES,
    ]


def test_nothing_is_asked_of_a_couple_that_meets_everything() -> None:
    assert next_requirement(FINE, TODAY) is None


@pytest.mark.parametrize(
    "said",
    [
        {"people_count": PeopleCount.OTHER},
        {"has_sexual_minority": SexualMinority.NO},
        {"makes_oath": NO},
        {"any_marriage": Marriage.YES},
        {"relation": Relation(Kinship.LINEAL_BLOOD)},
        {"links": Links.none()},
    ],
)
def test_a_plain_no_ends_the_interview_whenever_it_is_said(said: dict[str, Any]) -> None:
    assert asked(replace(Situation(), **said)) == []


@pytest.mark.parametrize("said", [{"both_adults": NO}, {"any_other_partnership": YES}])
def test_not_yet_and_until_ended_do_not_end_it(said: dict[str, Any]) -> None:
    assert len(asked(replace(Situation(), **said))) == len(ALL) - 1


def test_a_question_for_the_office_does_not_end_it() -> None:
    assert asked(replace(Situation(), any_marriage=Marriage.MARRIED_ABROAD_TO_EACH_OTHER))[0] is Fact.PEOPLE_COUNT


def test_what_was_declined_is_not_asked_again() -> None:
    question = next_requirement(Situation(), TODAY, declined={Fact.PEOPLE_COUNT, Fact.SEXUAL_MINORITY})
    assert question is not None and question.fact is Fact.OATH
    assert asked(Situation(), declined=set(Fact)) == []


@pytest.mark.parametrize(
    ("said", "fact"),
    [
        ({"links": replace(Links.none(), move_in=YES)}, Fact.MOVE_IN_DATE),
        ({"links": replace(Links.none(), move_in=Span.month(2027, 2))}, Fact.MOVE_IN_DATE),
        ({"links": Links(move_in=Span.day(date(2027, 8, 1)))}, Fact.TOKYO_LINK),
        ({"links": Links(), "people": (Person(links=Links.none()), Person())}, Fact.TOKYO_LINK),
        ({"relation": Relation(Kinship.COLLATERAL_BLOOD)}, Fact.RELATIVES_DEGREE),
    ],
)
def test_a_half_answer_is_followed_by_the_fact_that_settles_it(said: dict[str, Any], fact: Fact) -> None:
    assert asked(replace(FINE, **said)) == [fact]
