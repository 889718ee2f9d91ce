"""Conversations while they last: in memory, the recent turns only, gone after an hour of silence."""

from __future__ import annotations

import copy
import pickle
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

DRAFT_SECONDS = 1800  # as `bot.dialogue.drafts.ABANDONED`

_NEEDED_LATER = ("intent", "entities", "text", "message_id", "metadata")


class RecentTrackerStore(TrackerStore):
    """Keeps the last events of each conversation in memory: nothing is written anywhere, and a turn costs the same on day two.

    A conversation is dropped after `idle_seconds` or when more than `most` are held (the least recently used first). All but the
    `lively` last ones are kept folded: their slots and last turn, about 1 KB instead of some 60.
    """

    def __init__(
        self,
        domain: Domain,
        window: int = 20,
        idle_seconds: float = 3600,
        most: int = 20_000,
        lively: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the domain Rasa gives every tracker store."""
        super().__init__(domain)
        self._window = window
        self._idle = idle_seconds
        self._most = most
        self._most_lively = lively
        self._clock = clock
        self._held: OrderedDict[str, tuple[DialogueStateTracker | bytes, float]] = OrderedDict()
        self._lively: OrderedDict[str, None] = OrderedDict()
        self._drafts: OrderedDict[str, float] = OrderedDict()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps a tracker, cut to the recent events."""
        cut_to_recent(tracker, self._window)
        sender, now = tracker.sender_id, self._clock()
        self._drafts.pop(sender, None)
        if "application_draft" in tracker.slots and tracker.get_slot("application_draft"):
            self._drafts[sender] = now
        self._forget_drafts(now)
        self._held[sender] = (tracker, now)
        self._held.move_to_end(sender)
        self._lively[sender] = None
        self._lively.move_to_end(sender)
        self._fold_the_quiet()
        while self._held and (len(self._held) > self._most or next(iter(self._held.values()))[1] < now - self._idle):
            self._drop(next(iter(self._held)))

    def _fold_the_quiet(self) -> None:
        while len(self._lively) > self._most_lively:
            sender, _ = self._lively.popitem(last=False)
            kept, at = self._held[sender]
            if not isinstance(kept, bytes):
                self._held[sender] = (_folded(kept), at)

    def _drop(self, sender: str) -> None:
        self._held.pop(sender, None)
        self._lively.pop(sender, None)

    def _forget_drafts(self, now: float) -> None:
        """Takes drafts of applications that nobody went on with out of slots and events."""
        while self._drafts and next(iter(self._drafts.values())) < now - DRAFT_SECONDS:
            sender, _ = self._drafts.popitem(last=False)
            if sender in self._held:
                kept, at = self._held[sender]
                tracker = self._unfolded(sender, kept)
                _forget_draft(tracker)
                self._held[sender] = (_folded(tracker) if isinstance(kept, bytes) else tracker, at)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Returns the tracker of a conversation that is still fresh."""
        held = self._held.get(sender_id)
        if held is None:
            return None
        if held[1] < self._clock() - self._idle:
            self._drop(sender_id)
            return None
        return self._unfolded(sender_id, held[0])

    def _unfolded(self, sender: str, kept: DialogueStateTracker | bytes) -> DialogueStateTracker:
        if not isinstance(kept, bytes):
            return kept
        events = pickle.loads(zlib.decompress(kept))  # ours, made in this process and never outside it
        return DialogueStateTracker.from_events(sender, events, self.domain.slots)

    async def keys(self) -> Iterable[str]:
        """Ids of the conversations held."""
        return list(self._held)

    async def delete(self, sender_id: str) -> None:
        """Forgets one conversation."""
        self._drop(sender_id)

    async def stream_events(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is streamed: transcripts leave this process to nobody."""


def _folded(tracker: DialogueStateTracker) -> bytes:
    """The last turn and the slots, packed: what the next message is answered with. What NLU thought in between is left out."""
    events = list(tracker.events)
    last = max((i for i, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    kept = [_without_thoughts(event) for event in events[max(0, last - 1) :]]
    return zlib.compress(pickle.dumps([*_slots_besides(kept, tracker), *kept], pickle.HIGHEST_PROTOCOL))


def _without_thoughts(event: Event) -> Event:
    if not isinstance(event, UserUttered):
        return event
    slim = copy.copy(event)
    slim.parse_data = {name: event.parse_data[name] for name in _NEEDED_LATER if name in (event.parse_data or {})}
    return slim


def cut_to_recent(tracker: DialogueStateTracker, window: int) -> None:
    """Takes away all but the last events, and everything from before a restart."""
    while any(isinstance(event, Restarted) for event in tracker.events):
        tracker.events.popleft()  # erased or begun again: nothing said before is kept
    while len(tracker.events) > window:
        tracker.events.popleft()
    _keep_slots(tracker)


def _keep_slots(tracker: DialogueStateTracker) -> None:
    """Rasa copies trackers by replaying their events: a slot set before the oldest one kept would be empty in the copy."""
    tracker.events.extendleft(_slots_besides(tracker.events, tracker))


def _slots_besides(events: Iterable[Event], tracker: DialogueStateTracker) -> list[SlotSet]:
    told = {event.key for event in events if isinstance(event, SlotSet)}
    return [
        SlotSet(name, slot.value)
        for name, slot in tracker.slots.items()
        if name not in told and slot.value is not None and slot.value != slot.initial_value
    ]


def _forget_draft(tracker: DialogueStateTracker) -> None:
    tracker.slots["application_draft"].value = None
    kept = [event for event in tracker.events if getattr(event, "key", None) != "application_draft"]
    tracker.events.clear()
    tracker.events.extend(kept)
