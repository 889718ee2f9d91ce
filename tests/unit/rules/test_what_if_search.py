"""What-if against brute force: every subset of changes on every day, judged by the oracle; then cases a person can check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import oracle_eligibility as oracle
import pytest
from couples import FINE, NO, TODAY, YES, situation_from
from oracle_eligibility import Case, Ties

from bot.rules.changes import ChangeKind
from bot.rules.eligibility import ASSUME_ALL, Verdict
from bot.rules.periods import Span, add_months
from bot.rules.regulation import RequirementId
from bot.rules.situation import Kinship, Links, Marriage, PeopleCount, Person, Relation, SexualMinority, person_aged
from bot.rules.what_if import WhatIf, what_if

Step = Callable[[Case, date], Case]  # a case and the filing day
Found = set[tuple[frozenset[str], date]]
GROWN = TODAY - timedelta(days=365 * 30)


def tie(**answer: Any) -> Callable[[Case], Case]:
    return lambda case: replace(case, ties=(replace(case.ties[0], **answer), *case.ties[1:]))


def grown_up(case: Case) -> Case:
    """All who may be of age today are; a person of whom nothing is known is covered by the plain answer."""
    ages = tuple(GROWN if age and True in oracle.may_be_adult(age, TODAY) else age for age in case.ages)
    return replace(case, ages=ages, both_adults="yes" if None in case.ages else None)


def steps_open_to(case: Case) -> dict[str, Step]:
    """Everything that could change for this couple, whether it helps or not."""
    word = oracle.judge(case, TODAY)
    minor_known = any(oracle.may_be_adult(age, TODAY) == {False} for age in case.ages)
    doubt = any(len(oracle.may_be_adult(age, TODAY)) == 2 for age in case.ages)
    steps: dict[str, Step] = {
        "start_work": lambda c, _: tie(work=True)(c),
        "start_study": lambda c, _: tie(study=True)(c),
        "move_in": lambda c, filing: tie(move=(add_months(filing, 3),) * 2)(c),
    }
    fulfilled = {
        "people_count": "two",
        "has_sexual_minority": "one",
        "makes_oath": "yes",
        "any_marriage": "no",
        "any_other_partnership": "no",
        "close_relatives": "no",
    }
    for row in oracle.TABLE:
        slot = row["slot"]
        if slot in fulfilled and word[row["id"]] == "unknown":
            steps[f"confirm {slot}"] = lambda c, _, slot=slot: replace(c, **{slot: fulfilled[slot]})
    if word["req-08-tokyo-link"] == "unknown":
        steps["confirm tokyo_link"] = lambda c, _: tie(live=True)(c)
    if case.both_adults == "no" and not minor_known:
        steps["come_of_age"] = lambda c, _: grown_up(c)
    elif word["req-04-both-adults"] != "met" and (case.both_adults != "yes" or doubt) and (doubt or None in case.ages):
        steps["confirm both_adults"] = lambda c, _: grown_up(c)
    if case.makes_oath == "no":
        steps["make_oath"] = lambda c, _: replace(c, makes_oath="yes")
    if case.any_marriage in ("yes", "de_facto_with_other"):
        steps["end_marriage"] = lambda c, _: replace(c, any_marriage="no")
    if case.any_other_partnership == "yes":
        steps["end_other_partnership"] = lambda c, _: replace(c, any_other_partnership="no")
    return steps


def time_passes(case: Case, filing: date) -> Case:
    """Plans come true; "no, not both of age" lapses when the ages tell until when it held."""
    ties = []
    for one in case.ties:
        if isinstance(one.move, tuple) and TODAY <= one.move[1] < filing:
            one = replace(one, live=True, move=False)
        ties.append(one)
    lapses = filing > TODAY and any(oracle.may_be_adult(age, TODAY) == {False} for age in case.ages)
    said = None if lapses and case.both_adults == "no" else case.both_adults
    return replace(case, ties=tuple(ties), both_adults=said)


def futures(case: Case, days: int) -> Iterator[tuple[frozenset[str], date, Case]]:
    """The couple after every subset of the changes, filing on every day; small sets first, early days first."""
    steps = steps_open_to(case)
    for size in range(len(steps) + 1):
        for chosen in combinations(steps, size):
            for wait in range(days):
                filing = TODAY + timedelta(days=wait)
                changed = case
                for name in chosen:
                    changed = steps[name](changed, filing)
                yield frozenset(chosen), filing, time_passes(changed, filing)


def brute_force(case: Case, days: int) -> tuple[str | None, Found, set[str]]:
    """What can be reached, by which smallest sets, and the requirements that never can."""
    stuck = set(oracle.judge(case, TODAY))
    for goal, enough in (("eligible", {"met"}), ("ask_office", {"met", "ask_office"})):
        best: Found = set()
        for chosen, filing, future in futures(case, days):
            if any(fewer <= chosen and earlier <= filing for fewer, earlier in best):
                continue
            found = oracle.judge(future, filing)
            stuck -= {key for key, word in found.items() if word in ("met", "ask_office")}
            if set(found.values()) <= enough:
                best.add((chosen, filing))
        if best:
            return goal, best, set()
    return None, set(), stuck


def searched(result: WhatIf, on: date) -> tuple[str | None, Found, set[str]]:
    slots = {row["id"]: row["slot"] for row in oracle.TABLE}
    found: Found = set()
    for option in result.options:
        names = (
            f"confirm {slots[change.requirement.value]}" if change.kind is ChangeKind.CONFIRM else change.kind.value
            for change in option.changes
        )
        found.add((frozenset(names), option.file_from))
    if result.reaches and not found:
        found.add((frozenset(), on))
    return result.reaches and result.reaches.value, found, {requirement.value for requirement in result.blocked}


SOON = TODAY + timedelta(days=9)
TURNS_18_SOON = date(SOON.year - 18, SOON.month, SOON.day)
PAST = TODAY - timedelta(days=3)
LATE = add_months(TODAY, 3) + timedelta(days=14)
VARIATIONS: dict[str, list[dict[str, Any]]] = {
    "people": [{"people_count": "other"}, {"people_count": None}],
    "minority": [{"has_sexual_minority": "neither"}, {"has_sexual_minority": None}],
    "oath": [{"makes_oath": "no"}, {"makes_oath": None}],
    "adults": [
        {"both_adults": None},
        {"both_adults": "no"},
        {"both_adults": None, "ages": (TURNS_18_SOON, GROWN)},
        {"both_adults": "no", "ages": (TURNS_18_SOON, None)},
        {"both_adults": "no", "ages": (TURNS_18_SOON, GROWN)},
        {"both_adults": "no", "ages": (None, GROWN)},
        {"both_adults": None, "ages": ((17, date(2026, 1, 5)), GROWN)},
        {"both_adults": None, "ages": (TURNS_18_SOON, (17, date(2025, 12, 3)))},
    ],
    "marriage": [
        {"any_marriage": "yes"},
        {"any_marriage": None},
        {"any_marriage": "married_abroad_to_each_other"},
    ],
    "partnership": [{"any_other_partnership": "yes"}, {"any_other_partnership": None}],
    "relatives": [
        {"close_relatives": "sibling"},
        {"close_relatives": None},
        {"close_relatives": "adoptive_sibling"},
    ],
    "link": [
        {"ties": (Ties(False, False, False, False), Ties(), Ties())},
        {"ties": (Ties(), Ties(), Ties())},
        {"ties": (Ties(False, False, False, "some day"), Ties(), Ties())},
        {"ties": (Ties(False, False, False, (LATE, LATE)), Ties(), Ties())},
        {"ties": (Ties(False, False, False, (LATE - timedelta(days=60), LATE)), Ties(), Ties())},
        {"ties": (Ties(False, False, False, None), Ties(work=True), Ties())},
        {"ties": (Ties(False, False, False, (PAST, PAST)), Ties(), Ties())},
        {"ties": (Ties(), Ties(False, False, False, (LATE, LATE)), Ties(False, False, False, False))},
    ],
}
PLAIN = Case(both_adults="yes", ties=(Ties(live=True), Ties(), Ties()))


def small_cases(at_most: int) -> Iterator[Case]:
    for size in range(1, at_most + 1):
        for topics in combinations(VARIATIONS, size):
            for chosen in product(*(VARIATIONS[topic] for topic in topics)):
                yield replace(PLAIN, **{key: value for variation in chosen for key, value in variation.items()})


@pytest.mark.slow
def test_what_if_is_minimal_and_complete_on_all_small_cases() -> None:
    checked = options = 0
    for case in small_cases(at_most=2):
        result = what_if(situation_from(case), TODAY)
        assert searched(result, TODAY) == brute_force(case, days=60), case
        checked, options = checked + 1, options + len(result.options)
    print(f"\nwhat-if: {checked} couples, {options} options, all as brute force found them")
    assert checked > 200


@pytest.mark.parametrize("case", [case for n, case in enumerate(small_cases(at_most=3)) if n % 37 == 5])
def test_what_if_is_minimal_and_complete_with_three_things_out_of_line(case: Case) -> None:
    assert searched(what_if(situation_from(case), TODAY), TODAY) == brute_force(case, days=60)


def test_what_if_finds_the_day_in_the_next_year_for_an_age_in_years() -> None:
    case = replace(PLAIN, both_adults=None, ages=((17, TODAY), GROWN), any_marriage="yes")
    assert searched(what_if(situation_from(case), TODAY), TODAY) == brute_force(case, days=367)


def kinds(result: WhatIf) -> list[tuple[list[str], str]]:
    return [
        ([change.kind.value for change in option.changes], option.file_from.isoformat()) for option in result.options
    ]


def test_rule_3_1_waiting_until_both_are_18_is_the_only_cure() -> None:
    couple = replace(FINE, both_adults=None, people=(Person(Span.day(date(2009, 3, 4))), person_aged(30, TODAY)))
    result = what_if(couple, TODAY)
    assert result.reaches is Verdict.ELIGIBLE
    assert kinds(result) == [([], "2027-03-04")]
    assert result.options[0].cured_by_time == (RequirementId.BOTH_ADULTS,)


def test_rule_3_1_born_on_29_february_may_file_on_1_march() -> None:
    couple = replace(FINE, both_adults=None, people=(Person(Span.day(date(2008, 2, 29))), person_aged(30, TODAY)))
    assert kinds(what_if(couple, date(2026, 2, 1))) == [([], "2026-03-01")]


def test_rule_3_1_an_age_in_years_gives_the_sure_day_and_the_first_possible_one() -> None:
    couple = replace(FINE, both_adults=None, people=(person_aged(17, TODAY), person_aged(30, TODAY)))
    (option,) = what_if(couple, TODAY).options
    assert (option.possibly_from, option.file_from) == (date(2026, 11, 23), date(2027, 11, 22))


def test_rule_3_1_no_age_at_all_gives_a_change_without_a_day() -> None:
    assert kinds(what_if(replace(FINE, both_adults=NO), TODAY)) == [(["come_of_age"], "2026-11-22")]


def test_rule_3_5_without_a_tie_each_single_tie_is_enough() -> None:
    result = what_if(replace(FINE, links=Links.none()), TODAY)
    assert kinds(result) == [
        (["move_in"], "2026-11-22"),
        (["start_study"], "2026-11-22"),
        (["start_work"], "2026-11-22"),
    ]
    assert result.options[0].move_in_by == date(2027, 2, 22)


def test_rule_3_5_i_a_late_move_is_cured_by_moving_earlier_or_filing_later() -> None:
    couple = replace(FINE, links=replace(Links.none(), move_in=Span.day(date(2027, 6, 30))))
    result = what_if(couple, TODAY)
    assert ([], "2027-03-30") in kinds(result)
    assert (["move_in"], "2026-11-22") in kinds(result)


def test_rule_3_5_i_a_move_made_while_waiting_for_a_birthday_counts_as_living_in_tokyo() -> None:
    couple = replace(
        FINE,
        both_adults=None,
        people=(Person(Span.day(date(2009, 3, 4))), person_aged(30, TODAY)),
        links=replace(Links.none(), move_in=Span.month(2027, 1)),
    )
    assert kinds(what_if(couple, TODAY)) == [([], "2027-03-04")]


def test_a_move_day_belongs_to_the_filing_day_it_is_offered_with() -> None:
    people = (Person(Span.day(date(2009, 3, 4))), person_aged(30, TODAY))
    result = what_if(replace(FINE, both_adults=None, people=people, links=Links.none()), TODAY)
    assert {option.file_from for option in result.options} == {date(2027, 3, 4)}
    assert [option.move_in_by for option in result.options] == [date(2027, 6, 4), None, None]


IMPOSSIBLE = [
    ("規則第3条", replace(FINE, people_count=PeopleCount.OTHER), RequirementId.TWO_PEOPLE),
    ("条例の用語", replace(FINE, has_sexual_minority=SexualMinority.NO), RequirementId.SEXUAL_MINORITY),
    ("規則第3条第4号", replace(FINE, relation=Relation(Kinship.LINEAL_BLOOD)), RequirementId.NOT_CLOSE_RELATIVES),
    ("民法735条", replace(FINE, relation=Relation(Kinship.LINEAL_AFFINITY)), RequirementId.NOT_CLOSE_RELATIVES),
]


@pytest.mark.parametrize(("clause", "couple", "requirement"), IMPOSSIBLE, ids=[case[0] for case in IMPOSSIBLE])
def test_what_nothing_can_change_is_reported_and_nothing_is_offered(clause: str, couple: Any, requirement: Any) -> None:
    result = what_if(replace(couple, any_marriage=Marriage.YES), TODAY, assuming=ASSUME_ALL)
    assert (result.reaches, result.options, result.blocked) == (None, (), (requirement,))


def test_a_couple_married_abroad_is_never_told_to_end_that_marriage() -> None:
    couple = replace(FINE, any_marriage=Marriage.MARRIED_ABROAD_TO_EACH_OTHER, any_other_partnership=YES)
    result = what_if(couple, TODAY)
    assert result.reaches is Verdict.ASK_OFFICE
    assert kinds(result) == [(["end_other_partnership"], "2026-11-22")]


def test_assumed_facts_are_listed_and_not_offered_as_changes() -> None:
    couple = replace(FINE, makes_oath=None, both_adults=None, people=(person_aged(17, TODAY), Person()))
    result = what_if(couple, TODAY, assuming=ASSUME_ALL)
    assert kinds(result) == [([], "2027-11-22")]
    assert result.assumed == (RequirementId.OATH, RequirementId.BOTH_ADULTS)


def test_an_eligible_couple_needs_no_change() -> None:
    assert what_if(FINE, TODAY).options == ()
    assert what_if(FINE, TODAY).reaches is Verdict.ELIGIBLE
