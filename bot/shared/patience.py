"""An engine that has just failed is not asked again at once.

When it is silent each question costs seconds; if everybody waited for their own, those who come after would wait for the sum.
"""

from __future__ import annotations

import time

from bot.applications.errors import StoreUnavailable

REST_SECONDS = 0.5


class Patience:
    """Remembers for a moment that an engine failed."""

    def __init__(self, engine: str) -> None:
        """Takes the engine's name, for logs."""
        self._engine = engine
        self._until = 0.0

    def check(self) -> None:
        """Raises `StoreUnavailable` when it failed just now."""
        if time.monotonic() < self._until:
            raise StoreUnavailable(f"{self._engine}: failed just now")

    def lost(self, why: str) -> StoreUnavailable:
        """Notes that it failed; the error to raise."""
        self._until = time.monotonic() + REST_SECONDS
        return StoreUnavailable(f"{self._engine}: {why}")
