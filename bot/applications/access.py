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


@dataclass(frozen=True)
class _Counted:
    """A try that was counted in advance."""

    subject: bytes
    callers: frozenset[bytes]
    before: Counters
    receipt: Tries
    at: datetime


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
            return self._with_proof(self._view(connection, application, caller, self.now()), caller)

    def new_pin(self, receipt_text: str, pin_text: str, caller: Caller, idempotency_key: str) -> str:
        """A new PIN in place of the old one, which must be right; the same key, receipt and old PIN give the same again.

        The key is made by us for one confirmation, as for `start`.
        """
        number = receipt.read(receipt_text) or ""
        key_hash = self.vault.keyed_hash("idempotency", f"new_pin:{caller.conversation}:{idempotency_key}")
        digest = self.vault.keyed_hash("content", f"{number}:{pin.read(pin_text)}")
        with self.store.read() as connection:
            earlier = repository.confirmed(connection, key_hash)
        if earlier and earlier.response and hmac.compare_digest(earlier.content_digest, digest):
            return str(self._open_response(earlier, key_hash)["pin"])
        with self.pins.turn():
            application, counted = self._prove(receipt_text, pin_text, caller)
            fresh = pin.new()
            pin_hash = self.pins.hash(self._pepper(application, fresh))
        with self.store.write() as connection:
            self._take_back(connection, counted)
            self._set_pin(connection, application, fresh, pin_hash, key_hash, digest)
        return fresh

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
        with self.store.read() as connection:
            earlier = repository.confirmed(connection, key_hash)
        if earlier and earlier.response and hmac.compare_digest(earlier.content_digest, digest):
            return str(self._open_response(earlier, key_hash)["pin"])
        with self.pins.turn():
            fresh = pin.new()
            pin_hash = self.pins.hash(self._pepper(application, fresh))
        with self.store.write() as connection:
            self._set_pin(connection, application, fresh, pin_hash, key_hash, digest)
        return fresh

    def _set_pin(
        self, connection: Connection, application: UUID, fresh: str, pin_hash: str, key_hash: bytes, digest: bytes
    ) -> None:
        stored = repository.get(connection, application, lock=True)
        now = self.now()
        self._note(connection, stored, COUPLE, "new_pin", now, pin_hash=pin_hash)
        response = self._seal_response(self._data_key(stored), key_hash, {"pin": fresh})
        values = {"application_id": application, "response": response, "created_at": now}
        if not repository.insert_if_new(
            connection, t.idempotency, {"key_hash": key_hash, "content_digest": digest, **values}
        ):
            raise IdempotencyConflict()

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
            heard = counters.receipt.open(now)
            after = counters.receipt.failed(now) if heard else counters.receipt
            try_rows.save_receipt(connection, subject, after, now)
            for caller_hash, tries in counters.callers.items():
                try_rows.save_caller(connection, caller_hash, tries.failed(now), now)
            stored = repository.find(connection, subject)
        answerable = stored if heard and digits else None
        application = answerable.application.id if answerable else _NOBODY
        kept = answerable.pin_hash if answerable else None
        if not self.pins.verify(kept, self._pepper(application, digits or "")):
            raise ApplicationNotFound()
        return application, _Counted(subject, frozenset(counters.callers), counters, after, now)

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
