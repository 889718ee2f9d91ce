"""The parts of this installation that conversations share, each opened when it is first needed and not before.

Storage that cannot be opened must not keep anybody from an answer: whoever needs it is told so (`StoreUnavailable`), and the next
one tries to open it again.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache

from bot.applications.errors import StoreUnavailable
from bot.applications.service import Applications, open_applications
from bot.privacy.crypto import Vault
from bot.privacy.passing import Passing
from bot.settings import Settings, SettingsError, read


@dataclass
class _Opened:
    applications: Applications | None = None
    passing: Passing | None = None
    page: str | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


_opened = _Opened()


def applications() -> Applications:
    """The applications in the configured database; raises `StoreUnavailable`."""
    with _opened.lock:
        if _opened.applications is None:
            try:
                _opened.applications = open_applications(_settings())
            except (SettingsError, OSError) as error:
                raise StoreUnavailable(type(error).__name__) from None
        return _opened.applications


def passing() -> Passing:
    """What seals secrets that pass through a conversation."""
    if _opened.passing is None:
        settings = _settings()
        _opened.passing = Passing(Vault(settings.data_keys, settings.lookup_key.encode()))
    return _opened.passing


def page() -> str:
    """The address of our own page for receipts and PINs."""
    return f"{_opened.page or _settings().public_url}/a"


def use(applications: Applications | None, passing: Passing | None = None, public_url: str | None = None) -> None:
    """Puts other parts in place; None opens the configured ones when they are needed. For tests and drills."""
    _opened.applications, _opened.passing, _opened.page = applications, passing, public_url


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return read()
