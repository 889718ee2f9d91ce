"""Ages and months as the law counts them, against calendars written out by hand and naive counting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.rules.periods import Span, add_months, attains, filing_days_reaching, last_days_within

DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("born", "adult"),
    [
        (date(2008, 11, 22), date(2026, 11, 22)),
        (date(2008, 2, 28), date(2026, 2, 28)),
        (date(2008, 2, 29), date(2026, 3, 1)),
        (date(2008, 3, 1), date(2026, 3, 1)),
        (date(2010, 2, 28), date(2028, 2, 28)),
        (date(2010, 3, 1), date(2028, 3, 1)),
        (date(2008, 12, 31), date(2026, 12, 31)),
        (date(2009, 1, 1), date(2027, 1, 1)),
    ],
)
def test_age_is_attained_when_the_day_before_the_birthday_ends(born: date, adult: date) -> None:
    assert attains(born, 18) == adult


def test_29_february_comes_of_age_on_29_february_where_there_is_one() -> None:
    assert attains(date(2008, 2, 29), 20) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("filing", "surely", "maybe"),
    [
        (date(2026, 11, 22), date(2027, 2, 22), date(2027, 2, 22)),
        (date(2026, 11, 30), date(2027, 2, 28), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29), date(2028, 2, 29)),
        (date(2027, 2, 28), date(2027, 5, 28), date(2027, 5, 31)),
        (date(2028, 2, 28), date(2028, 5, 28), date(2028, 5, 28)),
        (date(2028, 2, 29), date(2028, 5, 29), date(2028, 5, 31)),
        (date(2027, 4, 30), date(2027, 7, 30), date(2027, 7, 31)),
        (date(2027, 1, 31), date(2027, 4, 30), date(2027, 4, 30)),
        (date(2027, 9, 30), date(2027, 12, 30), date(2027, 12, 31)),
        (date(2027, 10, 1), date(2028, 1, 1), date(2028, 1, 1)),
        (date(2027, 12, 31), date(2028, 3, 31), date(2028, 3, 31)),
    ],
)
def test_three_months_end_as_in_the_civil_code(filing: date, surely: date, maybe: date) -> None:
    assert last_days_within(filing, 3) == (surely, maybe)


@settings(deadline=None)
@given(DAYS)
def test_a_later_filing_day_never_ends_earlier(day: date) -> None:
    today, tomorrow = last_days_within(day, 3), last_days_within(day + timedelta(days=1), 3)
    assert today[0] <= today[1]
    assert today[0] <= tomorrow[0] and today[1] <= tomorrow[1]


@settings(deadline=None)
@given(DAYS)
def test_the_first_filing_day_that_reaches_a_target_is_the_first(target: date) -> None:
    surely, maybe = filing_days_reaching(target, 3)
    for index, day in ((0, surely), (1, maybe)):
        assert last_days_within(day, 3)[index] >= target
        assert last_days_within(day - timedelta(days=1), 3)[index] < target


@settings(deadline=None)
@given(DAYS, st.integers(0, 100))
def test_an_age_in_years_covers_exactly_the_birth_dates_that_give_it(on: date, age: int) -> None:
    span = Span.born(age, on)
    assert attains(span.first, age) <= on < attains(span.first, age + 1)
    assert attains(span.last, age) <= on < attains(span.last, age + 1)
    assert attains(span.first - timedelta(days=1), age + 1) <= on
    assert attains(span.last + timedelta(days=1), age) > on


@settings(deadline=None)
@given(DAYS, st.integers(-30, 30))
def test_months_are_added_by_the_number_of_the_day(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_span_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="span"):
        Span(date(2027, 1, 2), date(2027, 1, 1))


def test_a_month_is_all_its_days() -> None:
    assert Span.month(2028, 2) == Span(date(2028, 2, 1), date(2028, 2, 29))
