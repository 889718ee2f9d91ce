"""What time takes away. Each rule is a function of `now`; running them twice does nothing more."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import clock
from bot.applications import erasure_rows, repository
from bot.applications.errors import ApplicationNotFound, InvalidTransition
from bot.applications.model import CLOSED, Application, State
from bot.applications.service import Applications
from bot.rules.periods import Span

logger = logging.getLogger(__name__)

ABANDONED = timedelta(days=14)
# Tokyo tells us nothing, so a case that nobody opens for half a year is one its couple no longer follows here.
UNFOLLOWED = timedelta(days=183)
CONFIRMATIONS = timedelta(hours=48)
COUNTERS = timedelta(hours=48)
ONE_TIME_LINKS = timedelta(hours=24)
NOTICES = timedelta(days=30)


@dataclass(frozen=True)
class Taken:
    """How much each rule took away."""

    abandoned: int
    expired: int
    finished: int
    confirmations: int
    counters: int
    one_time_links: int
    notices: int


def run(applications: Applications, now: datetime, keep_finished: timedelta) -> Taken:
    """Applies every rule as of `now`."""
    return Taken(
        abandoned=_abandoned(applications, now),
        expired=_unfollowed(applications, now),
        finished=_finished(applications, now, keep_finished),
        **_rows(applications, now),
    )


def _abandoned(applications: Applications, now: datetime) -> int:
    """Drafts nobody has opened for 14 days, nor for 14 days after the month in which the couple meant to file.

    One whose numbers were shown to nobody goes as soon as the message that confirmed it can no longer find it: nobody can open it.
    """
    with applications.store.read() as connection:
        drafts = repository.idle(connection, [State.PREPARING], now - ABANDONED)
        unheard = repository.never_opened(connection, now - CONFIRMATIONS)
    over = [draft for draft in drafts if draft not in unheard and _plan_is_over(draft, now)]
    done = _erase(applications, unheard, "abandoned", now - CONFIRMATIONS)
    return done + _erase(applications, over, "abandoned", now - ABANDONED)


def _plan_is_over(draft: Application, now: datetime) -> bool:
    if draft.planned_month is None:
        return True
    year, month = map(int, draft.planned_month.split("-"))
    return now.astimezone(clock.TOKYO).date() > Span.month(year, month).last + ABANDONED


def _unfollowed(applications: Applications, now: datetime) -> int:
    """Filed cases that nobody has opened for half a year expire; their data goes with the rule for finished ones."""
    under_way = [state for state in State if state not in CLOSED and state is not State.PREPARING]
    since = now - UNFOLLOWED
    with applications.store.read() as connection:
        found = repository.idle(connection, under_way, since)
    done = 0
    for application in found:
        try:
            applications.advance(application.id, State.EXPIRED, "system:retention", "not_followed", since)
            done += 1
        except (ApplicationNotFound, InvalidTransition):
            logger.info("retention: a case was opened or changed meanwhile and stays")
    return done


def _finished(applications: Applications, now: datetime, keep: timedelta) -> int:
    """Closed cases, so many days after their last change; looking at one does not keep it."""
    with applications.store.read() as connection:
        found = repository.unchanged(connection, CLOSED, now - keep)
    return _erase(applications, found, "finished", None)


def _erase(applications: Applications, found: list[Application], reason: str, since: datetime | None) -> int:
    done = 0
    for application in found:
        try:
            applications.erase_by_staff(application.id, reason, since)
            done += 1
        except ApplicationNotFound:
            logger.info("retention: a case was opened or erased meanwhile")
    return done


def _rows(applications: Applications, now: datetime) -> dict[str, int]:
    with applications.store.write() as connection:
        return {
            "confirmations": erasure_rows.forget_confirmations(connection, now - CONFIRMATIONS),
            "counters": erasure_rows.forget_tries(connection, now - COUNTERS),
            "one_time_links": erasure_rows.forget_one_time_links(connection, now - ONE_TIME_LINKS),
            "notices": erasure_rows.forget_notices(connection, now - NOTICES, ("sent", "dropped", "dead")),
        }
