"""Conversations while they last: in memory, the recent turns only, gone after an hour of silence."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Restarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

DRAFT_SECONDS = 1800  # as `bot.dialogue.applying.ABANDONED`


class RecentTrackerStore(TrackerStore):
    """Keeps the last events of each conversation in memory: nothing is written anywhere, and a turn costs the same on day two.

    A conversation is dropped after `idle_seconds` or when more than `most` are held (the least recently used first).
    """

    def __init__(
        self,
        domain: Domain,
        window: int = 60,
        idle_seconds: float = 3600,
        most: int = 20_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the domain Rasa gives every tracker store."""
        super().__init__(domain)
        self._window = window
        self._idle = idle_seconds
        self._most = most
        self._clock = clock
        self._held: OrderedDict[str, tuple[DialogueStateTracker, float]] = OrderedDict()
        self._drafts: OrderedDict[str, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps a tracker, cut to the recent events."""
        while any(isinstance(event, Restarted) for event in tracker.events):
            tracker.events.popleft()  # erased or begun again: nothing said before is kept
        while len(tracker.events) > self._window:
            tracker.events.popleft()
        _keep_slots(tracker)
        now = self._clock()
        self._drafts.pop(tracker.sender_id, None)
        if "application_draft" in tracker.slots and tracker.get_slot("application_draft"):
            self._drafts[tracker.sender_id] = now
        self._forget_drafts(now)
        self._held[tracker.sender_id] = (tracker, now)
        self._held.move_to_end(tracker.sender_id)
        while self._held and (len(self._held) > self._most or next(iter(self._held.values()))[1] < now - self._idle):
            self._held.popitem(last=False)

    def _forget_drafts(self, now: float) -> None:
        """Takes drafts of applications that nobody went on with out of slots and events."""
        while self._drafts and next(iter(self._drafts.values())) < now - DRAFT_SECONDS:
            sender, _ = self._drafts.popitem(last=False)
            if sender in self._held:
                _forget_draft(self._held[sender][0])

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the tracker of a conversation that is still fresh."""
        held = self._held.get(sender_id)
        if held is None:
            return None
        if held[1] < self._clock() - self._idle:
            del self._held[sender_id]
            return None
        return held[0]

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations held."""
        return list(self._held)

    async def delete(self, sender_id: str) -> None:
        """Forgets one conversation."""
        self._held.pop(sender_id, None)

    async def stream_events(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is streamed: transcripts leave this process to nobody."""


def _keep_slots(tracker: DialogueStateTracker) -> None:
    """Rasa copies trackers by replaying their events: a slot set before the oldest one kept would be empty in the copy."""
    told = {event.key for event in tracker.events if isinstance(event, SlotSet)}
    for name, slot in tracker.slots.items():
        if name not in told and slot.value is not None and slot.value != slot.initial_value:
            tracker.events.appendleft(SlotSet(name, slot.value))


def _forget_draft(tracker: DialogueStateTracker) -> None:
    tracker.slots["application_draft"].value = None
    kept = [event for event in tracker.events if getattr(event, "key", None) != "application_draft"]
    tracker.events.clear()
    tracker.events.extend(kept)
