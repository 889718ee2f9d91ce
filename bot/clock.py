"""Today in Tokyo, which tests and `ask --today` may fix."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

TOKYO = timezone(timedelta(hours=9), "Asia/Tokyo")  # Japan keeps no summer time
_fixed: date | None = None


def today() -> date:
    """The date in Tokyo now, or the fixed one."""
    return _fixed or datetime.now(TOKYO).date()


def fix_today(day: date | None) -> None:
    """Fixes today for this process; None lets the clock run again."""
    global _fixed
    _fixed = day


def now() -> datetime:
    """This moment, in UTC. Unlike `today` it is never fixed: programs that need another moment are given a clock of their own."""
    return datetime.now(timezone.utc)
