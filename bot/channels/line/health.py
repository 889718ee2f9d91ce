"""What staff see of LINE: last webhook, last success, what waits, pushes of this month, failures by status. Counts only, no people.

`python -m bot line status` shows it, `/health` says in one word whether all is well, `banner` is for the top of staff's pages.

Counted in memory and added to one small table every few seconds, so that the console reads it from another process.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.engine import Connection

from bot import clock
from bot.applications.repository import insert_if_new
from bot.channels.line import inbox_rows
from bot.channels.line.client import Said
from bot.channels.line.tables import health
from bot.knowledge.loader import Knowledge
from bot.store import Store

logger = logging.getLogger(__name__)

IN_A_ROW = 5
_GAUGE = "in_a_row"
_ALARMS = {"401": "token", "403": "permission", "429": "limit"}


@dataclass
class _Failing:
    """Calls that have failed since the last that succeeded, as far as the table does not know of them yet.

    Added to what other workers saw fail, and only ended by a success: a worker that is idle must not say that all is well.
    """

    calls: int = 0
    ended: bool = False

    def and_then(self, later: _Failing) -> _Failing:
        return _Failing(self.calls + later.calls, self.ended)


class Health:
    """The counters of one process."""

    def __init__(self, now: Callable[[], datetime] = clock.now) -> None:
        """Starts at nothing; what was counted before is in the table."""
        self._now = now
        self._added: Counter[str] = Counter()
        self._at: dict[str, datetime] = {}
        self._in_a_row = 0
        self._alarmed = False
        self._failing = _Failing()
        self._pushed: dict[str, int] = {}

    def count(self, name: str, by: int = 1) -> None:
        """Counts something that happened now."""
        self._added[name] += by
        self._at[name] = self._now()

    def observe(self, path: str, said: Said) -> None:
        """Notes how a call to LINE went; the animation and read marks are nobody's trouble."""
        if path.startswith("/v2/bot/chat/"):
            return
        if said.ok:
            if self._alarmed:
                logger.warning("line.alarm over: LINE takes our calls again")
            self._in_a_row, self._failing, self._alarmed = 0, _Failing(ended=True), False
            self.count("ok")
            return
        if said.status is None or said.status >= 500:  # a refusal comes from a LINE that works
            self._in_a_row += 1
            self._failing.calls += 1
        status = str(said.status or said.error or "none")[:24]
        self.count(f"failed.{status}")
        if status in _ALARMS:
            logger.error("line.alarm %s: LINE answers %s", _ALARMS[status], status)
            self._alarmed = True
        elif self._in_a_row == IN_A_ROW:
            logger.error("line.alarm unreachable: %d calls in a row have failed", IN_A_ROW)
            self._alarmed = True

    def pushes(self) -> int:
        """How many pushes this month has seen, as far as this process knows."""
        return self._pushed.get(self._month(), 0)

    def count_push(self) -> None:
        """Counts one push against the month."""
        month = self._month()
        self._pushed[month] = self._pushed.get(month, 0) + 1
        self.count(month)

    def save(self, connection: Connection) -> None:
        """Adds what was counted to the table, and learns what others have pushed."""
        added, self._added = self._added, Counter()
        failing, self._failing = self._failing, _Failing()
        try:
            for name, count in added.items():
                _add(connection, name, count, self._at[name])
            if failing.ended:
                _set(connection, _GAUGE, failing.calls, self._now())
            elif failing.calls:
                _add(connection, _GAUGE, failing.calls, self._now())
            month = self._month()
            found = connection.execute(select(health.c.count).where(health.c.name == month)).scalar()
            self._pushed = {month: int(found or 0)}
        except BaseException:
            self._added += added  # the transaction is undone: next time
            self._failing = self._failing if self._failing.ended else failing.and_then(self._failing)
            raise

    def _month(self) -> str:
        return month(self._now())


def month(now: datetime) -> str:
    """What the pushes of a month are counted under; LINE's month is Japan's."""
    return f"push.{now.astimezone(clock.TOKYO):%Y-%m}"


@dataclass(frozen=True)
class Report:
    """What the table and the inbox say."""

    counts: Mapping[str, int]
    at: Mapping[str, datetime]
    inbox: Mapping[str, int]

    @property
    def trouble(self) -> str | None:
        """Why staff should look, as a code (`token`, `permission`, `limit`, `unreachable`), until a call succeeds again."""
        last_ok = self.at.get("ok")
        failed = {n: t for n, t in self.at.items() if n.startswith("failed.") and (last_ok is None or t > last_ok)}
        latest = max(failed, key=lambda n: failed[n], default=None)
        if latest is None:
            return None
        alarm = _ALARMS.get(latest.removeprefix("failed."))
        return alarm or ("unreachable" if self.counts.get(_GAUGE, 0) >= IN_A_ROW else None)

    def as_dict(self, push_limit: int | None = None, now: datetime | None = None) -> dict[str, Any]:
        """For the console and `python -m bot line status`: what is asked first, then every counter."""
        shown = {name: {"count": count, "at": self.at[name].isoformat()} for name, count in sorted(self.counts.items())}
        last = {name: shown.get(name, {}).get("at") for name in ("webhook", "ok")}
        failed = {
            n.removeprefix("failed."): count for n, count in sorted(self.counts.items()) if n.startswith("failed.")
        }
        return {
            "trouble": self.trouble,
            "last_webhook": last["webhook"],
            "last_success": last["ok"],
            "backlog": sum(self.inbox.get(state, 0) for state in inbox_rows.UNFINISHED),
            "pushes_this_month": self.counts.get(month(now or clock.now()), 0),
            "push_limit": push_limit,
            "failures": failed,
            "inbox": dict(self.inbox),
            "counts": shown,
        }


def report(store: Store) -> Report:
    """How LINE is doing, from any process."""
    with store.read() as connection:
        return report_in(connection)


def report_in(connection: Connection) -> Report:
    """The same, where a transaction is open already."""
    rows = connection.execute(select(health)).all()
    waiting = inbox_rows.counts(connection)
    return Report({r.name: r.count for r in rows}, {r.name: r.at for r in rows}, waiting)


def banner(found: Report, knowledge: Knowledge, lang: str) -> str | None:
    """One sentence for staff while something is wrong with LINE, to be shown on top of what they look at; None when all is well."""
    words = knowledge.pages["line"]["trouble"]
    return str(words[found.trouble][lang]) if found.trouble else None


def _add(connection: Connection, name: str, count: int, at: datetime) -> None:
    c = health.c
    if not insert_if_new(connection, health, {"name": name, "count": count, "at": at}):
        connection.execute(update(health).where(c.name == name).values(count=c.count + count, at=at))


def _set(connection: Connection, name: str, count: int, at: datetime) -> None:
    if not insert_if_new(connection, health, {"name": name, "count": count, "at": at}):
        connection.execute(update(health).where(health.c.name == name).values(count=count, at=at))
