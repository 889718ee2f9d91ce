"""Receipt and PIN: looking up, a new PIN, and opening what was locked.

A try is counted before the PIN is checked and taken back if it was right, so that a thousand tries at once are no way round the
limits. Whether a receipt is unknown, malformed or locked, or the PIN wrong or malformed: the same rows are read and written, one
argon2 is run, and the same refusal is raised (R22). That a *caller* has failed too often is said, as it says nothing of any receipt.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.engine import Connection

from bot.applications import grants, pin, receipt, repository, try_rows
from bot.applications import tables as t
from bot.applications.core import COUPLE, Core, check_actor
from bot.applications.errors import ApplicationNotFound, GrantExpired, IdempotencyConflict, TooManyTries
from bot.applications.lockout import Tries
from bot.applications.try_rows import Counters
from bot.applications.views import Caller, View

_NOBODY = UUID(int=0)
# How long an old PIN opens beside a new one that nobody has used: as long as a draft is kept that nobody opens.
OLD_PIN_KEPT = timedelta(days=14)


@dataclass(frozen=True)
class _Counted:
    """A try that was counted in advance."""

    subject: bytes
    callers: frozenset[bytes]
    before: Counters
    receipt: Tries
    at: datetime
    pin_hash: str
    """The hash of the PIN that proved right."""


@dataclass(frozen=True, repr=False)
class _Made:
    """A new PIN, its hash, and the hash of the PIN it was made beside."""

    pin: str
    pin_hash: str
    beside: str


def _right(stored: repository.Stored, now: datetime) -> tuple[str, ...]:
    """The hashes of the PINs that open: of two, the old one first."""
    if stored.next_pin_hash is None or stored.next_pin_at is None:
        return (stored.pin_hash,)
    if now >= stored.next_pin_at + OLD_PIN_KEPT:
        return (stored.next_pin_hash,)
    return stored.pin_hash, stored.next_pin_hash


class Access(Core):
    """What needs a receipt and its PIN."""

    def look_up(self, receipt_text: str, pin_text: str, caller: Caller) -> View:
        """The application of a receipt, in any writing, and its PIN.

        Raises `ApplicationNotFound`, `TooManyTries`, or `StoreUnavailable`; when the database fails after the PIN was found
        right, the try stays counted.
        """
        with self.pins.turn():
            application, counted = self._prove(receipt_text, pin_text, caller)
        with self.store.write() as connection:
            self._take_back(connection, counted, opens=True)
            repository.retire_old_pin(connection, application, counted.pin_hash)
            return self._with_proof(self._view(connection, application, caller, self.now()), caller)

    def new_pin(self, receipt_text: str, pin_text: str, caller: Caller, idempotency_key: str) -> str:
        """A new PIN in place of the old one, which must be right; the same key, receipt and old PIN give the same again.

        The old one opens until the new one is used or noted (`noted_pin`), so that an answer that is lost shuts nobody out. The key
        is made by us for one confirmation, as for `start`.
        """
        key_hash, digest = self._of_renewal(receipt_text, pin_text, caller, idempotency_key)
        if said := self._said_before(key_hash, digest):
            return said
        with self.pins.turn():
            application, counted = self._prove(receipt_text, pin_text, caller)
            fresh = pin.new()
            made = _Made(fresh, self.pins.hash(self._pepper(application, fresh), counted.pin_hash), counted.pin_hash)
        with self.store.write() as connection:
            self._take_back(connection, counted)
            self._set_pin(connection, application, made, key_hash, digest)
        return fresh

    def open_renewed(self, receipt_text: str, pin_text: str, caller: Caller, idempotency_key: str) -> View:
        """What `new_pin` has just given a new PIN, opened to who proved the old one for it.

        Raises `ApplicationNotFound` when nothing was made under this key for this receipt and old PIN.
        """
        key_hash, digest = self._of_renewal(receipt_text, pin_text, caller, idempotency_key)
        with self.store.write() as connection:
            earlier = repository.confirmed(connection, key_hash)
            if not (earlier and earlier.application and hmac.compare_digest(earlier.content_digest, digest)):
                raise ApplicationNotFound()
            return self._with_proof(self._view(connection, earlier.application, caller, self.now()), caller)

    def replace_lost_pin(self, proof: str, grant: str, caller: Caller, idempotency_key: str) -> str:
        """A new PIN for who typed the old one, or was given it, in this conversation within half an hour; once for a key.

        A link of the conversation alone gives no proof. Raises `GrantExpired`.
        """
        conversation, now = self._conversation_hash(caller), self.now()
        application = grants.read(self.vault, proof, conversation, now, grants.PROOF)
        if grants.read(self.vault, grant, conversation, now) != application:  # another one has been opened since
            raise GrantExpired()
        key_hash = self.vault.keyed_hash("idempotency", f"lost_pin:{caller.conversation}:{idempotency_key}")
        digest = self.vault.keyed_hash("content", str(application))
        if said := self._said_before(key_hash, digest):
            return said
        with self.store.read() as connection:
            kept = _right(repository.get(connection, application), now)[0]
        with self.pins.turn():
            fresh = pin.new()
            made = _Made(fresh, self.pins.hash(self._pepper(application, fresh), kept), kept)
        with self.store.write() as connection:
            self._set_pin(connection, application, made, key_hash, digest)
        return fresh

    def noted_pin(self, grant: str, caller: Caller) -> bool:
        """The couple has noted a new PIN: the old one opens nothing from now on. False when no new one waited for that."""
        with self.store.write() as connection:
            stored = self._granted(connection, grant, caller, self.now())
            if stored.next_pin_hash:
                repository.retire_old_pin(connection, stored.application.id, stored.next_pin_hash)
            return stored.next_pin_hash is not None

    def _of_renewal(
        self, receipt_text: str, pin_text: str, caller: Caller, idempotency_key: str
    ) -> tuple[bytes, bytes]:
        number = receipt.read(receipt_text) or ""
        key_hash = self.vault.keyed_hash("idempotency", f"new_pin:{caller.conversation}:{idempotency_key}")
        return key_hash, self.vault.keyed_hash("content", f"{number}:{pin.read(pin_text)}")

    def _said_before(self, key_hash: bytes, digest: bytes) -> str | None:
        """The PIN made under a key, as long as it opens."""
        with self.store.read() as connection:
            earlier = repository.confirmed(connection, key_hash)
            if not (earlier and earlier.application and hmac.compare_digest(earlier.content_digest, digest)):
                return None
            right = _right(repository.get(connection, earlier.application), self.now())
        said = self._open_response(earlier, key_hash)
        return said["pin"] if said.get("hash", right[0]) in right else None

    def _set_pin(self, connection: Connection, application: UUID, made: _Made, key_hash: bytes, digest: bytes) -> None:
        stored = repository.get(connection, application, lock=True)
        now = self.now()
        if made.beside not in (right := _right(stored, now)):  # another new PIN was used meanwhile
            raise ApplicationNotFound()
        pins = {"pin_hash": made.beside, "next_pin_hash": made.pin_hash, "next_pin_at": now}
        self._note(connection, stored, COUPLE, "new_pin", now, **pins)
        said = {"pin": made.pin, "hash": made.pin_hash}
        response = self._seal_response(self._data_key(stored), key_hash, said)
        values = {"application_id": application, "response": response, "created_at": now}
        if repository.insert_if_new(
            connection, t.idempotency, {"key_hash": key_hash, "content_digest": digest, **values}
        ):
            return
        earlier = repository.confirmed(connection, key_hash)
        if not (earlier and earlier.application and hmac.compare_digest(earlier.content_digest, digest)):
            raise IdempotencyConflict()
        if self._open_response(earlier, key_hash).get("hash") in right:  # a copy was faster
            raise IdempotencyConflict()
        repository.confirm_again(connection, key_hash, digest, response)

    def unlock(self, application: UUID, who: str, reason: str) -> None:
        """Staff open a receipt that failed tries have locked, which allows twenty more; the history notes who and why."""
        check_actor(who, reason)
        with self.store.write() as connection:
            stored = repository.get(connection, application, lock=True)
            try_rows.clear(connection, stored.receipt_hash)
            self._note(connection, stored, who, reason, self.now())

    def _prove(self, receipt_text: str, pin_text: str, caller: Caller) -> tuple[UUID, _Counted]:
        """The application, if receipt and PIN belong together; call it within a turn of the hasher."""
        number, digits, now = receipt.read(receipt_text), pin.read(pin_text), self.now()
        subject = self._receipt_hash(number) if number else self.vault.keyed_hash("no_receipt", receipt_text[:200])
        with self.store.write() as connection:
            counters = try_rows.locked(connection, subject, self._caller_hashes(caller), now)
            wait = max((tries.wait(now) for tries in counters.callers.values()), default=timedelta(0))
            if wait:
                raise TooManyTries(wait)
            stored = repository.find(connection, subject)
            right = _right(stored, now) if stored else ()
            pins = len(right) or 1
            heard = counters.receipt.open(now, pins)
            after = counters.receipt.failed(now, pins) if heard else counters.receipt
            try_rows.save_receipt(connection, subject, after, now)
            for caller_hash, tries in counters.callers.items():
                try_rows.save_caller(connection, caller_hash, tries.failed(now), now)
        answerable = stored if heard and digits else None
        application = answerable.application.id if answerable else _NOBODY
        used = self.pins.which(right if answerable else (), self._pepper(application, digits or ""))
        if used is None:
            raise ApplicationNotFound()
        return application, _Counted(subject, frozenset(counters.callers), counters, after, now, used)

    def _take_back(self, connection: Connection, counted: _Counted, *, opens: bool = False) -> None:
        """The try was none: takes it off the counters, leaving what others did meanwhile."""
        now = self.now()
        present = try_rows.locked(connection, counted.subject, counted.callers, now)
        tries = present.receipt.taken_back(counted.before.receipt, counted.receipt)
        try_rows.save_receipt(connection, counted.subject, tries.opened() if opens else tries, now)
        for caller_hash, before in counted.before.callers.items():
            at = before.failed(counted.at).failures[-1]
            try_rows.save_caller(connection, caller_hash, present.callers[caller_hash].taken_back(at), now)

    def _caller_hashes(self, caller: Caller) -> Iterable[bytes]:
        if caller.address:
            yield self.vault.keyed_hash("address", caller.address)
        if caller.conversation:
            yield self.vault.keyed_hash("conversation", caller.conversation)
