"""Hypothesis walks an application about as it likes: no illegal step is ever taken, and the history always replays to the state."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

from bot.applications import outbox_rows
from bot.applications.errors import ApplicationNotFound, GrantExpired, HistoryBroken, InvalidTransition
from bot.applications.model import TRANSITIONS, Contact, ContactKind, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.drills.installation import Clock

CONTACT = Contact(ContactKind.EMAIL, "couple@example.org")
COLUMNS = {"who": "'staff:z'", "reason": "'forged'", "sequence": "sequence + 700", "digest": None, "at": None}


class Walk(RuleBasedStateMachine):
    """One application beside a model of it: its state, the states it went through, and the notices due."""

    applications: Applications
    clock: Clock
    numbers = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.caller = Caller("walk")
        self.notices_before = self._notices()

    @initialize(contact=st.booleans())
    def start(self, contact: bool) -> None:
        self.contact = contact
        self.number = f"walk {next(self.numbers)}"
        self.started = self.applications.start(Wishes(), CONTACT if contact else None, self.number, date(2026, 11, 22))
        self.pin = self.started.pin
        self.path = [State.PREPARING]
        self.notes = 0
        self.moves = 0
        self.erased = False
        self.grant = self.applications.open_started(self.started, self.caller).grant

    # --- what may happen

    @rule(to=st.sampled_from(State))
    def staff_move_it(self, to: State) -> None:
        legal = not self.erased and to in TRANSITIONS[self.path[-1]]
        try:
            self.applications.advance(self.started.application, to, "staff:a", "walk")
        except InvalidTransition:
            assert not legal and not self.erased
        except ApplicationNotFound:
            assert self.erased
        else:
            assert legal
            self._moved(to)

    @rule()
    def the_couple_withdraws(self) -> None:
        self._own(State.WITHDRAWN, self.applications.withdraw)

    @rule()
    def the_couple_has_filed(self) -> None:
        self._own(State.SUBMITTED, self.applications.mark_filed)

    @rule()
    def the_confirmation_comes_again(self) -> None:
        if not self.erased:
            again = self.applications.start(
                Wishes(), CONTACT if self.contact else None, self.number, date(2026, 11, 22)
            )
            assert again == self.started

    @precondition(lambda self: not self.erased)
    @rule()
    def a_new_pin(self) -> None:
        self.pin = self.applications.new_pin(self.started.receipt, self.pin, self.caller, f"{self.number} {self.notes}")
        self.notes += 1

    @rule(minutes=st.integers(-120, 300))
    def time_passes_or_the_clock_jumps(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    @rule()
    def a_wrong_pin(self) -> None:
        with pytest.raises(ApplicationNotFound):
            self.applications.look_up(self.started.receipt, "no pin", Caller())
        if not self.erased:
            self.applications.unlock(self.started.application, "staff:a", "walk")
            self.notes += 1

    @precondition(lambda self: len(self.path) > 2 and not self.erased)
    @rule()
    def it_is_erased(self) -> None:
        self.applications.erase_by_staff(self.started.application)
        self.erased = True
        self.moves = 0

    # --- what must always hold

    @invariant()
    def the_history_replays_to_the_state(self) -> None:
        if self.erased:
            with pytest.raises(ApplicationNotFound):
                self.applications.shown(self.started.application)
            return
        view = self.applications.shown(self.started.application)
        steps = [row for row in view.history if not row.is_note]
        assert [row.to for row in steps] == self.path
        assert len(view.history) == len(self.path) + self.notes
        assert view.application.state is self.path[-1]

    @invariant()
    def each_change_was_announced_once(self) -> None:
        assert self._notices() - self.notices_before == (self.moves if self.contact else 0)

    def teardown(self) -> None:
        """At the end, any tampering with a row is found: here with two of them, in test_application_model.py with all."""
        if not hasattr(self, "started") or self.erased:
            return
        rows = len(self.path) + self.notes
        for sequence in {rows, rows // 2 + 1}:
            for column, value in COLUMNS.items():
                self._tampered(sequence, column, value)
            self._tampered(sequence, None, None)

    # --- help

    def _own(self, to: State, deed: object) -> None:
        present = self.path[-1]
        try:
            self.grant = self.applications.open_started(self.started, self.caller).grant
            deed(self.grant, self.caller)  # type: ignore[operator]
        except InvalidTransition:
            assert to is not present and to not in TRANSITIONS[present]
        except (ApplicationNotFound, GrantExpired):
            assert self.erased
        else:
            if to is not present:
                assert to in TRANSITIONS[present]
                self._moved(to)

    def _moved(self, to: State) -> None:
        self.path.append(to)
        self.moves += 1

    def _notices(self) -> int:
        with self.applications.store.read() as connection:
            return sum(outbox_rows.counts(connection).values())

    def _tampered(self, sequence: int, column: str | None, value: str | None) -> None:
        """Changes one column of one row, or deletes the row, in a transaction that is undone."""
        values = {"digest": bytes(32), "at": "2001-01-01 00:00:00.000000"}
        where = "WHERE application_id = :id AND sequence = :n"
        statement = (
            f"UPDATE application_history SET \"{column}\" = {value or ':v'} {where}"
            if column
            else f"DELETE FROM application_history {where}"
        )
        parameters = {"id": str(self.started.application), "n": sequence} | (
            {"v": values[column]} if column and not value else {}
        )
        with pytest.raises(HistoryBroken), self.applications.store.write() as connection:
            for guard in _guards_off(self.applications.store.is_sqlite):
                connection.execute(text(guard))
            assert connection.execute(text(statement), parameters).rowcount == 1
            _verify(self.applications, connection, self.started.application)


def _guards_off(sqlite: bool) -> list[str]:
    if sqlite:
        return ["DROP TRIGGER application_history_no_update", "DROP TRIGGER application_history_no_delete"]
    return ["ALTER TABLE application_history DISABLE TRIGGER ALL"]


def _verify(applications: Applications, connection: object, application: object) -> None:
    from bot.applications import repository
    from bot.applications.model import verify

    stored = repository.get(connection, application)  # type: ignore[arg-type]
    verify(stored.application, repository.history(connection, application), applications.chain_key)  # type: ignore[arg-type]


def test_no_walk_breaks_a_rule(applications: Applications, clock: Clock) -> None:
    class ThisWalk(Walk):
        pass

    ThisWalk.applications, ThisWalk.clock = applications, clock
    run_state_machine_as_test(
        ThisWalk,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
