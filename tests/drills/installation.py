"""A whole installation for tests and drills: its database, keys and a clock that only moves when told to."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import psycopg2
from sqlalchemy.engine import make_url

from bot.applications import migrate
from bot.applications.pin import CHEAP, Cost, PinHasher
from bot.applications.service import Applications
from bot.privacy.crypto import Vault
from bot.store import connect

POSTGRES = os.environ.get("TOMONI_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/test")
START_POSTGRES = "service postgresql start  (or name one: TOMONI_TEST_POSTGRES=postgresql://user@host/database)"
KEYS = (("old", bytes(range(32))),)
LOOKUP_KEY = b"lookup key of the tests, 32 bytes or more"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=timezone.utc)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> datetime:
        """Moves it; returns the new time."""
        self.time += timedelta(**by)
        return self.time


def vault(keys: tuple[tuple[str, bytes], ...] = KEYS) -> Vault:
    """The vault of the tests."""
    return Vault(keys, LOOKUP_KEY)


def installation(url: str, now: Callable[[], datetime] | None = None, cost: Cost = CHEAP, **parts: Any) -> Applications:
    """The applications in a database, tables made; a hash costs next to nothing unless asked for."""
    store = connect(url)
    migrate.upgrade(store)
    extra = {"now": now} if now else {}
    return Applications(store, parts.pop("vault", vault()), PinHasher(cost), **extra, **parts)


def postgres_is_there() -> bool:
    """Whether the PostgreSQL of the tests answers."""
    try:
        psycopg2.connect(POSTGRES, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def schema() -> Iterator[str]:
    """The address of a schema of one's own, dropped afterwards."""
    name = f"tomoni_{uuid4().hex}"
    admin = psycopg2.connect(POSTGRES)
    admin.autocommit = True
    try:
        admin.cursor().execute(f"CREATE SCHEMA {name}")
        yield in_schema(POSTGRES, name)
    finally:
        admin.cursor().execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        admin.close()


def in_schema(url: str, name: str) -> str:
    """The address of a schema."""
    return str(make_url(url).update_query_dict({"options": f"-csearch_path={name}"}))


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The given database; `postgresql` alone stands for a schema of one's own on the tests' server."""
    if url == "postgresql":
        with schema() as address:
            yield address
    elif url:
        yield url
    else:
        raise ValueError("no database given")
