"""Where an authority's own case system plugs in.

Tokyo takes the notification itself, in its own online system, which has no interface for others. The embedded default says so
plainly: it takes nothing, and knows of no state but the one the couple or staff have entered here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from bot.applications.model import State, Wishes


class HandOver(Enum):
    """What became of a notification handed over."""

    TAKEN = "taken"
    FILE_IN_OFFICIAL_SYSTEM = "file_in_official_system"
    """The couple files it themselves; the answer `application_steps` links where."""


@dataclass(frozen=True)
class Handed:
    """The outcome, and the authority's own reference when it took the notification."""

    outcome: HandOver
    reference: str | None = None


class Gateway(Protocol):
    """A case system. Both calls may be repeated with the same id and must then do nothing new."""

    def submit(self, application: UUID, wishes: Wishes) -> Handed:
        """Hands the notification over; raises `StoreUnavailable` when the system does not answer within two seconds."""

    def status(self, application: UUID) -> State | None:
        """The state there; None when the system does not know it."""


class TokyoOnlineSystem:
    """The default: filed by the couple in Tokyo's system, which tells us nothing."""

    def submit(self, application: UUID, wishes: Wishes) -> Handed:
        """Takes nothing."""
        return Handed(HandOver.FILE_IN_OFFICIAL_SYSTEM)

    def status(self, application: UUID) -> State | None:
        """Knows nothing."""
        return None
