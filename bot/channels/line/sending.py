"""How an answer gets to LINE: replied with the token while it lives, pushed only when it surely was not, and never sent twice."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID, uuid5

from bot import clock
from bot.channels.line.client import LineClient, Said
from bot.channels.line.events import Event, token_lives
from bot.channels.line.health import Health

logger = logging.getLogger(__name__)

Messages = list[dict[str, Any]]

WAITS = (0.0, 0.5, 1.0, 2.0, 4.0)
_KEYS = UUID("6f0d2c5e-4a4b-5a53-9d39-9f6b0e6e7a01")


class Outcome(str, Enum):
    """What became of an answer."""

    DELIVERED = "delivered"
    UNCLEAR = "unclear"  # LINE may have it; sending again might say it twice
    LOST = "lost"  # it surely was not delivered
    STOPPED = "stopped"  # LINE refuses (no right, a limit): trying otherwise would not help


class Sending:
    """LINE's rules on replies, retries and pushes (docs/line.md)."""

    def __init__(
        self,
        client: LineClient,
        health: Health,
        *,
        quiet: bool = True,
        push_per_month: int = 0,
        now: Callable[[], datetime] = clock.now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Takes whether notifications stay silent, and how many pushes a month may have; none is the default."""
        self._client, self._health = client, health
        self._quiet, self._push_per_month = quiet, push_per_month
        self._now, self._sleep = now, sleep

    async def answer(
        self,
        event: Event,
        received: datetime,
        messages: Messages,
        plain: Messages,
        *,
        tried_before: bool = False,
        counted: str = "answer",
    ) -> Outcome:
        """Replies; `plain` goes out instead if LINE will not take the messages. `tried_before`: by a process that has died since.

        `counted`: the name staff see it under.
        """
        outcome = await self._reply(event, received, messages, plain, tried_before)
        if outcome is Outcome.LOST and event.user and not event.group and self._may_push():
            outcome = await self.push(event.user, messages, uuid5(_KEYS, f"{event.key}:0"))
        self._health.count(f"{counted}.{outcome.value}")
        return outcome

    async def _reply(
        self, event: Event, received: datetime, messages: Messages, plain: Messages, unclear: bool
    ) -> Outcome:
        waits = iter(WAITS)
        timeouts = 0
        lives = event.token is not None and token_lives(event, received, self._now())
        while lives and event.token is not None and (wait := next(waits, None)) is not None:
            if wait:
                await self._sleep(wait * random.uniform(0.8, 1.2))
                if not token_lives(event, received, self._now()):
                    break
            said = await self._client.reply(event.token, messages, self._quiet)
            if said.ok or (said.invalid_token and unclear):  # an earlier try has used the token
                return Outcome.DELIVERED
            if said.invalid_token:
                return Outcome.LOST
            if said.status == 400 and messages is not plain:
                logger.error("line.refused: LINE does not take our messages; sending plain text")
                self._health.count("refused_format")
                messages = plain
                waits = iter((0.0, *waits))
                continue
            if _is_final(said):
                return Outcome.UNCLEAR if unclear else Outcome.STOPPED
            if said.unclear:
                unclear = True
                timeouts += said.status is None
                if timeouts > 1:
                    return Outcome.UNCLEAR
        return Outcome.UNCLEAR if unclear else Outcome.LOST

    async def push(self, user: str, messages: Messages, key: UUID) -> Outcome:
        """Sends unasked, under one retry key: the same message twice is one message."""
        unclear = False
        for wait in WAITS:
            if wait:
                await self._sleep(wait * random.uniform(0.8, 1.2))
            said = await self._client.push(user, messages, self._quiet, key)
            if said.ok:
                self._health.count_push()
                return Outcome.DELIVERED
            if _is_final(said):
                break
            unclear = unclear or said.unclear
        return Outcome.UNCLEAR if unclear else Outcome.LOST

    def _may_push(self) -> bool:
        return self._health.pushes() < self._push_per_month


def _is_final(said: Said) -> bool:
    """Whether trying again would do no good: our fault, no right, or too much (429)."""
    return said.status is not None and 400 <= said.status < 500
