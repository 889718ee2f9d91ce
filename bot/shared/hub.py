"""One worker's connection to Redis: names that tell nothing, a pulse the others see, and one kind of failure.

Everything kept there is named by keyed hashes, has an end, and is encrypted where it is more than a number. Redis that is down,
slow or full is `StoreUnavailable` within two seconds: who needs it says so, and nobody goes on without it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from redis import asyncio as aioredis
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer

from bot.applications.errors import StoreUnavailable
from bot.privacy.crypto import Vault
from bot.shared.patience import Patience

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 2.0
PULSE_SECONDS = 1.0
DEAD_AFTER_MS = 5000
"""A worker not heard of for so long is taken for dead: what it was answering may be answered by another."""
_CONNECTIONS = 64
_MOST_UNDONE = 10_000

Call = tuple[AsyncScript, list[str], list[Any]]


class Hub:
    """Runs scripts in Redis for one worker."""

    def __init__(self, url: str, vault: Vault, prefix: str = "tomoni") -> None:
        """Takes the address and the vault whose key makes the names; connects when first used."""
        self._vault = vault
        self._prefix = prefix
        pool = aioredis.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=ANSWER_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            socket_connect_timeout=ANSWER_SECONDS,
        )
        self.redis = aioredis.Redis(connection_pool=pool)
        self.worker = secrets.token_hex(8)
        self.pulses = f"{prefix}:worker:"
        """What comes before a worker's id in the name of its pulse."""
        self._undone: deque[Call] = deque(maxlen=_MOST_UNDONE)
        self._beating: asyncio.Task[None] | None = None
        self._patience = Patience("redis")

    def name(self, kind: str, value: str) -> str:
        """The name of something in Redis; the value cannot be found from it."""
        return f"{self._prefix}:{kind}:{self._vault.keyed_hash(f'redis {kind}', value).hex()[:32]}"

    def script(self, text: str) -> AsyncScript:
        """A script to be run by `run`."""
        return self.redis.register_script(text)

    async def run(self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """Runs a script, once more if the connection had been lost: scripts must bear being run twice."""
        return await self._safely(lambda: script(keys=keys, args=arguments))

    async def run_surely(self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        """The same; what cannot be done now is done when Redis is back, in order, and None is returned."""
        try:
            return await self.run(script, keys, arguments)
        except StoreUnavailable:
            self._undone.append((script, list(keys), list(arguments)))
            return None

    async def _safely(self, call: Any) -> Any:
        self._patience.check()
        try:
            try:
                return await asyncio.wait_for(call(), ANSWER_SECONDS)
            except (Disconnected, ConnectionResetError) as error:
                if isinstance(error, NoAnswer):
                    raise
                return await asyncio.wait_for(call(), ANSWER_SECONDS)
        except (RedisError, OSError, asyncio.TimeoutError) as error:
            raise self._patience.lost(type(error).__name__) from None

    # --- the pulse

    async def start(self) -> None:
        """Begins to be heard of."""
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
            await asyncio.sleep(0)

    async def stop(self) -> None:
        """Is heard of no longer, and lets the connections go."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        with suppress(StoreUnavailable):  # the pulse ends by itself
            await self._safely(lambda: self.redis.delete(self.pulses + self.worker))
        await self.redis.close(close_connection_pool=True)

    async def is_up(self) -> bool:
        """Whether Redis answers."""
        try:
            return bool(await self._safely(self.redis.ping))
        except StoreUnavailable:
            return False

    async def pulse(self) -> None:
        """Says that this worker lives."""
        await self._safely(lambda: self.redis.set(self.pulses + self.worker, 1, px=DEAD_AFTER_MS))

    async def _beat(self) -> None:
        down = False
        while True:
            try:
                await self.pulse()
                await self._catch_up()
                if down:
                    logger.warning("redis is back")
                down = False
            except StoreUnavailable as error:
                if not down:
                    logger.error("%s", error)
                down = True
            await asyncio.sleep(PULSE_SECONDS)

    async def _catch_up(self) -> None:
        while self._undone:
            script, keys, arguments = self._undone[0]
            await self.run(script, keys, arguments)
            self._undone.popleft()
