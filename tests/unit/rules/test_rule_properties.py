"""What must hold for every couple: order does not matter, unknown is never yes, and only its own fact undoes a no."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from couples import TODAY
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.conditions import Status
from bot.rules.eligibility import ASSUME_ALL, Verdict, decide
from bot.rules.interview import open_questions
from bot.rules.periods import Span
from bot.rules.regulation import TOKYO, RequirementId
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
)
from bot.rules.what_if import what_if

Facts = dict[str, Any]
DAYS = st.dates(TODAY - timedelta(days=30), TODAY + timedelta(days=150))
MOVES = st.one_of(st.sampled_from(YesNo), st.builds(lambda a, b: Span(min(a, b), max(a, b)), DAYS, DAYS))
BIRTHS = st.one_of(
    st.dates(date(2008, 2, 1), date(2009, 3, 1)).map(Span.day),
    st.dates(date(1950, 1, 1), date(2015, 1, 1)).map(Span.day),
    st.builds(Span.born, st.integers(16, 19), st.dates(date(2026, 1, 1), TODAY)),
)
RELATIONS = st.one_of(
    st.sampled_from(Kinship).map(Relation), st.integers(2, 5).map(lambda n: Relation(Kinship.COLLATERAL_BLOOD, n))
)
ANSWER = st.sampled_from(YesNo)
# Every fact a person can give, by a path of its own, and the requirement that may look at it.
FACTS: dict[str, tuple[st.SearchStrategy[Any], RequirementId]] = {
    "people_count": (st.sampled_from(PeopleCount), RequirementId.TWO_PEOPLE),
    "has_sexual_minority": (st.sampled_from(SexualMinority), RequirementId.SEXUAL_MINORITY),
    "makes_oath": (ANSWER, RequirementId.OATH),
    "both_adults": (ANSWER, RequirementId.BOTH_ADULTS),
    "any_marriage": (st.sampled_from(Marriage), RequirementId.NOT_MARRIED),
    "any_other_partnership": (ANSWER, RequirementId.NO_OTHER_PARTNER),
    "relation": (RELATIONS, RequirementId.NOT_CLOSE_RELATIVES),
    **{f"{who}.born": (BIRTHS, RequirementId.BOTH_ADULTS) for who in "01"},
    **{
        f"{who}.{link.name}": (MOVES if link.name == "move_in" else ANSWER, RequirementId.TOKYO_LINK)
        for who in ("couple", "0", "1")
        for link in fields(Links)
    },
}


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    names = draw(st.sets(st.sampled_from(sorted(FACTS))))
    return {name: draw(FACTS[name][0]) for name in sorted(names)}


@st.composite
def nearly_fine(draw: st.DrawFn) -> Facts:
    """Couples close to a yes, so that properties about yes are not empty."""
    facts: Facts = {
        "people_count": PeopleCount.TWO,
        "has_sexual_minority": SexualMinority.YES,
        "makes_oath": YesNo.YES,
        "both_adults": YesNo.YES,
        "any_marriage": Marriage.NO,
        "any_other_partnership": YesNo.NO,
        "relation": Relation(Kinship.NONE),
        "couple.live": YesNo.YES,
    }
    for name in draw(st.sets(st.sampled_from(sorted(FACTS)), max_size=3)):
        facts[name] = draw(FACTS[name][0])
    for name in draw(st.sets(st.sampled_from(sorted(facts)), max_size=2)):
        del facts[name]
    return facts


COUPLES = st.one_of(some_facts(), nearly_fine())


def learn(situation: Situation, name: str, value: Any) -> Situation:
    who, _, field = name.rpartition(".")
    if not who:
        return replace(situation, **{name: value})
    if who == "couple":
        return replace(situation, links=replace(situation.links, **{field: value}))
    people = list(situation.people)
    person: Person = people[int(who)]
    people[int(who)] = (
        replace(person, born=value)
        if field == "born"
        else replace(person, links=replace(person.links, **{field: value}))
    )
    return replace(situation, people=(people[0], people[1]))


def couple(facts: Facts) -> Situation:
    situation = Situation()
    for name, value in facts.items():
        situation = learn(situation, name, value)
    return situation


@settings(deadline=None)
@given(COUPLES, st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(facts: Facts, shuffle: Any) -> None:
    shuffled = list(facts.items())
    shuffle.shuffle(shuffled)
    assert decide(couple(dict(shuffled)), TODAY) == decide(couple(facts), TODAY)


@settings(deadline=None)
@given(COUPLES)
def test_who_is_named_first_does_not_matter(facts: Facts) -> None:
    situation = couple(facts)
    swapped = replace(situation, people=(situation.people[1], situation.people[0]))
    assert decide(swapped, TODAY) == decide(situation, TODAY)


@settings(max_examples=400, deadline=None)
@given(COUPLES, st.data())
def test_a_fact_changes_nothing_but_the_requirement_it_is_about(facts: Facts, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FACTS)))
    before = decide(couple(facts), TODAY)
    after = decide(learn(couple(facts), name, data.draw(FACTS[name][0])), TODAY)
    for old, new in zip(before.findings, after.findings, strict=True):
        assert old == new or old.requirement is FACTS[name][1]


@settings(max_examples=400, deadline=None)
@given(COUPLES, st.data())
def test_adding_a_fact_turns_a_no_into_a_yes_only_if_it_is_the_reason(facts: Facts, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FACTS)))
    before = decide(couple(facts), TODAY)
    after = decide(learn(couple(facts), name, data.draw(FACTS[name][0])), TODAY)
    if before.verdict is Verdict.INELIGIBLE and after.verdict is not Verdict.INELIGIBLE:
        assert [finding.requirement for finding in before.with_status(Status.NOT_MET)] == [FACTS[name][1]]


@settings(deadline=None)
@given(COUPLES)
def test_unknown_is_never_a_yes(facts: Facts) -> None:
    decision = decide(couple(facts), TODAY)
    if decision.with_status(Status.UNKNOWN, Status.NOT_MET, Status.ASK_OFFICE):
        assert decision.verdict is not Verdict.ELIGIBLE
    else:
        assert decision.verdict is Verdict.ELIGIBLE


def test_no_single_fact_can_be_left_out_of_a_yes() -> None:
    fine = facts_of_a_yes()
    assert decide(couple(fine), TODAY).verdict is Verdict.ELIGIBLE
    for name in fine:
        without = couple({key: value for key, value in fine.items() if key != name})
        assert decide(without, TODAY).verdict is Verdict.CONDITIONAL


def facts_of_a_yes() -> Facts:
    return {
        "people_count": PeopleCount.TWO,
        "has_sexual_minority": SexualMinority.PREFER_NOT_TO_SAY,
        "makes_oath": YesNo.YES,
        "0.born": Span.born(25, TODAY),
        "1.born": Span.born(25, TODAY),
        "any_marriage": Marriage.NO,
        "any_other_partnership": YesNo.NO,
        "relation": Relation(Kinship.NONE),
        "1.work": YesNo.YES,
    }


@settings(deadline=None)
@given(COUPLES, st.sets(st.sampled_from(RequirementId)))
def test_an_assumption_touches_only_what_is_unknown(facts: Facts, assuming: set[RequirementId]) -> None:
    plain, assumed = decide(couple(facts), TODAY), decide(couple(facts), TODAY, assuming=assuming)
    assert plain.findings == assumed.findings
    assert set(assumed.assumed) == {f.requirement for f in plain.with_status(Status.UNKNOWN)} & assuming
    if plain.verdict in (Verdict.INELIGIBLE, Verdict.ELIGIBLE):
        assert assumed.verdict is plain.verdict


@settings(deadline=None)
@given(COUPLES)
def test_assuming_facts_and_assuming_requirements_come_to_the_same(facts: Facts) -> None:
    situation = couple(facts)
    for rule in TOKYO:
        situation = rule.condition.assume(situation, TODAY)
    assert decide(situation, TODAY).verdict is decide(couple(facts), TODAY, assuming=ASSUME_ALL).verdict


@settings(max_examples=60, deadline=None)
@given(COUPLES)
def test_every_option_does_what_it_says_and_none_contains_another(facts: Facts) -> None:
    result = what_if(couple(facts), TODAY, assuming=ASSUME_ALL)
    for option in result.options:
        assert option.file_from >= option.possibly_from >= TODAY
        assert option.changes or option.file_from > TODAY
        for other in result.options:
            covers = set(other.changes) <= set(option.changes) and other.file_from <= option.file_from
            assert other is option or not covers
    assert (result.reaches is None) == bool(result.blocked)
    for first, second in pairwise(result.options):
        assert len(first.changes) <= len(second.changes) + 1


@settings(deadline=None)
@given(st.data())
def test_an_interview_that_has_ended_leaves_nothing_unknown_but_after_a_no(data: st.DataObject) -> None:
    situation = Situation()
    for _ in range(40):
        questions = open_questions(situation, TODAY)
        if not questions:
            break
        names = [name for name, (_, about) in FACTS.items() if about is questions[0].requirement]
        for name in names:
            situation = learn(situation, name, data.draw(FACTS[name][0]))
    decision = decide(situation, TODAY)
    if not questions:
        assert decision.verdict is Verdict.INELIGIBLE or not decision.with_status(Status.UNKNOWN)
