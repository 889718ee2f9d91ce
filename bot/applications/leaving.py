"""Somebody has left LINE: their LINE id and the link of their chat go; what they prepared stays under its receipt."""

from __future__ import annotations

from sqlalchemy import select

from bot.applications import link_rows, repository
from bot.applications import tables as t
from bot.applications.core import Core
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Contact, ContactKind
from bot.applications.views import Caller


class Leaving(Core):
    """Taking a LINE account out of what is kept."""

    def forget_line(self, user: str, conversation: str) -> int:
        """Forgets the link of the conversation, and this account wherever notices go to it; how many that were.

        Contacts are encrypted, each under the key of its application, so all of them are opened: 0.1 ms each, and people leave seldom.
        An index by account would have to outlive what it points to.
        """
        with self.store.write() as connection:
            link_rows.unlink(connection, self._named_by(conversation))
        with self.store.read() as connection:
            found = connection.execute(select(t.applications.c.id).where(t.applications.c.contact.is_not(None)))
            candidates = [row.id for row in found]
        wanted, forgotten = Contact(ContactKind.LINE, user), 0
        for application in candidates:
            with self.store.read() as connection:
                try:
                    stored = repository.get(connection, application)
                except ApplicationNotFound:
                    continue
                if self._contact(self._data_key(stored), stored) != wanted:
                    continue
            with self.store.write() as connection:
                stored = repository.get(connection, application, lock=True)
                repository.change(connection, stored.application, self.now(), contact=None)
                forgotten += 1
        return forgotten

    def _named_by(self, conversation: str) -> bytes:
        named = self._conversation_hash(Caller(conversation))
        assert named is not None
        return named
