"""The table of feedback: one row for each answer, version, reason and day, with how often. Made by migration 0003."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Integer, MetaData, String, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import Store

metadata = MetaData()

answer_feedback = Table(
    "answer_feedback",
    metadata,
    Column("answer_id", String(64), primary_key=True),
    Column("version", String(64), primary_key=True),
    Column("code", String(32), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("count", Integer, nullable=False),
)


def count(store: Store, answer_id: str, version: str, code: str, day: date) -> None:
    """Counts one more; raises `StoreUnavailable` when the database cannot take it."""
    insert = (sqlite if store.is_sqlite else postgresql).insert(answer_feedback)
    row = {"answer_id": answer_id, "version": version, "code": code, "day": day, "count": 1}
    more = {"count": answer_feedback.c.count + 1}
    with store.write() as connection:
        connection.execute(
            insert.values(row).on_conflict_do_update(index_elements=["answer_id", "version", "code", "day"], set_=more)
        )


def counting(door: Callable[[], Any]) -> Callable[[str, str, str, date], None]:
    """Counts in the database behind the door that gives out the applications; blocks, so call it in a thread."""
    return lambda answer_id, version, code, day: count(door().store, answer_id, version, code, day)
