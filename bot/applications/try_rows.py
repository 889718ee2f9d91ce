"""SQL of the counters of failed tries. A receipt that does not exist has its counter like any other, so that both cost the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.engine import Connection, Row

from bot.applications import tables as t
from bot.applications.lockout import CallerTries, Tries
from bot.applications.repository import insert_if_new


@dataclass(frozen=True)
class Counters:
    """The counters of one try: of the receipt, and of the callers by their keyed hashes."""

    receipt: Tries
    callers: dict[bytes, CallerTries]


def locked(connection: Connection, receipt: bytes, callers: Iterable[bytes], now: datetime) -> Counters:
    """Reads the counters, making those that are missing, and keeps them from others until the transaction ends.

    The receipt's comes first and the callers' in order of their hashes, so that no two transactions wait for each other.
    """
    found = []
    for kind, subject in [("receipt", receipt), *(("caller", caller) for caller in sorted(set(callers)))]:
        values = {"subject": subject, "kind": kind, "failures": "[]", "in_row": 0, "updated_at": now}
        insert_if_new(connection, t.attempts, values)
        query = select(t.attempts).where(t.attempts.c.subject == subject).with_for_update()
        found.append((subject, connection.execute(query).one()))
    return Counters(_tries(found[0][1]), {subject: CallerTries(_written(row)[0]) for subject, row in found[1:]})


def save_receipt(connection: Connection, subject: bytes, tries: Tries, now: datetime) -> None:
    """Writes a receipt's counter."""
    marks = {"seen": tries.seen, "told": tries.told, "doubled": tries.doubled}
    _save(connection, subject, tries.failures, now, marks, in_row=tries.in_row, locked_until=tries.locked_until)


def save_caller(connection: Connection, subject: bytes, tries: CallerTries, now: datetime) -> None:
    """Writes a caller's counter."""
    _save(connection, subject, tries.failures, now)


def of_receipt(connection: Connection, subject: bytes) -> Tries:
    """A receipt's counter, as it is."""
    row = connection.execute(select(t.attempts).where(t.attempts.c.subject == subject)).first()
    return _tries(row) if row else Tries()


def clear(connection: Connection, subject: bytes) -> None:
    """Forgets a counter: staff have opened the receipt."""
    connection.execute(delete(t.attempts).where(t.attempts.c.subject == subject))


def _save(
    connection: Connection,
    subject: bytes,
    failures: tuple[datetime, ...],
    now: datetime,
    marks: Mapping[str, int] | None = None,
    **values: Any,
) -> None:
    times = [at.isoformat() for at in failures]
    written = json.dumps({"at": times, **marks} if marks else times)
    condition = t.attempts.c.subject == subject
    connection.execute(update(t.attempts).where(condition).values(failures=written, updated_at=now, **values))


def _written(row: Row) -> tuple[tuple[datetime, ...], dict[str, int]]:
    """The times of a counter, and a receipt's marks; before there were marks, times alone were written."""
    written = json.loads(row.failures)
    marks = dict(written) if isinstance(written, dict) else {"at": written}
    times = tuple(datetime.fromisoformat(at).astimezone(timezone.utc) for at in marks.pop("at"))
    return times, marks


def _tries(row: Row) -> Tries:
    times, marks = _written(row)
    return Tries(times, row.in_row, row.locked_until, **marks)
