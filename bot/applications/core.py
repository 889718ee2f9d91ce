"""What all operations share: keys, grants, views, and the one way in which a state changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from bot import clock
from bot.applications import grants, link_rows, outbox_rows, repository, try_rows
from bot.applications.errors import ApplicationNotFound, InvalidInput
from bot.applications.gateway import Gateway, TokyoOnlineSystem
from bot.applications.model import Contact, ContactKind, HistoryRow, State, Wishes, chained, check_transition
from bot.applications.pin import PinHasher
from bot.applications.repository import Stored
from bot.applications.views import Caller, View
from bot.privacy.crypto import Place, Vault, mark
from bot.rules.checklist import PAPERS, checklist
from bot.store import Store

DOCUMENTS = frozenset(paper.document for paper in PAPERS)
COUPLE = "couple"
_WHO = re.compile(r"(?:couple|gateway|(?:staff|system):[A-Za-z0-9._-]{1,64})")
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Core:
    """The parts every operation works with."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        pins: PinHasher,
        now: Callable[[], datetime] = clock.now,
        gateway: Gateway | None = None,
    ) -> None:
        """Takes its parts; connects to nothing yet."""
        self.store = store
        self.vault = vault
        self.pins = pins
        self.now = now
        self.gateway: Gateway = gateway or TokyoOnlineSystem()
        self.chain_key = vault.derived_key("history")

    # --- keyed hashes

    def _receipt_hash(self, receipt: str) -> bytes:
        return self.vault.keyed_hash("receipt", receipt)

    def _conversation_hash(self, caller: Caller) -> bytes | None:
        return self.vault.keyed_hash("conversation", caller.conversation) if caller.conversation else None

    def _pepper(self, application: UUID, pin: str) -> bytes:
        return self.vault.keyed_hash("pin", f"{application}:{pin}")

    # --- encrypted fields

    def _data_key(self, stored: Stored) -> bytes:
        return self.vault.unwrap(stored.wrapped_key, key_place(stored.application.id))

    def _seal_wishes(self, data_key: bytes, application: UUID, wishes: Wishes) -> bytes:
        return Vault.seal(data_key, json.dumps(wishes.to_json()).encode(), _field("wishes", application))

    def _wishes(self, data_key: bytes, stored: Stored) -> Wishes:
        plain = Vault.unseal(data_key, stored.wishes, _field("wishes", stored.application.id))
        return Wishes.from_json(json.loads(plain))

    def _seal_contact(self, data_key: bytes, application: UUID, contact: Contact | None) -> bytes | None:
        if contact is None:
            return None
        return Vault.seal(
            data_key, json.dumps([contact.kind.value, contact.address]).encode(), _field("contact", application)
        )

    def _contact(self, data_key: bytes, stored: Stored) -> Contact | None:
        if stored.contact is None:
            return None
        plain = Vault.unseal(data_key, stored.contact, _field("contact", stored.application.id))
        kind, address = json.loads(plain)
        return Contact(ContactKind(kind), address)

    def recipient(self, application: UUID) -> tuple[Contact, str] | None:
        """Where notices go and in which language; None when nowhere, or when the application is gone."""
        with self.store.read() as connection:
            try:
                stored = repository.get(connection, application)
            except ApplicationNotFound:
                return None
        data_key = self._data_key(stored)
        contact = self._contact(data_key, stored)
        return (contact, self._wishes(data_key, stored).language) if contact else None

    def _seal_response(self, data_key: bytes, key_hash: bytes, response: dict[str, str]) -> bytes:
        return Vault.seal(data_key, json.dumps(response).encode(), _response_place(key_hash))

    def _open_response(self, confirmed: repository.Confirmed, key_hash: bytes) -> dict[str, str]:
        assert confirmed.application and confirmed.wrapped_key and confirmed.response
        data_key = self.vault.unwrap(confirmed.wrapped_key, key_place(confirmed.application))
        return dict(json.loads(Vault.unseal(data_key, confirmed.response, _response_place(key_hash))))

    # --- grants and views

    def _granted(self, connection: Connection, grant: str, caller: Caller, now: datetime) -> Stored:
        """The application of a grant, kept from others until the transaction ends."""
        application = grants.read(self.vault, grant, self._conversation_hash(caller), now)
        return repository.get(connection, application, lock=True)

    @staticmethod
    def _still_idle(stored: Stored, not_seen_since: datetime | None) -> Stored:
        """Raises `ApplicationNotFound` for one that somebody has opened since; what was to happen to it must not."""
        if not_seen_since and stored.seen_at and stored.seen_at > not_seen_since:
            raise ApplicationNotFound()
        return stored

    def _view(self, connection: Connection, application: UUID, caller: Caller, now: datetime) -> View:
        repository.seen(connection, application, now)
        stored = repository.get(connection, application)
        data_key = self._data_key(stored)
        wishes = self._wishes(data_key, stored)
        contact = self._contact(data_key, stored)
        conversation = self._conversation_hash(caller)
        marks = repository.marks(connection, application)
        day = wishes.planned_on.first if wishes.planned_on else now.astimezone(clock.TOKYO).date()
        return View(
            application=stored.application,
            wishes=wishes,
            checklist=checklist(wishes.circumstances, day),
            ready=frozenset(document for document in DOCUMENTS if mark(data_key, document) in marks),
            contact=contact.kind if contact else None,
            history=repository.history(connection, application),
            linked=conversation is not None and link_rows.linked(connection, conversation) == application,
            failed_tries=try_rows.of_receipt(connection, stored.receipt_hash).news(now),
            grant=grants.give(self.vault, application, conversation, now),
        )

    def _with_proof(self, view: View, caller: Caller) -> View:
        """A view for whoever has just typed the PIN, or was just given it."""
        conversation = self._conversation_hash(caller)
        proof = grants.give(self.vault, view.application.id, conversation, self.now(), grants.PROOF)
        return replace(view, proof=proof)

    # --- changes of state

    def _move(self, connection: Connection, stored: Stored, to: State, who: str, reason: str, now: datetime) -> None:
        """One step: checked, written with its row of history, and announced if there is a contact."""
        check_transition(stored.application.state, to)
        self._append(connection, stored, to, who, reason, now, state=to.value)
        if stored.contact is not None:
            outbox_rows.add(connection, stored.application.id, now)

    def _note(
        self, connection: Connection, stored: Stored, who: str, reason: str, now: datetime, **values: Any
    ) -> None:
        """A row of history that changes no state, together with other columns it tells of."""
        self._append(connection, stored, stored.application.state, who, reason, now, **values)

    def _append(
        self, connection: Connection, stored: Stored, to: State, who: str, reason: str, now: datetime, **values: Any
    ) -> None:
        check_actor(who, reason)
        application = stored.application
        sequence = repository.history_length(connection, application.id) + 1
        row = HistoryRow(sequence, who, now, application.state, to, reason)
        row = replace(row, digest=chained(application.history_head, application.id, row, self.chain_key))
        repository.add_history(connection, application.id, row)
        repository.change(connection, application, now, history_head=row.digest, **values)


def key_place(application: UUID) -> Place:
    """Where an application's wrapped key stands."""
    return Place("application_keys", "wrapped", str(application))


def check_actor(who: str, reason: str) -> None:
    """Raises `InvalidInput` unless who and reason are codes: the history is no place for free text."""
    if not _WHO.fullmatch(who):
        raise InvalidInput("who")
    if not _REASON.fullmatch(reason):
        raise InvalidInput("reason")


def _field(column: str, application: UUID) -> Place:
    return Place("applications", column, str(application))


def _response_place(key_hash: bytes) -> Place:
    return Place("application_idempotency", "response", key_hash.hex())
