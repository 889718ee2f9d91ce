"""Chats linked to an application, and links that open once within ten minutes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from enum import Enum

from bot.applications import grants, link_rows, repository
from bot.applications.core import Core
from bot.applications.errors import ApplicationNotFound, InvalidInput
from bot.applications.views import Caller, Started, View

ONE_TIME = timedelta(minutes=10)
_TOKEN_BYTES = 31  # 248 bits


class LinkKind(Enum):
    """What a link that opens once is for. Its first character says so, which the token's hash holds fast."""

    OPENS = "o"
    SHOWS_NUMBERS = "n"
    """Opens an application just started and shows its receipt and PIN, which are not sent over LINE (R48)."""
    INVITES = "i"
    """Lets the page link the conversation that asked for it."""


def link_kind(token: str) -> LinkKind | None:
    """What a token is for; None for what cannot be one of ours. Says nothing of whether it still opens."""
    return next((kind for kind in LinkKind if token.startswith(kind.value)), None)


class Linking(Core):
    """Ways to an application without its PIN, each opened with the PIN before."""

    # --- this chat

    def link_chat(self, grant: str, caller: Caller) -> View:
        """Links the conversation that asks, in place of a link it had."""
        with self.store.write() as connection:
            now = self.now()
            stored = self._granted(connection, grant, caller, now)
            link_rows.link(connection, self._named(caller), stored.application.id, now)
            return self._view(connection, stored.application.id, caller, now)

    def unlink_chat(self, caller: Caller) -> bool:
        """Forgets the link of this conversation; False when there was none. Needs no grant: one's own chat is enough to let go."""
        with self.store.write() as connection:
            return link_rows.unlink(connection, self._named(caller))

    def look_up_linked(self, caller: Caller) -> View:
        """The application this conversation is linked to; raises `ApplicationNotFound`."""
        with self.store.write() as connection:
            application = link_rows.linked(connection, self._named(caller))
            if application is None:
                raise ApplicationNotFound()
            return self._view(connection, application, caller, self.now())

    # --- links that open once

    def issue_one_time_link(self, grant: str, caller: Caller, *, with_numbers: bool = False) -> str:
        """A token that opens this application once, on any device: for our own page; on request receipt and PIN are shown there."""
        with self.store.write() as connection:
            now = self.now()
            stored = self._granted(connection, grant, caller, now)
            token, values = self._token(LinkKind.SHOWS_NUMBERS if with_numbers else LinkKind.OPENS)
            link_rows.add_one_time_link(
                connection, application_id=stored.application.id, created_at=now, expires_at=now + ONE_TIME, **values
            )
            return token

    def redeem(self, token: str, caller: Caller) -> View:
        """Opens the application of a token and uses the token up; raises `ApplicationNotFound`."""
        with self.store.write() as connection:
            now = self.now()
            row = link_rows.use_one_time_link(connection, self._token_hash(token), now)
            if row is None or row.application_id is None:
                raise ApplicationNotFound()  # undoes the use of a token that was meant for something else
            return self._view(connection, row.application_id, caller, now)

    def redeem_with_numbers(self, token: str, caller: Caller) -> tuple[View, Started | None]:
        """As `redeem`, with receipt and PIN of an application just started; without when the token is for none, or the PIN is another by now."""
        view = self.redeem(token, caller)
        return view, self._numbers(view) if link_kind(token) is LinkKind.SHOWS_NUMBERS else None

    def note_started(self, started: Started, caller: Caller) -> str:
        """A note for the conversation that started it, by which `open_noted` finds it for two days."""
        return grants.give(self.vault, started.application, self._conversation_hash(caller), self.now(), grants.STARTED)

    def open_noted(self, note: str, caller: Caller) -> tuple[View, bool]:
        """What this conversation has started, and whether its numbers can still be shown on our page.

        Raises `GrantExpired`, or `ApplicationNotFound` when it was erased.
        """
        now = self.now()
        application = grants.read(self.vault, note, self._conversation_hash(caller), now, grants.STARTED)
        with self.store.write() as connection:
            view = self._view(connection, application, caller, now)
        return view, self._numbers(view) is not None

    def _numbers(self, view: View) -> Started | None:
        """Receipt and PIN of an application just started, as they were given; None when they are kept no longer, or the PIN is another."""
        if any(row.reason == "new_pin" for row in view.history):
            return None
        with self.store.read() as connection:
            found = repository.confirmations_of(connection, view.application.id)
        numbers = [self._open_response(confirmed, key_hash) for key_hash, confirmed in found]
        started = next((n for n in numbers if "receipt" in n), None)
        return Started(view.application.id, started["receipt"], started["pin"]) if started else None

    def invite_to_page(self, caller: Caller) -> str:
        """A token for our page by which, after a look-up there, the conversation that asks now can be linked."""
        with self.store.write() as connection:
            now = self.now()
            token, values = self._token(LinkKind.INVITES)
            link_rows.add_one_time_link(
                connection,
                conversation_hash=self._named(caller),
                created_at=now,
                expires_at=now + ONE_TIME,
                **values,
            )
            return token

    def accept_invitation(self, token: str, grant: str, caller: Caller) -> View:
        """Links the conversation that was invited to the application opened on the page; the couple has said yes to it there."""
        with self.store.write() as connection:
            now = self.now()
            stored = self._granted(connection, grant, caller, now)
            row = link_rows.use_one_time_link(connection, self._token_hash(token), now)
            if row is None or row.conversation_hash is None:
                raise ApplicationNotFound()
            link_rows.link(connection, row.conversation_hash, stored.application.id, now)
            return self._view(connection, stored.application.id, caller, now)

    def _named(self, caller: Caller) -> bytes:
        conversation = self._conversation_hash(caller)
        if conversation is None:
            raise InvalidInput("conversation")
        return conversation

    def _token(self, kind: LinkKind) -> tuple[str, dict[str, bytes]]:
        token = kind.value + secrets.token_urlsafe(_TOKEN_BYTES)
        return token, {"token_hash": self._token_hash(token)}

    def _token_hash(self, token: str) -> bytes:
        return self.vault.keyed_hash("one_time_link", token)
