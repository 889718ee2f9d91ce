"""SQL of the notices waiting to be sent. A row holds no words and no address: both are found when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.applications import tables as t

_c = t.outbox.c


def add(connection: Connection, application: UUID, now: datetime, notice: str = "news") -> None:
    """One more notice, due at once."""
    connection.execute(
        insert(t.outbox).values(
            message_id=uuid4(),
            application_id=application,
            notice=notice,
            status="waiting",
            attempts=0,
            due_at=now,
            created_at=now,
            updated_at=now,
        )
    )


def claim(connection: Connection, now: datetime, lease: timedelta) -> Row | None:
    """Takes the newest notice of the application that has waited longest, also one whose sender was not heard of for its lease.

    All notices say the same, so it stands for the older ones that are due, which are settled as joined. The newest is the one that no mail
    program can have seen before something that it is to tell of.
    """
    due = _c.status.in_(["waiting", "sending"]) & (_c.due_at <= now)
    ours = (
        select(t.outbox).join(t.applications).where(due).with_for_update(skip_locked=True)
    )  # one sender an application
    first = connection.execute(ours.order_by(_c.due_at, _c.message_id).limit(1)).first()
    if first is None:
        return None
    same = (_c.application_id == first.application_id) & (_c.notice == first.notice)
    row, *joined = connection.execute(ours.where(same).order_by(_c.created_at.desc(), _c.message_id)).all()
    for older in joined:
        values = {"status": "dropped", "problem": "joined", "updated_at": now}
        connection.execute(update(t.outbox).where(_c.message_id == older.message_id).values(**values))
    connection.execute(
        update(t.outbox)
        .where(_c.message_id == row.message_id)
        .values(status="sending", attempts=row.attempts + 1, due_at=now + lease, updated_at=now)
    )
    return connection.execute(select(t.outbox).where(_c.message_id == row.message_id)).one()


def settle(
    connection: Connection,
    claimed: Row,
    now: datetime,
    status: str,
    problem: str | None,
    due_at: datetime | None = None,
) -> bool:
    """Notes what became of a notice; False when another sender has claimed it since."""
    still_ours = (_c.message_id == claimed.message_id) & (_c.attempts == claimed.attempts) & (_c.status == "sending")
    values = {"status": status, "problem": problem, "updated_at": now, "due_at": due_at or now}
    return connection.execute(update(t.outbox).where(still_ours).values(**values)).rowcount == 1


def counts(connection: Connection) -> Mapping[str, int]:
    """How many notices there are in each status."""
    return dict(connection.execute(select(_c.status, func.count()).group_by(_c.status)).all())


def dead(connection: Connection) -> list[Row]:
    """Notices given up, for staff to see."""
    return list(connection.execute(select(t.outbox).where(_c.status == "dead").order_by(_c.updated_at)))


def of_application(connection: Connection, application: UUID) -> list[dict[str, str]]:
    """The notices of one application, as plain values."""
    query = select(_c.created_at, _c.notice, _c.status).where(_c.application_id == application).order_by(_c.created_at)
    return [
        {"at": row.created_at.isoformat(), "notice": row.notice, "status": row.status}
        for row in connection.execute(query)
    ]
