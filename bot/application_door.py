"""The applications of this process: opened once, by whoever needs them first, and tried again when that failed.

So a database that is down when the bot starts stops neither the chat nor the page for longer than it is down.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from bot.applications.errors import StoreUnavailable
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.applications.service import Applications

logger = logging.getLogger(__name__)

_WAIT_SECONDS = 1.0


class ApplicationDoor:
    """Gives out the applications; blocks, so ask for them in a thread."""

    def __init__(self, settings: Settings) -> None:
        """Takes the settings; opens nothing yet."""
        self.settings = settings
        self._lock = threading.Lock()
        self._opened: Applications | None = None

    def __call__(self) -> Applications:
        """The applications, their tables brought up to date; raises `StoreUnavailable` while that is impossible."""
        if self._opened is not None:
            return self._opened
        if not self._lock.acquire(timeout=_WAIT_SECONDS):
            raise StoreUnavailable("being opened")
        try:
            if self._opened is None:
                self._opened = self._open()
            return self._opened
        finally:
            self._lock.release()

    def try_open(self) -> None:
        """Opens them ahead of the first visitor, if possible."""
        try:
            self()
        except StoreUnavailable:
            logger.warning("applications.not_open_yet")

    def _open(self) -> Applications:
        from bot.applications.service import open_applications

        try:
            return open_applications(self.settings)
        except StoreUnavailable:
            raise
        except Exception as error:  # the migrations' own errors quote statements
            logger.error("applications.cannot_open: %s", type(error).__name__)
            raise StoreUnavailable(type(error).__name__) from None
