"""A database that is down, silent, locked, full or read-only: said within three seconds, and afterwards exactly one (R8, R9)."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from bot.applications import migrate
from bot.applications.errors import StoreUnavailable
from bot.applications.model import Contact, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from bot.store import connect
from tests.drills.installation import Clock, installation, schema
from tests.drills.wire import Wire

Fault = Callable[[Applications], Any]


@contextmanager
def locked(applications: Applications) -> Iterator[None]:
    """Somebody holds the lock and does not let go."""
    url = applications.store.engine.url
    if applications.store.is_sqlite:
        other = sqlite3.connect(str(url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg2.connect(str(url).replace("+psycopg2", ""))
        other.cursor().execute(
            "LOCK TABLE applications, application_attempts, application_links IN ACCESS EXCLUSIVE MODE"
        )
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def on_checkout(applications: Applications, deed: Callable[[Any], None], undo: Callable[[Any], None]) -> Iterator[None]:
    def before(connection: Any, *_: Any) -> None:
        deed(connection)

    event.listen(applications.store.engine, "checkout", before)
    try:
        yield
    finally:
        event.remove(applications.store.engine, "checkout", before)
        with applications.store.engine.connect() as connection:
            undo(connection.connection)
        applications.store.engine.dispose()


@contextmanager
def read_only(applications: Applications) -> Iterator[None]:
    """As on a disk that was remounted, or a standby."""
    if applications.store.is_sqlite:
        with on_checkout(
            applications, lambda c: c.execute("PRAGMA query_only=ON"), lambda c: c.execute("PRAGMA query_only=OFF")
        ):
            yield
    else:
        with on_checkout(applications, lambda c: c.set_session(readonly=True), lambda c: c.set_session(readonly=False)):
            yield


@contextmanager
def full(applications: Applications) -> Iterator[None]:
    """No room for another page."""
    if applications.store.is_sqlite:

        def shrink(c: Any) -> None:
            pages = c.execute("PRAGMA page_count").fetchone()[0]
            c.execute(f"PRAGMA max_page_count={pages}")

        with on_checkout(applications, shrink, lambda c: c.execute("PRAGMA max_page_count=1073741823")):
            yield
        return
    with applications.store.write() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = 'disk_full'; END $$"
            )
        )
        for table in ("applications", "application_attempts", "application_ticks"):
            connection.execute(
                text(
                    f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
                )
            )
    try:
        yield
    finally:
        with applications.store.write() as connection:
            connection.execute(text("DROP FUNCTION no_room() CASCADE"))


FAULTS = {"locked": locked, "read_only": read_only, "full": full}


def timed_refusal(deed: Callable[[], Any]) -> None:
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        deed()
    assert time.monotonic() - started <= 3


@pytest.mark.parametrize("name", FAULTS)
def test_starting_fails_closed_and_the_repeat_makes_exactly_one(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller, name: str
) -> None:
    with FAULTS[name](applications):
        if name == "full" and applications.store.is_sqlite:
            number = next(n for n in range(400) if not _starts(start, n, contact))
        else:
            number = 0
        before = len(applications.listed()) if name != "locked" or applications.store.is_sqlite else 0
        for _ in range(2):
            timed_refusal(lambda: start(key=f"key {number}", contact=contact))
    started = start(key=f"key {number}", contact=contact)
    assert start(key=f"key {number}", contact=contact) == started
    assert len(applications.listed()) == before + 1
    assert applications.look_up(started.receipt, started.pin, caller).application.id == started.application


def _starts(start: Callable[..., Started], number: int, contact: Contact) -> bool:
    try:
        start(key=f"key {number}", contact=contact)
    except StoreUnavailable:
        return False
    return True


def test_a_database_that_is_not_there_yet_fails_closed(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    timed_refusal(lambda: installation(f"sqlite:///{tmp_path}/var/tomoni.db"))
    timed_refusal(lambda: installation("postgresql://postgres@127.0.0.1:1/test"))


def test_a_database_whose_tables_are_missing_fails_closed(
    applications: Applications, start: Callable[..., Started]
) -> None:
    migrate.downgrade(applications.store)
    timed_refusal(start)


def test_a_file_that_is_no_database_fails_closed(tmp_path: Path) -> None:
    (tmp_path / "tomoni.db").write_bytes(b"this is no database" * 1000)
    timed_refusal(lambda: migrate.upgrade(connect(f"sqlite:///{tmp_path}/tomoni.db")))


# --- PostgreSQL behind a wire that can be cut


@pytest.fixture
def wired(postgres: None, clock: Clock) -> Iterator[tuple[Applications, Wire]]:
    with schema() as address:
        url = make_url(address)
        wire = Wire(url.host or "127.0.0.1", url.port or 5432)
        applications = installation(str(url.set(host="127.0.0.1", port=wire.port)), clock)
        yield applications, wire
        wire.silent = False
        applications.store.close()
        wire.cut()


@pytest.mark.parametrize("how", ["cut", "silent"])
@pytest.mark.parametrize("asleep", [False, True])
def test_postgresql_that_is_down_or_silent_fails_closed_and_works_again(
    wired: tuple[Applications, Wire], contact: Contact, how: str, asleep: bool
) -> None:
    applications, wire = wired

    def start() -> Started:
        return applications.start(Wishes(), contact, "key", date(2026, 11, 22))

    if asleep:  # no connection was open when it happened
        applications.store.close()
    if how == "cut":
        wire.cut()
    else:
        wire.silent = True
    for _ in range(3):
        timed_refusal(start)
    if how == "cut":
        wire.mend()
    wire.silent = False
    started = start()
    assert start() == started
    assert len(applications.listed()) == 1


def test_a_commit_whose_answer_was_lost_is_found_by_the_repeat(wired: tuple[Applications, Wire]) -> None:
    """The worst moment: the database has written, and we do not learn of it."""
    applications, wire = wired

    def lose_the_answer(connection: Any) -> None:
        if not connection.get_execution_options().get("only_reads"):
            wire.mute = True

    event.listen(applications.store.engine, "commit", lose_the_answer)
    timed_refusal(lambda: applications.start(Wishes(), None, "key", date(2026, 11, 22)))
    event.remove(applications.store.engine, "commit", lose_the_answer)
    wire.mute = False
    applications.start(Wishes(), None, "key", date(2026, 11, 22))
    assert len(applications.listed()) == 1
