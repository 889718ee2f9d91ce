"""One message and its replies; a message sent again gets the same replies and is not spoken twice."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

Messages = list[dict[str, Any]]

KEEP_PER_SESSION = 20
KEEP_SECONDS = 600
GIVE_UP_SECONDS = 60
_MAX_SESSIONS = 20_000


@dataclass(frozen=True)
class Turn:
    """What was asked (as a digest only) and the task that answers it."""

    digest: bytes
    task: asyncio.Task[Messages]


class Turns:
    """The latest turns of each session, in memory; keys of one session mean nothing in another."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, OrderedDict[str, Turn]] = OrderedDict()
        self._running: set[asyncio.Task[Messages]] = set()

    @property
    def running(self) -> int:
        """How many messages are being answered now."""
        return len(self._running)

    def find(self, session_id: str, key: str | None) -> Turn | None:
        """The turn this key already started, unless it failed or has been forgotten."""
        turn = self._sessions.get(session_id, {}).get(key) if key else None
        return None if turn is None or _failed(turn.task) else turn

    def start(self, session_id: str, key: str | None, text: str, answer: Callable[[], Awaitable[Messages]]) -> Turn:
        """Begins a turn; it goes on when the caller hangs up or stops waiting, so that a retry can collect its replies."""
        task = asyncio.ensure_future(asyncio.wait_for(answer(), GIVE_UP_SECONDS))
        self._running.add(task)
        task.add_done_callback(self._finished)
        turn = Turn(digest(text), task)
        if key:
            self._keep(session_id, key, turn)
        return turn

    def forget(self, session_id: str) -> None:
        """Drops every reply kept for a session."""
        self._sessions.pop(session_id, None)

    def _keep(self, session_id: str, key: str, turn: Turn) -> None:
        turns = self._sessions.setdefault(session_id, OrderedDict())
        self._sessions.move_to_end(session_id)
        turns.pop(key, None)
        turns[key] = turn
        while len(turns) > KEEP_PER_SESSION:
            turns.popitem(last=False)
        while len(self._sessions) > _MAX_SESSIONS:
            self._sessions.popitem(last=False)
        asyncio.get_running_loop().call_later(KEEP_SECONDS, self._drop, session_id, key, turn)

    def _drop(self, session_id: str, key: str, turn: Turn) -> None:
        turns = self._sessions.get(session_id, OrderedDict())
        if turns.get(key) is turn:
            del turns[key]
        if not turns:
            self._sessions.pop(session_id, None)

    def _finished(self, task: asyncio.Task[Messages]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # read, so that asyncio does not log it with what it may quote


def digest(text: str) -> bytes:
    """Enough of a text to see that a key is used again for another one."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()


def _failed(task: asyncio.Task[Messages]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
