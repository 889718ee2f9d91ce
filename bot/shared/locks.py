"""One message of a conversation at a time, in the order they came, over all workers.

Why not Rasa's `RedisLockStore`: it reads a lock, changes it and writes it back, so two workers that do so at once are given the same
ticket and both go ahead (`tests/integration/scale/test_locks.py` shows it); its waiters look once a second; a killed worker's
ticket holds everybody up for a minute. Here a queue in Redis is changed by scripts, each at once or not at all, and a ticket is
worth as long as its worker has a pulse.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock_store import LockStore

from bot.applications.errors import StoreUnavailable
from bot.shared.hub import DEAD_AFTER_MS, Hub

LOOK_SECONDS = 0.02
_KEPT_MS = 120_000

# Waits in line (once) and says how many are in front; tickets of dead workers are taken away from the front.
_ENTER = """
local queue, ticket, pulses = KEYS[1], ARGV[1], ARGV[2]
redis.call('SET', pulses .. string.match(ticket, '^[^:]+'), 1, 'PX', ARGV[5])
local place = redis.call('LPOS', queue, ticket)
if not place then
  if ARGV[3] == '0' then return -1 end
  redis.call('RPUSH', queue, ticket)
end
redis.call('PEXPIRE', queue, ARGV[4])
while true do
  local first = redis.call('LINDEX', queue, 0)
  if first == ticket then return 0 end
  if redis.call('EXISTS', pulses .. string.match(first, '^[^:]+')) == 1 then
    return redis.call('LPOS', queue, ticket)
  end
  redis.call('LPOP', queue)
end
"""
_LEAVE = "return redis.call('LREM', KEYS[1], 1, ARGV[1])"


class SharedLockStore(LockStore):
    """Rasa's lock store over a queue in Redis for each conversation."""

    def __init__(self, hub: Hub) -> None:
        """Takes the connection."""
        super().__init__()
        self._hub = hub
        self._enter, self._leave = hub.script(_ENTER), hub.script(_LEAVE)
        self._numbers = itertools.count()
        self._lines: dict[str, tuple[asyncio.Lock, asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_: Any, **__: Any) -> AsyncIterator[None]:
        """Waits for its turn; raises `StoreUnavailable` without Redis, and when this worker was taken for dead."""
        queue = self._hub.name("lock", conversation_id)
        ticket = f"{self._hub.worker}:{next(self._numbers)}"
        entering, turn, waiting = self._lines.get(queue, (asyncio.Lock(), asyncio.Lock(), 0))
        self._lines[queue] = (entering, turn, waiting + 1)
        try:
            async with entering:  # the order here is the order there
                ahead = await self._look(queue, ticket, enter=True)
            async with turn:  # of those waiting in this worker only the first keeps looking
                while ahead:
                    await asyncio.sleep(LOOK_SECONDS)
                    ahead = await self._look(queue, ticket)
                yield
        finally:
            await self._hub.run_surely(self._leave, [queue], [ticket])
            self._gone(queue)

    async def _look(self, queue: str, ticket: str, enter: bool = False) -> int:
        arguments = [ticket, self._hub.pulses, int(enter), _KEPT_MS, DEAD_AFTER_MS]
        ahead = int(await self._hub.run(self._enter, [queue], arguments))
        if ahead < 0:
            raise StoreUnavailable("this worker was not heard of for too long and lost its place")
        return ahead

    def _gone(self, queue: str) -> None:
        entering, turn, waiting = self._lines.pop(queue)
        if waiting > 1:
            self._lines[queue] = (entering, turn, waiting - 1)
