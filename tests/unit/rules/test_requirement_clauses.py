"""Each requirement of 規則第3条 as a table; the case names are the clauses and what they are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from couples import FINE, NO, TODAY, YES

from bot.rules.conditions import BothAged, Fact, Note, Status
from bot.rules.eligibility import ASSUME_ALL, Verdict, decide
from bot.rules.periods import Span
from bot.rules.regulation import TOKYO, Refusal, Requirement, RequirementId, in_force
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
from bot.rules.tokyo_link import Linked

TWO, MINORITY, OATH, ADULTS, MARRIED, PARTNER, KIN, TOKYO_LINK = RequirementId
MET, NOT_MET, UNKNOWN, OFFICE = Status
BORN_29_FEBRUARY = Person(Span.day(date(2008, 2, 29)))
GROWN = Person(Span.day(date(1990, 5, 5)))


def born(*births: date | None) -> dict[str, Any]:
    first, second = (Person(birth and Span.day(birth)) for birth in births)
    return {"both_adults": None, "people": (first, second)}


def collateral(degree: int | None) -> dict[str, Any]:
    return {"relation": Relation(Kinship.COLLATERAL_BLOOD, degree)}


def kin(kind: Kinship) -> dict[str, Any]:
    return {"relation": Relation(kind)}


def only(**links: Any) -> dict[str, Any]:
    return {"links": replace(Links.none(), **links)}


def moves(*days: date) -> dict[str, Any]:
    return only(move_in=Span(days[0], days[-1]))


NOVEMBER_30, APRIL_30 = date(2026, 11, 30), date(2027, 4, 30)
CASES: list[tuple[str, dict[str, Any], date, RequirementId, Status]] = [
    ("規則第3条 two people", {}, TODAY, TWO, MET),
    ("規則第3条 three people", {"people_count": PeopleCount.OTHER}, TODAY, TWO, NOT_MET),
    ("規則第3条 number not said", {"people_count": None}, TODAY, TWO, UNKNOWN),
    ("用語の定義 one is enough", {"has_sexual_minority": SexualMinority.YES}, TODAY, MINORITY, MET),
    ("用語の定義 neither", {"has_sexual_minority": SexualMinority.NO}, TODAY, MINORITY, NOT_MET),
    ("用語の定義 rather not say", {"has_sexual_minority": SexualMinority.PREFER_NOT_TO_SAY}, TODAY, MINORITY, MET),
    ("用語の定義 does not know", {"has_sexual_minority": None}, TODAY, MINORITY, UNKNOWN),
    ("柱書 no promise", {"makes_oath": NO}, TODAY, OATH, NOT_MET),
    ("柱書 promise not asked", {"makes_oath": None}, TODAY, OATH, UNKNOWN),
    ("第1号 both said adult", {}, TODAY, ADULTS, MET),
    ("第1号 one said minor", {"both_adults": NO}, TODAY, ADULTS, NOT_MET),
    ("第1号 day before 18th birthday", born(date(2008, 11, 23), date(1990, 1, 1)), TODAY, ADULTS, NOT_MET),
    ("第1号 18th birthday", born(date(2008, 11, 22), date(1990, 1, 1)), TODAY, ADULTS, MET),
    (
        "第1号 29 February, on 28 February",
        born(date(2008, 2, 29), date(1990, 1, 1)),
        date(2026, 2, 28),
        ADULTS,
        NOT_MET,
    ),
    ("第1号 29 February, on 1 March", born(date(2008, 2, 29), date(1990, 1, 1)), date(2026, 3, 1), ADULTS, MET),
    ("第1号 1 March, on 1 March", born(date(2008, 3, 1), date(1990, 1, 1)), date(2026, 3, 1), ADULTS, MET),
    ("第1号 one birth date missing", born(date(1990, 1, 1), None), TODAY, ADULTS, UNKNOWN),
    ("第1号 minor whatever the other", born(date(2010, 1, 1), None), TODAY, ADULTS, NOT_MET),
    ("第1号 minor though said adult", {**born(date(2010, 1, 1), None), "both_adults": YES}, TODAY, ADULTS, NOT_MET),
    (
        "第1号 ages and answer disagree",
        {**born(date(1990, 1, 1), date(1991, 1, 1)), "both_adults": NO},
        TODAY,
        ADULTS,
        UNKNOWN,
    ),
    ("第2号 unmarried", {}, TODAY, MARRIED, MET),
    ("第2号 married", {"any_marriage": Marriage.YES}, TODAY, MARRIED, NOT_MET),
    ("第2号 de facto with another", {"any_marriage": Marriage.DE_FACTO_WITH_OTHER}, TODAY, MARRIED, NOT_MET),
    ("第2号 de facto with each other", {"any_marriage": Marriage.DE_FACTO_WITH_EACH_OTHER}, TODAY, MARRIED, OFFICE),
    ("第2号 married abroad", {"any_marriage": Marriage.MARRIED_ABROAD_TO_EACH_OTHER}, TODAY, MARRIED, OFFICE),
    ("第3号 no other partnership", {}, TODAY, PARTNER, MET),
    ("第3号 other partnership", {"any_other_partnership": YES}, TODAY, PARTNER, NOT_MET),
    ("第4号 not related", {}, TODAY, KIN, MET),
    ("第4号 close, kind not said", kin(Kinship.CLOSE), TODAY, KIN, NOT_MET),
    ("第4号 parent and child", kin(Kinship.LINEAL_BLOOD), TODAY, KIN, NOT_MET),
    ("第4号 siblings, second degree", collateral(2), TODAY, KIN, NOT_MET),
    ("第4号 aunt and nephew, third degree", collateral(3), TODAY, KIN, NOT_MET),
    ("第4号 cousins, fourth degree", collateral(4), TODAY, KIN, MET),
    ("第4号 degree not said", collateral(None), TODAY, KIN, UNKNOWN),
    ("第4号 parent-in-law (民法735条)", kin(Kinship.LINEAL_AFFINITY), TODAY, KIN, NOT_MET),
    ("第4号 sibling-in-law", kin(Kinship.COLLATERAL_AFFINITY), TODAY, KIN, MET),
    ("第4号ただし書 adopted in the partnership", kin(Kinship.ADOPTED_IN_PARTNERSHIP), TODAY, KIN, MET),
    ("第4号 adopted otherwise", kin(Kinship.ADOPTED_OTHERWISE), TODAY, KIN, NOT_MET),
    ("第4号 adoptive siblings (民法734条ただし書)", kin(Kinship.ADOPTIVE_COLLATERAL), TODAY, KIN, OFFICE),
    ("第5号ア lives in Tokyo", only(live=YES), TODAY, TOKYO_LINK, MET),
    ("第5号 works in Tokyo", only(work=YES), TODAY, TOKYO_LINK, MET),
    ("第5号 studies in Tokyo", only(study=YES), TODAY, TOKYO_LINK, MET),
    ("第5号 no tie", only(), TODAY, TOKYO_LINK, NOT_MET),
    ("第5号 not said", {"links": Links()}, TODAY, TOKYO_LINK, UNKNOWN),
    ("第5号 not living there, rest not said", {"links": Links(live=NO)}, TODAY, TOKYO_LINK, UNKNOWN),
    (
        "第5号 only one partner works there",
        {"links": Links(), "people": (Person(links=Links.none()), Person(links=Links(work=YES)))},
        TODAY,
        TOKYO_LINK,
        MET,
    ),
    (
        "第5号 one has no tie, other not said",
        {"links": Links(), "people": (Person(links=Links.none()), Person())},
        TODAY,
        TOKYO_LINK,
        UNKNOWN,
    ),
    (
        "第5号 neither has a tie",
        {"links": Links(), "people": (Person(links=Links.none()), Person(links=Links.none()))},
        TODAY,
        TOKYO_LINK,
        NOT_MET,
    ),
    ("第5号イ moves some day", only(move_in=YES), TODAY, TOKYO_LINK, UNKNOWN),
    ("第5号イ three months to the day", moves(date(2027, 2, 22)), TODAY, TOKYO_LINK, MET),
    ("第5号イ three months and a day", moves(date(2027, 2, 23)), TODAY, TOKYO_LINK, NOT_MET),
    ("第5号イ 30 November to the end of February", moves(date(2027, 2, 28)), NOVEMBER_30, TOKYO_LINK, MET),
    ("第5号イ 30 November to 1 March", moves(date(2027, 3, 1)), NOVEMBER_30, TOKYO_LINK, NOT_MET),
    ("第5号イ 30 November to 29 February", moves(date(2028, 2, 29)), date(2027, 11, 30), TOKYO_LINK, MET),
    ("第5号イ 30 April to 30 July", moves(date(2027, 7, 30)), APRIL_30, TOKYO_LINK, MET),
    ("第5号イ 30 April to 31 July, 民法143条", moves(date(2027, 7, 31)), APRIL_30, TOKYO_LINK, OFFICE),
    ("第5号イ 30 April to 1 August", moves(date(2027, 8, 1)), APRIL_30, TOKYO_LINK, NOT_MET),
    ("第5号イ a month that fits", moves(date(2027, 1, 1), date(2027, 1, 31)), TODAY, TOKYO_LINK, MET),
    ("第5号イ a month that fits in part", moves(date(2027, 2, 1), date(2027, 2, 28)), TODAY, TOKYO_LINK, UNKNOWN),
    ("第5号イ this month", moves(date(2026, 11, 1), date(2026, 11, 30)), TODAY, TOKYO_LINK, MET),
    ("第5号イ a month too late", moves(date(2027, 3, 1), date(2027, 3, 31)), TODAY, TOKYO_LINK, NOT_MET),
    ("第5号イ a plan of the past", moves(date(2026, 11, 1)), TODAY, TOKYO_LINK, UNKNOWN),
]
VERDICTS = {
    MET: Verdict.ELIGIBLE,
    NOT_MET: Verdict.INELIGIBLE,
    UNKNOWN: Verdict.CONDITIONAL,
    OFFICE: Verdict.ASK_OFFICE,
}


@pytest.mark.parametrize(("name", "facts", "on", "requirement", "status"), CASES, ids=[case[0] for case in CASES])
def test_requirement(name: str, facts: dict[str, Any], on: date, requirement: RequirementId, status: Status) -> None:
    decision = decide(replace(FINE, **facts), on)
    finding = decision.finding(requirement)
    assert finding.status is status
    assert decision.verdict is VERDICTS[status]
    assert (finding.missing is not None) == (status is UNKNOWN)
    assert finding.clause and finding.rule.sources and finding.rule.valid_from <= on


@pytest.mark.parametrize(
    ("facts", "requirement", "clause", "note"),
    [
        (only(live=YES), TOKYO_LINK, "規則第3条第5号ア", None),
        (moves(TODAY), TOKYO_LINK, "規則第3条第5号イ", Note.MUST_MOVE_AS_PLANNED),
        (only(work=YES), TOKYO_LINK, "規則第3条第5号", Note.CLAUSE_UNCONFIRMED),
        (kin(Kinship.ADOPTED_IN_PARTNERSHIP), KIN, "規則第3条第4号ただし書", Note.ADOPTION_PROOF_UNCONFIRMED),
        (kin(Kinship.LINEAL_BLOOD), KIN, "規則第3条第4号", None),
        (
            {"has_sexual_minority": SexualMinority.PREFER_NOT_TO_SAY},
            MINORITY,
            "条例・規則の用語の定義、宣誓の内容",
            Note.ATTESTED_BY_OATH,
        ),
    ],
)
def test_a_finding_cites_the_item_that_applied(facts: dict[str, Any], requirement: Any, clause: str, note: Any) -> None:
    finding = decide(replace(FINE, **facts), TODAY).finding(requirement)
    assert (finding.clause, finding.note) == (clause, note)


def test_a_no_outweighs_the_office_and_the_office_outweighs_the_unknown() -> None:
    couple = replace(FINE, any_marriage=Marriage.MARRIED_ABROAD_TO_EACH_OTHER, makes_oath=None)
    assert decide(couple, TODAY).verdict is Verdict.ASK_OFFICE
    assert decide(replace(couple, any_other_partnership=YES), TODAY).verdict is Verdict.INELIGIBLE


def test_a_direct_question_gets_a_verdict_and_what_it_assumed() -> None:
    couple = Situation(people=(Person(links=Links(live=NO, work=YES)), Person()))
    decision = decide(couple, TODAY, assuming=ASSUME_ALL)
    assert decision.verdict is Verdict.ELIGIBLE
    assert decision.assumed == (TWO, MINORITY, OATH, ADULTS, MARRIED, PARTNER, KIN)
    assert decide(couple, TODAY).verdict is Verdict.CONDITIONAL


def test_an_assumption_never_overrides_a_no() -> None:
    couple = replace(FINE, relation=Relation(Kinship.LINEAL_BLOOD), makes_oath=None)
    assert decide(couple, TODAY, assuming=ASSUME_ALL).verdict is Verdict.INELIGIBLE


def test_an_age_in_years_is_sure_only_once_the_year_is_over() -> None:
    couple = replace(FINE, both_adults=None, people=(person_aged(17, TODAY), GROWN))
    statuses = [
        decide(couple, day).finding(ADULTS).status
        for day in (TODAY, date(2026, 11, 23), date(2027, 11, 21), date(2027, 11, 22))
    ]
    assert statuses == [NOT_MET, UNKNOWN, UNKNOWN, MET]


def test_before_the_scheme_began_only_the_office_can_say() -> None:
    assert decide(FINE, date(2022, 10, 10)).verdict is Verdict.ASK_OFFICE
    assert decide(FINE, date(2022, 10, 11)).verdict is Verdict.ELIGIBLE


CHANGE = date(2027, 4, 1)


def changed_rules() -> tuple[Requirement, ...]:
    """A made-up future: from 1 April 2027 both must be 20, a move counts within six months and work no longer counts."""
    rules: list[Requirement] = []
    for rule in TOKYO:
        condition = rule.condition
        if isinstance(condition, BothAged):
            condition = BothAged(minimum_age=20)
        elif isinstance(condition, Linked):
            condition = Linked(tuple(way for way in condition.ways if way.link.value != "work"), move_in_months=6)
        if condition is rule.condition:
            rules.append(rule)
        else:
            rules += [
                replace(rule, valid_until=date(2027, 3, 31)),
                replace(rule, condition=condition, valid_from=CHANGE, clause=f"{rule.clause}(改正後)"),
            ]
    return tuple(rules)


@pytest.mark.parametrize(
    ("facts", "before", "after"),
    [
        ({}, Verdict.ELIGIBLE, Verdict.ELIGIBLE),
        (born(date(2008, 1, 1), date(1990, 1, 1)), Verdict.ELIGIBLE, Verdict.INELIGIBLE),
        (only(work=YES), Verdict.ELIGIBLE, Verdict.INELIGIBLE),
        (moves(date(2027, 9, 30)), Verdict.INELIGIBLE, Verdict.ELIGIBLE),
    ],
)
def test_a_rule_that_changes_next_april_is_entered_today(
    facts: dict[str, Any], before: Verdict, after: Verdict
) -> None:
    rules, couple = changed_rules(), replace(FINE, **facts)
    assert decide(couple, date(2027, 3, 31), rules=rules).verdict is before
    decision = decide(couple, CHANGE, rules=rules)
    assert decision.verdict is after
    assert decision.finding(ADULTS).clause == "規則第3条第1号(改正後)"
    assert decision.finding(ADULTS).rule.valid_from == CHANGE


def test_what_if_knows_that_the_rule_will_change() -> None:
    from bot.rules.what_if import what_if

    couple = replace(FINE, **moves(date(2027, 9, 30)))
    waits = [option for option in what_if(couple, TODAY, rules=changed_rules()).options if not option.changes]
    assert [option.file_from for option in waits] == [CHANGE]


def test_a_requirement_that_is_dropped_is_no_longer_decided() -> None:
    rules = tuple(replace(rule, valid_until=date(2027, 3, 31)) if rule.id is PARTNER else rule for rule in TOKYO)
    couple = replace(FINE, any_other_partnership=YES)
    assert decide(couple, date(2027, 3, 31), rules=rules).verdict is Verdict.INELIGIBLE
    assert decide(couple, CHANGE, rules=rules).verdict is Verdict.ELIGIBLE


def test_two_versions_of_a_requirement_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="two versions"):
        in_force((*TOKYO, TOKYO[0]), TODAY)


def test_refusals_tell_never_from_not_yet_and_until_ended() -> None:
    couple = replace(FINE, both_adults=NO, any_other_partnership=YES, relation=Relation(Kinship.LINEAL_BLOOD))
    refusals = [finding.refusal for finding in decide(couple, TODAY).with_status(NOT_MET)]
    assert refusals == [Refusal.NOT_ELIGIBLE_YET, Refusal.NOT_ELIGIBLE_UNTIL_ENDED, Refusal.NOT_ELIGIBLE]


def test_a_move_month_that_fits_in_part_asks_for_the_day() -> None:
    finding = decide(replace(FINE, **moves(date(2027, 2, 1), date(2027, 2, 28))), TODAY).finding(TOKYO_LINK)
    assert finding.missing is Fact.MOVE_IN_DATE


@pytest.mark.parametrize(("kind", "degree"), [(Kinship.LINEAL_BLOOD, 2), (Kinship.COLLATERAL_BLOOD, 1)])
def test_a_degree_that_cannot_be_is_refused(kind: Kinship, degree: int) -> None:
    with pytest.raises(ValueError, match="degree"):
        Relation(kind, degree)
