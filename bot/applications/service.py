"""The applications as the rest of the bot knows them: every operation is one transaction, done wholly or not at all.

The calls block (the database, argon2): from the event loop, call them in a thread (`asyncio.to_thread`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.applications import migrate, receipt, repository
from bot.applications.access import Access
from bot.applications.changes import Changes
from bot.applications.erasing import Erasing
from bot.applications.leaving import Leaving
from bot.applications.linking import Linking
from bot.applications.model import Application, HistoryRow, State, Wishes, verify
from bot.applications.pin import PinHasher
from bot.applications.starting import Starting
from bot.privacy.crypto import Vault
from bot.settings import Settings
from bot.store import connect


@dataclass(frozen=True)
class StaffView:
    """An application as staff see it: no contact, and whether its history holds."""

    application: Application
    wishes: Wishes
    history: tuple[HistoryRow, ...]


class Applications(Starting, Access, Changes, Linking, Leaving, Erasing):
    """All operations; here those of staff."""

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
