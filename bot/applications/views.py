"""What is seen of an application: categories and codes, never words, and never where notices go."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from bot.applications.model import Application, ContactKind, HistoryRow, Wishes
from bot.rules.checklist import Checklist


@dataclass(frozen=True)
class Caller:
    """Who asks, as far as the limits need it; only keyed hashes of both are kept."""

    conversation: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Delivery:
    """A message that confirms something: its name, the same when it is delivered again, and what it said; only keyed hashes are kept."""

    message: str
    text: str


@dataclass(frozen=True)
class Started:
    """A new application; the PIN is shown this once."""

    application: UUID
    receipt: str = field(repr=False)
    pin: str = field(repr=False)


@dataclass(frozen=True)
class View:
    """An application as its couple sees it."""

    application: Application
    wishes: Wishes
    checklist: Checklist
    """The papers as of the planned day, or today."""
    ready: frozenset[str]
    """Ids of the papers they have ticked."""
    contact: ContactKind | None
    history: tuple[HistoryRow, ...]
    linked: bool
    """Whether the conversation that asks is linked."""
    failed_tries: int
    """Failed tries at its receipt since the look-up before the last one, of the last 30 days: someone else may be guessing."""
    grant: str = field(repr=False)
    """Lets this conversation change the application for the next half hour."""
    proof: str | None = field(default=None, repr=False)
    """Right after the PIN was typed or given out: lets this conversation have a new one within half an hour."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Papers still to get, in order; where any one of some is enough and one is ready, none of the others."""
        proven = any(item.one_of and item.document in self.ready for item in self.checklist.items)
        return tuple(
            item.document
            for item in self.checklist.items
            if item.document not in self.ready and not (item.one_of and proven)
        )
