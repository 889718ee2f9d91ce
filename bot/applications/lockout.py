"""How often PINs may be tried (R23): pure arithmetic over the times of failures.

A receipt is locked for 15 minutes after five failures in a row, for the rest of a day after ten within 24 hours, and after twenty
until staff open it. A caller (an address, a conversation) may fail twenty times an hour. The twenty of a receipt are counted for
good: neither a successful look-up nor a new PIN takes them back, so the chance of a guess never exceeds 20 in a million for each
time staff open it (docs/decisions/0004); while an old and a new PIN both open, a failure counts as two towards them. That bound depends on no clock.

Times in the future count as just now, and no failure is noted before an earlier one: a clock that jumps back opens nothing early.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

ROW_OF_FAILURES = 5
ROW_LOCK = timedelta(minutes=15)
DAY_FAILURES = 10
DAY = timedelta(hours=24)
FAILURES_UNTIL_STAFF = 20
CALLER_FAILURES = 20
TOLD_FOR = timedelta(days=30)
CALLER_WINDOW = timedelta(hours=1)


@dataclass(frozen=True)
class Tries:
    """Failed tries at one receipt: their times, oldest first, and how many of the latest came in a row."""

    failures: tuple[datetime, ...] = ()
    in_row: int = 0
    locked_until: datetime | None = None
    seen: int = 0
    """How many failures, counted from the oldest, there were when the couple last came with receipt and PIN."""
    told: int = 0
    """How many there were the time before: those after them are told of until the couple comes again."""
    doubled: int = 0
    """How many failures came while two PINs were right: towards the twenty, each of these counts once more."""

    @property
    def needs_staff(self) -> bool:
        """Whether only staff can open it again."""
        return not self._leaves(1)

    def open(self, now: datetime, pins: int = 1) -> bool:
        """Whether a try is heard now, of which so many PINs would be right."""
        return self._leaves(pins) and (self.locked_until is None or now >= self.locked_until)

    def _leaves(self, pins: int) -> bool:
        return len(self.failures) + self.doubled + pins <= FAILURES_UNTIL_STAFF

    def failed(self, now: datetime, pins: int = 1) -> Tries:
        """After one more failure, heard at `now`; locks when it is one too many."""
        now = max((now, *self.failures))
        failures = (*self.failures, now)
        in_row = self.in_row + 1
        until = self.locked_until
        if in_row >= ROW_OF_FAILURES:
            until, in_row = _later(until, now + ROW_LOCK), 0
        recent = [at for at in failures if at > now - DAY]
        if len(recent) >= DAY_FAILURES:
            until = _later(until, recent[-DAY_FAILURES] + DAY)
        doubled = self.doubled + pins - 1
        return replace(self, failures=failures, in_row=in_row, locked_until=until, doubled=doubled)

    def taken_back(self, before: Tries, counted: Tries) -> Tries:
        """After a try that was counted in advance proved right; failures that came in between stay, and so do their locks."""
        if self == counted:
            return replace(before, in_row=0)
        failures = list(self.failures)
        if counted.failures[-1] not in failures:  # staff may have cleared them meanwhile
            return self
        at = failures.index(counted.failures[-1])
        del failures[at]
        seen, told = self.seen - (at < self.seen), self.told - (at < self.told)
        doubled = self.doubled - (counted.doubled - before.doubled)
        return replace(self, failures=tuple(failures), seen=seen, told=told, doubled=doubled)

    def opened(self) -> Tries:
        """After receipt and PIN were right: what was told of the time before is told no more. All stay counted."""
        return replace(self, seen=len(self.failures), told=self.seen)

    def news(self, now: datetime) -> int:
        """How many failures the couple is told of: none it was told of before, and none of more than 30 days ago. Locks nothing."""
        return sum(at > now - TOLD_FOR for at in self.failures[self.told :])


@dataclass(frozen=True)
class CallerTries:
    """Failed tries of one caller, at whatever receipts; times oldest first, at most `CALLER_FAILURES`."""

    failures: tuple[datetime, ...] = ()

    def wait(self, now: datetime) -> timedelta:
        """How long until a try of this caller is heard; zero when it is now."""
        counted = self._counted(now)
        if len(counted) < CALLER_FAILURES:
            return timedelta(0)
        return max(counted[-CALLER_FAILURES] + CALLER_WINDOW - now, timedelta(seconds=1))

    def failed(self, now: datetime) -> CallerTries:
        """After one more failure."""
        return CallerTries((*self._counted(now), max((now, *self.failures)))[-CALLER_FAILURES:])

    def taken_back(self, at: datetime) -> CallerTries:
        """Without one failure that was counted in advance and was none."""
        failures = list(self.failures)
        if at in failures:  # it may have been pushed out by later ones
            failures.remove(at)
        return CallerTries(tuple(failures))

    def _counted(self, now: datetime) -> tuple[datetime, ...]:
        return tuple(at for at in self.failures if at > now - CALLER_WINDOW)


def _later(one: datetime | None, other: datetime) -> datetime:
    return other if one is None or one < other else one
