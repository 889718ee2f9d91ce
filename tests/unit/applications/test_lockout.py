"""Limits on failed tries (R23), by arithmetic: no clock runs here."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.applications.lockout import (
    CALLER_FAILURES,
    CALLER_WINDOW,
    DAY,
    FAILURES_UNTIL_STAFF,
    ROW_LOCK,
    TOLD_FOR,
    CallerTries,
    Tries,
)

T = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


def fail(tries: Tries, times: int, at: datetime) -> Tries:
    for _ in range(times):
        assert tries.open(at)
        tries = tries.failed(at)
    return tries


def test_four_failures_lock_nothing_and_the_fifth_locks_for_fifteen_minutes() -> None:
    tries = fail(Tries(), 4, T)
    assert tries.open(T)
    tries = tries.failed(T)
    assert not tries.open(T)
    assert not tries.open(T + ROW_LOCK - SECOND)
    assert tries.open(T + ROW_LOCK)


def test_the_tenth_failure_within_a_day_locks_until_a_day_after_the_first_of_the_ten() -> None:
    tries = fail(Tries(), 5, T)
    tries = fail(tries, 5, T + ROW_LOCK)
    assert not tries.open(T + 2 * ROW_LOCK)
    assert not tries.open(T + DAY - SECOND)
    assert tries.open(T + DAY)


def test_never_more_than_ten_failures_are_heard_in_any_24_hours() -> None:
    tries, at, heard = Tries(), T, []
    while not tries.needs_staff:
        if tries.open(at):
            tries = tries.failed(at)
            heard.append(at)
        at += timedelta(minutes=1)
    assert len(heard) == FAILURES_UNTIL_STAFF
    for start in heard:
        assert sum(start <= other < start + DAY for other in heard) <= 10


def test_twenty_failures_lock_until_staff_open_it_whatever_the_clock_says() -> None:
    tries, at = Tries(), T
    for _ in range(FAILURES_UNTIL_STAFF):
        tries, at = tries.failed(at), at + timedelta(days=2)
    assert tries.needs_staff
    assert not tries.open(at + timedelta(days=36500))


def test_success_ends_a_row_but_forgives_no_failure() -> None:
    before = fail(Tries(), 4, T)
    counted = before.failed(T)
    after = counted.taken_back(before, counted)
    assert len(after.failures) == 4
    assert after.open(T)
    assert after.in_row == 0


def test_failures_of_others_during_a_look_up_that_succeeds_stay_and_keep_their_lock() -> None:
    before = fail(Tries(), 3, T)
    counted = before.failed(T)
    by_others = counted.failed(T + SECOND)  # the fifth in a row
    after = by_others.taken_back(before, counted)
    assert len(after.failures) == 4
    assert not after.open(T + SECOND)


def test_what_was_told_is_not_told_again_and_locks_as_before() -> None:
    tries = fail(Tries(), 3, T)
    assert tries.news(T) == 3
    first = tries.opened()
    assert first.news(T) == 3  # as long as they look
    again = first.failed(T + SECOND).opened()
    assert again.news(T + SECOND) == 1
    assert again.opened().news(T + SECOND) == 0
    assert len(again.failures) == 4 and not fail(again, 1, T + SECOND).open(T + SECOND)


def test_old_failures_are_no_news() -> None:
    tries = fail(Tries(), 2, T)
    assert tries.news(T + TOLD_FOR - SECOND) == 2
    assert tries.news(T + TOLD_FOR) == 0


@given(st.lists(st.sampled_from(["fail", "open", "both"]), max_size=60))
def test_marks_never_point_past_the_failures(steps: list[str]) -> None:
    tries, at = Tries(), T
    for step in steps:
        at += timedelta(hours=13)
        if step == "fail" and tries.open(at):
            tries = tries.failed(at)
        elif step != "fail" and tries.open(at):
            counted = tries.failed(at)
            meanwhile = counted.opened() if step == "both" else counted
            tries = meanwhile.taken_back(tries, counted).opened()
        assert 0 <= tries.told <= tries.seen <= len(tries.failures)


def test_staff_opening_it_during_a_look_up_leaves_nothing_to_take_back() -> None:
    counted = Tries().failed(T)
    assert Tries().taken_back(Tries(), counted) == Tries()


def test_a_clock_that_jumps_back_opens_nothing_early() -> None:
    tries = fail(Tries(), 5, T)
    back = T - timedelta(days=1)
    assert not tries.open(back)
    assert not tries.open(T + ROW_LOCK - SECOND)
    tries = Tries(tries.failures[:4], 4).failed(back)  # the fifth, noted by a clock that has jumped back
    assert not tries.open(T + ROW_LOCK - SECOND)


@given(st.lists(st.integers(-200_000, 200_000), min_size=1, max_size=60))
def test_with_any_clock_no_more_than_twenty_failures_are_ever_heard(jumps: list[int]) -> None:
    tries, at = Tries(), T
    for jump in jumps:
        at += timedelta(seconds=jump)
        while tries.open(at):
            tries = tries.failed(at)
    assert len(tries.failures) <= FAILURES_UNTIL_STAFF


@given(st.lists(st.integers(0, 4000), min_size=1, max_size=40))
def test_a_lock_lasts_its_time_after_every_fifth_failure_in_a_row(steps: list[int]) -> None:
    tries, at = Tries(), T
    for step in steps:
        at += timedelta(seconds=step)
        if tries.open(at):
            tries = tries.failed(at)
            if tries.in_row == 0:
                assert not tries.open(at + ROW_LOCK - SECOND)


def test_a_caller_is_heard_twenty_times_an_hour() -> None:
    caller = CallerTries()
    for minute in range(CALLER_FAILURES):
        assert not caller.wait(T + timedelta(minutes=minute))
        caller = caller.failed(T + timedelta(minutes=minute))
    assert caller.wait(T + timedelta(minutes=20)) == timedelta(minutes=40)
    assert caller.wait(T + CALLER_WINDOW - SECOND) == SECOND
    assert not caller.wait(T + CALLER_WINDOW)


def test_a_caller_gains_nothing_from_a_clock_that_jumps_back() -> None:
    caller = CallerTries((T,) * CALLER_FAILURES)
    assert caller.wait(T - timedelta(days=3)) > timedelta(days=3)
    assert len(caller.failed(T - timedelta(days=3)).failures) == CALLER_FAILURES


def test_a_callers_try_that_was_right_is_taken_back() -> None:
    caller = CallerTries((T,)).failed(T + SECOND)
    assert caller.taken_back(T + SECOND) == CallerTries((T,))
    assert CallerTries().taken_back(T) == CallerTries()
