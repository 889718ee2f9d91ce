"""One event of a person at a time, in the order they came; over all workers where several share the work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from rasa.core.lock_store import LockStore

from bot.applications.errors import StoreUnavailable
from bot.locks import QueueLockStore


class Lanes:
    """Whose turn it is; a place in line is taken when a turn is asked for, not when it begins."""

    def __init__(self, shared: LockStore | None = None) -> None:
        """Takes the locks all workers draw from, if there are several."""
        self._own, self._shared = QueueLockStore(), shared

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """Waits for its turn.

        While the shared locks are away the order of this process has to do: Rasa's own lock is away with them, so nobody is
        answered out of a conversation, and people are told to try later.
        """
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context((self._shared or self._own).lock(f"lane-{conversation}"))
            except StoreUnavailable:
                await stack.enter_async_context(self._own.lock(f"lane-{conversation}"))
            yield
