"""SQL of the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.channels.line.tables import inbox

UNFINISHED = ("open", "replying", "late")
_AT_ONCE = 500  # values of one statement: older SQLite takes 999
c = inbox.c


@dataclass(frozen=True)
class Letter:
    """One event as it lies in the inbox."""

    event: bytes
    conversation: bytes | None
    message: bytes | None
    payload: bytes
    received_at: datetime
    state: str = "open"


def add_all(connection: Connection, letters: Sequence[Letter], owner: str, lease_until: datetime) -> list[bool]:
    """Puts letters in; says of each whether it is new. Of copies at two workers the first is in, and the other sees whose it is."""
    known = set(present(connection, letters))
    new = {letter.event: letter for letter in reversed(letters) if letter.event not in known}
    if new:
        values = [{**vars(letter), "owner": owner, "lease_until": lease_until} for letter in new.values()]
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(inbox).on_conflict_do_nothing(), values)
        mine = present(connection, new.values(), owner)
        known |= new.keys() - set(mine)
    fresh = []
    for letter in letters:
        fresh.append(letter.event not in known)
        known.add(letter.event)
    return fresh


def present(connection: Connection, letters: Iterable[Letter], owner: str | None = None) -> list[bytes]:
    """Which of these letters are in, or are in and belong to an owner."""
    query = select(c.event).where(c.event.in_([letter.event for letter in letters]))
    return list(connection.execute(query if owner is None else query.where(c.owner == owner)).scalars())


def settle(connection: Connection, event: bytes, state: str, payload: bytes | None = None) -> bool:
    """Moves an unfinished letter on; finished ones keep nothing but that they were there. False when it is finished already."""
    open_ = state in UNFINISHED
    values = {"state": state} if open_ and payload is None else {"state": state, "payload": payload}
    values |= {} if open_ else {"owner": None, "lease_until": None}
    values |= {"conversation": None, "message": None} if state in ("done", "closed") else {}
    return (
        connection.execute(update(inbox).where(c.event == event, c.state.in_(UNFINISHED)).values(**values)).rowcount
        == 1
    )


def take_ready(connection: Connection, event: bytes, conversation: bytes) -> tuple[str, bytes | None] | None:
    """State and answer of a letter whose late answer is asked for by its own conversation; a ready one is thereby done."""
    found = connection.execute(
        select(c.state, c.payload).where(c.event == event, c.conversation == conversation)
    ).first()
    if found is not None and found.state == "ready":
        taken = update(inbox).where(c.event == event, c.state == "ready").values(state="done", payload=None)
        if connection.execute(taken).rowcount != 1:
            return None
    return (found.state, found.payload) if found else None


def newest_late(connection: Connection, conversation: bytes) -> bytes | None:
    """The last letter of a conversation whose answer waits, or will wait, to be asked for."""
    late = select(c.event).where(c.conversation == conversation, c.state.in_(("late", "ready")))
    found: bytes | None = connection.execute(late.order_by(c.received_at.desc()).limit(1)).scalar()
    return found


def renew(connection: Connection, owner: str, until: datetime, events: Sequence[bytes]) -> None:
    """Says that whoever works on these letters is alive."""
    mine = update(inbox).where(c.owner == owner, c.state.in_(UNFINISHED)).values(lease_until=until)
    for start in range(0, len(events), _AT_ONCE):
        connection.execute(mine.where(c.event.in_(events[start : start + _AT_ONCE])))


def release(connection: Connection, owner: str, now: datetime) -> None:
    """Lets others have what is unfinished, at once."""
    connection.execute(update(inbox).where(c.owner == owner, c.state.in_(UNFINISHED)).values(lease_until=now))


def abandoned(connection: Connection, owner: str, now: datetime, until: datetime, most: int = 100) -> list[Letter]:
    """Letters whose worker is gone, taken over in the order they came."""
    gone = c.state.in_(UNFINISHED) & (c.lease_until <= now)
    found = connection.execute(select(inbox).where(gone).order_by(c.received_at).limit(most)).all()
    taken = []
    for row in found:
        mine = update(inbox).where(c.event == row.event, gone).values(owner=owner, lease_until=until)
        if connection.execute(mine).rowcount == 1:
            taken.append(Letter(row.event, row.conversation, row.message, row.payload, row.received_at, row.state))
    return taken


def of_message(connection: Connection, message: bytes) -> list[bytes]:
    """Letters that hold a message, emptied and closed; those that wait for a tap too."""
    return _empty(connection, c.message == message)


def of_conversation(connection: Connection, conversation: bytes, but: bytes | None = None) -> list[bytes]:
    """Every letter of a conversation, emptied and closed."""
    return _empty(connection, (c.conversation == conversation) & (c.event != (but or b"")))


def _empty(connection: Connection, which: object) -> list[bytes]:
    left = c.state.in_((*UNFINISHED, "ready"))
    events = list(connection.execute(select(c.event).where(which, left)).scalars())
    closed = {"state": "closed", "payload": None, "owner": None, "lease_until": None}
    connection.execute(update(inbox).where(which, left).values(**closed))
    connection.execute(update(inbox).where(which).values(conversation=None, message=None))
    return events


def tidy(connection: Connection, ids_before: datetime, answers_before: datetime) -> int:
    """Forgets ids after their time, and answers nobody collected; returns how many of those."""
    uncollected = update(inbox).where(c.state == "ready", c.received_at < answers_before)
    count = connection.execute(uncollected.values(state="closed", payload=None)).rowcount
    connection.execute(delete(inbox).where(c.received_at < ids_before, c.state.notin_(UNFINISHED)))
    return count


def counts(connection: Connection) -> dict[str, int]:
    """How many letters there are in each state."""
    return dict(connection.execute(select(c.state, func.count()).group_by(c.state)).all())
