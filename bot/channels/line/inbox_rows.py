"""SQL of the inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from bot.channels.line.tables import inbox

UNFINISHED = ("open", "replying", "late")
GONE = "gone"
"""In place of an owner: this row is no letter but says that a message was unsent, or when a conversation was left."""
_AT_ONCE = 500  # values of one statement: older SQLite takes 999
c = inbox.c
_FETCHED = (c.state == "done") & c.payload.is_not(None)  # a late answer that was delivered, kept for a second tap


@dataclass(frozen=True)
class Letter:
    """One event as it lies in the inbox."""

    event: bytes
    conversation: bytes | None
    message: bytes | None
    payload: bytes
    received_at: datetime
    state: str = "open"
    again: bool = False
    """LINE brings it once more, and with it another minute for its reply token."""
    at: datetime | None = None
    """When it happened, by LINE's clock."""


def add_all(connection: Connection, letters: Sequence[Letter], owner: str, lease_until: datetime) -> list[bool]:
    """Puts letters in; says of each whether it is new. Of copies at two workers the first is in, and the other sees whose it is.

    What was taken back before it came is not put in at all.
    """
    known = set(present(connection, letters)) | taken_back(connection, letters)
    for letter in letters:
        if letter.again and letter.event in known:
            _brought_again(connection, letter)
    new = {letter.event: letter for letter in reversed(letters) if letter.event not in known}
    if new:
        values = [{**_columns(letter), "owner": owner, "lease_until": lease_until} for letter in new.values()]
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(inbox).on_conflict_do_nothing(), values)
        mine = present(connection, new.values(), owner)
        known |= new.keys() - set(mine)
    fresh = []
    for letter in letters:
        fresh.append(letter.event not in known)
        known.add(letter.event)
    return fresh


def _columns(letter: Letter) -> dict[str, object]:
    return {name: value for name, value in vars(letter).items() if name not in ("again", "at")}


def _brought_again(connection: Connection, letter: Letter) -> None:
    """What is not answered yet has its time from now on."""
    unanswered = update(inbox).where(c.event == letter.event, c.state.in_(("open", "replying")))
    connection.execute(unanswered.values(received_at=letter.received_at))


def take_back(connection: Connection, what: bytes, at: datetime) -> None:
    """Notes that a message was unsent, or a conversation left at that time, as webhooks may come in any order.

    It lies among the letters under a name of its own, so that it goes with them after 48 hours.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    note = {"event": what, "state": "closed", "owner": GONE, "received_at": at}
    connection.execute(dialect.insert(inbox).on_conflict_do_nothing(), [note])
    connection.execute(update(inbox).where(c.event == what, c.owner == GONE, c.received_at < at).values(received_at=at))


def taken_back(connection: Connection, letters: Iterable[Letter]) -> set[bytes]:
    """Which of these letters were unsent, or are from before their person left."""
    letters = list(letters)
    names = {name for letter in letters for name in (letter.message, letter.conversation) if name}
    notes = select(c.event, c.received_at).where(c.owner == GONE, c.event.in_(names))
    since = {note.event: note.received_at for note in connection.execute(notes)}
    left = {x.event for x in letters if x.at and x.conversation in since and x.at <= since[x.conversation]}
    return left | {x.event for x in letters if x.message in since}


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


def late_answer(connection: Connection, event: bytes, conversation: bytes) -> tuple[str, bytes | None] | None:
    """State and answer of a letter whose late answer is asked for by its own conversation; the answer stays for another tap."""
    found = connection.execute(
        select(c.state, c.payload).where(c.event == event, c.conversation == conversation)
    ).first()
    return (found.state, found.payload) if found else None


def fetched(connection: Connection, event: bytes) -> None:
    """Notes that a late answer has reached its person; it stays for its time, as a tap may come twice."""
    connection.execute(update(inbox).where(c.event == event, c.state == "ready").values(state="done"))


def newest_late(connection: Connection, conversation: bytes) -> bytes | None:
    """The last letter of a conversation whose answer waits, or will wait, to be asked for; else one that was fetched and is still there."""
    late = select(c.event).where(c.conversation == conversation, c.state.in_(("late", "ready")) | _FETCHED)
    newest = late.order_by(case((_FETCHED, 1), else_=0), c.received_at.desc()).limit(1)
    found: bytes | None = connection.execute(newest).scalar()
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


def waiting(connection: Connection, conversation: bytes) -> list[tuple[bytes, bytes | None]]:
    """The letters of a conversation that are not answered yet, and what they hold."""
    found = select(c.event, c.payload).where(c.conversation == conversation, c.state.in_(UNFINISHED))
    return [(row.event, row.payload) for row in connection.execute(found)]


def of_conversation(connection: Connection, conversation: bytes, but: Sequence[bytes]) -> list[bytes]:
    """Every letter of a conversation but these, emptied and closed."""
    return _empty(connection, (c.conversation == conversation) & c.event.not_in(but))


def _empty(connection: Connection, which: object) -> list[bytes]:
    left = c.state.in_((*UNFINISHED, "ready")) | _FETCHED
    events = list(connection.execute(select(c.event).where(which, left)).scalars())
    closed = {"state": "closed", "payload": None, "owner": None, "lease_until": None}
    connection.execute(update(inbox).where(which, left).values(**closed))
    connection.execute(update(inbox).where(which).values(conversation=None, message=None))
    return events


def tidy(connection: Connection, ids_before: datetime, answers_before: datetime) -> int:
    """Forgets ids after their time, and answers nobody collected; returns how many of those."""
    had_its_time = update(inbox).where(c.received_at < answers_before)
    gone = {"payload": None, "conversation": None, "message": None}
    count = connection.execute(had_its_time.where(c.state == "ready").values(state="closed", **gone)).rowcount
    connection.execute(had_its_time.where(_FETCHED).values(**gone))
    connection.execute(delete(inbox).where(c.received_at < ids_before, c.state.notin_(UNFINISHED)))
    return count


def counts(connection: Connection) -> dict[str, int]:
    """How many letters there are in each state."""
    letters = select(c.state, func.count()).where(c.owner.is_(None) | (c.owner != GONE))
    return dict(connection.execute(letters.group_by(c.state)).all())
