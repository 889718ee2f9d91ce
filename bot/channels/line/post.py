"""Events in and through: stored, then a task each, and what others have left is taken over.

received → stored → answered in turn (`answering`) → sent (`serving`) → done
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from bot import clock
from bot.applications.errors import StoreUnavailable
from bot.channels.line import events
from bot.channels.line.answering import Answering
from bot.channels.line.client import LineClient
from bot.channels.line.conversing import Conversing
from bot.channels.line.deeds import Deed, Forget, Ignore, Unsend, deed_of
from bot.channels.line.events import Event
from bot.channels.line.health import Health
from bot.channels.line.inbox import KEEP_IDS, Inbox
from bot.channels.line.inbox_rows import Letter
from bot.channels.line.lanes import Lanes
from bot.channels.line.people import People
from bot.channels.line.sending import Sending
from bot.channels.line.serving import TIMES, Serving, Times
from bot.channels.line.tasks import Tasks
from bot.channels.rate import RateLimiter
from bot.rendering.line_messages import LineRenderer

__all__ = ["TIMES", "Post", "Times"]

logger = logging.getLogger(__name__)


class Post:
    """Works through the inbox of one process."""

    def __init__(
        self,
        inbox: Inbox,
        conversing: Conversing,
        renderer: LineRenderer,
        client: LineClient,
        sending: Sending,
        people: People,
        health: Health,
        *,
        limiter: RateLimiter,
        told: RateLimiter | None = None,
        lanes: Lanes | None = None,
        pushes: bool = False,
        read_marks: bool = False,
        times: Times = TIMES,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Takes its parts. `pushes`: notices may be promised; `read_marks`: staff can take over, so what is dealt with is marked.

        `limiter`, `told` and `lanes` count and queue for this process alone unless shared ones are given.
        """
        self.inbox, self.health = inbox, health
        self._conversing, self._people, self._client, self._now = conversing, people, client, now
        self._tasks = Tasks()
        self._working: dict[bytes, asyncio.Task[Any]] = {}
        self._answering = Answering(
            inbox,
            conversing,
            people,
            health,
            lanes=lanes or Lanes(),
            limiter=limiter,
            told=told or RateLimiter(1, 1),
            stop=self._stop,
            pushes=pushes,
        )
        self._serving = Serving(
            inbox,
            self._answering,
            renderer,
            client,
            sending,
            people,
            health,
            self._tasks,
            pushes=pushes,
            read_marks=read_marks,
            times=times,
            now=now,
        )

    @property
    def working(self) -> int:
        """How many events are being worked on."""
        return len(self._working)

    # --- in

    async def receive(self, raw: list[Any]) -> None:
        """Stores events, then lets them be worked on; raises `StoreUnavailable`, and LINE sends them again."""
        received, letters = self._now(), []
        self.health.count("webhook")
        for one in raw:
            event = events.read(one)
            deed = deed_of(event) if event else Ignore("shape")
            if event is None or isinstance(deed, Ignore) or self._too_old(event, deed, received):
                self.health.count(f"ignored.{deed.why}" if isinstance(deed, Ignore) else "ignored.old")
                if event and deed == Ignore("type"):
                    logger.info("line ignored: %s %s", event.type[:40], str(event.message.get("type", ""))[:40])
                continue
            letters.append((self._letter(event, events.kept(one), received), event))
        if not letters:
            return
        stored: asyncio.Future[list[bool]] = asyncio.ensure_future(_awaited(self.inbox.add(x for x, _ in letters)))
        for number, (letter, event) in enumerate(letters):  # their turns are taken now, before anything is waited for
            self._start(letter, event, _nth(stored, number))
        await asyncio.shield(stored)

    def _letter(self, event: Event, raw: Any, received: datetime) -> Letter:
        conversation = self._people.conversation(event.user) if event.user else None
        return self.inbox.letter(event.key, conversation, event.message_id, raw, received, event.again, event.at)

    def _too_old(self, event: Event, deed: Deed, now: datetime) -> bool:
        """Old bodies have no effect; only what takes something away may come as late as ids are kept."""
        if isinstance(deed, Forget | Unsend):
            return now - event.at > KEEP_IDS
        return events.is_stale(event, now)

    # --- work

    def _start(self, letter: Letter, event: Event, stored: Coroutine[Any, Any, bool], *, state: str = "new") -> None:
        fresh = self._tasks.start(stored)
        answering = self._tasks.start(self._answering.said(letter, event, partial(asyncio.shield, fresh), state))
        serving = self._tasks.start(self._serving.serve(letter, event, fresh, answering, state))
        if letter.event not in self._working:  # a copy must not stand in for the one that is worked on
            self._working[letter.event] = serving
            serving.add_done_callback(lambda _: self._working.pop(letter.event, None))

    def _stop(self, key: bytes) -> None:
        task = self._working.get(key)
        if task is not None:
            task.cancel()

    # --- what was left behind

    async def look_after(self) -> None:
        """Every few seconds: says that we are alive, takes over what others left, and notes how things stand."""
        await self.inbox.renew(self._working)
        for letter in await self.inbox.abandoned():
            if letter.event in self._working:
                continue
            event = events.read(self.inbox.content(letter))
            if event is None or self._too_old(event, deed_of(event), self._now()):
                self.health.count("closed_unanswered")
                await self.inbox.settle(letter, "closed")
                continue
            self.health.count("taken_over")
            self._start(replace(letter, at=event.at), event, _already(), state=letter.state)
        await self.inbox.run(self.health.save)

    async def close(self, seconds: float) -> int:
        """Lets what is under way come to its end, then leaves the rest to whoever comes next; how many that were."""
        working = set(self._working.values())
        late: set[asyncio.Task[Any]] = set()
        if working:
            _, late = await asyncio.wait(working, timeout=seconds)
        await self._tasks.cancel_all()
        try:
            await self.inbox.run(self.health.save)
            await self.inbox.release()
        except StoreUnavailable:
            logger.warning("line.inbox: closed while the database was away")
        await self.inbox.close()
        await self._client.close()
        return len(late)


async def _awaited(future: Awaitable[Any]) -> Any:
    return await future


async def _nth(stored: asyncio.Future[list[bool]], number: int) -> bool:
    return (await asyncio.shield(stored))[number]


async def _already() -> bool:
    return True
