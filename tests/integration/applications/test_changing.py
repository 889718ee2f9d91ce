"""What a couple changes, what staff move, and who is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.applications import grants, outbox_rows
from bot.applications.errors import (
    ApplicationNotFound,
    GrantExpired,
    HistoryBroken,
    InvalidInput,
    InvalidTransition,
)
from bot.applications.gateway import Handed, HandOver
from bot.applications.model import Contact, ContactKind, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Started, View
from bot.privacy.crypto import CannotOpen
from bot.rules.checklist import Circumstance
from tests.drills.installation import Clock, installation, vault

TODAY = date(2026, 11, 22)
REVIEW = [State.SUBMITTED, State.UNDER_REVIEW]


def opened(applications: Applications, started: Started, caller: Caller) -> View:
    return applications.look_up(started.receipt, started.pin, caller)


def notices(applications: Applications) -> int:
    with applications.store.read() as connection:
        return sum(outbox_rows.counts(connection).values())


def test_papers_are_ticked_and_unticked_and_what_is_missing_follows(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    view = opened(applications, start(), caller)
    assert view.missing == ("doc-notification", "doc-single", "doc-identity", "doc-residence", "doc-work", "doc-child")
    for _ in range(2):
        view = applications.tick(view.grant, caller, "doc-work", True)
    assert view.ready == {"doc-work"}
    assert "doc-residence" not in view.missing  # any one tie is enough
    view = applications.tick(view.grant, caller, "doc-work", False)
    assert "doc-residence" in view.missing
    with pytest.raises(InvalidInput):
        applications.tick(view.grant, caller, "doc-unheard-of", True)


def test_wishes_and_contact_change_and_ticks_stay(
    applications: Applications, start: Callable[..., Started], caller: Caller, wishes: Wishes, contact: Contact
) -> None:
    view = applications.tick(opened(applications, start(), caller).grant, caller, "doc-single", True)
    other = replace(wishes, language="en", circumstances=frozenset({Circumstance.FOREIGN_NATIONAL}), planned_on=None)
    view = applications.change_wishes(view.grant, caller, other, TODAY)
    assert view.wishes == other
    assert view.application.planned_month is None
    assert view.ready == {"doc-single"}
    view = applications.change_contact(view.grant, caller, contact)
    assert view.contact is ContactKind.EMAIL
    assert applications.change_contact(view.grant, caller, None).contact is None


def test_a_view_holds_no_address(
    applications: Applications, start: Callable[..., Started], caller: Caller, contact: Contact
) -> None:
    assert contact.address not in repr(opened(applications, start(contact=contact), caller))


def test_withdrawing_twice_is_withdrawing_once_and_ends_everything(
    applications: Applications, start: Callable[..., Started], caller: Caller, wishes: Wishes
) -> None:
    view = opened(applications, start(), caller)
    for _ in range(2):
        view = applications.withdraw(view.grant, caller)
    assert [row.to for row in view.history] == [State.PREPARING, State.WITHDRAWN]
    with pytest.raises(InvalidTransition):
        applications.tick(view.grant, caller, "doc-single", True)
    with pytest.raises(InvalidTransition):
        applications.change_wishes(view.grant, caller, wishes, TODAY)
    with pytest.raises(InvalidTransition):
        applications.mark_filed(view.grant, caller)
    with pytest.raises(InvalidTransition):
        applications.advance(view.application.id, State.SUBMITTED, "staff:a", "x")


def test_a_case_goes_all_the_way_and_its_history_tells(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    view = applications.mark_filed(opened(applications, started, caller).grant, caller)
    steps = [State.UNDER_REVIEW, State.DOCUMENTS_REQUESTED, State.UNDER_REVIEW, State.ACCEPTED, State.ISSUED]
    for step in steps:
        clock.move(days=1)
        assert applications.advance(started.application, step, "staff:a", "looked_at").state is step
    history = applications.shown(started.application).history
    assert [row.to for row in history] == [State.PREPARING, State.SUBMITTED, *steps]
    assert [row.before for row in history] == [None, *(row.to for row in history[:-1])]
    assert history[-1].at - history[2].at == clock.time - view.application.updated_at - (
        history[2].at - view.application.updated_at
    )


@pytest.mark.parametrize(
    ("who", "reason"),
    [("Tanaka Hanako", "x"), ("staff:a", "free text, with names"), ("", "x"), ("staff:", "x"), ("staff:a", "")],
)
def test_a_history_takes_codes_only(
    applications: Applications, start: Callable[..., Started], who: str, reason: str
) -> None:
    with pytest.raises(InvalidInput):
        applications.advance(start().application, State.SUBMITTED, who, reason)


def test_an_unknown_application_cannot_be_moved(applications: Applications) -> None:
    with pytest.raises(ApplicationNotFound):
        applications.advance(uuid4(), State.SUBMITTED, "staff:a", "x")


def test_each_change_of_state_is_announced_once_and_only_where_there_is_a_contact(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    silent, told = start(), start(contact=contact)
    assert notices(applications) == 0
    for state in REVIEW:
        applications.advance(silent.application, state, "staff:a", "x")
        applications.advance(told.application, state, "staff:a", "x")
    assert notices(applications) == 2
    applications.tick(opened(applications, told, caller).grant, caller, "doc-single", True)
    with pytest.raises(InvalidTransition):
        applications.advance(told.application, State.ISSUED, "staff:a", "x")
    assert notices(applications) == 2


# --- grants


def test_a_grant_ends_after_half_an_hour_and_serves_one_conversation(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    grant = opened(applications, start(), caller).grant
    for other in (Caller("conversation-2", caller.address), Caller()):
        with pytest.raises(GrantExpired):
            applications.view(grant, other)
    for broken in ("", "x", grant[:-4], grant[4:], "💍", grant.swapcase()):
        with pytest.raises(GrantExpired):
            applications.view(broken, caller)
    clock.move(minutes=29, seconds=59)
    applications.view(grant, caller)
    clock.move(seconds=1)
    with pytest.raises(GrantExpired):
        applications.view(grant, caller)
    clock.move(hours=-2)  # a clock that jumps back opens it for nobody
    with pytest.raises(GrantExpired):
        applications.view(grant, caller)


def test_a_grant_tells_nothing(applications: Applications, start: Callable[..., Started], caller: Caller) -> None:
    started = start()
    grant = opened(applications, started, caller).grant
    assert str(started.application) not in grant
    other = installation(str(applications.store.engine.url), vault=vault()).vault
    assert grants.read(other, grant, applications._conversation_hash(caller), applications.now()) == started.application


def test_what_was_just_started_opens_without_its_pin(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    view = applications.open_started(started, caller)
    assert applications.link_chat(view.grant, caller).linked


# --- the authority's own system


class CaseSystem:
    """An authority's system that takes notifications."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.submitted: list[UUID] = []

    def submit(self, application: UUID, wishes: Wishes) -> Handed:
        self.submitted.append(application)
        self.state = State.SUBMITTED
        return Handed(HandOver.TAKEN, "2026-1")

    def status(self, application: UUID) -> State | None:
        return self.state


def test_by_default_the_couple_files_in_tokyos_own_system_and_nothing_changes(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    view = opened(applications, started, caller)
    assert applications.hand_over(view.grant, caller) == Handed(HandOver.FILE_IN_OFFICIAL_SYSTEM)
    assert applications.follow_gateway(started.application).state is State.PREPARING


def test_a_case_system_that_takes_notifications_plugs_in(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    system = applications.gateway = CaseSystem()
    started = start()
    view = opened(applications, started, caller)
    for _ in range(2):
        assert applications.hand_over(view.grant, caller).outcome is HandOver.TAKEN
    assert applications.follow_gateway(started.application).state is State.SUBMITTED
    system.state = State.UNDER_REVIEW
    assert applications.follow_gateway(started.application).state is State.UNDER_REVIEW
    system.state = State.ISSUED
    with pytest.raises(InvalidTransition):
        applications.follow_gateway(started.application)
    with pytest.raises(InvalidTransition):
        applications.hand_over(view.grant, caller)


# --- tampering


def test_the_database_refuses_to_change_or_delete_history(
    applications: Applications, start: Callable[..., Started]
) -> None:
    start()
    for statement in (
        "UPDATE application_history SET who = 'staff:b'",
        "DELETE FROM application_history",
    ):
        with pytest.raises(IntegrityError, match="append-only"), applications.store.write() as connection:
            connection.execute(text(statement))
    if not applications.store.is_sqlite:
        with pytest.raises(IntegrityError, match="append-only"), applications.store.write() as connection:
            connection.execute(text("TRUNCATE application_history"))


def off_guard(applications: Applications) -> list[str]:
    """What someone who owns the database would do first."""
    if applications.store.is_sqlite:
        return ["DROP TRIGGER application_history_no_update", "DROP TRIGGER application_history_no_delete"]
    return ["ALTER TABLE application_history DISABLE TRIGGER ALL"]


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE application_history SET who = 'staff:b' WHERE sequence = 2",
        "UPDATE application_history SET reason = 'other' WHERE sequence = 1",
        "UPDATE application_history SET \"to\" = 'accepted' WHERE sequence = 3",
        "UPDATE application_history SET \"at\" = '2020-01-01 00:00:00.000000' WHERE sequence = 2",
        "DELETE FROM application_history WHERE sequence = 3",
        "DELETE FROM application_history WHERE sequence = 1",
        "UPDATE applications SET state = 'issued'",
    ],
)
def test_whoever_gets_past_the_guards_is_found_out(
    applications: Applications, start: Callable[..., Started], deed: str
) -> None:
    started = start()
    for state in REVIEW:
        applications.advance(started.application, state, "staff:a", "x")
    applications.shown(started.application)
    with applications.store.write() as connection:
        for statement in [*off_guard(applications), deed]:
            connection.execute(text(statement))
    with pytest.raises(HistoryBroken):
        applications.shown(started.application)


def test_fields_swapped_between_applications_do_not_open(
    applications: Applications, start: Callable[..., Started], contact: Contact, caller: Caller
) -> None:
    one, other = start(contact=contact), start(contact=Contact(ContactKind.EMAIL, "thief@example.org"))
    for column in ("contact", "wishes"):
        with applications.store.write() as connection:
            connection.execute(
                text(
                    f"UPDATE applications SET {column} = (SELECT {column} FROM applications WHERE id = :b) WHERE id = :a"
                ),
                {"a": str(one.application), "b": str(other.application)},
            )
        with pytest.raises(CannotOpen):
            opened(applications, one, caller)
