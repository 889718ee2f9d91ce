"""SQL of chats linked to an application and of links that open once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.engine import Connection, Row

from bot.applications import tables as t
from bot.applications.repository import insert_if_new


def link(connection: Connection, conversation_hash: bytes, application: UUID, at: datetime) -> None:
    """Links a conversation to an application, in place of another if there was one."""
    unlink(connection, conversation_hash)
    values = {"conversation_hash": conversation_hash, "application_id": application, "created_at": at}
    insert_if_new(connection, t.links, values)


def unlink(connection: Connection, conversation_hash: bytes) -> bool:
    """Forgets a link; False when there was none."""
    return connection.execute(delete(t.links).where(t.links.c.conversation_hash == conversation_hash)).rowcount > 0


def linked(connection: Connection, conversation_hash: bytes) -> UUID | None:
    """The application of a linked conversation."""
    query = select(t.links.c.application_id).where(t.links.c.conversation_hash == conversation_hash)
    return connection.execute(query).scalar()


def add_one_time_link(connection: Connection, **values: Any) -> None:
    """A link that opens once."""
    connection.execute(insert(t.one_time_links).values(used=False, **values))


def use_one_time_link(connection: Connection, token_hash: bytes, now: datetime) -> Row | None:
    """Uses a link up and returns its row; None when it is unknown, used, run out, or from a future a clock has left."""
    c = t.one_time_links.c
    valid = (c.token_hash == token_hash) & c.used.is_(False) & (c.created_at <= now) & (c.expires_at > now)
    if connection.execute(update(t.one_time_links).where(valid).values(used=True)).rowcount != 1:
        return None
    return connection.execute(select(t.one_time_links).where(c.token_hash == token_hash)).first()
