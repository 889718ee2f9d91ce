"""PINs: six digits, shown once, kept as argon2id of a keyed hash.

Parameters: 19 MiB, two passes, one lane: the least OWASP's password storage sheet accepts, about 35 ms on the two shared cores of
our machines. More would not make six digits strong against someone who holds the database: a million PINs at 35 ms are ten hours.
What does is the key mixed in before (`Vault.pepper`), which is not in the database; against guessing through the front door it is
the limits of `lockout.py`. So the slow hash is kept cheap enough that two at once fit beside the chat.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import hash_secret

from bot.applications.errors import StoreUnavailable

logger = logging.getLogger(__name__)

DIGITS = 6
_WAIT_SECONDS = 1.0


@dataclass(frozen=True)
class Cost:
    """What one hash takes."""

    memory_kib: int = 19_456
    passes: int = 2
    at_once: int = 2
    """How many run at the same time: each holds its memory."""


CHEAP = Cost(memory_kib=8, passes=1)
"""For tests and drills that are not about time."""


def new() -> str:
    """A PIN, each of the million equally likely: a list of forbidden ones would only help who guesses."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def read(text: str) -> str | None:
    """Reads a PIN in any width, with spaces or hyphens between; None when it is none."""
    if len(text) > 100:
        return None
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(c for c in plain if unicodedata.category(c) not in ("Zs", "Pd", "Cf", "Cc") and c not in "−ー")
    return digits if len(digits) == DIGITS and digits.isascii() and digits.isdecimal() else None


class PinHasher:
    """Hashes and verifies PINs, a few at a time."""

    def __init__(self, cost: Cost = Cost()) -> None:  # noqa: B008  (frozen)
        """Prepares the dummy: a hash of the same cost that no PIN opens."""
        self._hasher = PasswordHasher(
            time_cost=cost.passes, memory_cost=cost.memory_kib, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
        )
        self._turns = threading.BoundedSemaphore(cost.at_once)
        self._dummy = self._hasher.hash(secrets.token_bytes(32))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Waits for a free place before anything is counted or written; raises `StoreUnavailable` when there is none for long."""
        if not self._turns.acquire(timeout=_WAIT_SECONDS):
            raise StoreUnavailable("too many PINs at once")
        try:
            yield
        finally:
            self._turns.release()

    def hash(self, peppered: bytes, beside: str | None = None) -> str:
        """The hash to keep; call it within a turn.

        `beside` another of the same application it has that one's salt, so that a try is compared with both for the price of one.
        """
        return _like(beside, peppered) if beside else self._hasher.hash(peppered)

    def which(self, kept: Sequence[str], peppered: bytes) -> str | None:
        """Which of an application's hashes it is the PIN of; one run of argon2, whether there are none, one or two. Call it within a turn."""
        try:
            given = _like(kept[0] if kept else self._dummy, peppered)
        except (Argon2Error, InvalidHashError, ValueError):
            logger.error("application.pin.unreadable_hash")  # tampered with: refused like any wrong PIN
            return self.which((), peppered)
        found = [one for one in kept if hmac.compare_digest(one.encode(), given.encode())]
        return found[0] if found else None


def _like(kept: str, peppered: bytes) -> str:
    """A hash with the salt and the cost of another."""
    cost, salt = extract_parameters(kept), kept.split("$")[4]
    return hash_secret(
        peppered,
        base64.b64decode(salt + "=" * (-len(salt) % 4)),
        cost.time_cost,
        cost.memory_cost,
        cost.parallelism,
        cost.hash_len,
        cost.type,
        cost.version,
    ).decode()
