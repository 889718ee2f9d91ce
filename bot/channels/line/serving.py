"""From an answer that is being made to LINE: in time by the reply token, else kept for a tap; and how it went, in the inbox.

answered → replied → done
   └ not ready in time: the token goes on "still working", the answer waits for a tap
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.applications.errors import StoreUnavailable
from bot.channels.line import events
from bot.channels.line.answering import Answering
from bot.channels.line.client import LineClient
from bot.channels.line.conversing import Message
from bot.channels.line.deeds import Forget, Unsend, deed_of
from bot.channels.line.events import Event
from bot.channels.line.health import Health
from bot.channels.line.inbox import Inbox
from bot.channels.line.inbox_rows import UNFINISHED, Letter
from bot.channels.line.people import People
from bot.channels.line.sending import Outcome, Sending
from bot.channels.line.tasks import Tasks
from bot.rendering.line_messages import LineRenderer

logger = logging.getLogger(__name__)

LATE_AFTER = 40.0  # of the minute a token lives
LOADING_AFTER = 1.0
LOADING_SECONDS = 40
GIVE_UP = 600.0
AGAIN_SECONDS = 50.0  # of the minute a token has once more when LINE brings its event again
AGAIN_EVERY = 0.5


@dataclass(frozen=True)
class Times:
    """How long things may take; tests are in a hurry."""

    late_after: float = LATE_AFTER
    loading_after: float = LOADING_AFTER
    give_up: float = GIVE_UP


TIMES = Times()


class Serving:
    """Waits for answers and sends them."""

    def __init__(
        self,
        inbox: Inbox,
        answering: Answering,
        renderer: LineRenderer,
        client: LineClient,
        sending: Sending,
        people: People,
        health: Health,
        tasks: Tasks,
        *,
        pushes: bool,
        read_marks: bool,
        times: Times,
        now: Callable[[], datetime],
    ) -> None:
        """Takes its parts. `pushes`: answers may be pushed; `read_marks`: what is dealt with is marked as read."""
        self._inbox, self._answering, self._renderer, self._client = inbox, answering, renderer, client
        self._sending, self._people, self._health, self._tasks = sending, people, health, tasks
        self._pushes, self._read_marks, self._times, self._now = pushes, read_marks, times, now
        self._brought: dict[bytes, Letter] = {}  # the newest copy of an event, while its answer is waited for

    async def serve(
        self,
        letter: Letter,
        event: Event,
        fresh: asyncio.Task[bool],
        answering: asyncio.Task[list[Message] | None],
        state: str,
    ) -> None:
        """Waits for the answer and sends it, or keeps it for a tap when it is late. A copy is neither answered nor told to wait."""
        erases = isinstance(deed_of(event), Forget | Unsend)
        try:
            if not await asyncio.shield(fresh):
                self._health.count("duplicate")
                answering.cancel()
                if event.again:
                    await self._brought_again(letter, event)
                return
            if erases:  # nobody is told anything, neither that it takes long
                await asyncio.wait_for(answering, self._times.give_up)
                await self._inbox.settle(letter, "done")
                return
            await self._served(letter, event, answering, state)
        except StoreUnavailable:
            self._health.count("store_unavailable")  # the letter stays, and is taken up again
        except asyncio.CancelledError:
            answering.cancel()
            raise
        except Exception as error:
            logger.error("line event failed: %s, event type %s", type(error).__name__, event.type)
            self._health.count("event_failed")
            if not erases:
                await self._closed(letter)
            # What is to go has to go: its letter lapses and is taken up again until it is gone, as long as ids are kept.

    async def _served(
        self, letter: Letter, event: Event, answering: asyncio.Task[list[Message] | None], state: str
    ) -> None:
        # In a group nobody is told to wait: a tap there is not answered.
        late = not event.group and (state == "late" or not await self._in_time(letter, event, answering))
        if late and state != "late":
            if self._can_only_push(letter, event):
                late = False  # the answer itself is worth the push, not a word that it takes longer
            else:
                await self._say_wait(letter, event, state)
        said = await asyncio.wait_for(answering, self._times.give_up)
        if said is None:
            return
        if late:
            kept = {"said": said, "read": event.read_token}
            await self._inbox.settle(letter, "ready" if said else "closed", kept if said else None)
            self._health.count("late")
            return
        await self._send(letter, event, said, state)

    async def _brought_again(self, letter: Letter, event: Event) -> None:
        """Says with the token's new minute what comes too late for the old one; a token that was used says no, and a tap fetches it."""
        if self._pushes or not event.user or event.group:
            return  # what can be pushed was
        waited_for = letter.event in self._brought
        self._brought[letter.event] = letter
        if waited_for:
            return  # and has longer now
        state = await self._said_again(letter.event, event)
        if state in UNFINISHED:  # aside, as this copy must not keep anybody from taking up what a dead worker left
            self._tasks.start(self._say_once_ready(letter.event, event))
        else:
            self._brought.pop(letter.event, None)

    async def _say_once_ready(self, key: bytes, event: Event) -> None:
        try:
            while (self._now() - self._brought[key].received_at).total_seconds() < AGAIN_SECONDS:
                await asyncio.sleep(AGAIN_EVERY)
                if await self._said_again(key, event) not in UNFINISHED:
                    return
        finally:
            self._brought.pop(key, None)

    async def _said_again(self, key: bytes, event: Event) -> str | None:
        """How far an event is; if its answer waits to be fetched, it is sent now."""
        found = await self._inbox.collect(key, self._people.conversation(event.user or ""))
        if found and found[0] == "ready" and isinstance(found[1], dict):
            said = list(found[1]["said"])
            lang = str((said[0].get("answer") or {}).get("lang") or "ja")
            if await self._sent(event, self._brought[key], said, lang, "new", "again") is Outcome.DELIVERED:
                await self._inbox.fetched(key)
        return found[0] if found else None

    async def _in_time(self, letter: Letter, event: Event, answering: asyncio.Task[Any]) -> bool:
        """Whether the answer is there while the token lives; after a second the person sees that it is being written."""
        left = self._times.late_after - (self._now() - letter.received_at).total_seconds()
        done, _ = await asyncio.wait({answering}, timeout=max(0.0, min(self._times.loading_after, left)))
        if not done and event.user and not event.group:
            self._tasks.start(self._client.loading(event.user, LOADING_SECONDS))
            left = self._times.late_after - (self._now() - letter.received_at).total_seconds()
            done, _ = await asyncio.wait({answering}, timeout=max(0.0, left))
        return bool(done)

    def _can_only_push(self, letter: Letter, event: Event) -> bool:
        """Whether the token is dead, as of an event taken up late, while an answer may be pushed."""
        alive = event.token is not None and events.token_lives(event, letter.received_at, self._now())
        return self._pushes and not alive and event.user is not None and not event.group

    async def _say_wait(self, letter: Letter, event: Event, state: str) -> None:
        """Spends the token on a word that it takes longer, with a button whose tap brings a new one."""
        await self._inbox.settle(letter, "late")
        conversation = self._people.conversation(event.user) if event.user else ""
        lang = await self._people.spoken(conversation) or "ja"
        await self._sent(event, letter, self._answering.waiting(letter, lang), lang, state)

    async def _send(self, letter: Letter, event: Event, said: list[Message], state: str) -> None:
        if not said:
            await self._inbox.settle(letter, "done")
            return
        lang = str((said[0].get("answer") or {}).get("lang") or "ja")
        if not await self._inbox.settle(letter, "replying"):
            return  # unsent or forgotten while it was being answered
        outcome = await self._sent(event, letter, said, lang, state)
        fetched = self._answering.fetched_by(event)
        if (
            fetched and outcome is Outcome.DELIVERED
        ):  # not before: a reply that fails must leave the answer to the next tap
            await self._inbox.fetched(fetched.letter)
        too_late = outcome is Outcome.LOST and not events.token_lives(event, letter.received_at, self._now())
        if too_late and not fetched and not event.group:
            # Too late for the token: it is kept like any late answer, should LINE bring the event again.
            await self._inbox.settle(letter, "ready", {"said": said, "read": event.read_token})
        else:
            await self._inbox.settle(letter, "done" if outcome is Outcome.DELIVERED else "closed")
        if event.user and not event.group:
            self._tasks.start(self._people.show_menu(event.user, lang))
        token = fetched.read if fetched else event.read_token
        if self._read_marks and token and outcome is Outcome.DELIVERED:
            self._tasks.start(self._client.mark_as_read(token))

    async def _sent(
        self, event: Event, letter: Letter, said: list[Message], lang: str, state: str, counted: str = "answer"
    ) -> Outcome:
        built = self._renderer.messages(said, lang)
        plain = self._renderer.plain(said, lang)
        tried = state == "replying"
        return await self._sending.answer(event, letter.received_at, built, plain, tried_before=tried, counted=counted)

    async def _closed(self, letter: Letter) -> None:
        try:
            await self._inbox.settle(letter, "closed")
        except StoreUnavailable:
            logger.warning("line.inbox: a letter could not be closed")
