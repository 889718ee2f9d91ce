"""Rasa's tracker store over PostgreSQL: the same promises as `bot.trackers`, kept for all workers.

The recent turns only, gone after an hour of silence, erased at once when asked for. A save that comes too late, because the
conversation went on elsewhere or was erased, is refused: nothing is overwritten and nothing revived (R9, R13, R31). There is no
falling back to memory: without the database nobody is answered from a blank conversation.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import Connection

from bot.applications import migrate
from bot.applications.errors import StoreUnavailable
from bot.privacy.crypto import Vault
from bot.shared.broker import Events
from bot.shared.conversations import CHAIN, Conversations, Overtaken
from bot.shared.patience import Patience
from bot.store import Store
from bot.trackers import DRAFT_SECONDS, cut_to_recent

ANSWER_SECONDS = 2.5
_THREADS = 8
_DRAFT = "application_draft"
_MOST_KNOWN = 2_000
_KNOWN_SECONDS = 60.0

Result = TypeVar("Result")


class SharedTrackerStore(TrackerStore):
    """Trackers in PostgreSQL, each in one encrypted row."""

    def __init__(
        self,
        domain: Domain,
        store: Store,
        vault: Vault,
        events: Events | None = None,
        window: int = 20,
        idle: timedelta = timedelta(hours=1),
    ) -> None:
        """Takes the database and the vault; events, if given, is told what happened, without words."""
        super().__init__(domain)
        self._store, self._events, self._window = store, events, window
        self._rows = Conversations(vault, idle, timedelta(seconds=DRAFT_SECONDS))
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="trackers")
        self._known: OrderedDict[str, tuple[DialogueStateTracker, float]] = OrderedDict()
        self._handed: dict[str, DialogueStateTracker | None] = {}
        self._types = {cls.type_name: cls for cls in _all_events()}
        self._tables_made = False
        self._patience = Patience("database")

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """A new conversation, of which nothing is written before it has been answered."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted("action_listen"))
        return tracker

    @contextmanager
    def holding(self, sender_id: str, tracker: DialogueStateTracker | None) -> Iterator[None]:
        """What was just retrieved, under the conversation's lock, is what the next `retrieve` inside gives."""
        self._handed[sender_id] = tracker
        try:
            yield
        finally:
            self._handed.pop(sender_id, None)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The conversation as it was last saved, by whichever worker; raises `StoreUnavailable`."""
        if sender_id in self._handed:
            return self._handed.pop(sender_id)
        known = self._take_known(sender_id)
        found = await self._ask(lambda c: self._rows.find(c, sender_id, known.version if known else 0))  # type: ignore[attr-defined]
        if found is None:
            return None
        tracker = known if found.content is None else self._read(sender_id, found.content)
        if tracker is None:
            raise StoreUnavailable("a conversation without content")
        _put_draft(tracker, found.draft)
        tracker.version, tracker.told = found.version, len(tracker.events)  # type: ignore[attr-defined]
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Writes the conversation, if it is still the one that was read; raises `Overtaken` and `StoreUnavailable`."""
        seen = getattr(tracker, "version", 0)
        fresh = list(tracker.events)[getattr(tracker, "told", 0) :]
        cut_to_recent(tracker, self._window)
        draft = _take_draft(tracker)
        content = zlib.compress(json.dumps([event.as_dict() for event in tracker.events]).encode(), 1)
        saved = await self._ask(lambda c: self._rows.save(c, tracker.sender_id, seen, content, draft))
        tracker.version = saved  # type: ignore[attr-defined]
        self._keep_known(tracker)
        if self._events is not None:
            self._events.tell(tracker.sender_id, fresh)

    async def delete(self, sender_id: str) -> None:
        """Erases one conversation."""
        self._known.pop(sender_id, None)
        await self._ask(lambda c: self._rows.forget(c, sender_id))

    async def keys(self) -> Iterable[str]:
        """Nobody can tell from the rows which conversations there are."""
        return []

    async def stream_events(self, *args: Any, **kwargs: Any) -> None:
        """What happened is told by `save`, once it is written."""

    async def try_open(self) -> None:
        """Makes tables and a connection ahead of the first message, if that is possible; waits for no database."""
        with suppress(StoreUnavailable):
            await asyncio.get_running_loop().run_in_executor(self._threads, self._do, _nothing)

    async def sweep(self) -> int:
        """Erases what has been silent for an hour, and what this worker remembers of conversations not gone on with here."""
        before = time.monotonic() - _KNOWN_SECONDS
        while self._known and next(iter(self._known.values()))[1] < before:
            self._known.popitem(last=False)
        return await self._ask(self._rows.sweep)

    async def is_up(self) -> bool:
        """Whether the database answers."""
        try:
            await self._ask(_nothing)
        except StoreUnavailable:
            return False
        return True

    # --- the way to the database

    async def _ask(self, deed: Callable[[Connection], Result]) -> Result:
        self._patience.check()
        work = asyncio.get_running_loop().run_in_executor(self._threads, self._do, deed)
        try:
            return await asyncio.wait_for(work, ANSWER_SECONDS)
        except asyncio.TimeoutError:
            raise self._patience.lost("no answer in time") from None
        except Overtaken:
            raise
        except StoreUnavailable as error:
            raise self._patience.lost(str(error)) from None

    def _do(self, deed: Callable[[Connection], Result]) -> Result:
        if not self._tables_made:
            migrate.upgrade(self._store, chain=CHAIN)
            self._tables_made = True
        with self._store.alone() as connection:  # each deed is one statement, done as a whole or not at all
            return deed(connection)

    # --- what this worker still has in its hands

    def _take_known(self, sender_id: str) -> DialogueStateTracker | None:
        """Taken, not only looked at: a turn that fails half-way must not leave its traces for the next."""
        return self._known.pop(sender_id, (None, 0.0))[0]

    def _keep_known(self, tracker: DialogueStateTracker) -> None:
        self._known[tracker.sender_id] = (tracker, time.monotonic())
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)

    # --- from rows to trackers

    def _read(self, sender_id: str, content: bytes) -> DialogueStateTracker:
        events = [self._event(values) for values in json.loads(zlib.decompress(content))]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots, domain=self.domain)

    def _event(self, values: dict[str, Any]) -> Event:
        """As `Event.from_parameters`, which looks through all subclasses anew for each event (0.5 ms)."""
        return self._types[values["event"]]._from_parameters(values)


def _nothing(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


def _all_events() -> Iterable[type[Event]]:
    from rasa.shared.utils.common import all_subclasses

    return all_subclasses(Event)


def _take_draft(tracker: DialogueStateTracker) -> bytes | None:
    """What is said of an application not yet made leaves the events: it is kept beside them, for half an hour at most."""
    kept = [event for event in tracker.events if getattr(event, "key", None) != _DRAFT]
    if len(kept) < len(tracker.events):
        tracker.events.clear()
        tracker.events.extend(kept)
    draft = tracker.get_slot(_DRAFT) if _DRAFT in tracker.slots else None
    return zlib.compress(json.dumps(draft).encode(), 1) if draft else None


def _put_draft(tracker: DialogueStateTracker, draft: bytes | None) -> None:
    """The other way round. It stands first, so that the events after it are those the turn ended with."""
    if _DRAFT not in tracker.slots:
        return
    value = json.loads(zlib.decompress(draft)) if draft else None
    tracker.slots[_DRAFT].value = value
    if value is not None:
        tracker.events.appendleft(SlotSet(_DRAFT, value))
