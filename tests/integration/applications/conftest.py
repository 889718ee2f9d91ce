"""Every test here runs on SQLite and on PostgreSQL, each in a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span
from tests.drills.installation import START_POSTGRES, Clock, installation, postgres_is_there, schema

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def postgres() -> None:
    """PostgreSQL, or a skip that names how to start it."""
    if not postgres_is_there():
        pytest.skip(f"no PostgreSQL answers. Start it: {START_POSTGRES}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tomoni.db'}"
        return
    request.getfixturevalue("postgres")
    with schema() as url:
        yield url


@pytest.fixture
def clock() -> Clock:
    """The clock of the applications; moves only when told to."""
    return Clock()


@pytest.fixture
def applications(database: str, clock: Clock) -> Iterator[Applications]:
    """The applications in that database."""
    found = installation(database, clock)
    yield found
    found.store.close()


@pytest.fixture
def wishes() -> Wishes:
    """What a couple might want."""
    return Wishes(
        "ja",
        frozenset({Circumstance.LIVES_IN_TOKYO, Circumstance.WORKS_IN_TOKYO, Circumstance.WANTS_CHILD_NAME}),
        Span.month(2027, 4),
    )


@pytest.fixture
def contact() -> Contact:
    """Where its notices go."""
    return Contact(ContactKind.EMAIL, "couple@example.org")


@pytest.fixture
def caller() -> Caller:
    """Who asks."""
    return Caller("conversation-1", "192.0.2.1")


@pytest.fixture
def start(applications: Applications, wishes: Wishes) -> Callable[..., Started]:
    """Starts an application: `start()`, `start(key="k", contact=contact)`."""
    numbers = iter(range(10**6))

    def started(**given: Any) -> Started:
        key = given.get("key", f"confirmation-{next(numbers)}")
        return applications.start(given.get("wishes", wishes), given.get("contact"), key, TODAY)

    return started
