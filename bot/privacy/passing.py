"""Secrets in passing: a receipt, PIN or address goes through a conversation sealed, and is worth nothing after some minutes.

Sealed values are bound to their kind and to one conversation. See docs/decisions/0006-secrets-in-passing.md.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone

from bot import clock
from bot.privacy.crypto import CannotOpen, Place, Vault

logger = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
# A contact waits in the draft until the summary is confirmed, so it lives as long as a draft does.
LIFETIMES: Mapping[str, timedelta] = {"mail": timedelta(minutes=30), "line_user": timedelta(minutes=30)}
_STAMP = 8


class Passing:
    """Seals and opens values for one conversation at a time."""

    def __init__(self, vault: Vault, now: Callable[[], datetime] = clock.now) -> None:
        """Takes the vault whose key seals, and the clock."""
        self._key = vault.derived_key("passing")
        self._now = now

    def seal(self, kind: str, value: str, conversation: str) -> str:
        """A value as it may lie in a slot, an event or a message's metadata."""
        until = self._now() + LIFETIMES.get(kind, LIFETIME)
        plain = int(until.timestamp()).to_bytes(_STAMP, "big") + value.encode("utf-8", "surrogatepass")
        return base64.urlsafe_b64encode(Vault.seal(self._key, plain, _place(kind, conversation))).decode()

    def open(self, kind: str, sealed: object, conversation: str) -> str | None:
        """The value again; None for one that was altered, belongs elsewhere, or has run out."""
        if not isinstance(sealed, str):
            return None
        try:
            raw = base64.urlsafe_b64decode(sealed.encode())
            plain = Vault.unseal(self._key, raw, _place(kind, conversation))
        except (CannotOpen, binascii.Error, UnicodeEncodeError, ValueError):
            logger.warning("passing.%s cannot be opened", kind)
            return None
        until = datetime.fromtimestamp(int.from_bytes(plain[:_STAMP], "big"), timezone.utc)
        return plain[_STAMP:].decode("utf-8", "surrogatepass") if self._now() < until else None


def _place(kind: str, conversation: str) -> Place:
    return Place("passing", kind, conversation)
