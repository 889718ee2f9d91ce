"""An application begins once: the same confirmation, repeated for two days, finds what it began."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.engine import Connection

from bot.applications import pin, receipt, repository
from bot.applications import tables as t
from bot.applications.core import COUPLE, Core, key_place
from bot.applications.errors import (
    ApplicationErased,
    ApplicationNotFound,
    IdempotencyConflict,
    InvalidTransition,
    StoreUnavailable,
)
from bot.applications.model import CLOSED, Application, Contact, HistoryRow, State, Wishes, chained
from bot.applications.repository import Confirmed, Stored
from bot.applications.views import Caller, Delivery, Started, View

_STRIPES = tuple(threading.Lock() for _ in range(64))
_WAIT_SECONDS = 1.0


class _Repeated(Exception):
    """Another copy of the confirmation was first."""


class Starting(Core):
    """Starting, and finding again what was started."""

    def start(
        self,
        wishes: Wishes,
        contact: Contact | None,
        idempotency_key: str,
        today: date,
        delivery: Delivery | None = None,
        revision: int = 0,
    ) -> Started:
        """Starts an application, once: the same key and content give the same receipt and PIN for 48 hours.

        The key must be made by us for one confirmation and not be guessable: who has it is given the PIN. `delivery` is the message
        that confirmed it: if the conversation is lost meanwhile, that message, delivered again, still finds it (`started_by`). Raises
        `IdempotencyConflict` when either comes back with other content, `ApplicationErased` when its application was erased since.

        A higher `revision` under the same key corrects a start whose answer was not heard: what that one has made, or is still about
        to make, is the one application, with the content of the highest revision.
        """
        key_hash = self.vault.keyed_hash("idempotency", f"start:{idempotency_key}")
        content = [wishes.to_json(), [contact.kind.value, contact.address] if contact else None]
        digest = self.vault.keyed_hash("content", json.dumps(content))
        with _one_copy_at_a_time(key_hash):
            if delivery and (delivered := self.started_by(delivery)):
                return delivered
            with self.store.read() as connection:
                earlier = repository.confirmed(connection, key_hash)
            if earlier is None:
                wishes.check_plan(today)
                try:
                    return self._start(wishes, contact, key_hash, digest, delivery, revision)
                except _Repeated:  # by another process
                    with self.store.read() as connection:
                        earlier = repository.confirmed(connection, key_hash)
        if earlier is None:
            raise StoreUnavailable("the confirmation that was first has gone")
        if revision:
            return self._corrected(wishes, contact, key_hash, digest, today, delivery, revision)
        return self._repeat(earlier, key_hash, digest)

    def started_by(self, delivery: Delivery) -> Started | None:
        """What a message has started, if it has; raises as `start`."""
        key_hash, digest = self._of_delivery(delivery)
        with self.store.read() as connection:
            earlier = repository.confirmed(connection, key_hash)
        return self._repeat(earlier, key_hash, digest) if earlier else None

    def revision_of(self, delivery: Delivery) -> int | None:
        """The revision a message has confirmed; None when it has started nothing. Raises as `start`."""
        key_hash, digest = self._of_delivery(delivery)
        with self.store.read() as connection:
            earlier = repository.confirmed(connection, key_hash)
        if earlier is None:
            return None
        self._repeat(earlier, key_hash, digest)
        return int(self._open_response(earlier, key_hash).get("revision", 0))

    def open_started(self, started: Started, caller: Caller) -> View:
        """What was just started, with a grant for the conversation that started it."""
        with self.store.write() as connection:
            return self._with_proof(self._view(connection, started.application, caller, self.now()), caller)

    def _start(
        self,
        wishes: Wishes,
        contact: Contact | None,
        key_hash: bytes,
        digest: bytes,
        delivery: Delivery | None,
        revision: int,
    ) -> Started:
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
        confirmations = [(key_hash, digest), *([self._of_delivery(delivery)] if delivery else [])]
        with self.store.write() as connection:
            repository.add(connection, stored)
            repository.add_history(connection, application, first)
            for confirmation in confirmations:
                values = self._confirmation(*confirmation, data_key, started, now, revision)
                if not repository.insert_if_new(connection, t.idempotency, values):
                    raise _Repeated()
        return started

    def _corrected(
        self,
        wishes: Wishes,
        contact: Contact | None,
        key_hash: bytes,
        digest: bytes,
        today: date,
        delivery: Delivery | None,
        revision: int,
    ) -> Started:
        """What the key has started, with the content of this revision, unless a later one was there first."""
        with self.store.write() as connection:
            stored = self._started_under(connection, key_hash)
            earlier = repository.confirmed(connection, key_hash)  # as it is now that nobody else can change it
            if earlier is None or earlier.application is None:
                raise ApplicationErased()
            data_key, numbers = self._data_key(stored), self._open_response(earlier, key_hash)
            if int(numbers.get("revision", 0)) >= revision:
                return self._repeat(earlier, key_hash, digest)
            if stored.application.state in CLOSED:
                raise InvalidTransition(f"{stored.application.state.value} is closed")
            wishes.check_plan(today)
            application, now = stored.application.id, self.now()
            values = {
                "wishes": self._seal_wishes(data_key, application, wishes),
                "contact": self._seal_contact(data_key, application, contact),
                "planned_month": wishes.planned_month,
            }
            repository.change(connection, stored.application, now, **values)
            started = Started(application, numbers["receipt"], numbers["pin"])
            again = self._confirmation(key_hash, digest, data_key, started, now, revision)
            repository.confirm_again(connection, key_hash, digest, again["response"])
            if delivery:
                values = self._confirmation(*self._of_delivery(delivery), data_key, started, now, revision)
                repository.insert_if_new(connection, t.idempotency, values)
        return started

    @staticmethod
    def _started_under(connection: Connection, key_hash: bytes) -> Stored:
        """The application of a key, kept from others until the transaction ends."""
        earlier = repository.confirmed(connection, key_hash)
        if earlier is None or earlier.application is None:
            raise ApplicationErased()
        try:
            return repository.get(connection, earlier.application, lock=True)
        except ApplicationNotFound:
            raise ApplicationErased() from None

    def _confirmation(
        self, key_hash: bytes, digest: bytes, data_key: bytes, started: Started, now: datetime, revision: int
    ) -> dict[str, Any]:
        numbers = {"receipt": started.receipt, "pin": started.pin, "revision": str(revision)}
        return {
            "key_hash": key_hash,
            "content_digest": digest,
            "application_id": started.application,
            "response": self._seal_response(data_key, key_hash, numbers),
            "created_at": now,
        }

    def _repeat(self, earlier: Confirmed, key_hash: bytes, digest: bytes) -> Started:
        if not hmac.compare_digest(earlier.content_digest, digest):
            raise IdempotencyConflict()
        if earlier.application is None:
            raise ApplicationErased()
        response = self._open_response(earlier, key_hash)
        return Started(earlier.application, response["receipt"], response["pin"])

    def _of_delivery(self, delivery: Delivery) -> tuple[bytes, bytes]:
        key_hash = self.vault.keyed_hash("idempotency", f"message:{delivery.message}")
        return key_hash, self.vault.keyed_hash("content", delivery.text)


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
