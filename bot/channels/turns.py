"""One message and its replies; a message sent again gets the same replies and is not spoken twice."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.channels.limits import Refused
from bot.channels.rate import RateLimiter

Messages = list[dict[str, Any]]
Answer = Callable[[], Awaitable[Messages]]

KEEP_PER_SESSION = 20
KEEP_SECONDS = 600
GIVE_UP_SECONDS = 60
_MAX_SESSIONS = 20_000


class SessionEnded(Exception):
    """The session was ended, at whatever worker; its cookie is worth nothing."""


@dataclass(frozen=True)
class Asked:
    """One message as it comes: whose it is, under which key, and a stand-in for the address it came from."""

    session: str
    key: str | None
    text: str
    address: str


@dataclass(frozen=True)
class Turn:
    """What was asked (as a digest only) and the task that answers it."""

    digest: bytes
    task: asyncio.Task[Messages]


class Turns:
    """The latest turns of each session, in memory, and how many may begin; keys of one session mean nothing in another."""

    overloaded: Callable[[], bool] = staticmethod(lambda: False)
    """Whether who comes now would wait too long; put in place by the server (`bot.admission`)."""

    def __init__(self, per_session: RateLimiter, per_address: RateLimiter, max_running: int) -> None:
        """Takes the limits of one session and of one address, and how many messages are answered at once."""
        self._per_session, self._per_address, self._max_running = per_session, per_address, max_running
        self._sessions: OrderedDict[str, OrderedDict[str, Turn]] = OrderedDict()
        self._running: set[asyncio.Task[Messages]] = set()

    @property
    def running(self) -> int:
        """How many messages are being answered now."""
        return len(self._running)

    async def begin(self, asked: Asked, answer: Answer) -> Turn:
        """The turn of a message: the one its key began before, or a new one; raises `Refused` when there are too many."""
        turn = self.find(asked.session, asked.key)
        if turn is None:
            self._count(asked)
            return self.start(asked, answer)
        if turn.digest != self.digest(asked):
            raise Refused("id_used_again", 409)
        return turn

    async def end(self, session_id: str) -> None:
        """Drops every reply kept for a session."""
        self._sessions.pop(session_id, None)

    async def finish(self, seconds: float) -> int:
        """Lets what is being answered come to its end; how many did not in so many seconds."""
        if not self._running:
            return 0
        _, late = await asyncio.wait(set(self._running), timeout=seconds)
        return len(late)

    def find(self, session_id: str, key: str | None) -> Turn | None:
        """The turn this key already started here, unless it failed or has been forgotten."""
        turn = self._sessions.get(session_id, {}).get(key) if key else None
        return None if turn is None or _failed(turn.task) else turn

    def start(self, asked: Asked, answer: Answer) -> Turn:
        """Begins a turn; it goes on when the caller hangs up or stops waiting, so that a retry can collect its replies."""
        task = asyncio.ensure_future(asyncio.wait_for(answer(), GIVE_UP_SECONDS))
        self._running.add(task)
        task.add_done_callback(self._finished)
        turn = Turn(self.digest(asked), task)
        if asked.key:
            self._keep(asked.session, asked.key, turn)
        return turn

    def digest(self, asked: Asked) -> bytes:
        """Enough of a text to see that a key is used again for another one."""
        return hashlib.sha256(asked.text.encode("utf-8", "replace")).digest()

    def refuse_when_busy(self) -> None:
        """Raises `Refused` when as many messages are being answered as may be."""
        if self.running >= self._max_running or self.overloaded():
            raise Refused("busy", 429, retry_after=2)

    def _count(self, asked: Asked) -> None:
        """Counts one message against the session, the address and the whole server."""
        wait = max(self._per_session.wait(asked.session), self._per_address.wait(asked.address))
        if wait > 0:
            raise Refused("too_often", 429, retry_after=math.ceil(wait))
        self.refuse_when_busy()
        self._per_session.take(asked.session)
        self._per_address.take(asked.address)

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


def _failed(task: asyncio.Task[Messages]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
