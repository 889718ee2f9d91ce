"""Ages and months as the law counts them (年齢計算ニ関スル法律, 民法第140条 and 第143条)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """The days on which a date may lie when only a month, a year or an age is known."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends on or after its first day")

    @classmethod
    def day(cls, day: date) -> Span:
        """A date known to the day."""
        return cls(day, day)

    @classmethod
    def month(cls, year: int, month: int) -> Span:
        """A date of which only the month is known."""
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @classmethod
    def born(cls, age: int, on: date) -> Span:
        """Every birth date of a person who says on a day that they are so many years old."""
        last = add_years(on, -age)
        return cls(add_years(on, -age - 1) + _DAY, last)


def add_months(day: date, months: int) -> date:
    """The same day of a later or earlier month, or the last day of a month that has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day of another year, 28 February standing in for a missing 29 February."""
    return add_months(day, 12 * years)


def attains(born: date, age: int) -> date:
    """The first whole day at an age: the birthday, and 1 March for 29 February (年齢計算ニ関スル法律第2項, 民法第143条第2項).

    A year of age is complete at midnight at the end of the day before the birthday. For 29 February in a common year that is
    the end of 28 February, so the first day to file is 1 March; both readings of "28 February" are thereby safe.
    """
    birthday = add_years(born, age)
    return birthday if birthday.day == born.day else birthday + _DAY


def last_days_within(filing: date, months: int) -> tuple[date, date]:
    """The last day that is surely within so many months of filing, and the last day that may be (民法第140条, 第143条).

    They differ only when the filing day ends a short month: three months from 30 April end on 30 July by the day's number,
    on 31 July by the Civil Code, which starts to count on 1 May. Which way the office counts is not published.
    """
    surely = add_months(filing, months)
    next_day = filing + _DAY
    if next_day.day == 1:
        return surely, add_months(next_day, months) - _DAY
    return surely, surely


def filing_days_reaching(target: date, months: int) -> tuple[date, date]:
    """The first filing day from which a target surely lies within so many months, and the first from which it may."""
    day = add_months(target, -months) - 4 * _DAY
    maybe = None
    while True:
        surely_until, maybe_until = last_days_within(day, months)
        if maybe is None and maybe_until >= target:
            maybe = day
        if surely_until >= target:
            return day, maybe or day
        day += _DAY
