"""SQL of the applications and nothing else: every function takes an open transaction; who opened it decides what belongs together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Row

from bot.applications import tables as t
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Application, HistoryRow, State


@dataclass(frozen=True)
class Stored:
    """An application as it is kept; `wrapped_key` opens the encrypted fields."""

    application: Application
    receipt_hash: bytes
    pin_hash: str
    wishes: bytes
    contact: bytes | None
    wrapped_key: bytes
    seen_at: datetime | None = None
    next_pin_hash: str | None = None
    next_pin_at: datetime | None = None


def insert_if_new(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Inserts a row unless its key is taken; waits for a transaction that is about to take it."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return connection.execute(dialect.insert(table).values(**values).on_conflict_do_nothing()).rowcount == 1


# --- applications


def add(connection: Connection, stored: Stored) -> None:
    """A new application with its key."""
    a = stored.application
    connection.execute(
        insert(t.applications).values(
            id=a.id,
            receipt_hash=stored.receipt_hash,
            pin_hash=stored.pin_hash,
            state=a.state.value,
            wishes=stored.wishes,
            contact=stored.contact,
            planned_month=a.planned_month,
            created_at=a.created_at,
            updated_at=a.updated_at,
            seen_at=a.updated_at,
            version=a.version,
            history_head=a.history_head,
        )
    )
    connection.execute(insert(t.keys).values(application_id=a.id, wrapped=stored.wrapped_key))


def find(connection: Connection, receipt_hash: bytes) -> Stored | None:
    """The application of a receipt."""
    return _one(connection, t.applications.c.receipt_hash == receipt_hash, lock=False)


def get(connection: Connection, application: UUID, *, lock: bool = False) -> Stored:
    """An application by id; `lock` keeps others from changing it until this transaction ends. Raises `ApplicationNotFound`."""
    stored = _one(connection, t.applications.c.id == application, lock)
    if stored is None:
        raise ApplicationNotFound()
    return stored


def _one(connection: Connection, condition: Any, lock: bool) -> Stored | None:
    query = select(t.applications, t.keys.c.wrapped).join(t.keys).where(condition)
    row = connection.execute(query.with_for_update(of=t.applications) if lock else query).first()
    return None if row is None else _stored(row)


def _stored(row: Row) -> Stored:
    return Stored(
        _application(row),
        row.receipt_hash,
        row.pin_hash,
        row.wishes,
        row.contact,
        row.wrapped,
        row.seen_at,
        row.next_pin_hash,
        row.next_pin_at,
    )


def _application(row: Row) -> Application:
    return Application(
        row.id, State(row.state), row.created_at, row.updated_at, row.planned_month, row.version, row.history_head
    )


def change(connection: Connection, before: Application, at: datetime, **values: Any) -> None:
    """Changes columns of an application that nobody changed since it was read."""
    changed = connection.execute(
        update(t.applications)
        .where(t.applications.c.id == before.id, t.applications.c.version == before.version)
        .values(version=before.version + 1, updated_at=at, seen_at=at, **values)
    )
    if changed.rowcount != 1:  # read without a lock, or erased in between
        raise ApplicationNotFound()


def retire_old_pin(connection: Connection, application: UUID, used: str) -> None:
    """Lets the new PIN stand alone, if it is still the one that waits."""
    row = update(t.applications).where(t.applications.c.id == application, t.applications.c.next_pin_hash == used)
    connection.execute(row.values(pin_hash=used, next_pin_hash=None, next_pin_at=None))


def seen(connection: Connection, application: UUID, at: datetime) -> None:
    """Notes that somebody opened it."""
    connection.execute(update(t.applications).where(t.applications.c.id == application).values(seen_at=at))


def listed(connection: Connection, states: Iterable[State] = ()) -> list[Application]:
    """All applications, or those in some states, oldest change first."""
    query = select(t.applications).order_by(t.applications.c.updated_at, t.applications.c.id)
    wanted = [state.value for state in states]
    if wanted:
        query = query.where(t.applications.c.state.in_(wanted))
    return [_application(row) for row in connection.execute(query)]


def idle(connection: Connection, states: Iterable[State], since: datetime) -> list[Application]:
    """Applications in some states that nobody opened or changed since a moment."""
    return _in_states(connection, states, t.applications.c.seen_at <= since)


def never_opened(connection: Connection, since: datetime) -> list[Application]:
    """Drafts made up to a moment that nobody has opened or changed, not even the conversation that started them."""
    nobody = t.applications.c.seen_at == t.applications.c.created_at
    return _in_states(connection, [State.PREPARING], nobody & (t.applications.c.created_at <= since))


def unchanged(connection: Connection, states: Iterable[State], since: datetime) -> list[Application]:
    """Applications in some states that nobody changed since a moment, though somebody may have opened them."""
    return _in_states(connection, states, t.applications.c.updated_at <= since)


def _in_states(connection: Connection, states: Iterable[State], condition: Any) -> list[Application]:
    query = select(t.applications).where(t.applications.c.state.in_([s.value for s in states]), condition)
    return [_application(row) for row in connection.execute(query)]


def wrapped_keys(connection: Connection) -> list[tuple[UUID, bytes]]:
    """All data keys, wrapped."""
    return [(row.application_id, row.wrapped) for row in connection.execute(select(t.keys))]


def rewrap(connection: Connection, application: UUID, old: bytes, new: bytes) -> None:
    """Stores a data key under another master key."""
    condition = (t.keys.c.application_id == application) & (t.keys.c.wrapped == old)
    connection.execute(update(t.keys).where(condition).values(wrapped=new))


# --- history


def add_history(connection: Connection, application: UUID, row: HistoryRow) -> None:
    """One more row."""
    connection.execute(
        insert(t.history).values(
            application_id=application,
            sequence=row.sequence,
            who=row.who,
            at=row.at,
            before=row.before.value if row.before else None,
            to=row.to.value,
            reason=row.reason,
            digest=row.digest,
        )
    )


def history(connection: Connection, application: UUID) -> tuple[HistoryRow, ...]:
    """All rows in order."""
    rows = connection.execute(
        select(t.history).where(t.history.c.application_id == application).order_by(t.history.c.sequence)
    )
    return tuple(
        HistoryRow(r.sequence, r.who, r.at, State(r.before) if r.before else None, State(r.to), r.reason, r.digest)
        for r in rows
    )


def history_length(connection: Connection, application: UUID) -> int:
    """How many rows there are."""
    query = select(func.count()).select_from(t.history).where(t.history.c.application_id == application)
    return int(connection.execute(query).scalar_one())


# --- confirmations


@dataclass(frozen=True)
class Confirmed:
    """What an idempotency key stands for; without an application it was erased since."""

    content_digest: bytes
    application: UUID | None
    response: bytes | None
    wrapped_key: bytes | None


def confirmed(connection: Connection, key_hash: bytes) -> Confirmed | None:
    """The confirmation made under a key."""
    row = connection.execute(
        select(t.idempotency, t.keys.c.wrapped)
        .outerjoin(t.keys, t.keys.c.application_id == t.idempotency.c.application_id)
        .where(t.idempotency.c.key_hash == key_hash)
    ).first()
    return None if row is None else Confirmed(row.content_digest, row.application_id, row.response, row.wrapped)


def confirm_again(connection: Connection, key_hash: bytes, digest: bytes, response: bytes) -> None:
    """Lets a key stand for other content from now on."""
    row = update(t.idempotency).where(t.idempotency.c.key_hash == key_hash)
    connection.execute(row.values(content_digest=digest, response=response))


def confirmations_of(connection: Connection, application: UUID) -> list[tuple[bytes, Confirmed]]:
    """The confirmations of an application that hold an answer, with the hashes of their keys."""
    rows = connection.execute(
        select(t.idempotency, t.keys.c.wrapped)
        .join(t.keys, t.keys.c.application_id == t.idempotency.c.application_id)
        .where(t.idempotency.c.application_id == application, t.idempotency.c.response.is_not(None))
        .order_by(t.idempotency.c.created_at)
    )
    return [(r.key_hash, Confirmed(r.content_digest, r.application_id, r.response, r.wrapped)) for r in rows]


# --- papers that are ready


def tick(connection: Connection, application: UUID, mark: bytes, at: datetime) -> None:
    """Notes a paper as ready."""
    insert_if_new(connection, t.ticks, {"application_id": application, "mark": mark, "updated_at": at})


def untick(connection: Connection, application: UUID, mark: bytes) -> None:
    """Notes that it is not."""
    connection.execute(delete(t.ticks).where(t.ticks.c.application_id == application, t.ticks.c.mark == mark))


def marks(connection: Connection, application: UUID) -> frozenset[bytes]:
    """The marks of papers that are ready."""
    query = select(t.ticks.c.mark).where(t.ticks.c.application_id == application)
    return frozenset(connection.execute(query).scalars())
