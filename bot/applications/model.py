"""What an application is: states and their order, wishes as categories, and a history that shows when it was touched."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any
from uuid import UUID

from bot.applications.errors import HistoryBroken, InvalidInput, InvalidTransition
from bot.rules.checklist import LINKS, Circumstance
from bot.rules.periods import Span, add_years

LANGUAGES = ("ja", "en", "ja-easy")
YEARS_AHEAD = 3


class State(Enum):
    """Where an application stands (DESIGN §4)."""

    PREPARING = "preparing"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    DOCUMENTS_REQUESTED = "documents_requested"
    ACCEPTED = "accepted"
    ISSUED = "issued"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


CLOSED = frozenset({State.ISSUED, State.NOT_ACCEPTED, State.WITHDRAWN, State.EXPIRED})
_ENDS = frozenset({State.WITHDRAWN, State.EXPIRED})  # from any open state
TRANSITIONS: dict[State, frozenset[State]] = {
    State.PREPARING: frozenset({State.SUBMITTED}) | _ENDS,
    State.SUBMITTED: frozenset({State.UNDER_REVIEW}) | _ENDS,
    State.UNDER_REVIEW: frozenset({State.DOCUMENTS_REQUESTED, State.ACCEPTED, State.NOT_ACCEPTED}) | _ENDS,
    State.DOCUMENTS_REQUESTED: frozenset({State.UNDER_REVIEW}) | _ENDS,
    State.ACCEPTED: frozenset({State.ISSUED}) | _ENDS,
    **dict.fromkeys(CLOSED, frozenset()),
}


def check_transition(before: State | None, to: State) -> None:
    """Raises `InvalidTransition` unless the step is one of DESIGN §4; a history starts with preparing."""
    if to is not State.PREPARING if before is None else to not in TRANSITIONS[before]:
        raise InvalidTransition(f"{before.value if before else 'nothing'} -> {to.value}")


@dataclass(frozen=True)
class Wishes:
    """What a couple wants and which circumstances decide on its papers; categories only, never who they are."""

    language: str = "ja"
    circumstances: frozenset[Circumstance] = frozenset()
    planned_on: Span | None = None
    """The day or month in which they mean to file."""
    left_open: frozenset[Circumstance] = frozenset()
    """What they would rather not say, or do not know: neither yes nor no."""

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise InvalidInput("language")
        if self.planned_on and _read_span(_written(self.planned_on)) != self.planned_on:
            raise InvalidInput("planned_on")

    @property
    def links(self) -> frozenset[Circumstance]:
        """The ties to Tokyo."""
        return self.circumstances & LINKS

    @property
    def wants_common_name(self) -> bool:
        """Whether a common name (通称名) is to be written beside the name."""
        return Circumstance.WANTS_COMMON_NAME in self.circumstances

    @property
    def lists_children(self) -> bool:
        """Whether a child's name is to be listed."""
        return Circumstance.WANTS_CHILD_NAME in self.circumstances

    @property
    def planned_month(self) -> str | None:
        """The planned month as YYYY-MM."""
        return f"{self.planned_on.first:%Y-%m}" if self.planned_on else None

    def check_plan(self, today: date) -> None:
        """Raises `InvalidInput` for a plan in the past or years ahead."""
        if self.planned_on and not today <= self.planned_on.last <= add_years(today, YEARS_AHEAD):
            raise InvalidInput("planned_on")

    def to_json(self) -> dict[str, Any]:
        """The wishes as plain values, always in the same order."""
        left_open = sorted(c.value for c in self.left_open)
        return {
            "language": self.language,
            "circumstances": sorted(c.value for c in self.circumstances),
            "planned_on": _written(self.planned_on) if self.planned_on else None,
            **({"left_open": left_open} if left_open else {}),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Wishes:
        """The reverse of `to_json`; raises `InvalidInput` naming the field that cannot be read."""
        try:
            circumstances = frozenset(Circumstance(c) for c in values.get("circumstances", ()))
            left_open = frozenset(Circumstance(c) for c in values.get("left_open", ())) - circumstances
        except ValueError as error:
            raise InvalidInput("circumstances") from error
        planned = values.get("planned_on")
        plan = _read_span(planned) if planned else None
        return cls(str(values.get("language", "ja")), circumstances, plan, left_open)


def _written(span: Span) -> str:
    return span.first.isoformat() if span.first == span.last else f"{span.first:%Y-%m}"


def _read_span(text: str) -> Span:
    try:
        if re.fullmatch(r"\d{4}-\d{2}", text, re.ASCII):
            return Span.month(int(text[:4]), int(text[5:]))
        return Span.day(date.fromisoformat(text))
    except (TypeError, ValueError) as error:
        raise InvalidInput("planned_on") from error


class ContactKind(Enum):
    """By which way notices go."""

    EMAIL = "email"
    LINE = "line"


_MAIL = re.compile(r"[^\s@<>\"(),:;\\\[\]]{1,64}@[^\s@<>\"(),:;\\\[\]]{1,180}\.[^\s@<>\"(),:;\\\[\].]{2,63}")


@dataclass(frozen=True, repr=False)
class Contact:
    """Where notices go; never shown again, not even in part."""

    kind: ContactKind
    address: str

    def __post_init__(self) -> None:
        fits = _MAIL.fullmatch if self.kind is ContactKind.EMAIL else re.compile(r"U[0-9a-f]{32}").fullmatch
        if not self.address.isascii() or not self.address.isprintable() or not fits(self.address):
            raise InvalidInput("contact")

    def __repr__(self) -> str:
        return f"Contact({self.kind.value})"


@dataclass(frozen=True)
class Application:
    """One application; its id is random and says nothing."""

    id: UUID
    state: State
    created_at: datetime
    updated_at: datetime
    planned_month: str | None
    version: int
    history_head: bytes


@dataclass(frozen=True)
class HistoryRow:
    """One change of state, or a note in the same state: who, when, from, to and why, sealed by the digest of all rows before it."""

    sequence: int
    who: str
    at: datetime
    before: State | None
    to: State
    reason: str
    digest: bytes = b""

    @property
    def is_note(self) -> bool:
        """Whether the state stayed as it was (a new PIN, a receipt opened by staff)."""
        return self.before is self.to


def chained(previous: bytes, application: UUID, row: HistoryRow, key: bytes) -> bytes:
    """The digest of a row: keyed, so that who can write to the database cannot write a history that holds."""
    fields = [
        str(application),
        row.sequence,
        row.who,
        row.at.astimezone(timezone.utc).isoformat(timespec="microseconds"),
        row.before.value if row.before else None,
        row.to.value,
        row.reason,
    ]
    return hmac.new(key, previous + json.dumps(fields, ensure_ascii=True).encode(), hashlib.sha256).digest()


def verify(application: Application, rows: Sequence[HistoryRow], key: bytes) -> None:
    """Raises `HistoryBroken` unless the rows are whole, in order, legal, and end in the application's state."""
    head, state = b"", None
    for number, row in enumerate(rows, start=1):
        head = chained(head, application.id, row, key)
        if row.sequence != number or row.before is not state or not hmac.compare_digest(head, row.digest):
            raise HistoryBroken(number)
        try:
            if not row.is_note:
                check_transition(state, row.to)
        except InvalidTransition as error:
            raise HistoryBroken(number) from error
        state = row.to
    if state is not application.state or not hmac.compare_digest(head, application.history_head):
        raise HistoryBroken(len(rows) + 1)
