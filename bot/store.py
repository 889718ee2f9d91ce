"""The database: SQLite under `var/` or PostgreSQL, opened so that trouble shows within seconds and never as half an answer.

Whatever keeps it from working (down, silent, locked, full, read-only) becomes `StoreUnavailable`; nothing has been written then, or
the writing came through although the answer did not, which is why whoever writes repeats under the same idempotency key.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot import store_patience
from bot.applications.errors import StoreUnavailable
from bot.settings import SettingsError

logger = logging.getLogger(__name__)

BUSY_MS = 1500  # waiting for another writer
POOL_SECONDS = 1.0  # waiting for a free connection
TRANSACTION_SECONDS = 2.0  # a whole transaction on PostgreSQL, connecting included
_CONNECTIONS = 8
_BAD_URL = "TOMONI_DATABASE_URL must look like sqlite:////path/to/file.db or postgresql://user:password@host/database."


class Store:
    """Transactions on one database."""

    def __init__(self, engine: Engine) -> None:
        """Takes an engine made by `connect`."""
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite it takes the one write lock at once, so that nothing fails half-way."""
        with self._transaction(self.engine) as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; on SQLite it waits for no writer."""
        with self._transaction(self.engine.execution_options(only_reads=True)) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        with self._failing_closed(), engine.begin() as connection:
            yield connection

    @contextmanager
    def _failing_closed(self) -> Iterator[None]:
        try:
            with store_patience.within(TRANSACTION_SECONDS):
                yield
        except (IntegrityError, DataError):
            raise
        except (DBAPIError, PoolTimeout, sqlite3.Error, OSError) as error:
            cause = getattr(error, "orig", None) or error
            failure = f"{type(cause).__name__} {getattr(cause, 'pgcode', None) or ''}".strip()
            logger.error("store.unavailable: %s", failure)
            raise StoreUnavailable(
                failure
            ) from None  # no log may print the driver's message: it can quote the statement

    @contextmanager
    def alone(self) -> Iterator[Connection]:
        """A connection outside any transaction."""
        # On SQLite leaving out our BEGIN is enough; SQLAlchemy's AUTOCOMMIT would let pysqlite begin transactions afterwards.
        outside = {"alone": True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        with self._failing_closed(), self.engine.execution_options(**outside).connect() as connection:
            yield connection

    def tidy_after_erasure(self) -> None:
        """Takes erased bytes out of the write-ahead log (SQLite) and out of dead rows (PostgreSQL).

        Raises `StoreUnavailable` when the database is too busy; the erasure itself holds, and the next one tidies up for both.
        """
        with self.alone() as connection:
            connection.exec_driver_sql(
                "PRAGMA wal_checkpoint(TRUNCATE)" if self.is_sqlite else "VACUUM application_keys"
            )

    def close(self) -> None:
        """Lets all connections go."""
        self.engine.dispose()


def connect(url: str) -> Store:
    """A store on a database; connects when first used. Raises `SettingsError` for an address that is none."""
    try:
        target = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError as error:
        raise SettingsError(_BAD_URL) from error
    makers = {"sqlite": _sqlite, "postgresql": _postgresql}
    if target.get_backend_name() not in makers:
        raise SettingsError(_BAD_URL)
    return Store(makers[target.get_backend_name()](target))


def _engine(url: URL, **options: Any) -> Engine:
    return sqlalchemy.create_engine(
        url,
        future=True,
        hide_parameters=True,  # errors and logs hold no values
        poolclass=sqlalchemy.pool.QueuePool,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        **options,
    )


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise SettingsError("TOMONI_DATABASE_URL must name a file: a database in memory would lose applications.")
    path = Path(url.database)

    def on_connect(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where we say, not where pysqlite guesses
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    def on_begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if not options.get("alone"):
            connection.exec_driver_sql("BEGIN" if options.get("only_reads") else "BEGIN IMMEDIATE")

    def before_connect(*_: Any) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # only the owner reads it; -wal and -shm follow

    engine = _engine(url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False})
    event.listen(engine, "do_connect", before_connect)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _postgresql(url: URL) -> Engine:
    store_patience.install()
    asked = url.query.get("options", "")
    limits = f"-c statement_timeout=2000 -c lock_timeout={BUSY_MS} -c idle_in_transaction_session_timeout=10000"
    return _engine(
        url,
        pool_pre_ping=True,
        connect_args={
            "connection_factory": store_patience.Connection,
            "connect_timeout": 2,
            "tcp_user_timeout": 2000,
            "application_name": "tomoni",
            "options": f"{asked} {limits}".strip(),
        },
    )
