"""What the server does every minute beside the conversations."""

from __future__ import annotations

from pathlib import Path

from bot import settings
from bot.applications import housekeeping
from bot.applications.errors import StoreUnavailable
from bot.applications.model import Contact, ContactKind, State, Wishes
from bot.applications.service import Applications
from tests.integration.applications.conftest import TODAY


def test_a_round_sends_the_waiting_notice_and_the_next_sends_none(
    applications: Applications, wishes: Wishes, tmp_path: Path
) -> None:
    started = applications.start(wishes, Contact(ContactKind.EMAIL, "someone@example.org"), "key-1", TODAY)
    applications.advance(started.application, State.SUBMITTED, "staff:1", "filed")
    found = settings.read({}, var=tmp_path)
    assert housekeeping.once(lambda: applications, found)
    mails = sorted((tmp_path / "mail").glob("*"))
    assert len(mails) == 1
    assert housekeeping.once(lambda: applications, found)
    assert sorted((tmp_path / "mail").glob("*")) == mails


def test_a_store_that_is_down_only_waits_for_the_next_round(tmp_path: Path) -> None:
    def down() -> Applications:
        raise StoreUnavailable("down")

    assert housekeeping.once(down, settings.read({}, var=tmp_path)) is False
