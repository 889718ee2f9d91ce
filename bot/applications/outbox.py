"""Sends what waits in the outbox: at least once, and under one message id, so that nobody sees a notice twice.

A notice is claimed in one transaction, sent outside any, and settled in another. Whoever dies in between leaves a claim that runs
out; the next sender sends it again under the same id, by which mail programs and LINE drop the second.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.engine import Row

from bot.applications import outbox_rows
from bot.applications.core import Core
from bot.applications.model import ContactKind
from bot.applications.notices import Notice, worded

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # longer than any sender may take
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 12  # about a day and a half
_NO_SENDER = "no_sender"


class DeliveryFailed(Exception):
    """A notice could not be delivered; `problem` is a code without an address, `for_good` says that trying again is no use."""

    def __init__(self, problem: str, for_good: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem[:40]
        self.for_good = for_good


class Sender(Protocol):
    """One way to deliver. Must give up within a minute, and use the message id so that a repeat is recognised."""

    def send(self, message_id: UUID, address: str, notice: Notice) -> None:
        """Delivers one notice; raises `DeliveryFailed`."""


@dataclass(frozen=True)
class Sent:
    """How one run went."""

    sent: int = 0
    put_off: int = 0
    dropped: int = 0
    dead: int = 0


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling, up to `LONGEST_WAIT`."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)


class Outbox:
    """The sending end of one installation's notices."""

    def __init__(self, applications: Core, senders: Mapping[ContactKind, Sender], page: str) -> None:
        """Takes the senders by kind of contact, and the address of the page that notices lead to."""
        self._applications = applications
        self._senders = senders
        self._page = page

    def run(self, most: int = 1000) -> Sent:
        """Sends what is due."""
        outcomes = {"sent": 0, "waiting": 0, "dropped": 0, "dead": 0}
        for _ in range(most):
            outcome = self._one()
            if outcome is None:
                break
            outcomes[outcome] += 1
        return Sent(outcomes["sent"], outcomes["waiting"], outcomes["dropped"], outcomes["dead"])

    def counts(self) -> Mapping[str, int]:
        """How many notices there are in each status; `dead` ones need staff."""
        with self._applications.store.read() as connection:
            return outbox_rows.counts(connection)

    def _one(self) -> str | None:
        applications = self._applications
        with applications.store.write() as connection:
            claimed = outbox_rows.claim(connection, applications.now(), LEASE)
        if claimed is None:
            return None
        try:
            status, problem = self._deliver(claimed)
        except DeliveryFailed as failure:
            final = failure.for_good or claimed.attempts >= MOST_ATTEMPTS
            status, problem = ("dead" if final else "waiting"), failure.problem
            logger.warning("outbox.%s %s attempt %d: %s", status, claimed.message_id, claimed.attempts, problem)
        now = applications.now()
        with applications.store.write() as connection:
            due_at = now + wait_after(claimed.attempts) if status == "waiting" else None
            outbox_rows.settle(connection, claimed, now, status, problem, due_at)
        return status

    def _deliver(self, claimed: Row) -> tuple[str, str | None]:
        found = self._applications.recipient(claimed.application_id)
        if found is None:
            return "dropped", "no_contact"  # taken back, or erased, since
        contact, language = found
        sender = self._senders.get(contact.kind)
        if sender is None:
            raise DeliveryFailed(_NO_SENDER)
        sender.send(claimed.message_id, contact.address, worded(claimed.notice, language, self._page))
        return "sent", None
