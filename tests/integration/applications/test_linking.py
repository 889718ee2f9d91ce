"""Chats that were linked, and links that open once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.applications.errors import ApplicationNotFound, GrantExpired, InvalidInput
from bot.applications.linking import LinkKind, link_kind
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock

PAGE = Caller("page-session", "192.0.2.2")


@pytest.fixture
def grant(applications: Applications, start: Callable[..., Started], caller: Caller) -> str:
    return applications.open_started(start(), caller).grant


def test_a_linked_chat_is_answered_at_once_until_it_is_unlinked(
    applications: Applications, grant: str, caller: Caller, clock: Clock
) -> None:
    with pytest.raises(ApplicationNotFound):
        applications.look_up_linked(caller)
    view = applications.link_chat(grant, caller)
    assert view.linked
    clock.move(days=7)
    assert applications.look_up_linked(caller).application.id == view.application.id
    with pytest.raises(ApplicationNotFound):
        applications.look_up_linked(PAGE)
    assert applications.unlink_chat(caller)
    assert not applications.unlink_chat(caller)
    with pytest.raises(ApplicationNotFound):
        applications.look_up_linked(caller)


def test_a_chat_is_linked_to_one_application_the_latest(
    applications: Applications, start: Callable[..., Started], grant: str, caller: Caller
) -> None:
    applications.link_chat(grant, caller)
    other = start()
    applications.link_chat(applications.open_started(other, caller).grant, caller)
    assert applications.look_up_linked(caller).application.id == other.application


def test_without_a_conversation_nothing_is_linked(applications: Applications, start: Callable[..., Started]) -> None:
    nobody = Caller()
    with pytest.raises(InvalidInput):
        applications.link_chat(applications.open_started(start(), nobody).grant, nobody)


def test_a_one_time_link_opens_once_on_any_device(applications: Applications, grant: str, caller: Caller) -> None:
    token = applications.issue_one_time_link(grant, caller)
    assert applications.redeem(token, PAGE).application.id == applications.view(grant, caller).application.id
    for who in (PAGE, caller):
        with pytest.raises(ApplicationNotFound):
            applications.redeem(token, who)


def test_a_one_time_link_opens_for_ten_minutes_by_any_clock(
    applications: Applications, grant: str, caller: Caller, clock: Clock
) -> None:
    token = applications.issue_one_time_link(grant, caller)
    clock.move(minutes=10)
    with pytest.raises(ApplicationNotFound):
        applications.redeem(token, PAGE)
    clock.move(hours=-1)
    with pytest.raises(ApplicationNotFound):
        applications.redeem(token, PAGE)
    clock.move(minutes=59)
    applications.redeem(token, PAGE)


def test_of_many_who_open_it_at_once_one_gets_in(applications: Applications, grant: str, caller: Caller) -> None:
    token = applications.issue_one_time_link(grant, caller)

    def opens(n: int) -> bool:
        try:
            applications.redeem(token, Caller(f"{n}"))
        except ApplicationNotFound:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(opens, range(24))) == 1


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "💍\ud800"])
def test_a_token_nobody_issued_opens_nothing(applications: Applications, token: str) -> None:
    with pytest.raises(ApplicationNotFound):
        applications.redeem(token, PAGE)


def test_a_chat_invited_to_the_page_is_linked_after_a_look_up_there(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    token = applications.invite_to_page(caller)
    with pytest.raises(ApplicationNotFound):  # an invitation opens nothing by itself, and is not used up by trying
        applications.redeem(token, PAGE)
    with pytest.raises(GrantExpired):
        applications.accept_invitation(token, "", PAGE)
    view = applications.look_up(started.receipt, started.pin, PAGE)
    applications.accept_invitation(token, view.grant, PAGE)
    assert applications.look_up_linked(caller).application.id == started.application
    with pytest.raises(ApplicationNotFound):
        applications.accept_invitation(token, view.grant, PAGE)


def test_erasure_unlinks_and_spends_what_was_issued(applications: Applications, grant: str, caller: Caller) -> None:
    applications.link_chat(grant, caller)
    token = applications.issue_one_time_link(grant, caller)
    applications.erase(grant, caller)
    for deed in (
        lambda: applications.look_up_linked(caller),
        lambda: applications.redeem(token, PAGE),
        lambda: applications.view(grant, caller),
    ):
        with pytest.raises(ApplicationNotFound):
            deed()


def test_a_token_says_what_it_is_for_and_cannot_be_made_into_another(
    applications: Applications, grant: str, caller: Caller
) -> None:
    opens = applications.issue_one_time_link(grant, caller)
    shows = applications.issue_one_time_link(grant, caller, with_numbers=True)
    invites = applications.invite_to_page(caller)
    assert [link_kind(t) for t in (opens, shows, invites)] == [
        LinkKind.OPENS,
        LinkKind.SHOWS_NUMBERS,
        LinkKind.INVITES,
    ]
    assert link_kind("") is None and link_kind("x" * 43) is None
    assert {len(t) for t in (opens, shows, invites)} == {43}
    with pytest.raises(ApplicationNotFound):  # whoever was given a link that opens cannot learn the PIN by it
        applications.redeem_with_numbers(shows[0] + opens[1:], PAGE)
    assert applications.redeem_with_numbers(opens, PAGE)[1] is None


def test_the_numbers_are_those_of_the_start(
    applications: Applications, start: Callable[..., Started], caller: Caller, clock: Clock
) -> None:
    started = start()
    grant = applications.open_started(started, caller).grant
    token = applications.issue_one_time_link(grant, caller, with_numbers=True)
    assert applications.redeem_with_numbers(token, PAGE)[1] == started
    token = applications.issue_one_time_link(grant, caller, with_numbers=True)
    applications.new_pin(started.receipt, started.pin, caller, "key")
    assert applications.redeem_with_numbers(token, PAGE)[1] is None
    token = applications.issue_one_time_link(grant, caller, with_numbers=True)
    clock.move(minutes=10)
    with pytest.raises(ApplicationNotFound):
        applications.redeem_with_numbers(token, PAGE)
