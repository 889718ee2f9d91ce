"""How many messages are worked on at once, and how many may wait: beyond that a person is asked to come back (R3).

All channels share one. A message computes from beginning to end without a pause, so if many began together the event loop would be
deaf meanwhile: nobody could even be told to wait. A few at a time keep each turn of the loop short.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

Message = TypeVar("Message")
Result = TypeVar("Result")


class Overloaded(Exception):
    """More wait than can be answered soon; `retry_after` is in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Admission:
    """A bounded queue, first come first served."""

    def __init__(self, at_once: int = 2, waiting: int = 200, retry_after: int = 2, patience: float = 2.0) -> None:
        """`at_once` is more than one so that a message may begin while another waits for an errand in a thread."""
        self._turns = asyncio.Semaphore(at_once)
        self._most_waiting = waiting
        self._retry_after = retry_after
        self._patience = patience
        self._waiting = self._under_way = 0
        self._pace = self._latest_done = 0.0

    @property
    def waiting(self) -> int:
        """How many wait for their turn now."""
        return self._waiting

    def busy(self) -> bool:
        """Whether more than one message is to be answered now."""
        return self._waiting + self._under_way > 1

    def overloaded(self) -> bool:
        """Whether who comes now would wait longer than is decent, by how fast messages were done lately."""
        return self._waiting * self._pace > self._patience

    def check(self) -> None:
        """Raises `Overloaded` when no further message may wait. Costs nothing, so a channel may ask before any other work."""
        if self._waiting >= self._most_waiting:
            raise Overloaded(self._retry_after)

    def around(self, handle: Callable[[Message], Awaitable[Result]]) -> Callable[[Message], Awaitable[Result]]:
        """The same function, each call in its turn; raises `Overloaded` at once when no further message may wait."""

        async def admitted(message: Message) -> Result:
            self.check()
            self._waiting += 1
            try:
                await self._turns.acquire()
            finally:
                self._waiting -= 1
            self._under_way += 1
            begun = time.monotonic()
            try:
                return await handle(message)
            finally:
                self._under_way -= 1
                self._note_pace(begun)
                self._turns.release()

        return admitted

    def _note_pace(self, begun: float) -> None:
        """From one message done to the next; those worked on side by side count once."""
        now = time.monotonic()
        self._pace += (now - max(begun, self._latest_done) - self._pace) / 20
        self._latest_done = now
