"""SQL of the conversations: one row each, changed only by who has read its latest version.

Nobody who has the database can tell whose a row is, nor open it: its id is a keyed hash of the conversation's, and its key is made
from the conversation's id, which for the web chat comes from a cookie and is kept nowhere.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.applications.errors import StoreUnavailable
from bot.applications.migrate import Chain
from bot.privacy.crypto import CannotOpen, Place, Vault

CHAIN = Chain(Path(__file__).with_name("migrations"), "conversation_version")
metadata = sa.MetaData()
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", sa.LargeBinary(32), primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("draft", sa.LargeBinary),
    sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
)

# The database's clock only: machines need not agree about the time.
_FIND = sa.text(
    "SELECT version, CASE WHEN version = :known THEN NULL ELSE sealed END AS sealed, "
    "CASE WHEN saved_at > now() - :draft_for THEN draft END AS draft "
    "FROM conversations WHERE id = :id AND saved_at > now() - :idle"
)
_BEGIN = sa.text(
    "INSERT INTO conversations AS c (id, version, sealed, draft, saved_at) "
    "VALUES (:id, 1, :sealed, :draft, now()) "
    "ON CONFLICT (id) DO UPDATE SET version = c.version + 1, sealed = excluded.sealed, draft = excluded.draft, "
    "saved_at = now() WHERE c.saved_at <= now() - :idle RETURNING version"
)
_GO_ON = sa.text(
    "UPDATE conversations SET version = version + 1, sealed = :sealed, draft = :draft, saved_at = now() "
    "WHERE id = :id AND version = :seen RETURNING version"
)
_FORGET = sa.text("DELETE FROM conversations WHERE id = :id")
_SWEEP = sa.text("DELETE FROM conversations WHERE saved_at <= now() - :idle")
_SWEEP_DRAFTS = sa.text(
    "UPDATE conversations SET draft = NULL WHERE draft IS NOT NULL AND saved_at <= now() - :draft_for"
)


class Overtaken(StoreUnavailable):
    """Somebody else changed the conversation since it was read, or it was erased: what was to be saved is not."""


@dataclass(frozen=True)
class Found:
    """A conversation as it was read; `content` is None when it is the version already known."""

    version: int
    content: bytes | None
    draft: bytes | None


class Conversations:
    """Reads and writes rows through connections it is given."""

    def __init__(self, vault: Vault, idle: timedelta, draft_for: timedelta) -> None:
        """Takes the vault whose key makes names and keys, and how long a conversation, and a draft in it, waits to go on."""
        self._vault = vault
        self._key = vault.derived_key("conversations")
        self._idle, self._draft_for = idle, draft_for

    def find(self, connection: Connection, conversation: str, known: int = 0) -> Found | None:
        """The conversation, unless it has been silent for too long; its content only if it is not the `known` version."""
        values = {"id": self.id(conversation), "known": known, "idle": self._idle, "draft_for": self._draft_for}
        row = connection.execute(_FIND, values).first()
        if row is None:
            return None
        return Found(
            row.version,
            self._open(conversation, "sealed", row.sealed),
            self._open(conversation, "draft", row.draft),
        )

    def save(self, connection: Connection, conversation: str, seen: int, content: bytes, draft: bytes | None) -> int:
        """Writes what follows version `seen` (0: nothing was there) and returns its version; raises `Overtaken`."""
        values = {
            "id": self.id(conversation),
            "sealed": self._seal(conversation, "sealed", content),
            "draft": draft and self._seal(conversation, "draft", draft),
        }
        if seen:
            version = connection.execute(_GO_ON, {**values, "seen": seen}).scalar()
        else:
            version = connection.execute(_BEGIN, {**values, "idle": self._idle}).scalar()
        if version is None:
            raise Overtaken("the conversation went on elsewhere")
        return int(version)

    def forget(self, connection: Connection, conversation: str) -> None:
        """Erases it."""
        connection.execute(_FORGET, {"id": self.id(conversation)})

    def sweep(self, connection: Connection) -> int:
        """Erases what has been silent for too long; how many conversations that were."""
        connection.execute(_SWEEP_DRAFTS, {"draft_for": self._draft_for})
        return connection.execute(_SWEEP, {"idle": self._idle}).rowcount

    def id(self, conversation: str) -> bytes:
        """What the row is known by."""
        return self._vault.keyed_hash("conversation", conversation)

    def _seal(self, conversation: str, column: str, plain: bytes) -> bytes:
        return Vault.seal(self._key_of(conversation), plain, _place(column))

    def _open(self, conversation: str, column: str, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return Vault.unseal(self._key_of(conversation), bytes(sealed), _place(column))
        except CannotOpen as error:
            raise StoreUnavailable("a conversation cannot be opened") from error

    def _key_of(self, conversation: str) -> bytes:
        return hmac.digest(self._key, conversation.encode(), "sha256")


def _place(column: str) -> Place:
    return Place("conversations", column, "")
