"""A second, deliberately naive reading of the eligibility rules, for comparison only.

It shares nothing with `bot/rules`: results come from the effect column of data/knowledge/requirements.yml, dates are compared
as (year, month, day) triples, and whatever is not known is tried in every possible way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

KNOWLEDGE = Path(__file__).parents[3] / "data" / "knowledge"


def rows(name: str, key: str) -> list[dict[str, Any]]:
    data = yaml.safe_load((KNOWLEDGE / name).read_text(encoding="utf-8"))
    return data if isinstance(data, list) else data[key]


TABLE = [row for row in rows("requirements.yml", "decision_table") if int(row["id"][4:6]) <= 8]
FIGURES = {row["name"]: row["value"] for row in rows("figures.yml", "figures")}
WORDS = {"continue": "met", "continue_with_note": "met", "ask_office": "ask_office"}

# Words people use that the table sums up in one of its own.
SAID = {
    "de_facto_with_other": "yes",
    "parent": "yes",
    "sibling": "yes",
    "aunt": "yes",
    "cousin": "no",
    "great_aunt": "no",
    "parent_in_law": "yes",
    "sibling_in_law": "no",
    "adoptive_parent": "yes",
}
UNCONFIRMED = {"de_facto_with_each_other", "adoptive_sibling"}


@dataclass
class Ties:
    """live, work, study: True, False or None; move: None, False, "some day" or the first and last day it may be."""

    live: bool | None = None
    work: bool | None = None
    study: bool | None = None
    move: Any = None


@dataclass
class Case:
    """A couple in plain words; a person's age is None, a birth date, or (years, the day it was said)."""

    people_count: str | None = "two"
    has_sexual_minority: str | None = "one"
    makes_oath: str | None = "yes"
    both_adults: str | None = None
    ages: tuple[Any, Any] = (None, None)
    any_marriage: str | None = "no"
    any_other_partnership: str | None = "no"
    close_relatives: str | None = "no"
    ties: tuple[Ties, Ties, Ties] = field(default_factory=lambda: (Ties(), Ties(), Ties()))


def triple(day: date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def years_old(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


@cache
def birth_dates(years: int, said_on: date) -> tuple[date, ...]:
    start = date(said_on.year - years - 1, 1, 1)
    days = (start + timedelta(days=n) for n in range(366 * 2))
    return tuple(day for day in days if day <= said_on and years_old(day, said_on) == years)


@cache
def may_be_adult(age: Any, on: date) -> frozenset[bool]:
    if age is None:
        return frozenset({True, False})
    minimum = FIGURES["minimum_age"]
    if isinstance(age, date):
        return frozenset({years_old(age, on) >= minimum})
    return frozenset(years_old(born, on) >= minimum for born in birth_dates(*age))


def adults(case: Case, on: date) -> str:
    maybe = [may_be_adult(age, on) for age in case.ages]
    if {False} in maybe:
        return "no"
    if maybe == [{True}, {True}]:
        return "unknown" if case.both_adults == "no" else "yes"
    if case.both_adults == "no":
        return "no"
    doubtful = any(age is not None and len(adult) == 2 for age, adult in zip(case.ages, maybe, strict=True))
    return "unknown" if case.both_adults is None or doubtful else "yes"


@cache
def move_results(move: Any, on: date) -> set[str]:
    if move == "some day":
        return {"met", "not"}
    first, last = move
    if last < on:
        return {"met", "not"}
    month = on.month - 1 + FIGURES["move_in_months"]
    year, month = on.year + month // 12, month % 12 + 1
    ends_month = (on + timedelta(days=1)).day == 1
    results = set()
    day = max(first, on)
    while day <= last:
        if triple(day) <= (year, month, on.day):
            results.add("met")
        elif ends_month and (day.year, day.month) <= (year, month):
            results.add("ask_office")
        else:
            results.add("not")
        day += timedelta(days=1)
    return results


def tokyo(case: Case, on: date) -> str:
    can_be: set[str] = {"not"}
    for kind in ("live", "work", "study", "move"):
        couple, *people = (getattr(ties, kind) for ties in case.ties)
        if couple is not None:  # said of "at least one of you", so what is not known of each adds nothing
            people = [value or False for value in people]
        for value in people if couple is None else [couple, *people]:
            if value is None:
                results = {"met", "not"}
            elif value is False:
                results = {"not"}
            else:
                results = {"met"} if value is True else move_results(value, on)
            order = ["not", "ask_office", "met"]
            can_be = {max(a, b, key=order.index) for a in can_be for b in results}
    if can_be == {"met"}:
        return "live"
    if "met" in can_be:
        return "unknown"
    return "ask_office" if "ask_office" in can_be else "none"


def judge(case: Case, on: date) -> dict[str, str]:
    """Each requirement's id with met, unknown, ask_office or the table's own word for a no."""
    found = {}
    for row in TABLE:
        if row["slot"] == "both_adults":
            said: str | None = adults(case, on)
        elif row["slot"] == "tokyo_link":
            said = tokyo(case, on)
        else:
            said = getattr(case, row["slot"])
        if said in (None, "unknown", "relatives_of_some_degree"):
            found[row["id"]] = "unknown"
        elif said == "ask_office" or said in UNCONFIRMED:
            found[row["id"]] = "ask_office"
        else:
            effect = row["effect"][SAID.get(said, said)]
            found[row["id"]] = WORDS.get(effect, effect)
    return found


def verdict(found: dict[str, str], assuming: frozenset[str] = frozenset()) -> str:
    """One word for all of them; a requirement that is unknown and assumed does not count."""
    counted = [word for key, word in found.items() if not (word == "unknown" and key in assuming)]
    if any(word.startswith("not_eligible") for word in counted):
        return "ineligible"
    if "ask_office" in counted:
        return "ask_office"
    return "conditional" if "unknown" in counted else "eligible"
