"""A new PIN beside the old one: an answer that is lost shuts nobody out, the first use of the new one ends the old one (R22, R23)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.applications.access import OLD_PIN_KEPT
from bot.applications.errors import ApplicationNotFound, GrantExpired
from bot.applications.lockout import FAILURES_UNTIL_STAFF
from bot.applications.retention import ABANDONED
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock


def wrong(*pins: str) -> str:
    """Digits that are none of these PINs."""
    return next(f"{n:06d}" for n in range(10**6) if f"{n:06d}" not in pins)


def opens(applications: Applications, started: Started, pin: str) -> bool:
    """Whether a PIN opens it, tried by somebody new; a failure is counted."""
    try:
        return bool(applications.look_up(started.receipt, pin, Caller()))
    except ApplicationNotFound:
        return False


def test_a_new_pin_needs_the_old_one(applications: Applications, start: Callable[..., Started], caller: Caller) -> None:
    started = start()
    with pytest.raises(ApplicationNotFound):
        applications.new_pin(started.receipt, wrong(started.pin), caller, "a")
    assert len(applications.shown(started.application).history) == 1


def test_the_old_pin_opens_until_the_new_one_is_used(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    fresh = applications.new_pin(started.receipt, started.pin, caller, "b")
    assert applications.new_pin(started.receipt, started.pin, caller, "b") == fresh  # the message came twice
    assert opens(applications, started, started.pin) and opens(applications, started, started.pin)
    assert applications.look_up(started.receipt, fresh, caller).history[-1].reason == "new_pin"
    assert not opens(applications, started, started.pin)
    assert opens(applications, started, fresh)
    with pytest.raises(ApplicationNotFound):
        applications.new_pin(started.receipt, started.pin, Caller("thief"), "b")


def test_who_has_noted_the_new_pin_ends_the_old_one_at_once(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    grant = applications.look_up(started.receipt, started.pin, caller).grant
    applications.noted_pin(grant, caller)  # nothing waits
    assert opens(applications, started, started.pin)
    fresh = applications.new_pin(started.receipt, started.pin, caller, "a")
    with pytest.raises(GrantExpired):
        applications.noted_pin(grant, Caller("somebody else"))
    applications.noted_pin(grant, caller)
    applications.noted_pin(grant, caller)  # the button was pressed twice
    assert not opens(applications, started, started.pin)
    assert opens(applications, started, fresh)


def test_whoever_lost_the_answer_gets_another_new_pin_with_the_old_one(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    unseen = applications.new_pin(started.receipt, started.pin, caller, "a")
    fresh = applications.new_pin(started.receipt, started.pin, caller, "another page, another key")
    assert not opens(applications, started, unseen)
    assert opens(applications, started, started.pin)
    assert opens(applications, started, fresh)
    assert not opens(applications, started, started.pin)


def test_a_new_pin_that_was_replaced_is_not_said_again(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    unseen = applications.new_pin(started.receipt, started.pin, caller, "a")
    applications.new_pin(started.receipt, started.pin, Caller("elsewhere"), "b")
    fresh = applications.new_pin(started.receipt, started.pin, caller, "a")
    assert fresh != unseen
    assert applications.new_pin(started.receipt, started.pin, caller, "a") == fresh
    assert opens(applications, started, fresh)


def test_asking_with_the_new_pin_for_a_third_is_its_first_use(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    second = applications.new_pin(started.receipt, started.pin, caller, "a")
    third = applications.new_pin(started.receipt, second, caller, "b")
    assert not opens(applications, started, started.pin)
    assert opens(applications, started, second)
    assert opens(applications, started, third)
    assert not opens(applications, started, second)


def test_unused_the_new_pin_stands_alone_after_as_long_as_an_idle_draft_is_kept(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    assert OLD_PIN_KEPT == ABANDONED == timedelta(days=14)
    started = start()
    fresh = applications.new_pin(started.receipt, started.pin, caller, "a")
    clock.move(days=13, hours=23)
    assert opens(applications, started, started.pin)
    clock.move(hours=1)
    assert not opens(applications, started, started.pin)
    third = applications.new_pin(started.receipt, fresh, caller, "b")
    assert opens(applications, started, fresh)  # the old one of now
    assert opens(applications, started, third)


def test_while_two_pins_open_a_failure_counts_twice_towards_the_twenty(
    applications: Applications, start: Callable[..., Started], clock: Clock
) -> None:
    """R23: whoever knows the receipt has twenty chances in a million, no more."""
    started = start()
    fresh = applications.new_pin(started.receipt, started.pin, Caller("own"), "a")
    guess = wrong(started.pin, fresh)
    chances = 0
    for n in range(12):
        assert not opens(applications, started, guess)
        chances += 2
        if n == 3:
            assert applications.look_up(started.receipt, started.pin, Caller("own")).failed_tries == 4  # as they were
        clock.move(days=1)
        if chances >= FAILURES_UNTIL_STAFF:
            break
    assert chances == FAILURES_UNTIL_STAFF
    assert not opens(applications, started, fresh)
    applications.unlock(started.application, "staff:sato", "asked")
    assert opens(applications, started, fresh)


def test_an_odd_number_of_failures_leaves_no_try_that_would_be_worth_two(
    applications: Applications, start: Callable[..., Started], clock: Clock
) -> None:
    started = start()
    for _ in range(FAILURES_UNTIL_STAFF - 1):
        assert not opens(applications, started, wrong(started.pin))
        clock.move(days=1)
    fresh = applications.new_pin(started.receipt, started.pin, Caller("own"), "a")
    assert not opens(applications, started, fresh)  # one chance is left, and two PINs are right
    clock.move(days=14)
    assert opens(applications, started, fresh)


def test_a_lost_pin_is_replaced_for_who_has_just_proved_it(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    view = applications.look_up(started.receipt, started.pin, caller)
    fresh = applications.replace_lost_pin(view.proof, view.grant, caller, "a")
    assert applications.replace_lost_pin(view.proof, view.grant, caller, "a") == fresh  # the yes came twice
    assert applications.look_up(started.receipt, fresh, caller).history[-1].reason == "new_pin"
    assert not opens(applications, started, started.pin)


def test_a_lost_pin_is_replaced_for_nobody_else(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started, other = start(), start(key="another")
    view = applications.look_up(started.receipt, started.pin, caller)
    assert applications.view(view.grant, caller).proof is None
    applications.link_chat(view.grant, caller)
    linked = applications.look_up_linked(caller)
    assert linked.proof is None  # a link is no proof
    opened = applications.look_up(other.receipt, other.pin, caller)
    for proof, grant, who in [
        (view.grant, view.grant, caller),
        (view.proof, view.grant, Caller("somebody else")),
        (view.proof, opened.grant, caller),
    ]:
        with pytest.raises(GrantExpired):
            applications.replace_lost_pin(proof, grant, who, "a")
    clock.move(minutes=29)
    late = applications.view(view.grant, caller).grant  # a grant is renewed, a proof is not
    clock.move(minutes=1)
    with pytest.raises(GrantExpired):
        applications.replace_lost_pin(view.proof, late, caller, "a")
    assert applications.look_up(started.receipt, started.pin, caller)
