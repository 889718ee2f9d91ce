"""The rules against the naive reading of requirements.yml: the full truth table and generated couples with dates."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from time import perf_counter
from typing import Any

import oracle_eligibility as oracle
import pytest
from couples import RELATIONS, TODAY, situation_from
from oracle_eligibility import TABLE, Case, Ties

from bot.rules.conditions import Status
from bot.rules.eligibility import ASSUME_ALL, Decision, decide
from bot.rules.regulation import TOKYO, RequirementId

GENERATED = 100_000
ROWS = {row["slot"]: [*row["allowed_values"], None] for row in TABLE}
MARRIAGES = [*ROWS["any_marriage"], "de_facto_with_other", "de_facto_with_each_other"]


def words(decision: Decision) -> dict[str, str]:
    return {f.requirement.value: f.refusal.value if f.refusal else f.status.value for f in decision.findings}


def agreed_verdict(case: Case, on: date, assuming: frozenset[RequirementId] = frozenset()) -> str:
    """The verdict, once verdict and every finding are the same on both sides."""
    decision = decide(situation_from(case), on, assuming=assuming)
    found = oracle.judge(case, on)
    expected = oracle.verdict(found, frozenset(requirement.value for requirement in assuming))
    assert words(decision) == found, f"{case} on {on}"
    assert decision.verdict.value == expected, f"{case} on {on}"
    assert [requirement.value for requirement in decision.assumed] == [
        key for key, word in found.items() if word == "unknown" and RequirementId(key) in assuming
    ]
    return expected


def link_as_ties(word: str | None) -> Ties:
    if word is None:
        return Ties()
    move = (TODAY + timedelta(days=30),) * 2 if word == "move_in_3_months" else False
    return Ties(live=word == "live", work=word == "work", study=word == "study", move=move)


def test_the_rules_and_the_oracle_agree_on_the_full_truth_table() -> None:
    columns = [ROWS[slot] for slot in ROWS]
    checked = 0
    for values in product(*columns):
        answers = dict(zip(ROWS, values, strict=True))
        ties = (link_as_ties(answers.pop("tokyo_link")), Ties(), Ties())
        agreed_verdict(Case(ties=ties, **answers), TODAY)
        checked += 1
    print(f"\ntruth table: {checked} rows agree")
    assert checked == 3 * 5 * 3 * 3 * 4 * 3 * 4 * 6


EDGES = [
    *(date(year, 2, day) for year in (2023, 2024, 2026, 2028) for day in (27, 28)),
    *(date(year, 2, 29) for year in (2024, 2028)),
    *(date(year, 3, 1) for year in (2024, 2026, 2028)),
    *(date(2026, month, day) for month in (4, 6, 9, 11) for day in (1, 29, 30)),
    *(date(2026, month, 31) for month in (1, 3, 8, 10, 12)),
    TODAY,
    date(2022, 10, 11),
]


def some_day(rng: random.Random) -> date:
    return rng.choice(EDGES) if rng.random() < 0.8 else date(2022, 11, 1) + timedelta(days=rng.randrange(3000))


def some_age(rng: random.Random, on: date) -> Any:
    kind = rng.random()
    if kind < 0.25:
        return None
    if kind < 0.75:  # around the eighteenth birthday, 29 February and its neighbours often
        if rng.random() < 0.3:
            return rng.choice(
                [date(on.year - 18, 2, 28), date(on.year - 18, 3, 1), date(2008, 2, 29), date(2004, 2, 29)]
            )
        return on - timedelta(days=round(18 * 365.25) + rng.randrange(-4, 5))
    said_on = rng.choice([on, rng.choice([day for day in EDGES if day <= on])])
    return rng.choice([16, 17, 17, 18, 25]), said_on


def some_move(rng: random.Random, on: date) -> Any:
    kind = rng.random()
    if kind < 0.4:
        return None
    if kind < 0.6:
        return False
    if kind < 0.7:
        return "some day"
    first = on + timedelta(days=rng.choice([rng.randrange(-40, 0), rng.randrange(0, 84), rng.randrange(85, 97)]))
    return first, first + timedelta(days=rng.choice([0, 0, 0, 3, 29]))


def some_ties(rng: random.Random, on: date) -> Ties:
    answers = [None, None, False, False, False, False, True]
    if rng.random() < 0.4:
        answers = [False]
    return Ties(rng.choice(answers), rng.choice(answers), rng.choice(answers), some_move(rng, on))


def some_case(rng: random.Random, on: date) -> Case:
    """Mostly couples with one or two things out of line, since two wrongs hide each other."""
    case = Case(
        both_adults=rng.choice([None, "yes", "no"]),
        ages=(some_age(rng, on), some_age(rng, on)),
        ties=(some_ties(rng, on), some_ties(rng, on), some_ties(rng, on)),
    )
    if rng.random() < 0.3:
        case = replace(case, both_adults="yes", ages=(None, None))
    if rng.random() < 0.3:
        case = replace(case, ties=(Ties(live=True), Ties(), Ties()))
    choices: dict[str, list[Any]] = {
        "people_count": ROWS["people_count"],
        "has_sexual_minority": ROWS["has_sexual_minority"],
        "makes_oath": ROWS["makes_oath"],
        "any_marriage": MARRIAGES,
        "any_other_partnership": ROWS["any_other_partnership"],
        "close_relatives": [*RELATIONS, None],
    }
    for slot in rng.sample(sorted(choices), rng.randrange(3)):
        case = replace(case, **{slot: rng.choice(choices[slot])})
    return case


@pytest.mark.slow
def test_the_rules_and_the_oracle_agree_on_generated_couples_with_dates() -> None:
    rng = random.Random(20261122)
    started, verdicts = perf_counter(), {}
    for _ in range(GENERATED):
        on = some_day(rng)
        case = some_case(rng, on)
        assuming = rng.choice([frozenset(), ASSUME_ALL, frozenset(rng.sample(sorted(ASSUME_ALL, key=str), 3))])
        verdict = agreed_verdict(case, on, assuming)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
    print(f"\ngenerated: {GENERATED} couples agree, {verdicts}, {perf_counter() - started:.1f} s")
    assert min(verdicts.values()) > GENERATED / 50
    assert len(verdicts) == 4


def test_every_requirement_of_the_table_is_decided_with_its_clause_and_sources() -> None:
    assert [row["id"] for row in TABLE] == [requirement.id.value for requirement in TOKYO]
    for row, requirement in zip(TABLE, TOKYO, strict=True):
        assert row["article"].startswith(requirement.clause)
        assert [source["id"] for source in row["sources"]] == list(requirement.sources)


def test_statuses_use_the_words_the_oracle_uses() -> None:
    assert {status.value for status in Status} == {"met", "not_met", "unknown", "ask_office"}
