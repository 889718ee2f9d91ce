"""SQL of what is taken away: all of one application, and what time has made superfluous."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import Connection, Row

from bot.applications import tables as t
from bot.applications.repository import Stored, insert_if_new


def erase(connection: Connection, stored: Stored, at: datetime, reason: str) -> None:
    """Takes everything of an application away and leaves a tombstone: its random id, when, and a reason code."""
    application = stored.application.id
    insert_if_new(connection, t.erasures, {"application_id": application, "erased_at": at, "reason": reason})
    for table in (t.keys, t.history, t.ticks, t.outbox, t.links, t.one_time_links):
        connection.execute(delete(table).where(table.c.application_id == application))
    of_application = t.idempotency.c.application_id == application
    connection.execute(update(t.idempotency).where(of_application).values(application_id=None, response=None))
    connection.execute(delete(t.attempts).where(t.attempts.c.subject == stored.receipt_hash))
    connection.execute(delete(t.applications).where(t.applications.c.id == application))


def tombstones(connection: Connection) -> list[Row]:
    """What was erased."""
    return list(connection.execute(select(t.erasures).order_by(t.erasures.c.erased_at)))


def forget_confirmations(connection: Connection, until: datetime) -> int:
    """Deletes confirmations older than a moment."""
    return connection.execute(delete(t.idempotency).where(t.idempotency.c.created_at <= until)).rowcount


def forget_one_time_links(connection: Connection, until: datetime) -> int:
    """Deletes one-time links that had run out by a moment."""
    return connection.execute(delete(t.one_time_links).where(t.one_time_links.c.expires_at <= until)).rowcount


def forget_tries(connection: Connection, until: datetime) -> int:
    """Deletes counters older than a moment, save those of receipts that exist: theirs are counted for good."""
    known = select(t.applications.c.receipt_hash)
    old = (t.attempts.c.updated_at <= until) & or_(t.attempts.c.kind == "caller", t.attempts.c.subject.not_in(known))
    return connection.execute(delete(t.attempts).where(old)).rowcount


def forget_notices(connection: Connection, until: datetime, statuses: Sequence[str]) -> int:
    """Deletes notices that were settled by a moment."""
    settled = t.outbox.c.status.in_(list(statuses)) & (t.outbox.c.updated_at <= until)
    return connection.execute(delete(t.outbox).where(settled)).rowcount
