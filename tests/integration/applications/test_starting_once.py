"""A confirmation makes one application, however often and by however many it is repeated (R12)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from bot.applications.errors import ApplicationErased, IdempotencyConflict, InvalidInput
from bot.applications.model import Contact, ContactKind, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Delivery, Started
from bot.rules.periods import Span
from tests.drills.installation import Clock, installation

TODAY = date(2026, 11, 22)


def test_a_new_application_is_preparing_and_opens_with_its_receipt_and_pin(
    applications: Applications, start: Callable[..., Started], wishes: Wishes, caller: Caller
) -> None:
    started = start()
    view = applications.look_up(started.receipt, started.pin, caller)
    assert view.application.id == started.application
    assert view.application.state is State.PREPARING
    assert view.wishes == wishes
    assert [row.reason for row in view.history] == ["started"]


def test_the_pin_is_not_printed_with_it(start: Callable[..., Started]) -> None:
    started = start()
    assert started.pin not in repr(started)
    assert started.receipt not in repr(started)


def test_a_hundred_copies_at_once_make_one_application_and_get_the_same_receipt(
    applications: Applications, start: Callable[..., Started]
) -> None:
    with ThreadPoolExecutor(100) as pool:
        copies = list(pool.map(lambda _: start(key="one"), range(100)))
    assert len({f"{c.receipt} {c.pin} {c.application}".encode() for c in copies}) == 1
    assert len(applications.listed()) == 1


def _copy(url: str, key: str) -> tuple[str, str]:
    started = installation(url).start(Wishes("ja"), None, key, TODAY)
    return started.receipt, started.pin


def test_copies_in_several_processes_make_one_application(applications: Applications, database: str) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        copies = pool.starmap(_copy, [(database, f"key-{n // 8}") for n in range(24)])
    assert len(set(copies)) == 3
    assert len(applications.listed()) == 3


def test_different_confirmations_at_once_all_come_through(
    applications: Applications, start: Callable[..., Started]
) -> None:
    with ThreadPoolExecutor(30) as pool:
        copies = list(pool.map(lambda n: start(key=f"key {n}"), range(60)))
    assert len({c.receipt for c in copies}) == 60
    assert len(applications.listed()) == 60


def test_the_same_key_with_other_content_is_refused(
    start: Callable[..., Started], wishes: Wishes, contact: Contact
) -> None:
    start(key="one", contact=contact)
    for other in (
        {"wishes": replace(wishes, language="en"), "contact": contact},
        {"wishes": replace(wishes, planned_on=None), "contact": contact},
        {"contact": None},
        {"contact": Contact(ContactKind.EMAIL, "other@example.org")},
    ):
        with pytest.raises(IdempotencyConflict):
            start(key="one", **other)


def test_a_copy_a_day_later_is_still_a_copy_though_the_planned_day_has_passed(
    applications: Applications, clock: Clock
) -> None:
    wishes = Wishes(planned_on=Span.day(TODAY))
    first = applications.start(wishes, None, "key", TODAY)
    clock.move(hours=47)
    assert applications.start(wishes, None, "key", date(2026, 11, 24)) == first


def test_a_plan_in_the_past_is_refused_and_nothing_is_kept(applications: Applications) -> None:
    with pytest.raises(InvalidInput):
        applications.start(Wishes(planned_on=Span.month(2026, 10)), None, "key", TODAY)
    assert applications.listed() == []


def test_a_copy_after_the_erasure_does_not_bring_it_back(
    applications: Applications, start: Callable[..., Started]
) -> None:
    applications.erase_by_staff(start(key="one").application)
    with pytest.raises(ApplicationErased):
        start(key="one")
    assert applications.listed() == []


def test_another_process_that_was_first_is_noticed_when_writing(
    applications: Applications, start: Callable[..., Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is written between our look and our write."""
    from bot.applications import repository

    real = repository.confirmed
    looks = []

    def blind_once(connection: object, key_hash: bytes) -> object:
        looks.append(key_hash)
        return None if len(looks) == 1 else real(connection, key_hash)  # type: ignore[arg-type]

    first = start(key="one")
    monkeypatch.setattr(repository, "confirmed", blind_once)
    assert start(key="one") == first
    assert len(applications.listed()) == 1


# --- the message that confirmed it, delivered again


def test_a_message_delivered_again_finds_what_it_started(
    applications: Applications, wishes: Wishes, contact: Contact, clock: Clock
) -> None:
    """After a crash the conversation is gone, and with it the key of its summary; the message is not."""
    yes = Delivery("conversation:message-1", "はい")
    assert applications.started_by(yes) is None
    started = applications.start(wishes, contact, "key", TODAY, yes)
    clock.move(hours=24)
    assert applications.started_by(yes) == started
    assert (
        applications.start(wishes, None, "another key", TODAY, yes) == started
    )  # nor does it confirm a second summary
    assert len(applications.listed()) == 1


def test_a_message_that_comes_back_with_other_content_is_refused(applications: Applications, wishes: Wishes) -> None:
    applications.start(wishes, None, "key", TODAY, Delivery("conversation:message-1", "はい"))
    other = Delivery("conversation:message-1", "お願いします")
    with pytest.raises(IdempotencyConflict):
        applications.started_by(other)
    with pytest.raises(IdempotencyConflict):
        applications.start(wishes, None, "another key", TODAY, other)
    assert len(applications.listed()) == 1


def test_a_message_of_an_erased_application_revives_nothing(applications: Applications, wishes: Wishes) -> None:
    yes = Delivery("conversation:message-1", "はい")
    started = applications.start(wishes, None, "key", TODAY, yes)
    applications.erase_by_staff(started.application)
    with pytest.raises(ApplicationErased):
        applications.started_by(yes)
    with pytest.raises(ApplicationErased):
        applications.start(wishes, None, "another key", TODAY, yes)
