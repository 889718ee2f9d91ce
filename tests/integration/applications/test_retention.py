"""What time takes away, each rule proven by a clock that is moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.applications import retention, tables
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Contact, ContactKind, State, Wishes
from bot.applications.outbox import Outbox
from bot.applications.retention import Taken
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock

KEEP = timedelta(days=90)
NOTHING = Taken(0, 0, 0, 0, 0, 0, 0)
SECOND = timedelta(seconds=1)


@pytest.fixture
def tidy(applications: Applications, clock: Clock) -> Callable[[], Taken]:
    return lambda: retention.run(applications, clock(), KEEP)


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


def test_a_draft_nobody_opens_goes_after_14_days(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start()
    clock.time += SECOND
    applications.open_started(started, Caller("who started it"))
    clock.time += timedelta(days=14) - SECOND
    assert tidy().abandoned == 0
    clock.time += SECOND
    assert tidy().abandoned == 1
    assert tidy().abandoned == 0
    assert applications.listed() == []
    assert [reason for _, _, reason in applications.erased()] == ["abandoned"]
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, started.pin, Caller())


def test_opening_it_keeps_a_draft(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start()
    for _ in range(5):
        clock.time += timedelta(days=13)
        applications.look_up(started.receipt, started.pin, Caller())
        assert tidy().abandoned == 0
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, "000000" if started.pin != "000000" else "1" * 6, Caller())
    clock.time += timedelta(days=14)
    assert tidy().abandoned == 1  # a failed look-up kept nothing


def test_a_draft_with_a_plan_waits_for_the_planned_month_and_14_days(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start(wishes=Wishes.from_json({"planned_on": "2027-01"}))
    clock.time += SECOND
    applications.open_started(started, Caller("who started it"))
    clock.time = clock.time.replace(year=2027, month=2, day=14)
    assert tidy().abandoned == 0
    clock.time += timedelta(days=1)
    assert tidy().abandoned == 1


def test_a_draft_that_was_shown_to_nobody_goes_with_its_confirmation_whatever_is_planned(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    start(wishes=Wishes.from_json({"planned_on": "2027-01"}))
    shown = start(wishes=Wishes.from_json({"planned_on": "2027-01"}))
    clock.time += timedelta(microseconds=1)
    applications.open_started(shown, Caller("who started it"))
    clock.time += timedelta(hours=48) - SECOND
    assert tidy().abandoned == 0
    clock.time += SECOND
    assert tidy().abandoned == 1
    assert [kept.id for kept in applications.listed()] == [shown.application]


def test_a_draft_opened_while_the_rule_runs_stays(
    start: Callable[..., Started], clock: Clock, applications: Applications, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = start()
    clock.time += timedelta(days=14)
    real = applications.erase_by_staff

    def late(*given: object) -> None:
        applications.look_up(started.receipt, started.pin, Caller())
        real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(applications, "erase_by_staff", late)
    assert retention.run(applications, clock(), KEEP).abandoned == 0
    assert len(applications.listed()) == 1


def test_a_case_under_way_that_nobody_follows_expires_and_then_goes(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start()
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    clock.time += retention.UNFOLLOWED - SECOND
    assert tidy().expired == 0
    clock.time += SECOND
    assert tidy().expired == 1
    last = applications.shown(started.application).history[-1]
    assert (last.to, last.who, last.reason) == (State.EXPIRED, "system:retention", "not_followed")
    clock.time += KEEP
    assert tidy().finished == 1
    assert applications.listed() == []


@pytest.mark.parametrize("end", [State.ISSUED, State.NOT_ACCEPTED, State.WITHDRAWN, State.EXPIRED])
def test_a_finished_case_goes_after_the_days_set_though_it_is_looked_at(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications, end: State
) -> None:
    started = start()
    ways = {
        State.ISSUED: [State.SUBMITTED, State.UNDER_REVIEW, State.ACCEPTED],
        State.NOT_ACCEPTED: [State.SUBMITTED, State.UNDER_REVIEW],
    }
    for state in [*ways.get(end, []), end]:
        applications.advance(started.application, state, "staff:a", "x")
    clock.time += KEEP - SECOND
    applications.look_up(started.receipt, started.pin, Caller())
    assert tidy().finished == 0
    clock.time += SECOND
    assert tidy().finished == 1
    assert applications.listed() == []


def test_confirmations_are_kept_a_day_and_go_after_two(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    first = start(key="k")
    clock.time += timedelta(hours=24)
    tidy()
    assert start(key="k") == first
    clock.time += timedelta(hours=24) - SECOND
    assert tidy().confirmations == 0
    clock.time += SECOND
    assert tidy().confirmations == 1
    assert start(key="k") != first


def test_counters_go_after_two_days_but_not_those_of_receipts_that_exist(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start(wishes=replace(Wishes(), language="en"))
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    for number in (started.receipt, "TP-1234-5678-9ABC"):
        with pytest.raises(ApplicationNotFound):
            applications.look_up(number, "no pin", Caller("c", "a"))
    assert _rows(applications, tables.attempts) == 4
    clock.time += timedelta(hours=48) - SECOND
    assert tidy().counters == 0
    clock.time += SECOND
    assert tidy().counters == 3
    assert applications.look_up(started.receipt, started.pin, Caller()).failed_tries == 1


def test_one_time_links_go_a_day_after_they_ran_out(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    caller = Caller("c")
    applications.issue_one_time_link(applications.open_started(start(), caller).grant, caller)
    applications.invite_to_page(caller)
    clock.time += timedelta(days=1, minutes=10) - SECOND
    assert tidy().one_time_links == 0
    clock.time += SECOND
    assert tidy().one_time_links == 2


def test_settled_notices_go_after_30_days_and_waiting_ones_stay(
    start: Callable[..., Started], clock: Clock, tidy: Callable[[], Taken], applications: Applications
) -> None:
    started = start(contact=Contact(ContactKind.EMAIL, "couple@example.org"))
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")

    class Sender:
        def send(self, *_: object) -> None: ...

    assert Outbox(applications, {ContactKind.EMAIL: Sender()}, "").run().sent == 1
    applications.advance(started.application, State.UNDER_REVIEW, "staff:a", "x")
    clock.time += timedelta(days=30) - SECOND
    assert tidy().notices == 0
    clock.time += SECOND
    assert tidy().notices == 1
    assert _rows(applications, tables.outbox) == 1


def test_on_a_fresh_day_nothing_is_taken(start: Callable[..., Started], tidy: Callable[[], Taken]) -> None:
    start()
    assert tidy() == NOTHING


def _rows(applications: Applications, table: object) -> int:
    with applications.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]
