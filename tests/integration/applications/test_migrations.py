"""Migrations go up and down, with data in the tables, and lead to the tables the code speaks of."""

from __future__ import annotations

import multiprocessing
import os
import stat
import traceback
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from bot.applications import migrate
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Contact, State, Wishes
from bot.applications.service import Applications
from bot.applications.tables import metadata
from bot.applications.views import Caller, Started
from bot.settings import SettingsError
from bot.store import connect
from tests.drills.installation import installation


def tables(applications: Applications) -> set[str]:
    return {name for name in inspect(applications.store.engine).get_table_names() if name.startswith("application")}


def test_the_migrations_lead_to_the_tables_of_the_code(applications: Applications) -> None:
    assert tables(applications) == {*metadata.tables, migrate.VERSION_TABLE}
    with applications.store.read() as connection:
        options = {"version_table": migrate.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        ours = [d for d in compare_metadata(context, metadata) if "application" in str(d)]
    assert ours == []


def test_every_step_goes_down_and_up_again_with_data(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started = start(contact=contact)
    view = applications.tick(applications.open_started(started, caller).grant, caller, "doc-single", True)
    applications.link_chat(view.grant, caller)
    applications.issue_one_time_link(view.grant, caller)
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    applications.erase_by_staff(start().application)
    with applications.store.write() as connection:
        day = {"day": date(2026, 11, 22)}
        connection.execute(text("INSERT INTO answer_feedback VALUES ('application_fee', 'v', 'helpful', :day, 1)"), day)
        connection.execute(
            text("INSERT INTO line_inbox (event, state, received_at) VALUES (:event, 'open', :at)"),
            {"event": bytes(32), "at": datetime(2026, 11, 22, 3)},
        )
    script = ScriptDirectory.from_config(migrate._config(migrate.APPLICATIONS))
    steps = [revision.revision for revision in script.walk_revisions()]
    for revision in steps:
        migrate.downgrade(applications.store, script.get_revision(revision).down_revision or "base")
    assert tables(applications) <= {migrate.VERSION_TABLE}
    for revision in reversed(steps):
        migrate.upgrade(applications.store, revision)
    assert migrate.current(applications.store) == steps[0]
    start()
    assert len(applications.listed()) == 1


def test_what_came_later_goes_and_comes_back_without_touching_an_application(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started = start(contact=contact)
    applications.tick(applications.open_started(started, caller).grant, caller, "doc-single", True)
    before = applications.export_by_staff(started.application)
    migrate.downgrade(applications.store, "0001")
    assert tables(applications) == {*metadata.tables, migrate.VERSION_TABLE}
    migrate.upgrade(applications.store)
    assert applications.look_up(started.receipt, started.pin, caller).ready == {"doc-single"}
    assert applications.export_by_staff(started.application) == before
    assert applications.shown(started.application)  # its history holds


def test_going_down_while_two_pins_open_keeps_the_one_made_last(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    renewed, other = start(), start()
    fresh = applications.new_pin(renewed.receipt, renewed.pin, caller, "key")
    migrate.downgrade(applications.store, "0003")
    migrate.upgrade(applications.store)
    assert applications.look_up(other.receipt, other.pin, caller)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(renewed.receipt, renewed.pin, caller)
    assert applications.look_up(renewed.receipt, fresh, caller)
    assert applications.shown(renewed.application)  # its history holds


def test_going_up_again_changes_nothing(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    migrate.upgrade(applications.store)
    assert applications.look_up(started.receipt, started.pin, caller).application.id == started.application


def test_a_migration_that_fails_leaves_nothing_behind(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    real = op.create_table
    made = []

    def fails_at_the_fifth(name: str, *columns: object, **options: object) -> object:
        made.append(name)
        if len(made) == 5:
            raise RuntimeError("pulled the plug")
        return real(name, *columns, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", fails_at_the_fifth)
    store = connect(database)
    with pytest.raises(RuntimeError):
        migrate.upgrade(store)
    assert not [n for n in inspect(store.engine).get_table_names() if n.startswith("application")]
    monkeypatch.undo()
    migrate.upgrade(store)
    assert migrate.current(store) == migrate._head(migrate.APPLICATIONS)
    store.close()


def _start_up(url: str) -> str | None:
    return migrate.current(installation(url).store)


def test_processes_that_start_at_once_do_not_clash(database: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        assert set(pool.map(_start_up, [database] * 8)) == {migrate._head(migrate.APPLICATIONS)}


def test_the_trackers_tables_may_stand_beside_ours(applications: Applications) -> None:
    with applications.store.write() as connection:
        connection.execute(text("CREATE TABLE events (id INTEGER PRIMARY KEY)"))
    migrate.downgrade(applications.store)
    assert "events" in inspect(applications.store.engine).get_table_names()


# --- the store itself


def test_the_sqlite_file_is_readable_by_its_owner_alone_and_durable(tmp_path: Path) -> None:
    os.umask(0o000)
    try:
        applications = installation(f"sqlite:///{tmp_path}/new/tomoni.db")
        with applications.store.read() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
            }
    finally:
        os.umask(0o022)
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 1500,
        "secure_delete": 1,
    }
    for file in (tmp_path / "new").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_after_an_erasure_the_log_is_empty_and_connections_are_as_before(tmp_path: Path) -> None:
    applications = installation(f"sqlite:///{tmp_path}/tomoni.db")
    started = applications.start(Wishes(), None, "key", date(2026, 11, 22))
    assert (tmp_path / "tomoni.db-wal").stat().st_size > 0
    applications.erase_by_staff(started.application)
    assert (tmp_path / "tomoni.db-wal").stat().st_size == 0
    with applications.store.read() as connection:
        assert connection.connection.isolation_level is None
    applications.store.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://x/y", "nonsense", "oracle:///"])
def test_an_address_that_is_no_database_of_ours_is_named(url: str) -> None:
    with pytest.raises(SettingsError, match="TOMONI_DATABASE_URL"):
        connect(url)


def test_an_error_of_the_database_shows_no_values(
    applications: Applications, start: Callable[..., Started], caplog: pytest.LogCaptureFixture
) -> None:
    started = start()
    with pytest.raises(Exception) as failure, applications.store.write() as connection:
        connection.execute(text("SELECT :v FROM no_such_table"), {"v": started.receipt})
    printed = "".join(traceback.format_exception(failure.type, failure.value, failure.tb))
    assert started.receipt not in printed + caplog.text
