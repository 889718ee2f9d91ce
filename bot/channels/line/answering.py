"""What is said to an event, when all before it of the same person is said: too fast, taken back, fetched late, or answered."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.applications.errors import StoreUnavailable
from bot.channels import gate
from bot.channels.excerpt import erasure_in
from bot.channels.line.conversing import ERASED, Conversing, Message
from bot.channels.line.deeds import LATE, Ask, Collect, Deed, Forget, Tell, Unsend, deed_of
from bot.channels.line.events import Event
from bot.channels.line.health import Health
from bot.channels.line.inbox import Inbox
from bot.channels.line.inbox_rows import Letter
from bot.channels.line.lanes import Lanes
from bot.channels.line.people import People
from bot.channels.rate import RateLimiter
from bot.dialogue.commands import says_erase
from bot.nlu.language import detect
from bot.nlu.normalise import for_features
from bot.nlu.safety import crisis_in
from bot.rendering.line_messages import IN_GROUP

Fresh = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Fetched:
    """A late answer a tap has asked for: whose it is, and what marks that question as read."""

    letter: bytes
    read: str | None


class Answering:
    """Takes an event in its turn and makes the answer; sends nothing."""

    def __init__(
        self,
        inbox: Inbox,
        conversing: Conversing,
        people: People,
        health: Health,
        *,
        lanes: Lanes,
        limiter: RateLimiter,
        told: RateLimiter,
        stop: Callable[[bytes], None],
        pushes: bool,
    ) -> None:
        """Takes its parts. `told`: how often somebody hears that they write too often; `stop` ends the work on an event."""
        self._inbox, self._conversing, self._people, self._health = inbox, conversing, people, health
        self._lanes, self._limiter, self._told, self._stop, self._pushes = lanes, limiter, told, stop, pushes
        self._by_tap: dict[str, Fetched] = {}  # by the tap's event

    async def said(self, letter: Letter, event: Event, fresh: Fresh, state: str) -> list[Message] | None:
        """What is said; None when there is nothing to do, as for a copy. `fresh` tells whether the event is new."""
        conversation = self._people.conversation(event.user) if event.user else f"group-{event.key}"
        async with self._lanes.turn(conversation):
            if not await fresh():
                return None
            deed = deed_of(event)
            if isinstance(deed, Forget):
                await self._inbox.leave(conversation, event.at)
                await self._people.forget(event.user or "", conversation)
                for key in await self._inbox.forget(conversation, letter, event.at):
                    self._stop(key)
                return []
            if isinstance(deed, Unsend):
                for key in await self._inbox.unsend(deed.message):
                    self._stop(key)
                await self._people.unsay(conversation, deed.message)
                return []
            if await self._inbox.is_taken_back(letter):
                self._health.count("taken_back")
                await self._inbox.settle(letter, "closed")
                return None
            if isinstance(deed, Ask) and self._conversing.fitting.asks_for_late_answer(deed.text[: gate.LONGEST]):
                deed = Collect((await self._inbox.newest_late(conversation) or b"").hex())
            if isinstance(deed, Collect):
                return await self._collected(deed, event, conversation)
            return await self._answered(deed, event, letter, conversation, state)

    def waiting(self, letter: Letter, lang: str) -> list[Message]:
        """That it takes longer, with a button that fetches the answer."""
        return [self._conversing.waiting(lang, LATE + letter.event.hex())]

    def fetched_by(self, event: Event) -> Fetched | None:
        """The late answer that this event, a tap, was answered with for the first time."""
        return self._by_tap.pop(event.key, None)

    async def _answered(self, deed: Deed, event: Event, letter: Letter, conversation: str, state: str) -> list[Message]:
        if event.group:
            if await _counted(self._limiter, self._people.conversation(event.place or event.key)) > 0:
                return []
            said = self._conversing.line(Tell(("in_group",), kind="refuse"), "ja")
            said["answer"]["alt"] = IN_GROUP
            return [said]
        counts = state == "new" and not self._must_be_heard(deed)  # what is taken up again was counted before
        wait = await _counted(self._limiter, conversation) if counts else 0.0
        if wait > 0:
            return await self._too_often(conversation, wait)
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
            await self._inbox.forget(conversation, letter, event.at)
        return said

    def _must_be_heard(self, deed: Deed) -> bool:
        """Whether it is answered however many messages came before: a cry for help, or the wish to be forgotten."""
        if not isinstance(deed, Ask):
            return False
        return (
            crisis_in(deed.text[: gate.READ_FOR_CRISIS]) is not None
            or says_erase(for_features(self._conversing.fitting.meant(deed.text[: gate.LONGEST])))
            or erasure_in(deed.text[: gate.MOST]) is not None
        )

    async def _too_often(self, conversation: str, wait: float) -> list[Message]:
        """Says so once a minute; a flood is not answered by another."""
        if await _counted(self._told, conversation) > 0:
            return []
        self._health.count("too_often")
        lang = await self._people.spoken(conversation) or "ja"
        return [self._conversing.line(Tell(("too_often",), kind="refuse"), lang, seconds=math.ceil(wait))]

    async def _collected(self, deed: Collect, event: Event, conversation: str) -> list[Message]:
        try:
            found = await self._inbox.collect(bytes.fromhex(deed.key), conversation)
        except ValueError:
            found = None
        lang = await self._people.spoken(conversation) or "ja"
        if found and found[0] in ("ready", "done") and isinstance(found[1], dict):
            kept = found[1]
            if found[0] == "ready":
                self._by_tap[event.key] = Fetched(bytes.fromhex(deed.key), kept.get("read"))
            return list(kept["said"])
        if found and found[0] in ("open", "replying", "late"):
            return [self._conversing.waiting(lang, LATE + deed.key)]
        return [self._conversing.line(Tell(("late_gone",), menu=True), lang)]


async def _counted(limiter: RateLimiter, conversation: str) -> float:
    """Seconds to wait. A shared limit that is away holds nobody up: what answers is away with it, and says so itself."""
    try:
        return await limiter.count(conversation)
    except StoreUnavailable:
        return 0.0
