"""From an event in the inbox to an answer at LINE: one task an event, one event of a person at a time, in the order they came.

received → stored → (in turn) answered → replied → done
                         └ not ready in time: the token goes on "still working", the answer waits for a tap
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot import clock
from bot.applications.errors import StoreUnavailable
from bot.channels import gate
from bot.channels.line import events
from bot.channels.line.client import LineClient
from bot.channels.line.conversing import ERASED, Conversing, Message
from bot.channels.line.deeds import LATE, Ask, Collect, Deed, Forget, Ignore, Tell, Unsend, deed_of
from bot.channels.line.events import Event
from bot.channels.line.health import Health
from bot.channels.line.inbox import KEEP_IDS, Inbox
from bot.channels.line.inbox_rows import Letter
from bot.channels.line.people import People
from bot.channels.line.sending import Outcome, Sending
from bot.channels.rate import RateLimiter
from bot.locks import QueueLockStore
from bot.nlu.language import detect
from bot.rendering.line_messages import LineRenderer

logger = logging.getLogger(__name__)

LATE_AFTER = 40.0  # of the minute a token lives
LOADING_AFTER = 1.0
LOADING_SECONDS = 40
GIVE_UP = 600.0


@dataclass(frozen=True)
class Times:
    """How long things may take; tests are in a hurry."""

    late_after: float = LATE_AFTER
    loading_after: float = LOADING_AFTER
    give_up: float = GIVE_UP


TIMES = Times()


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
        pushes: bool = False,
        read_marks: bool = False,
        times: Times = TIMES,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        """Takes its parts. `pushes`: notices may be promised; `read_marks`: staff can take over, so what is dealt with is marked."""
        self.inbox, self.health, self._conversing, self._renderer = inbox, health, conversing, renderer
        self._client, self._sending, self._people, self._limiter = client, sending, people, limiter
        self._pushes, self._read_marks, self._times, self._now = pushes, read_marks, times, now
        self._lanes = QueueLockStore()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._working: dict[bytes, asyncio.Task[Any]] = {}
        self._told_to_wait: OrderedDict[str, float] = OrderedDict()
        self._read_by_tap: dict[str, str] = {}  # what marks a question as read whose late answer a tap has asked for

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
                continue
            letters.append((self._letter(event, one, received), event))
        if not letters:
            return
        stored: asyncio.Future[list[bool]] = asyncio.ensure_future(_awaited(self.inbox.add(x for x, _ in letters)))
        for number, (letter, event) in enumerate(letters):  # their turns are taken now, before anything is waited for
            self._start(letter, event, _nth(stored, number))
        await asyncio.shield(stored)

    def _letter(self, event: Event, raw: Any, received: datetime) -> Letter:
        conversation = self._people.conversation(event.user) if event.user else None
        return self.inbox.letter(event.key, conversation, event.message_id, raw, received)

    def _too_old(self, event: Event, deed: Deed, now: datetime) -> bool:
        """Old bodies have no effect; only what takes something away may come as late as ids are kept."""
        if isinstance(deed, Forget | Unsend):
            return now - event.at > KEEP_IDS
        return events.is_stale(event, now)

    # --- work

    def _start(self, letter: Letter, event: Event, stored: Coroutine[Any, Any, bool], *, state: str = "new") -> None:
        fresh = self._keep(stored)
        answering = self._keep(self._in_turn(letter, event, fresh, state))
        serving = self._keep(self._serve(letter, event, fresh, answering, state))
        if letter.event not in self._working:  # a copy must not stand in for the one that is worked on
            self._working[letter.event] = serving
            serving.add_done_callback(lambda _: self._working.pop(letter.event, None))

    async def _in_turn(
        self, letter: Letter, event: Event, fresh: asyncio.Task[bool], state: str
    ) -> list[Message] | None:
        """What is said to an event, when all before it of the same person is said; None when there is nothing to do."""
        conversation = self._people.conversation(event.user) if event.user else f"group-{event.key}"
        async with self._lanes.lock(conversation):
            if not await asyncio.shield(fresh):
                return None
            deed = deed_of(event)
            if isinstance(deed, Forget):
                await self._people.forget(event.user or "", conversation)
                for key in await self.inbox.forget(conversation, letter):
                    self._stop(key)
                return []
            if isinstance(deed, Unsend):
                for key in await self.inbox.unsend(deed.message):
                    self._stop(key)
                await self._people.unsay(conversation, deed.message)
                return []
            if isinstance(deed, Ask) and self._conversing.fitting.asks_for_late_answer(deed.text[: gate.LONGEST]):
                deed = Collect((await self.inbox.newest_late(conversation) or b"").hex())
            if isinstance(deed, Collect):
                return await self._collected(deed, event, conversation)
            return await self._said(deed, event, letter, conversation, state)

    async def _said(self, deed: Deed, event: Event, letter: Letter, conversation: str, state: str) -> list[Message]:
        if event.group:
            return [self._conversing.line(Tell(("in_group",), kind="refuse"), "ja")]
        wait = self._limiter.wait(conversation) if state == "new" else 0.0
        if wait > 0:
            return await self._too_often(conversation, wait)
        self._limiter.take(conversation)
        tells = isinstance(deed, Ask) and detect(deed.text[: gate.LONGEST]) is not None
        lang = None if tells else await self._people.language(event.user or "")
        said = await self._conversing.messages(
            deed,
            conversation,
            lang=lang,
            mark=self._people.mark(event.message_id) if event.message_id else None,
            user=event.user if self._pushes else None,
            message_id=letter.event.hex()[:32],
        )
        if any((m.get("answer") or {}).get("id") in ERASED for m in said):
            await self.inbox.forget(conversation, letter)
        return said

    async def _too_often(self, conversation: str, wait: float) -> list[Message]:
        """Says so once a minute; a flood is not answered by another."""
        now = self._now().timestamp()
        if now - self._told_to_wait.get(conversation, 0.0) < 60:
            return []
        self._told_to_wait[conversation] = now
        while len(self._told_to_wait) > 10_000:
            self._told_to_wait.popitem(last=False)
        self.health.count("too_often")
        lang = await self._people.spoken(conversation) or "ja"
        return [self._conversing.line(Tell(("too_often",), kind="refuse"), lang, seconds=math.ceil(wait))]

    async def _collected(self, deed: Collect, event: Event, conversation: str) -> list[Message]:
        try:
            found = await self.inbox.collect(bytes.fromhex(deed.key), conversation)
        except ValueError:
            found = None
        lang = await self._people.spoken(conversation) or "ja"
        if found and found[0] == "ready" and isinstance(found[1], dict):
            kept = found[1]
            if kept.get("read"):
                self._read_by_tap[event.key] = kept["read"]
            return list(kept["said"])
        if found and found[0] in ("open", "replying", "late"):
            return [self._conversing.waiting(lang, LATE + deed.key)]
        return [self._conversing.line(Tell(("late_gone",), menu=True), lang)]

    # --- out

    async def _serve(
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
                self.health.count("duplicate")
                answering.cancel()
                return
            if erases:  # nobody is told anything, neither that it takes long
                await asyncio.wait_for(answering, self._times.give_up)
                await self.inbox.settle(letter, "done")
                return
            late = state == "late" or not await self._in_time(letter, event, answering)
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
                await self.inbox.settle(letter, "ready" if said else "closed", kept if said else None)
                self.health.count("late")
                return
            await self._send(letter, event, said, state)
        except StoreUnavailable:
            self.health.count("store_unavailable")  # the letter stays, and is taken up again
        except asyncio.CancelledError:
            answering.cancel()
            raise
        except Exception as error:
            logger.error("line event failed: %s, event type %s", type(error).__name__, event.type)
            self.health.count("event_failed")
            if not erases:
                await self._closed(letter)
            # What is to go has to go: its letter lapses and is taken up again until it is gone, as long as ids are kept.

    async def _in_time(self, letter: Letter, event: Event, answering: asyncio.Task[Any]) -> bool:
        """Whether the answer is there while the token lives; after a second the person sees that it is being written."""
        left = self._times.late_after - (self._now() - letter.received_at).total_seconds()
        done, _ = await asyncio.wait({answering}, timeout=max(0.0, min(self._times.loading_after, left)))
        if not done and event.user and not event.group:
            self._keep(self._client.loading(event.user, LOADING_SECONDS))
            left = self._times.late_after - (self._now() - letter.received_at).total_seconds()
            done, _ = await asyncio.wait({answering}, timeout=max(0.0, left))
        return bool(done)

    def _can_only_push(self, letter: Letter, event: Event) -> bool:
        """Whether the token is dead, as of an event taken up late, while an answer may be pushed."""
        alive = event.token is not None and events.token_lives(event, letter.received_at, self._now())
        return self._pushes and not alive and event.user is not None and not event.group

    async def _say_wait(self, letter: Letter, event: Event, state: str) -> None:
        """Spends the token on a word that it takes longer, with a button whose tap brings a new one."""
        await self.inbox.settle(letter, "late")
        conversation = self._people.conversation(event.user) if event.user else ""
        lang = await self._people.spoken(conversation) or "ja"
        said = [self._conversing.waiting(lang, LATE + letter.event.hex())]
        await self._sent(event, letter, said, lang, state)

    async def _send(self, letter: Letter, event: Event, said: list[Message], state: str) -> None:
        if not said:
            await self.inbox.settle(letter, "done")
            return
        lang = str((said[0].get("answer") or {}).get("lang") or "ja")
        if not await self.inbox.settle(letter, "replying"):
            return  # unsent or forgotten while it was being answered
        outcome = await self._sent(event, letter, said, lang, state)
        await self.inbox.settle(letter, "done" if outcome is Outcome.DELIVERED else "closed")
        if event.user and not event.group:
            self._keep(self._people.show_menu(event.user, lang))
        token = self._read_by_tap.pop(event.key, event.read_token)
        if self._read_marks and token and outcome is Outcome.DELIVERED:
            self._keep(self._client.mark_as_read(token))

    async def _sent(self, event: Event, letter: Letter, said: list[Message], lang: str, state: str) -> Outcome:
        built = self._renderer.messages(said, lang)
        plain = self._renderer.plain(said, lang)
        tried = state == "replying"
        return await self._sending.answer(event, letter.received_at, built, plain, tried_before=tried)

    async def _closed(self, letter: Letter) -> None:
        try:
            await self.inbox.settle(letter, "closed")
        except StoreUnavailable:
            logger.warning("line.inbox: a letter could not be closed")

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
            self._start(letter, event, _already(), state=letter.state)
        await self.inbox.run(self.health.save)

    async def close(self, seconds: float) -> int:
        """Lets what is under way come to its end, then leaves the rest to whoever comes next; how many that were."""
        working = set(self._working.values())
        late: set[asyncio.Task[Any]] = set()
        if working:
            _, late = await asyncio.wait(working, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        try:
            await self.inbox.run(self.health.save)
            await self.inbox.release()
        except StoreUnavailable:
            logger.warning("line.inbox: closed while the database was away")
        await self.inbox.close()
        await self._client.close()
        return len(late)

    def _stop(self, key: bytes) -> None:
        task = self._working.get(key)
        if task is not None:
            task.cancel()

    def _keep(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Starts a task and keeps it from being collected as garbage; what went wrong in it is read, never printed."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()


async def _awaited(future: Awaitable[Any]) -> Any:
    return await future


async def _nth(stored: asyncio.Future[list[bool]], number: int) -> bool:
    return (await asyncio.shield(stored))[number]


async def _already() -> bool:
    return True
