"""Erasure takes everything, cannot be undone by a late message or a restored backup, and leaves a tombstone that says nothing."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.applications import tables
from bot.applications.errors import ApplicationErased, ApplicationNotFound, ApplicationsError
from bot.applications.model import Contact, State
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from bot.privacy.crypto import CannotOpen
from tests.drills.installation import KEYS, Clock, installation, vault


def everything(applications: Applications) -> dict[str, list[tuple[object, ...]]]:
    with applications.store.read() as connection:
        return {
            name: [tuple(r) for r in connection.execute(select(table))]
            for name, table in tables.metadata.tables.items()
        }


def used(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> tuple[Started, str]:
    """An application that has left traces in every table."""
    started = start(key="one", contact=contact)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, "no pin", Caller())
    view = applications.tick(applications.open_started(started, caller).grant, caller, "doc-single", True)
    applications.link_chat(view.grant, caller)
    applications.issue_one_time_link(view.grant, caller)
    applications.mark_filed(view.grant, caller)
    return started, view.grant


def test_only_a_tombstone_and_a_spent_key_remain(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started, grant = used(applications, start, contact, caller)
    before = everything(applications)
    assert all(rows for name, rows in before.items() if name != "application_erasures")
    applications.erase(grant, caller)
    after = {name: rows for name, rows in everything(applications).items() if rows}
    assert set(after) == {"application_erasures", "application_idempotency"}
    ((identity, _, reason),) = after["application_erasures"]
    assert (identity, reason) == (started.application, "by_couple")
    ((_, _, application, response, _),) = after["application_idempotency"]
    assert (application, response) == (None, None)


def test_erasing_twice_and_acting_after_it_find_nothing(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started, grant = used(applications, start, contact, caller)
    applications.erase(grant, caller)
    for deed in (
        lambda: applications.erase(grant, caller),
        lambda: applications.erase_by_staff(started.application),
        lambda: applications.tick(grant, caller, "doc-single", True),
        lambda: applications.look_up(started.receipt, started.pin, caller),
        lambda: applications.new_pin(started.receipt, started.pin, caller, "k"),
        lambda: applications.advance(started.application, State.UNDER_REVIEW, "staff:a", "x"),
        lambda: applications.export(grant, caller),
    ):
        with pytest.raises(ApplicationNotFound):
            deed()
    with pytest.raises(ApplicationErased):
        start(key="one", contact=contact)


def test_fifty_messages_at_once_do_not_bring_it_back(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started, grant = used(applications, start, contact, caller)
    go = threading.Barrier(10)

    def message(n: int) -> None:
        if n < 10:
            go.wait(5)
        try:
            if n == 5:
                applications.erase(grant, caller)
            elif n % 4 == 0:
                applications.tick(grant, caller, "doc-identity", n % 8 == 0)
            elif n % 4 == 1:
                applications.link_chat(grant, caller)
            elif n % 4 == 2:
                applications.change_contact(grant, caller, contact)
            else:
                start(key="one", contact=contact)
        except ApplicationsError:
            return  # refused, as it may be

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(message, range(50)))
    assert {name for name, rows in everything(applications).items() if rows} == {
        "application_erasures",
        "application_idempotency",
    }


def test_the_export_holds_everything_they_gave(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    started, grant = used(applications, start, contact, caller)
    exported = applications.export(grant, caller)
    assert exported["contact"] == {"kind": "email", "address": contact.address}
    assert exported["wishes"]["circumstances"] == ["lives_in_tokyo", "wants_child_name", "works_in_tokyo"]
    assert exported["ready"] == ["doc-single"]
    assert [row["to"] for row in exported["history"]] == ["preparing", "submitted"]
    assert exported["notices"][0]["status"] == "waiting"
    assert applications.export_by_staff(started.application) == exported


def test_tombstones_cannot_be_taken_away(applications: Applications, start: Callable[..., Started]) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    applications.erase_by_staff(start().application)
    for statement in ("DELETE FROM application_erasures", "UPDATE application_erasures SET reason = 'x'"):
        with pytest.raises(IntegrityError), applications.store.write() as connection:
            connection.execute(text(statement))


# --- backups


def test_after_a_restored_backup_tombstones_kept_outside_erase_again(
    tmp_path: Path, clock: Clock, contact: Contact, caller: Caller
) -> None:
    here, backup = tmp_path / "tomoni.db", tmp_path / "backup.db"
    applications = installation(f"sqlite:///{here}", clock)
    from datetime import date

    from bot.applications.model import Wishes

    started = applications.start(Wishes(), contact, "k", date(2026, 11, 22))
    applications.store.close()
    shutil.copy(here, backup)
    applications.erase_by_staff(started.application)
    kept_outside = [identity for identity, _, _ in applications.erased()]
    restored = installation(f"sqlite:///{backup}", clock)
    assert restored.look_up(started.receipt, started.pin, caller)
    assert restored.erase_again(kept_outside) == 1
    assert restored.erase_again(kept_outside) == 0
    with pytest.raises(ApplicationNotFound):
        restored.look_up(started.receipt, started.pin, caller)


def test_after_a_change_of_master_key_an_old_backup_opens_no_field(
    applications: Applications, database: str, start: Callable[..., Started], contact: Contact, clock: Clock
) -> None:
    started = start(contact=contact)
    old_rows = everything(applications)["application_keys"]
    both = installation(database, clock, vault=vault((("new", bytes(32)), *KEYS)))
    assert both.rewrap() == 1
    assert both.rewrap() == 0
    only_new = installation(database, clock, vault=vault((("new", bytes(32)),)))
    assert only_new.export_by_staff(started.application)["contact"]["address"] == contact.address
    with only_new.store.write() as connection:  # what the backup holds
        connection.execute(tables.keys.update().values(wrapped=old_rows[0][1]))
    with pytest.raises(CannotOpen):
        only_new.export_by_staff(started.application)
    both.store.close()
    only_new.store.close()


def test_without_its_wrapped_key_nothing_of_an_application_opens(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    """Crypto-shredding: the rest may still lie in some copy."""
    started = start(contact=contact)
    with applications.store.write() as connection:
        connection.execute(tables.keys.update().values(wrapped=applications.vault.wrap(bytes(32), _place(started))))
    with pytest.raises(CannotOpen):
        applications.look_up(started.receipt, started.pin, caller)


def _place(started: Started) -> object:
    from bot.applications.core import key_place

    return key_place(started.application)
