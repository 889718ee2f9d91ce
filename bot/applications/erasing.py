"""Giving people their data, and taking it away for good."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.engine import Connection

from bot.applications import erasure_rows, outbox_rows, repository
from bot.applications.core import DOCUMENTS, Core, key_place
from bot.applications.errors import ApplicationNotFound, StoreUnavailable
from bot.applications.repository import Stored
from bot.applications.views import Caller
from bot.privacy.crypto import mark

logger = logging.getLogger(__name__)


class Erasing(Core):
    """Export and erasure, by the couple or by staff."""

    def export(self, grant: str, caller: Caller) -> dict[str, Any]:
        """Everything kept of an application, as plain values."""
        with self.store.write() as connection:
            return self._exported(connection, self._granted(connection, grant, caller, self.now()))

    def export_by_staff(self, application: UUID) -> dict[str, Any]:
        """The same for staff, on request of the couple."""
        with self.store.read() as connection:
            return self._exported(connection, repository.get(connection, application))

    def erase(self, grant: str, caller: Caller) -> None:
        """Takes everything away, at once; done already is done."""
        with self.store.write() as connection:
            now = self.now()
            self._erase(connection, self._granted(connection, grant, caller, now), now, "by_couple")
        self._tidy()

    def erase_by_staff(
        self, application: UUID, reason: str = "by_staff", not_seen_since: datetime | None = None
    ) -> None:
        """The same on request, or when time is up and nobody has opened it since; raises `ApplicationNotFound`."""
        with self.store.write() as connection:
            stored = self._still_idle(repository.get(connection, application, lock=True), not_seen_since)
            self._erase(connection, stored, self.now(), reason)
        self._tidy()

    def erased(self) -> list[tuple[UUID, datetime, str]]:
        """The tombstones. Kept outside the backups, they say what must go again after one was restored."""
        with self.store.read() as connection:
            return [(row.application_id, row.erased_at, row.reason) for row in erasure_rows.tombstones(connection)]

    def erase_again(self, applications: Iterable[UUID]) -> int:
        """After a backup was restored: erases what had been erased since it was made, and says how many came back."""
        returned = 0
        for application in applications:
            try:
                self.erase_by_staff(application, "erased_before")
                returned += 1
            except ApplicationNotFound:
                continue  # not in the backup, or gone from it already
        return returned

    def rewrap(self) -> int:
        """Wraps every data key with the current master key; after it, older master keys may be thrown away."""
        with self.store.read() as connection:
            found = repository.wrapped_keys(connection)
        stale = [(application, wrapped) for application, wrapped in found if not self.vault.is_current(wrapped)]
        for application, wrapped in stale:
            place = key_place(application)
            fresh = self.vault.wrap(self.vault.unwrap(wrapped, place), place)
            with self.store.write() as connection:
                repository.rewrap(connection, application, wrapped, fresh)
        return len(stale)

    def _erase(self, connection: Connection, stored: Stored, now: datetime, reason: str) -> None:
        erasure_rows.erase(connection, stored, now, reason)
        logger.info("application.erased %s", reason)

    def _tidy(self) -> None:
        try:
            self.store.tidy_after_erasure()
        except StoreUnavailable:
            logger.warning("application.erased: tidying up is left to the next erasure")

    def _exported(self, connection: Connection, stored: Stored) -> dict[str, Any]:
        data_key = self._data_key(stored)
        contact = self._contact(data_key, stored)
        application = stored.application
        marks = repository.marks(connection, application.id)
        return {
            "state": application.state.value,
            "created_at": application.created_at.isoformat(),
            "updated_at": application.updated_at.isoformat(),
            "wishes": self._wishes(data_key, stored).to_json(),
            "contact": {"kind": contact.kind.value, "address": contact.address} if contact else None,
            "ready": sorted(document for document in DOCUMENTS if mark(data_key, document) in marks),
            "history": [
                {
                    "who": row.who,
                    "at": row.at.isoformat(),
                    "from": row.before.value if row.before else None,
                    "to": row.to.value,
                    "reason": row.reason,
                }
                for row in repository.history(connection, application.id)
            ],
            "notices": outbox_rows.of_application(connection, application.id),
        }
