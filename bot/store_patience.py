"""How long a thread waits for PostgreSQL. The server's own timeouts do not help when the server has stopped answering.

psycopg2 hands its waiting to one function for the whole process (`set_wait_callback`); ours gives up when the time of the current
transaction is over. Connections of others (Rasa's tracker store) wait as they always did.
"""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import extensions

_thread = threading.local()


class Connection(extensions.connection):
    """A connection that is given up when its transaction's time is over."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Everything this thread asks of PostgreSQL inside must be done in so many seconds; None takes the limit away."""
    before = getattr(_thread, "deadline", None)
    _thread.deadline = None if seconds is None else time.monotonic() + seconds
    try:
        yield
    finally:
        _thread.deadline = before


def install() -> None:
    """Makes psycopg2 wait our way; may be called again."""
    extensions.set_wait_callback(_wait)


def _wait(connection: extensions.connection) -> None:
    deadline = getattr(_thread, "deadline", None) if isinstance(connection, Connection) else None
    while True:
        state = connection.poll()
        if state == extensions.POLL_OK:
            return
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            # These words make SQLAlchemy throw the connection away.
            raise psycopg2.OperationalError("could not receive data from server: no answer in time")
        reading = [connection.fileno()] if state == extensions.POLL_READ else []
        writing = [connection.fileno()] if state == extensions.POLL_WRITE else []
        select.select(reading, writing, [], left)
