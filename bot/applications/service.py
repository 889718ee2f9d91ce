"""The applications as the rest of the bot knows them: every operation is one transaction, done wholly or not at all.

The calls block (the database, argon2): from the event loop, call them in a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid4

from bot.applications import migrate, pin, receipt, repository
from bot.applications import tables as t
from bot.applications.access import Access
from bot.applications.changes import Changes
from bot.applications.core import COUPLE, key_place
from bot.applications.erasing import Erasing
from bot.applications.errors import ApplicationErased, IdempotencyConflict, StoreUnavailable
from bot.applications.linking import Linking
from bot.applications.model import Application, Contact, HistoryRow, State, Wishes, chained, verify
from bot.applications.pin import PinHasher
from bot.applications.repository import Confirmed, Stored
from bot.applications.views import Caller, Started, View
from bot.privacy.crypto import Vault
from bot.settings import Settings
from bot.store import connect

_STRIPES = tuple(threading.Lock() for _ in range(64))
_WAIT_SECONDS = 1.0


class _Repeated(Exception):
    """Another copy of the confirmation was first."""


@dataclass(frozen=True)
class StaffView:
    """An application as staff see it: no contact, and whether its history holds."""

    application: Application
    wishes: Wishes
    history: tuple[HistoryRow, ...]


class Applications(Access, Changes, Linking, Erasing):
    """All operations."""

    def start(self, wishes: Wishes, contact: Contact | None, idempotency_key: str, today: date) -> Started:
        """Starts an application, once: the same key and content give the same receipt and PIN for 48 hours.

        The key must be made by us for one confirmation and not be guessable: who has it is given the PIN. Raises
        `IdempotencyConflict` when it comes back with other content, `ApplicationErased` when its application was erased since.
        """
        key_hash = self.vault.keyed_hash("idempotency", f"start:{idempotency_key}")
        content = [wishes.to_json(), [contact.kind.value, contact.address] if contact else None]
        digest = self.vault.keyed_hash("content", json.dumps(content))
        with _one_copy_at_a_time(key_hash):
            with self.store.read() as connection:
                earlier = repository.confirmed(connection, key_hash)
            if earlier is None:
                wishes.check_plan(today)
                try:
                    return self._start(wishes, contact, key_hash, digest)
                except _Repeated:  # by another process
                    with self.store.read() as connection:
                        earlier = repository.confirmed(connection, key_hash)
        if earlier is None:
            raise StoreUnavailable("the confirmation that was first has gone")
        return self._repeat(earlier, key_hash, digest)

    def open_started(self, started: Started, caller: Caller) -> View:
        """What was just started, with a grant for the conversation that started it."""
        with self.store.write() as connection:
            return self._view(connection, started.application, caller, self.now())

    def _start(self, wishes: Wishes, contact: Contact | None, key_hash: bytes, digest: bytes) -> Started:
        started = Started(uuid4(), receipt.new(), pin.new())
        with self.pins.turn():
            pin_hash = self.pins.hash(self._pepper(started.application, started.pin))
        now, application, data_key = self.now(), started.application, self.vault.new_data_key()
        first = HistoryRow(1, COUPLE, now, None, State.PREPARING, "started")
        first = replace(first, digest=chained(b"", application, first, self.chain_key))
        stored = Stored(
            application=Application(application, first.to, now, now, wishes.planned_month, 1, first.digest),
            receipt_hash=self._receipt_hash(started.receipt),
            pin_hash=pin_hash,
            wishes=self._seal_wishes(data_key, application, wishes),
            contact=self._seal_contact(data_key, application, contact),
            wrapped_key=self.vault.wrap(data_key, key_place(application)),
        )
        confirmation = {
            "key_hash": key_hash,
            "content_digest": digest,
            "application_id": application,
            "response": self._seal_response(data_key, key_hash, {"receipt": started.receipt, "pin": started.pin}),
            "created_at": now,
        }
        with self.store.write() as connection:
            repository.add(connection, stored)
            repository.add_history(connection, application, first)
            if not repository.insert_if_new(connection, t.idempotency, confirmation):
                raise _Repeated()
        return started

    def _repeat(self, earlier: Confirmed, key_hash: bytes, digest: bytes) -> Started:
        if not hmac.compare_digest(earlier.content_digest, digest):
            raise IdempotencyConflict()
        if earlier.application is None:
            raise ApplicationErased()
        response = self._open_response(earlier, key_hash)
        return Started(earlier.application, response["receipt"], response["pin"])

    # --- staff

    def advance(
        self, application: UUID, to: State, who: str, reason: str, not_seen_since: datetime | None = None
    ) -> Application:
        """Staff, the authority's system, or time moves a case along."""
        with self.store.write() as connection:
            stored = self._still_idle(repository.get(connection, application, lock=True), not_seen_since)
            self._move(connection, stored, to, who, reason, self.now())
            return repository.get(connection, application).application

    def follow_gateway(self, application: UUID) -> Application:
        """Takes over the state of the authority's system, if it knows the case and the step is legal."""
        known = self.gateway.status(application)
        with self.store.read() as connection:
            present = repository.get(connection, application).application
        if known is None or known is present.state:
            return present
        return self.advance(application, known, "gateway", "state_of_authority")

    def find_by_receipt(self, receipt_text: str) -> UUID | None:
        """The id of a receipt, for staff who were told it."""
        number = receipt.read(receipt_text)
        if number is None:
            return None
        with self.store.read() as connection:
            stored = repository.find(connection, self._receipt_hash(number))
        return stored.application.id if stored else None

    def listed(self, states: Iterable[State] = ()) -> list[Application]:
        """All cases, or those in some states."""
        with self.store.read() as connection:
            return repository.listed(connection, states)

    def shown(self, application: UUID) -> StaffView:
        """One case with its history, verified; raises `HistoryBroken`."""
        with self.store.read() as connection:
            stored = repository.get(connection, application)
            history = repository.history(connection, application)
        verify(stored.application, history, self.chain_key)
        return StaffView(stored.application, self._wishes(self._data_key(stored), stored), history)


def open_applications(settings: Settings) -> Applications:
    """The applications of this installation, their tables brought up to date."""
    store = connect(settings.database_url)
    migrate.upgrade(store)
    return Applications(store, Vault(settings.data_keys, settings.lookup_key.encode()), PinHasher())


@contextmanager
def _one_copy_at_a_time(key_hash: bytes) -> Iterator[None]:
    """Copies in this process wait for the first, so that they need neither a hash nor the write lock of their own."""
    lock = _STRIPES[key_hash[0] % len(_STRIPES)]
    if not lock.acquire(timeout=_WAIT_SECONDS):
        raise StoreUnavailable("too many confirmations at once")
    try:
        yield
    finally:
        lock.release()
