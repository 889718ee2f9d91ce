"""PINs: six digits, shown once, kept as argon2id of a keyed hash.

Parameters: 19 MiB, two passes, one lane: the least OWASP's password storage sheet accepts, about 35 ms on the two shared cores of
our machines. More would not make six digits strong against someone who holds the database: a million PINs at 35 ms are ten hours.
What does is the key mixed in before (`Vault.pepper`), which is not in the database; against guessing through the front door it is
the limits of `lockout.py`. So the slow hash is kept cheap enough that two at once fit beside the chat.
"""

from __future__ import annotations

import logging
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

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

    def hash(self, peppered: bytes) -> str:
        """The hash to keep; call it within a turn."""
        return self._hasher.hash(peppered)

    def verify(self, kept: str | None, peppered: bytes) -> bool:
        """Whether it is the PIN; costs one run of argon2 also when there is nothing to compare with. Call it within a turn."""
        try:
            self._hasher.verify(self._dummy if kept is None else kept, peppered)
        except VerifyMismatchError:
            return False
        except (VerificationError, InvalidHashError):
            logger.error("application.pin.unreadable_hash")  # tampered with: refused like any wrong PIN
            return self.verify(None, peppered)
        return kept is not None
