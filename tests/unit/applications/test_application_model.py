"""States, wishes and the chain of the history."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from uuid import uuid4

import pytest

from bot.applications.errors import HistoryBroken, InvalidInput, InvalidTransition
from bot.applications.model import (
    CLOSED,
    Application,
    Contact,
    ContactKind,
    HistoryRow,
    State,
    Wishes,
    chained,
    check_transition,
    verify,
)
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span

KEY = b"k" * 32
NOW = datetime(2026, 11, 22, 3, tzinfo=timezone.utc)
LEGAL = {
    (None, "preparing"),
    ("preparing", "submitted"),
    ("submitted", "under_review"),
    ("under_review", "documents_requested"),
    ("documents_requested", "under_review"),
    ("under_review", "accepted"),
    ("under_review", "not_accepted"),
    ("accepted", "issued"),
    *((state.value, end) for state in State if state not in CLOSED for end in ("withdrawn", "expired")),
}


@pytest.mark.parametrize("to", list(State))
@pytest.mark.parametrize("before", [None, *State])
def test_exactly_the_steps_of_the_design_are_legal(before: State | None, to: State) -> None:
    if (before.value if before else None, to.value) in LEGAL:
        check_transition(before, to)
    else:
        with pytest.raises(InvalidTransition):
            check_transition(before, to)


def test_the_model_needs_no_framework() -> None:
    modules = "model errors receipt lockout"
    code = (
        "import sys\n"
        + "".join(f"import bot.applications.{m}\n" for m in modules.split())
        + "print([m for m in ('rasa', 'rasa_sdk', 'sqlalchemy', 'sanic', 'alembic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


# --- wishes and contact


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(),
        Wishes("en", frozenset(Circumstance), Span.day(date(2028, 2, 29))),
        Wishes("ja-easy", frozenset({Circumstance.WORKS_IN_TOKYO}), Span.month(2027, 4)),
    ],
)
def test_wishes_survive_being_written(wishes: Wishes) -> None:
    assert Wishes.from_json(wishes.to_json()) == wishes


def test_wishes_tell_what_the_checklist_asks() -> None:
    wishes = Wishes("ja", frozenset({Circumstance.LIVES_IN_TOKYO, Circumstance.WANTS_COMMON_NAME}), Span.month(2027, 4))
    assert wishes.wants_common_name
    assert not wishes.lists_children
    assert wishes.links == {Circumstance.LIVES_IN_TOKYO}
    assert wishes.planned_month == "2027-04"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"language": "fr"}, "language"),
        ({"circumstances": ["name: Tanaka"]}, "circumstances"),
        ({"planned_on": "soon"}, "planned_on"),
        ({"planned_on": "2027-13"}, "planned_on"),
        ({"planned_on": "2027-02-30"}, "planned_on"),
        ({"planned_on": "２０２７-04"}, "planned_on"),
    ],
)
def test_what_is_no_wish_is_refused_by_name(values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Wishes.from_json(values)
    assert refusal.value.field == field


def test_a_span_that_is_neither_day_nor_month_is_no_plan() -> None:
    with pytest.raises(InvalidInput):
        Wishes(planned_on=Span(date(2027, 4, 1), date(2027, 5, 15)))


@pytest.mark.parametrize(
    ("plan", "fine"),
    [
        ("2026-11-22", True),
        ("2026-11", True),
        ("2026-11-21", False),
        ("2026-10", False),
        ("2029-11-22", True),
        ("2029-12", False),
    ],
)
def test_plans_lie_between_today_and_three_years_ahead(plan: str, fine: bool) -> None:
    wishes = Wishes.from_json({"planned_on": plan})
    if fine:
        wishes.check_plan(date(2026, 11, 22))
    else:
        with pytest.raises(InvalidInput):
            wishes.check_plan(date(2026, 11, 22))


@pytest.mark.parametrize("address", ["a@example.org", "a..b@docomo.ne.jp", "x+tag@mail.example.co.jp"])
def test_an_address_people_have_is_taken(address: str) -> None:
    assert Contact(ContactKind.EMAIL, address).address == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@b",
        "a b@example.org",
        "a@example.org\nBcc: x@y.z",
        "a@example.org, b@example.org",
        "<a@example.org>",
        "ａ@example.org",
        "a" * 65 + "@example.org",
    ],
)
def test_what_is_no_address_or_would_be_two_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="contact"):
        Contact(ContactKind.EMAIL, address)


def test_a_line_contact_is_a_line_user_id() -> None:
    Contact(ContactKind.LINE, "U" + "0" * 32)
    with pytest.raises(InvalidInput):
        Contact(ContactKind.LINE, "someone")


def test_a_contact_is_never_printed() -> None:
    assert "example" not in repr(Contact(ContactKind.EMAIL, "a@example.org"))


# --- history


def a_history() -> tuple[Application, list[HistoryRow]]:
    identity = uuid4()
    steps = [
        (None, State.PREPARING, "couple", "started"),
        (State.PREPARING, State.PREPARING, "couple", "new_pin"),
        (State.PREPARING, State.SUBMITTED, "couple", "filed_in_official_system"),
        (State.SUBMITTED, State.UNDER_REVIEW, "staff:a", "received"),
    ]
    rows: list[HistoryRow] = []
    head = b""
    for number, (before, to, who, reason) in enumerate(steps, start=1):
        row = HistoryRow(number, who, NOW + timedelta(hours=number), before, to, reason)
        head = chained(head, identity, row, KEY)
        rows.append(replace(row, digest=head))
    return Application(identity, State.UNDER_REVIEW, NOW, NOW, None, 4, head), rows


def test_a_history_replays_to_the_state() -> None:
    application, rows = a_history()
    verify(application, rows, KEY)


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    "change",
    [
        {"who": "staff:b"},
        {"at": NOW},
        {"before": State.ACCEPTED},
        {"to": State.ISSUED},
        {"reason": "other"},
        {"sequence": 9},
        {"digest": bytes(32)},
    ],
    ids=lambda c: next(iter(c)),
)
def test_a_changed_row_is_found(number: int, change: dict[str, object]) -> None:
    application, rows = a_history()
    rows[number] = replace(rows[number], **change)  # type: ignore[arg-type]
    with pytest.raises(HistoryBroken):
        verify(application, rows, KEY)


@pytest.mark.parametrize("number", range(4))
def test_a_missing_row_is_found_the_last_too(number: int) -> None:
    application, rows = a_history()
    del rows[number]
    with pytest.raises(HistoryBroken):
        verify(application, rows, KEY)


def test_rows_in_another_order_twice_or_of_another_application_are_found() -> None:
    application, rows = a_history()
    _, foreign = a_history()
    for wrong in ([rows[0], rows[2], rows[1], rows[3]], [*rows, rows[-1]], foreign, []):
        with pytest.raises(HistoryBroken):
            verify(application, wrong, KEY)


def test_a_state_the_history_does_not_lead_to_is_found() -> None:
    application, rows = a_history()
    with pytest.raises(HistoryBroken):
        verify(replace(application, state=State.ISSUED), rows, KEY)


def test_a_chain_made_without_the_key_does_not_hold() -> None:
    application, rows = a_history()
    with pytest.raises(HistoryBroken):
        verify(application, rows, b"x" * 32)


def test_an_illegal_step_does_not_hold_even_when_well_chained() -> None:
    application, rows = a_history()
    row = HistoryRow(5, "staff:a", NOW, State.UNDER_REVIEW, State.ISSUED, "shortcut")
    head = chained(application.history_head, application.id, row, KEY)
    with pytest.raises(HistoryBroken):
        verify(replace(application, state=State.ISSUED, history_head=head), [*rows, replace(row, digest=head)], KEY)
