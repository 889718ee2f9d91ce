"""The parts of this installation that conversations share, each opened when it is first needed and not before.

Storage that cannot be opened must not keep anybody from an answer: whoever needs it is told so (`StoreUnavailable`), and the next
one tries to open it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.application_door import ApplicationDoor
from bot.applications.errors import StoreUnavailable
from bot.applications.service import Applications
from bot.privacy.crypto import Vault
from bot.privacy.passing import Passing
from bot.settings import Settings, SettingsError, read


@dataclass
class _Opened:
    door: ApplicationDoor | None = None
    applications: Applications | None = None
    passing: Passing | None = None
    page: str | None = None


_opened = _Opened()


def applications() -> Applications:
    """The applications in the configured database; raises `StoreUnavailable`."""
    if _opened.applications is not None:
        return _opened.applications
    try:
        return (_opened.door or door(_settings()))()
    except (SettingsError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from None


def door(settings: Settings) -> ApplicationDoor:
    """The one way to the applications of this process, for the chat and the page /a alike."""
    if _opened.door is None or _opened.door.settings != settings:
        _opened.door = ApplicationDoor(settings)
    return _opened.door


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
    _opened.door, _opened.applications, _opened.passing, _opened.page = None, applications, passing, public_url


@contextmanager
def instead(applications: Applications, passing: Passing, public_url: str) -> Iterator[None]:
    """As `use`, until what was there before is put back."""
    before = replace(_opened)
    use(applications, passing, public_url)
    try:
        yield
    finally:
        _opened.__dict__.update(vars(before))


@lru_cache(maxsize=1)
def _settings() -> Settings:
    return read()
