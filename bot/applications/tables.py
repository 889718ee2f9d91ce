"""The tables of this package, all names beginning with `application`, as Rasa's trackers may share the database."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


class UtcTime(TypeDecorator):
    """A moment: UTC with its zone on both databases, though SQLite stores none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Gives the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Id(TypeDecorator):
    """A UUID as its 36 characters, readable in both databases."""

    impl = String(36)
    cache_ok = True

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> str | None:
        """Writes it."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> UUID | None:
        """Reads it."""
        return None if value is None else UUID(value)


def _hash(name: str, **options: Any) -> Column:
    return Column(name, LargeBinary(32), **options)


def _application(**options: Any) -> Column:
    return Column("application_id", Id, ForeignKey("applications.id"), **options)


applications = Table(
    "applications",
    metadata,
    Column("id", Id, primary_key=True),
    _hash("receipt_hash", nullable=False, unique=True),
    Column("pin_hash", Text, nullable=False),
    Column("next_pin_hash", Text),  # opens too; from its first use on it alone (`access`)
    Column("next_pin_at", UtcTime),
    Column("state", String(32), nullable=False),
    Column("wishes", LargeBinary, nullable=False),
    Column("contact", LargeBinary),
    Column("planned_month", String(7)),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),  # last opened or changed by anyone; what is abandoned is judged by it
    Column("version", Integer, nullable=False),
    _hash("history_head", nullable=False),
    Index("ix_applications_state_seen_at", "state", "seen_at"),
)

# Apart from what they open, so that a backup can leave them out.
keys = Table(
    "application_keys", metadata, _application(primary_key=True), Column("wrapped", LargeBinary, nullable=False)
)

history = Table(
    "application_history",
    metadata,
    _application(primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("who", String(80), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("before", String(32)),
    Column("to", String(32), nullable=False),
    Column("reason", String(40), nullable=False),
    _hash("digest", nullable=False),
)

idempotency = Table(
    "application_idempotency",
    metadata,
    _hash("key_hash", primary_key=True),
    _hash("content_digest", nullable=False),
    _application(nullable=True, index=True),  # empty once it is erased
    Column("response", LargeBinary),
    Column("created_at", UtcTime, nullable=False, index=True),
)

attempts = Table(
    "application_attempts",
    metadata,
    _hash("subject", primary_key=True),  # a receipt, known or not, an address or a conversation
    Column("kind", String(8), nullable=False),
    Column("failures", Text, nullable=False),
    Column("in_row", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("updated_at", UtcTime, nullable=False, index=True),
    CheckConstraint("kind IN ('receipt', 'caller')", name="kind"),
)

ticks = Table(
    "application_ticks",
    metadata,
    _application(primary_key=True),
    _hash("mark", primary_key=True),  # a paper's name tells about the couple, so it is a hash too
    Column("updated_at", UtcTime, nullable=False),
)

outbox = Table(
    "application_outbox",
    metadata,
    Column("message_id", Id, primary_key=True),
    _application(nullable=False, index=True),
    Column("notice", String(32), nullable=False),
    Column("status", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("problem", String(40)),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    CheckConstraint("status IN ('waiting', 'sending', 'sent', 'dropped', 'dead')", name="status"),
    Index("ix_application_outbox_status_due_at", "status", "due_at"),
)

links = Table(
    "application_links",
    metadata,
    _hash("conversation_hash", primary_key=True),
    _application(nullable=False, index=True),
    Column("created_at", UtcTime, nullable=False),
)

one_time_links = Table(
    "application_one_time_links",
    metadata,
    _hash("token_hash", primary_key=True),
    _application(nullable=True, index=True),  # opens this application …
    _hash("conversation_hash", nullable=True),  # … or lets the page link this conversation to the one it opened
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("used", Boolean, nullable=False),
    CheckConstraint("(application_id IS NULL) <> (conversation_hash IS NULL)", name="one_purpose"),
)

erasures = Table(
    "application_erasures",
    metadata,
    Column("application_id", Id, primary_key=True),
    Column("erased_at", UtcTime, nullable=False),
    Column("reason", String(40), nullable=False),
)
