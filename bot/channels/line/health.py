"""What staff see of LINE: last webhook, last success, what waits, pushes of this month, failures by status. Counts only, no people.

`python -m bot line status` shows it, `/health` says in one word whether all is well; `banner` is what staff's pages are to show once there are any.

Counted in memory and added to one small table every few seconds, so that the console reads it from another process.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
_ANSWERS = ("reply", "push")


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
        self._alarms: set[str] = set()
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
        kind = kind_of(path)
        if said.ok:
            left = {a for a in self._alarms if a != "unreachable" and kind not in _ended_by(a)}
            if self._alarms and not left:
                logger.warning("line.alarm over: LINE takes our calls again")
            self._in_a_row, self._failing, self._alarms = 0, _Failing(ended=True), left
            self.count("ok")
            self.count(f"ok.{kind}")
            return
        if said.status is None or said.status >= 500:  # a refusal comes from a LINE that works
            self._in_a_row += 1
            self._failing.calls += 1
        status = str(said.status or said.error or "none")[:24]
        self.count(f"failed.{status}")
        if status in _ALARMS:
            logger.error("line.alarm %s: LINE answers %s", _ALARMS[status], status)
            self._alarms.add(f"{_ALARMS[status]}.{kind}")
            self.count(f"alarm.{_ALARMS[status]}.{kind}")
        elif self._in_a_row == IN_A_ROW:
            logger.error("line.alarm unreachable: %d calls in a row have failed", IN_A_ROW)
            self._alarms.add("unreachable")

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


def kind_of(path: str) -> str:
    """What sort of call a path is: `reply`, `push`, `profile`, ….

    What LINE refuses of one sort is not mended by what it takes of another.
    """
    parts = path.split("/")
    return (parts[-1] if "message" in parts else parts[3] if len(parts) > 3 else "other")[:24]


def _ended_by(alarm: str) -> tuple[str, ...]:
    """The calls whose success ends an alarm: its own sort; a token that sends an answer is a good one."""
    code, kind = alarm.split(".", 1)
    return (kind, *_ANSWERS) if code == "token" else (kind,)


def month(now: datetime) -> str:
    """What the pushes of a month are counted under; LINE's month is Japan's."""
    return f"push.{now.astimezone(clock.TOKYO):%Y-%m}"


@dataclass(frozen=True)
class Report:
    """What the table and the inbox say."""

    counts: Mapping[str, int]
    at: Mapping[str, datetime]
    inbox: Mapping[str, int]
    now: datetime = field(default_factory=lambda: clock.now())

    @property
    def trouble(self) -> str | None:
        """Why staff should look, as a code (`token`, `permission`, `unreachable`, `limit`), the gravest first.

        A refusal stands until a call of its sort succeeds; the month's limit of pushes until one is taken, or the month is over.
        """
        standing = {name.split(".")[1] for name in self.at if name.startswith("alarm.") and self._stands(name)}
        if self.counts.get(_GAUGE, 0) >= IN_A_ROW:
            standing.add("unreachable")
        return next((code for code in ("token", "permission", "unreachable", "limit") if code in standing), None)

    @property
    def has_begun(self) -> bool:
        """Whether LINE has ever brought us anything or taken anything from us."""
        return bool(self.at.keys() & {"webhook", "ok"})

    def _stands(self, name: str) -> bool:
        alarm, since = name.removeprefix("alarm."), self.at[name]
        if alarm == "limit.push" and month(since) != month(self.now):
            return False
        return all(self.at.get(f"ok.{kind}", since) <= since for kind in _ended_by(alarm))

    def as_dict(self, push_limit: int | None = None) -> dict[str, Any]:
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
            "pushes_this_month": self.counts.get(month(self.now), 0),
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
