"""A start whose answer was lost and that is then corrected makes one application, with what was said last, in whatever order the two arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest

from bot.applications.errors import ApplicationErased, IdempotencyConflict, InvalidInput, InvalidTransition
from bot.applications.model import Contact, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Delivery
from bot.rules.periods import Span

TODAY = date(2026, 11, 22)
KEY = "key"


def test_a_correction_is_carried_over_to_what_was_started_unheard(
    applications: Applications, wishes: Wishes, contact: Contact, caller: Caller
) -> None:
    first = applications.start(wishes, None, KEY, TODAY)
    corrected = replace(wishes, planned_on=Span.month(2027, 5))
    second = applications.start(corrected, contact, KEY, TODAY, revision=1)
    assert second == first
    view = applications.look_up(second.receipt, second.pin, caller)
    assert (view.wishes, view.contact) == (corrected, contact.kind)
    (kept,) = applications.listed()
    assert kept.planned_month == "2027-05"
    assert applications.shown(first.application)  # its history holds


def test_in_whatever_order_they_arrive_the_last_correction_stands(
    applications: Applications, wishes: Wishes, caller: Caller
) -> None:
    said = [replace(wishes, planned_on=Span.month(2027, month)) for month in (4, 5, 4)]  # changed, and changed back
    for number, order in enumerate(permutations(range(3))):
        key, started = f"key {number}", []
        for revision in order:
            try:
                started.append(applications.start(said[revision], None, key, TODAY, revision=revision))
            except IdempotencyConflict:
                assert revision < max(order[: order.index(revision)])
        assert len(set(started)) == 1
        assert applications.open_started(started[0], caller).wishes == said[2]
        assert applications.start(said[2], None, key, TODAY, revision=2) == started[0]
        assert len(applications.listed()) == number + 1


def test_without_a_higher_revision_other_content_is_refused_as_before(
    applications: Applications, wishes: Wishes
) -> None:
    applications.start(wishes, None, KEY, TODAY, revision=1)
    for revision in (0, 1):
        with pytest.raises(IdempotencyConflict):
            applications.start(replace(wishes, language="en"), None, KEY, TODAY, revision=revision)


def test_the_message_that_corrected_it_finds_it_when_it_is_delivered_again(
    applications: Applications, wishes: Wishes
) -> None:
    started = applications.start(wishes, None, KEY, TODAY, Delivery("first", "はい"))
    yes = Delivery("second", "はい")
    assert applications.start(replace(wishes, language="en"), None, KEY, TODAY, yes, revision=1) == started
    assert applications.started_by(yes) == started


def test_a_correction_that_cannot_be_carried_over_changes_nothing(
    applications: Applications, wishes: Wishes, caller: Caller
) -> None:
    started = applications.start(wishes, None, KEY, TODAY)
    with pytest.raises(InvalidInput):
        applications.start(replace(wishes, planned_on=Span.month(2026, 10)), None, KEY, TODAY, revision=1)
    assert applications.open_started(started, caller).wishes == wishes
    applications.advance(started.application, State.EXPIRED, "system:x", "x")
    with pytest.raises(InvalidTransition):
        applications.start(replace(wishes, language="en"), None, KEY, TODAY, revision=2)
    applications.erase_by_staff(started.application)
    with pytest.raises(ApplicationErased):
        applications.start(replace(wishes, language="en"), None, KEY, TODAY, revision=3)
    assert applications.listed() == []
