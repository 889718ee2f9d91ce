"""Every operation a couple has, against every fault of the database: refused in time, nothing half done, done once afterwards (R9).

The refusals are asked for all at once, as on a busy evening; a real full disk is in `test_full_disk`.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from bot.applications.errors import StoreUnavailable
from bot.applications.model import Contact, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Delivery
from tests.drills.installation import Clock, installation, schema
from tests.integration.applications.test_faults import Wire, locked, read_only, timed_refusal

TODAY = date(2026, 11, 22)
PAGE = Caller("page", "192.0.2.9")


class Case:
    """One application with all that is needed to use it in every way."""

    def __init__(self, applications: Applications, contact: Contact, caller: Caller) -> None:
        self.applications = applications
        self.started = applications.start(Wishes(), contact, "key", TODAY)
        self.linked = Caller("linked")
        grant = applications.open_started(self.started, caller).grant
        applications.link_chat(applications.open_started(self.started, self.linked).grant, self.linked)
        link = applications.issue_one_time_link(grant, caller)
        numbers = applications.issue_one_time_link(grant, caller, with_numbers=True)
        invited = applications.invite_to_page(Caller("invited"))
        page = applications.open_started(self.started, PAGE).grant
        receipt, pin = self.started.receipt, self.started.pin
        # In the order in which they still can be done one after the other.
        self.steps: dict[str, Callable[[], Any]] = {
            "start": lambda: applications.start(Wishes(), None, "another key", TODAY, Delivery("m", "はい")),
            "started_by": lambda: applications.started_by(Delivery("m", "はい")),
            "look_up": lambda: applications.look_up(receipt, pin, caller),
            "look_up_linked": lambda: applications.look_up_linked(self.linked),
            "view": lambda: applications.view(grant, caller),
            "tick": lambda: applications.tick(grant, caller, "doc-single", True),
            "change_wishes": lambda: applications.change_wishes(grant, caller, Wishes("en"), TODAY),
            "change_contact": lambda: applications.change_contact(grant, caller, None),
            "link_chat": lambda: applications.link_chat(grant, caller),
            "unlink_chat": lambda: applications.unlink_chat(caller),
            "issue_one_time_link": lambda: applications.issue_one_time_link(grant, caller),
            "redeem": lambda: applications.redeem(link, PAGE),
            "redeem_with_numbers": lambda: applications.redeem_with_numbers(numbers, PAGE),
            "invite_to_page": lambda: applications.invite_to_page(caller),
            "accept_invitation": lambda: applications.accept_invitation(invited, page, PAGE),
            "hand_over": lambda: applications.hand_over(grant, caller),
            "mark_filed": lambda: applications.mark_filed(grant, caller),
            "new_pin": lambda: applications.new_pin(receipt, pin, caller, "pin key"),
            "export": lambda: applications.export(grant, caller),
            "withdraw": lambda: applications.withdraw(grant, caller),
            "erase": lambda: applications.erase(grant, caller),
        }


def every_step_is_refused_and_then_done(case: Case, fault: AbstractContextManager[None]) -> None:
    with fault, ThreadPoolExecutor(len(case.steps)) as threads:
        refusals = {name: threads.submit(timed_refusal, step) for name, step in case.steps.items()}
        wrong = {name: repr(done.exception()) for name, done in refusals.items() if done.exception()}
    assert wrong == {}
    view = case.applications.look_up(case.started.receipt, case.started.pin, Caller("afterwards"))
    assert (view.application.state, view.application.version, view.ready) == (State.PREPARING, 1, frozenset())
    assert (view.failed_tries, len(view.history), view.wishes) == (0, 1, Wishes())
    for name, step in case.steps.items():
        result = step()
        assert result is not None or name == "erase", name
    others = [a for a in case.applications.listed() if a.id != case.started.application]
    assert len(others) == len(case.applications.listed()) == 1  # what "start" made; the first was erased


@pytest.mark.parametrize("fault", [locked, read_only])
def test_locked_and_read_only(
    applications: Applications,
    contact: Contact,
    caller: Caller,
    fault: Callable[[Applications], AbstractContextManager[None]],
) -> None:
    case = Case(applications, contact, caller)
    del case.steps["started_by"]  # only reads, which waits for no writer
    every_step_is_refused_and_then_done(case, fault(applications))


@pytest.mark.parametrize("how", ["down", "silent"])
def test_down_and_silent(postgres: None, clock: Clock, contact: Contact, caller: Caller, how: str) -> None:
    with schema() as address:
        url = make_url(address)
        wire = Wire(url.host or "127.0.0.1", url.port or 5432)
        applications = installation(str(url.set(host="127.0.0.1", port=wire.port)), clock)

        @contextmanager
        def fault() -> Any:
            if how == "down":
                wire.cut()
            else:
                wire.silent = True
            yield
            wire.silent = False
            if how == "down":
                wire.mend()

        every_step_is_refused_and_then_done(Case(applications, contact, caller), fault())
        applications.store.close()
        wire.cut()


def test_a_database_file_that_has_gone_is_not_taken_for_an_empty_one(tmp_path: Path, caller: Caller) -> None:
    """As when a volume is not mounted: nobody is told that the receipt is unknown."""
    folder = tmp_path / "var"
    applications = installation(f"sqlite:///{folder}/tomoni.db")
    started = applications.start(Wishes(), None, "key", TODAY)
    applications.store.close()
    away = folder.rename(folder.with_name("unmounted"))
    with pytest.raises(StoreUnavailable):
        applications.look_up(started.receipt, started.pin, caller)
    applications.store.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    away.rename(folder)
    assert applications.look_up(started.receipt, started.pin, caller)
