"""Receipt and PIN: one refusal for everything, and limits that hold (R22, R23)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, update

from bot.applications import receipt, tables
from bot.applications.errors import ApplicationNotFound, TooManyTries
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock
from tests.drills.lookup_timing import drill


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


def fail(applications: Applications, number: str, pin: str, times: int) -> None:
    for n in range(times):
        with pytest.raises(ApplicationNotFound):
            applications.look_up(number, pin, Caller(f"other {n}", f"198.51.100.{n}"))


def test_receipt_and_pin_are_read_in_odd_writing(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    odd = started.receipt.lower().replace("-", "　ー ").replace("0", "o").replace("1", "l")
    view = applications.look_up(odd, " ".join(started.pin), caller)
    assert view.application.id == started.application


def test_every_refusal_is_the_same(applications: Applications, start: Callable[..., Started]) -> None:
    started, locked, erased = start(), start(), start()
    fail(applications, locked.receipt, wrong(locked.pin), 5)
    applications.erase_by_staff(erased.application)
    refusals = set()
    for n, (number, pin) in enumerate(
        [
            (receipt.new(), "123456"),
            (started.receipt, wrong(started.pin)),
            (started.receipt, "12345"),
            (started.receipt, ""),
            (locked.receipt, locked.pin),
            (erased.receipt, erased.pin),
            ("TP-0000-0000-0000", "123456"),
            ("", ""),
            ("💍\ud800" * 500, "\x00"),
        ]
    ):
        with pytest.raises(ApplicationNotFound) as refusal:
            applications.look_up(number, pin, Caller(f"c{n}"))
        error = refusal.value
        refusals.add((type(error), str(error), repr(error), error.args, tuple(vars(error)), error.__cause__))
    assert len(refusals) == 1


def test_every_refusal_reads_and_writes_the_same_and_hashes_once(
    applications: Applications, start: Callable[..., Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    started, locked, renewed = start(), start(), start()
    fail(applications, locked.receipt, wrong(locked.pin), 5)
    fresh = applications.new_pin(renewed.receipt, renewed.pin, Caller("own"), "k")
    neither = next(p for p in ("111111", "222222", "333333") if p not in (fresh, renewed.pin))
    statements: list[str] = []
    event.listen(applications.store.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    hashes: list[bool] = []
    real = applications.pins.which
    monkeypatch.setattr(applications.pins, "which", lambda *a: (hashes.append(True), real(*a))[1])
    seen = set()
    for number, pin in [
        (receipt.new(), "123456"),
        (started.receipt, wrong(started.pin)),
        (started.receipt, "12345"),
        (locked.receipt, locked.pin),
        (renewed.receipt, neither),
        ("TP-UUUU", "123456"),
    ]:
        statements.clear()
        hashes.clear()
        with pytest.raises(ApplicationNotFound):
            applications.look_up(number, pin, Caller("c"))
        seen.add((tuple(statements), len(hashes)))
    assert len(seen) == 1
    assert next(iter(seen))[1] == 1


def test_refusals_take_the_same_time(applications: Applications) -> None:
    """Lenient, with hashes that cost nothing and so hide nothing; the drill with 10,000 each is `tests.drills.lookup_timing`."""
    seen = drill(applications, 300)
    assert seen["refusals"] == ["ApplicationNotFound('not found',)[]"]
    assert seen["widest_difference_ms"] <= 2, seen


@pytest.mark.parametrize("way", ["chat", "page"])
def test_refusals_are_the_same_bytes_in_the_chat_and_on_the_page(applications: Applications, way: str) -> None:
    assert len(drill(applications, 8, way)["refusals"]) == 1


def test_five_failures_lock_for_fifteen_minutes_against_the_right_pin_too(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    fail(applications, started.receipt, wrong(started.pin), 5)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, started.pin, caller)
    clock.move(minutes=14, seconds=59)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, started.pin, caller)
    clock.move(days=-2)  # a clock that jumps back
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, started.pin, caller)
    clock.move(days=2, seconds=1)
    assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 5


def test_tries_at_a_locked_receipt_do_not_lengthen_the_lock(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    fail(applications, started.receipt, wrong(started.pin), 12)
    clock.move(minutes=15)
    assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 5


def test_twenty_failures_lock_until_staff_open_it_and_the_history_tells(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    for _ in range(4):
        fail(applications, started.receipt, wrong(started.pin), 5)
        clock.move(days=2)
    clock.move(days=365)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, started.pin, caller)
    applications.unlock(started.application, "staff:sato", "asked_by_phone")
    view = applications.look_up(started.receipt, started.pin, caller)
    assert view.failed_tries == 0
    assert (view.history[-1].who, view.history[-1].reason) == ("staff:sato", "asked_by_phone")
    applications.shown(started.application)


def test_neither_success_nor_a_new_pin_forgives_failures(
    applications: Applications, start: Callable[..., Started], clock: Clock
) -> None:
    started, pin = start(), None
    pin = started.pin
    for n in range(5):
        fail(applications, started.receipt, wrong(pin), 4)
        if n == 4:
            break
        view = applications.look_up(started.receipt, pin, Caller(f"own {n}"))
        assert view.failed_tries == 4  # told of once, and counted all the same
        pin = applications.new_pin(started.receipt, pin, Caller(f"own {n}"), f"key {n}")
        applications.noted_pin(view.grant, Caller(f"own {n}"))
        clock.move(days=2)
    with pytest.raises(ApplicationNotFound):  # twenty in all
        applications.look_up(started.receipt, pin, Caller("own"))


def test_failures_are_told_of_from_one_look_up_to_the_next_and_then_no_more(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    fail(applications, started.receipt, wrong(started.pin), 3)
    view = applications.look_up(started.receipt, started.pin, caller)
    assert view.failed_tries == 3
    assert applications.view(view.grant, caller).failed_tries == 3  # the page is loaded again
    clock.move(hours=1)
    assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 0
    fail(applications, started.receipt, wrong(started.pin), 1)
    assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 1


def test_in_a_linked_chat_failures_are_no_news_after_thirty_days(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    applications.link_chat(applications.open_started(started, caller).grant, caller)
    fail(applications, started.receipt, wrong(started.pin), 2)
    clock.move(days=29)
    assert applications.look_up_linked(caller).failed_tries == 2
    clock.move(days=1)
    assert applications.look_up_linked(caller).failed_tries == 0


def test_counters_written_before_anything_was_told_can_still_be_read(
    applications: Applications, start: Callable[..., Started], clock: Clock, caller: Caller
) -> None:
    started = start()
    fail(applications, started.receipt, wrong(started.pin), 1)
    with applications.store.write() as connection:
        times = f'["{clock().isoformat()}"]'
        connection.execute(
            update(tables.attempts).where(tables.attempts.c.kind == "receipt").values(failures=times, in_row=1)
        )
    assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 1


def test_a_thousand_tries_at_once_are_no_way_round_the_limit(
    applications: Applications, start: Callable[..., Started]
) -> None:
    started = start()
    guesses = [f"{(int(started.pin) + n) % 10**6:06d}" for n in range(1, 60)]
    checked = []
    real = applications.pins.which
    applications.pins.which = lambda kept, given: (checked.append(kept), real(kept, given))[1]  # type: ignore[method-assign]

    def guess(n: int) -> None:
        with pytest.raises(ApplicationNotFound):
            applications.look_up(started.receipt, guesses[n], Caller(f"{n}", f"{n}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(guess, range(len(guesses))))
    assert len(checked) == len(guesses)
    assert sum(bool(kept) for kept in checked) == 5


@pytest.mark.parametrize("who", [Caller(conversation="c"), Caller(address="192.0.2.9")])
def test_a_caller_is_heard_twenty_failures_an_hour_whatever_the_receipts(
    applications: Applications, start: Callable[..., Started], clock: Clock, who: Caller
) -> None:
    started = start()
    for _ in range(20):
        with pytest.raises(ApplicationNotFound):
            applications.look_up(receipt.new(), "123456", who)
        clock.move(minutes=1)
    with pytest.raises(TooManyTries) as refusal:
        applications.look_up(started.receipt, started.pin, who)
    assert refusal.value.wait.total_seconds() == 40 * 60
    applications.look_up(started.receipt, started.pin, Caller("somebody else"))
    clock.move(minutes=40)
    applications.look_up(started.receipt, started.pin, who)


def test_a_refused_caller_costs_the_receipt_no_try(applications: Applications, start: Callable[..., Started]) -> None:
    started, who = start(), Caller("c")
    for _ in range(20):
        with pytest.raises(ApplicationNotFound):
            applications.look_up(receipt.new(), "123456", who)
    for _ in range(30):
        with pytest.raises(TooManyTries):
            applications.look_up(started.receipt, wrong(started.pin), who)
    assert applications.look_up(started.receipt, started.pin, Caller()).failed_tries == 0


def test_right_look_ups_count_against_nobody(
    applications: Applications, start: Callable[..., Started], caller: Caller
) -> None:
    started = start()
    for _ in range(30):
        assert applications.look_up(started.receipt, started.pin, caller).failed_tries == 0
