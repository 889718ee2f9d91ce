"""Notices are sent at least once, under one id, with patience, and given up where everybody can see it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from bot.applications import outbox_rows
from bot.applications.model import Contact, ContactKind, State
from bot.applications.notices import Notice
from bot.applications.outbox import FIRST_WAIT, LEASE, LONGEST_WAIT, MOST_ATTEMPTS, DeliveryFailed, Outbox, Sent
from bot.applications.senders import MailFolder
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock

PAGE = "https://tomoni.example/a"


class Recording:
    """A sender that notes what it is given, and fails as it is told."""

    def __init__(self) -> None:
        self.sent: list[tuple[UUID, str, Notice]] = []
        self.failures: list[BaseException] = []

    def send(self, message_id: UUID, address: str, notice: Notice) -> None:
        self.sent.append((message_id, address, notice))
        if self.failures:
            raise self.failures.pop(0)

    @property
    def ids(self) -> set[UUID]:
        return {message_id for message_id, _, _ in self.sent}


@pytest.fixture
def sender() -> Recording:
    return Recording()


@pytest.fixture
def outbox(applications: Applications, sender: Recording) -> Outbox:
    return Outbox(applications, {ContactKind.EMAIL: sender}, PAGE)


@pytest.fixture
def told(applications: Applications, start: Callable[..., Started], contact: Contact) -> Started:
    """An application with a contact and one notice waiting."""
    started = start(contact=contact)
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    return started


def test_a_notice_is_sent_once_in_the_couples_language(outbox: Outbox, told: Started, sender: Recording) -> None:
    assert outbox.run() == Sent(sent=1)
    assert outbox.run() == Sent()
    ((_, address, notice),) = sender.sent
    assert address == "couple@example.org"
    assert notice.subject == "お知らせがあります"
    assert PAGE in notice.body


def test_several_changes_are_one_notice(
    outbox: Outbox, told: Started, sender: Recording, applications: Applications
) -> None:
    for state in (State.UNDER_REVIEW, State.ACCEPTED):
        applications.advance(told.application, state, "staff:a", "x")
    assert outbox.run() == Sent(sent=1)
    assert outbox.run() == Sent()
    assert len(sender.sent) == 1
    assert outbox.counts() == {"sent": 1, "dropped": 2}


def test_what_changes_after_a_delivery_that_may_have_come_is_told_under_another_id(
    outbox: Outbox, told: Started, sender: Recording, clock: Clock, applications: Applications
) -> None:
    """A mail program that has seen the first drops whatever comes under its id again."""
    sender.failures = [DeliveryFailed("timeout")]
    assert outbox.run() == Sent(put_off=1)
    clock.time += FIRST_WAIT
    applications.advance(told.application, State.UNDER_REVIEW, "staff:a", "x")
    assert outbox.run() == Sent(sent=1)
    clock.time += LONGEST_WAIT
    assert outbox.run() == Sent()
    assert len(sender.sent) == len(sender.ids) == 2


def test_each_couple_has_a_notice_of_its_own(
    outbox: Outbox, told: Started, sender: Recording, applications: Applications, start: Callable[..., Started]
) -> None:
    other = start(contact=Contact(ContactKind.EMAIL, "other@example.org"), key="other")
    for state in (State.SUBMITTED, State.UNDER_REVIEW):
        applications.advance(other.application, state, "staff:a", "x")
    assert outbox.run() == Sent(sent=2)
    assert {address for _, address, _ in sender.sent} == {"couple@example.org", "other@example.org"}


def test_a_failed_delivery_is_tried_again_under_the_same_id_with_growing_waits(
    outbox: Outbox, told: Started, sender: Recording, clock: Clock
) -> None:
    sender.failures = [DeliveryFailed("away")] * 3
    wait = FIRST_WAIT
    for _ in range(3):
        assert outbox.run() == Sent(put_off=1)
        clock.time += wait * 0.99
        assert outbox.run() == Sent()
        clock.time += wait * 0.01
        wait *= 2
    assert outbox.run() == Sent(sent=1)
    assert len(sender.ids) == 1


def test_after_so_many_attempts_it_is_dead_and_visible(
    outbox: Outbox, told: Started, sender: Recording, clock: Clock, applications: Applications
) -> None:
    sender.failures = [DeliveryFailed("away")] * 100
    for _ in range(MOST_ATTEMPTS + 5):
        outbox.run()
        clock.time += LONGEST_WAIT
    assert len(sender.sent) == MOST_ATTEMPTS
    assert outbox.counts() == {"dead": 1}
    with applications.store.read() as connection:
        (row,) = outbox_rows.dead(connection)
    assert (row.problem, row.attempts) == ("away", MOST_ATTEMPTS)


def test_a_refusal_for_good_is_dead_at_once_and_holds_up_no_other(
    outbox: Outbox, told: Started, sender: Recording, applications: Applications, start: Callable[..., Started]
) -> None:
    other = start(contact=Contact(ContactKind.EMAIL, "other@example.org"))
    applications.advance(other.application, State.SUBMITTED, "staff:a", "x")
    sender.failures = [DeliveryFailed("recipient_refused_550", for_good=True)]
    assert outbox.run() == Sent(sent=1, dead=1)


def test_a_sender_that_died_is_followed_by_another_under_the_same_id(
    outbox: Outbox, told: Started, sender: Recording, clock: Clock
) -> None:
    """It may have been sent already: the id tells the mail program."""
    sender.failures = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        outbox.run()
    assert outbox.run() == Sent()
    clock.time += LEASE
    assert outbox.run() == Sent(sent=1)
    assert len(sender.sent) == 2
    assert len(sender.ids) == 1


def test_a_slow_sender_that_was_overtaken_does_not_undo_what_the_other_noted(
    outbox: Outbox, told: Started, sender: Recording, clock: Clock, applications: Applications
) -> None:
    with applications.store.write() as connection:
        slow = outbox_rows.claim(connection, clock(), LEASE)
    clock.time += LEASE
    assert outbox.run() == Sent(sent=1)
    with applications.store.write() as connection:
        assert slow is not None
        assert not outbox_rows.settle(connection, slow, clock(), "waiting", "late", clock())
    assert outbox.counts() == {"sent": 1}


def test_many_senders_at_once_send_each_notice_once(
    applications: Applications, start: Callable[..., Started], contact: Contact, sender: Recording, outbox: Outbox
) -> None:
    for n in range(12):
        applications.advance(start(contact=contact, key=f"{n}").application, State.SUBMITTED, "staff:a", "x")
    with ThreadPoolExecutor(6) as pool:
        runs = list(pool.map(lambda _: outbox.run(), range(6)))
    assert sum(run.sent for run in runs) == 12
    assert len(sender.sent) == len(sender.ids) == 12


def test_what_was_taken_back_or_erased_meanwhile_is_not_sent(
    outbox: Outbox, told: Started, sender: Recording, applications: Applications, caller: Caller
) -> None:
    view = applications.change_contact(applications.open_started(told, caller).grant, caller, None)
    assert outbox.run() == Sent(dropped=1)
    applications.change_contact(view.grant, caller, Contact(ContactKind.EMAIL, "new@example.org"))
    applications.withdraw(view.grant, caller)
    applications.erase(view.grant, caller)
    assert outbox.run() == Sent()
    assert sender.sent == []


def test_a_notice_goes_to_where_they_want_it_now(
    outbox: Outbox, told: Started, sender: Recording, applications: Applications, caller: Caller
) -> None:
    grant = applications.open_started(told, caller).grant
    applications.change_contact(grant, caller, Contact(ContactKind.EMAIL, "new@example.org"))
    outbox.run()
    assert [address for _, address, _ in sender.sent] == ["new@example.org"]


def test_without_a_sender_for_the_contact_it_waits(
    outbox: Outbox, applications: Applications, start: Callable[..., Started]
) -> None:
    started = start(contact=Contact(ContactKind.LINE, "U" + "0" * 32))
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    assert outbox.run() == Sent(put_off=1)


def test_a_change_that_fails_announces_nothing(
    outbox: Outbox, told: Started, applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("pulled the plug")

    monkeypatch.setattr(outbox_rows, "add", fails)
    with pytest.raises(RuntimeError):
        applications.advance(told.application, State.UNDER_REVIEW, "staff:a", "x")
    assert applications.shown(told.application).application.state is State.SUBMITTED
    assert sum(outbox.counts().values()) == 1


def test_by_default_notices_become_files(applications: Applications, told: Started, tmp_path: Path) -> None:
    Outbox(applications, {ContactKind.EMAIL: MailFolder(tmp_path / "mail", "a@b.example")}, PAGE).run()
    (file,) = (tmp_path / "mail").iterdir()
    assert UUID(file.stem)
