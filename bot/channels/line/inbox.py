"""Every event is in the database before LINE is told that it came: none is lost, none is answered twice.

All calls of one process go through one thread, and what is waiting for it goes into one transaction: fifty people who write at
once cost one commit. Payloads are encrypted; they go when the event is done, its id stays for 48 hours.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from bot import clock
from bot.applications.errors import StoreUnavailable
from bot.channels.line import events
from bot.channels.line import inbox_rows as rows
from bot.channels.line.inbox_rows import Letter
from bot.privacy.crypto import CannotOpen, Place, Vault
from bot.store import Store

logger = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=10)
KEEP_IDS = timedelta(hours=48)
KEEP_ANSWERS = timedelta(hours=1)  # as long as a conversation is remembered


@dataclass(frozen=True)
class _Add:
    """Letters to be put in, together with those of other webhooks."""

    letters: tuple[Letter, ...]

    def __call__(self, connection: Connection) -> list[bool]:
        raise AssertionError("all letters of a transaction are added together")


class Inbox:
    """The inbox of one process."""

    def __init__(self, open_store: Callable[[], Store], vault: Vault, now: Callable[[], datetime] = clock.now) -> None:
        """Takes what opens the database (called when first needed, in a thread) and the vault."""
        self._open_store = open_store
        self._store: Store | None = None
        self._vault = vault
        self._key = vault.derived_key("line_inbox")
        self._now = now
        self.owner = secrets.token_hex(8)
        self._thread = ThreadPoolExecutor(1, "line-inbox")
        self._waiting: list[tuple[Callable[[Connection], Any], asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    # --- what lies in it

    def letter(
        self,
        key: str,
        conversation: str | None,
        message: str | None,
        content: Any,
        received_at: datetime,
        again: bool = False,
        at: datetime | None = None,
    ) -> Letter:
        """An event as it is kept."""
        event = self._vault.keyed_hash("line_event", key)
        return Letter(
            event=event,
            conversation=self.named(conversation) if conversation else None,
            message=self._vault.keyed_hash("line_message", message) if message else None,
            payload=self._seal(event, content),
            received_at=received_at,
            again=again,
            at=at,
        )

    def content(self, letter: Letter) -> Any:
        """What a letter says; None when it cannot be read any more."""
        return self._unseal(letter.event, letter.payload)

    def named(self, conversation: str) -> bytes:
        """What a conversation is found by."""
        return self._vault.keyed_hash("line_conversation", conversation)

    def _seal(self, event: bytes, content: Any) -> bytes:
        plain = json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()
        return Vault.seal(self._key, plain, Place("line_inbox", "payload", event.hex()))

    def _unseal(self, event: bytes, payload: bytes | None) -> Any:
        if payload is None:
            return None
        try:
            return json.loads(Vault.unseal(self._key, payload, Place("line_inbox", "payload", event.hex())))
        except (CannotOpen, ValueError):
            logger.error("line.inbox: a letter cannot be opened")
            return None

    # --- deeds

    def add(self, letters: Iterable[Letter]) -> Awaitable[list[bool]]:
        """Puts letters in, all or none; says which are new."""
        return self._write(_Add(tuple(letters)))

    def settle(self, letter: Letter, state: str, answer: Any = None) -> Awaitable[bool]:
        """Notes how far a letter is; False when somebody has closed it in the meantime."""
        payload = None if answer is None else self._seal(letter.event, answer)
        return self._write(lambda x: rows.settle(x, letter.event, state, payload))

    async def collect(self, event: bytes, conversation: str) -> tuple[str, Any] | None:
        """State and, when it is there, the late answer of an event of this conversation."""
        found = await self._write(lambda x: rows.late_answer(x, event, self.named(conversation)))
        return (found[0], self._unseal(event, found[1]) if found[0] in ("ready", "done") else None) if found else None

    def fetched(self, event: bytes) -> Awaitable[None]:
        """Notes that a late answer has reached its person."""
        return self._write(lambda x: rows.fetched(x, event))

    def newest_late(self, conversation: str) -> Awaitable[bytes | None]:
        """The last event of a conversation whose answer is late, ready or not."""
        named = self.named(conversation)
        return self._write(lambda x: rows.newest_late(x, named))

    def renew(self, events: Iterable[bytes]) -> Awaitable[None]:
        """Keeps what this process works on; what nothing works on any more lapses and is taken up again, by whoever it be."""
        until, kept = self._now() + LEASE, list(events)
        return self._write(lambda x: rows.renew(x, self.owner, until, kept))

    def release(self) -> Awaitable[None]:
        """Leaves what is unfinished to whoever comes next."""
        now = self._now()
        return self._write(lambda x: rows.release(x, self.owner, now))

    def abandoned(self) -> Awaitable[list[Letter]]:
        """Takes over what others have left."""
        now = self._now()
        return self._write(lambda x: rows.abandoned(x, self.owner, now, now + LEASE))

    def unsend(self, message: str) -> Awaitable[list[bytes]]:
        """Empties what holds a message, and keeps it out should it come after this."""
        named, now = self._vault.keyed_hash("line_message", message), self._now()

        def unsent(connection: Connection) -> list[bytes]:
            rows.take_back(connection, named, now)
            return rows.of_message(connection, named)

        return self._write(unsent)

    def leave(self, conversation: str, at: datetime) -> Awaitable[None]:
        """Keeps out what was said before somebody left, should it come after that."""
        named = self.named(conversation)
        return self._write(lambda x: rows.take_back(x, named, at))

    async def is_taken_back(self, letter: Letter) -> bool:
        """Whether a letter was unsent, or its person has left since, while it waited for its turn."""
        return bool(await self._write(lambda x: rows.taken_back(x, [letter])))

    def forget(self, conversation: str, but: Letter, until: datetime) -> Awaitable[list[bytes]]:
        """Empties everything of a conversation, but what is being worked on now and what waits that was said later than `until`."""
        named = self.named(conversation)

        def forgotten(connection: Connection) -> list[bytes]:
            waiting = rows.waiting(connection, named)
            later = [event for event, payload in waiting if self._happened(event, payload) > until]
            return rows.of_conversation(connection, named, (but.event, *later))

        return self._write(forgotten)

    def _happened(self, event: bytes, payload: bytes | None) -> datetime:
        """When the event of a letter was, by LINE's clock; long ago if it cannot be read."""
        found = events.read(self._unseal(event, payload))
        return found.at if found else datetime.fromtimestamp(0, timezone.utc)

    def tidy(self) -> Awaitable[int]:
        """Forgets what has had its time."""
        now = self._now()
        return self._write(lambda x: rows.tidy(x, now - KEEP_IDS, now - KEEP_ANSWERS))

    def run(self, deed: Callable[[Connection], T]) -> Awaitable[T]:
        """Something else in one of these transactions."""
        return self._write(deed)

    async def close(self) -> None:
        """Waits for what is being written."""
        if self._writer is not None and not self._writer.done():
            await self._writer
        self._thread.shutdown(wait=True)
        if self._store is not None:
            self._store.close()

    # --- one transaction for all who wait

    def _write(self, deed: Callable[[Connection], T]) -> Awaitable[T]:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((deed, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.ensure_future(self._write_all())
        return future

    async def _write_all(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            try:
                results = await loop.run_in_executor(self._thread, self._in_one, [deed for deed, _ in waiting])
            except Exception as error:
                failure = error if isinstance(error, StoreUnavailable) else StoreUnavailable(type(error).__name__)
                if failure is not error:
                    logger.error("line.inbox: %s", type(error).__name__)
                for _, future in waiting:
                    if not future.done():
                        future.set_exception(failure)
                        future.exception()  # read, should nobody wait for it any more
                continue
            for (_, future), result in zip(waiting, results, strict=True):
                if not future.done():
                    future.set_result(result)

    def _in_one(self, deeds: list[Callable[[Connection], Any]]) -> list[Any]:
        if self._store is None:
            self._store = self._open_store()
        letters = [letter for deed in deeds if isinstance(deed, _Add) for letter in deed.letters]
        with self._store.write() as connection:
            fresh = iter(rows.add_all(connection, letters, self.owner, self._now() + LEASE) if letters else ())
            return [[next(fresh) for _ in d.letters] if isinstance(d, _Add) else d(connection) for d in deeds]
