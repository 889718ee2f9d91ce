"""Brings the tables to the present version, or back; two processes that start at once do not get in each other's way."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from bot import store_patience
from bot.applications.errors import StoreUnavailable
from bot.store import Store

VERSION_TABLE = "application_version"


@dataclass(frozen=True)
class Chain:
    """The migrations of one part: where they are, and the table that notes how far they went."""

    folder: Path
    version_table: str


APPLICATIONS = Chain(Path(__file__).with_name("migrations"), VERSION_TABLE)
_LOCK_NUMBER = 0x746F6D6F6E69  # PostgreSQL's advisory locks have numbers: "tomoni"
_WAIT_SECONDS = 60.0


def upgrade(store: Store, revision: str = "head", chain: Chain = APPLICATIONS) -> None:
    """Goes up to a revision; does nothing when the tables are there already."""
    if revision == "head":
        with store.read() as connection:
            if _current(connection, chain) == _head(chain):
                return
    _migrate(store, command.upgrade, revision, chain)


def downgrade(store: Store, revision: str = "base", chain: Chain = APPLICATIONS) -> None:
    """Goes back to a revision; `base` takes every table away."""
    _migrate(store, command.downgrade, revision, chain)


def current(store: Store, chain: Chain = APPLICATIONS) -> str | None:
    """The revision the tables are at."""
    with store.read() as connection:
        return _current(connection, chain)


def _migrate(store: Store, step: Callable[[Config, str], None], revision: str, chain: Chain) -> None:
    with _one_at_a_time(store), store.write() as connection, store_patience.within(None):
        if not store.is_sqlite:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        config = _config(chain)
        config.attributes["connection"] = connection
        step(config, revision)


def _config(chain: Chain) -> Config:
    config = Config()
    config.set_main_option("script_location", str(chain.folder))
    config.set_main_option("path_separator", "os")
    return config


def _head(chain: Chain) -> str | None:
    return ScriptDirectory.from_config(_config(chain)).get_current_head()


def _current(connection: Connection, chain: Chain) -> str | None:
    return MigrationContext.configure(connection, opts={"version_table": chain.version_table}).get_current_revision()


@contextmanager
def _one_at_a_time(store: Store) -> Iterator[None]:
    if store.is_sqlite:
        handle = os.open(f"{store.engine.url.database}.migrating", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            _wait_for(lambda: _flock(handle))
            yield
        finally:
            os.close(handle)  # lets the lock go
        return
    with store.alone() as connection, store_patience.within(None):
        _wait_for(lambda: bool(connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK_NUMBER})").scalar()))
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_NUMBER})")


def _flock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _wait_for(locked: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS
    while not locked():
        if time.monotonic() > deadline:
            raise StoreUnavailable("another process is still migrating")
        time.sleep(0.05)
