"""One message of a conversation at a time, in the order they came.

Rasa's own lock store lets every waiting message look once a second whether it is its turn: a hundred copies of one message take
longer than the lock lives. Here each is woken when the one before it is done.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import InMemoryLockStore


class QueueLockStore(InMemoryLockStore):
    """Locks of one process; nothing is kept of a conversation that nobody waits for."""

    def __init__(self) -> None:
        """Holds no lock yet."""
        super().__init__()
        self._queues: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        """Waits for its turn, and gives the next one theirs."""
        queue, waiting = self._queues.get(conversation_id, (asyncio.Lock(), 0))
        self._queues[conversation_id] = (queue, waiting + 1)
        try:
            async with queue:
                yield
        finally:
            queue, waiting = self._queues.pop(conversation_id)
            if waiting > 1:
                self._queues[conversation_id] = (queue, waiting - 1)
