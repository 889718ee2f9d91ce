"""What a couple changes in its application, with the grant of a look-up; each is one transaction."""

from __future__ import annotations

from datetime import date

from bot.applications import repository
from bot.applications.core import COUPLE, DOCUMENTS, Core
from bot.applications.errors import InvalidInput, InvalidTransition
from bot.applications.gateway import Handed, HandOver
from bot.applications.model import CLOSED, Contact, State, Wishes
from bot.applications.repository import Stored
from bot.applications.views import Caller, View
from bot.privacy.crypto import mark


class Changes(Core):
    """The couple's own changes. Asked for twice, each leaves what it left the first time."""

    def view(self, grant: str, caller: Caller) -> View:
        """The application of a grant."""
        with self.store.write() as connection:
            now = self.now()
            return self._view(connection, self._granted(connection, grant, caller, now).application.id, caller, now)

    def tick(self, grant: str, caller: Caller, document: str, ready: bool) -> View:
        """Notes a paper as ready, or not; raises `InvalidInput` for one that is in no checklist."""
        if document not in DOCUMENTS:
            raise InvalidInput("document")
        with self.store.write() as connection:
            now = self.now()
            stored = self._open(self._granted(connection, grant, caller, now))
            marked = mark(self._data_key(stored), document)
            if ready:
                repository.tick(connection, stored.application.id, marked, now)
            else:
                repository.untick(connection, stored.application.id, marked)
            repository.change(connection, stored.application, now)
            return self._view(connection, stored.application.id, caller, now)

    def change_wishes(self, grant: str, caller: Caller, wishes: Wishes, today: date) -> View:
        """Puts new wishes in place of the old; what was ticked stays ticked."""
        wishes.check_plan(today)
        with self.store.write() as connection:
            now = self.now()
            stored = self._open(self._granted(connection, grant, caller, now))
            sealed = self._seal_wishes(self._data_key(stored), stored.application.id, wishes)
            repository.change(connection, stored.application, now, wishes=sealed, planned_month=wishes.planned_month)
            return self._view(connection, stored.application.id, caller, now)

    def change_contact(self, grant: str, caller: Caller, contact: Contact | None) -> View:
        """Where notices go from now on; None for nowhere."""
        with self.store.write() as connection:
            now = self.now()
            stored = self._granted(connection, grant, caller, now)
            sealed = self._seal_contact(self._data_key(stored), stored.application.id, contact)
            repository.change(connection, stored.application, now, contact=sealed)
            return self._view(connection, stored.application.id, caller, now)

    def hand_over(self, grant: str, caller: Caller) -> Handed:
        """Hands the notification to the authority's system, if there is one that takes it; otherwise says where it is filed."""
        view = self.view(grant, caller)
        if view.application.state not in (State.PREPARING, State.SUBMITTED):
            raise InvalidTransition(f"{view.application.state.value} -> submitted")
        handed = self.gateway.submit(view.application.id, view.wishes)
        if handed.outcome is HandOver.TAKEN:
            self._step(grant, caller, State.SUBMITTED, "taken_by_authority")
        return handed

    def mark_filed(self, grant: str, caller: Caller) -> View:
        """The couple says that it has filed in Tokyo's own system."""
        return self._step(grant, caller, State.SUBMITTED, "filed_in_official_system")

    def withdraw(self, grant: str, caller: Caller) -> View:
        """The couple gives it up; this withdraws nothing from Tokyo's own system."""
        return self._step(grant, caller, State.WITHDRAWN, "by_couple")

    def _step(self, grant: str, caller: Caller, to: State, reason: str) -> View:
        with self.store.write() as connection:
            now = self.now()
            stored = self._granted(connection, grant, caller, now)
            if stored.application.state is not to:
                self._move(connection, stored, to, COUPLE, reason, now)
            return self._view(connection, stored.application.id, caller, now)

    @staticmethod
    def _open(stored: Stored) -> Stored:
        if stored.application.state in CLOSED:
            raise InvalidTransition(f"{stored.application.state.value} is closed")
        return stored
