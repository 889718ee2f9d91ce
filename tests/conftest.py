"""What every test shares: one loaded bot a run, a fixed day, and skips that cannot pass unnoticed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.servers import can_start_again

ROOT = Path(__file__).resolve().parents[1]
TODAY = date(2026, 11, 22)

sys.path.insert(0, str(Path(__file__).parent / "unit"))  # understood.py: messages built by hand


def pytest_configure(config: pytest.Config) -> None:
    """Prepares Rasa's imports once, before any test file is collected."""
    from bot import runtime

    runtime.prepare()
    can_start_again()


# --- skips: loud, and failures where everything is required (CI)


def _all_required() -> bool:
    return os.environ.get("TOMONI_REQUIRE_ALL") == "1"


def _fail_if_skipped(report: Any) -> None:
    if _all_required() and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"TOMONI_REQUIRE_ALL=1, but this was skipped: {reason}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """With TOMONI_REQUIRE_ALL=1 a skipped test is a failed one."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """The same for a file that skips itself as a whole."""
    outcome = yield
    _fail_if_skipped(outcome.get_result())


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Says at the end, in words, what was not tested."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if not hasattr(r, "wasxfail")]
    if skipped:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            terminalreporter.write_line(f"{report.nodeid}: {reason}", red=True)


# --- the day, the knowledge base, the bot


@pytest.fixture(autouse=True)
def today() -> Iterator[date]:
    """Every test runs on the same day."""
    from bot import clock

    clock.fix_today(TODAY)
    yield TODAY
    clock.fix_today(None)


@pytest.fixture(autouse=True, scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """What conversations store, in a database of the tests; PINs cost next to nothing. Programs started by tests have it too."""
    from bot import installation
    from bot.privacy.passing import Passing
    from tests.drills import installation as drill

    place = tmp_path_factory.mktemp("var")
    os.environ["TOMONI_VAR"] = str(place)
    os.environ["TOMONI_GUIDE_AT_START"] = "no"  # servers of the tests come and go
    applications = drill.installation(f"sqlite:///{place / 'tomoni.db'}")
    installation.use(applications, Passing(drill.vault()), "https://tomoni.example")
    yield applications
    installation.use(None)


@pytest.fixture(scope="session")
def knowledge() -> Any:
    """The knowledge base as it is in the files."""
    from bot.knowledge.loader import load

    return load()


@pytest.fixture(scope="session")
def guide(knowledge: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole guide as `python -m bot guide` writes it, once a run; its public address is https://tomoni.example/guide/."""
    from bot.guide.build import build
    from bot.guide.contents import Contents

    place, start = tmp_path_factory.mktemp("built") / "guide", time.process_time()
    build(Contents(knowledge, TODAY, "https://tomoni.example/guide/"), place)
    (place.parent / "seconds").write_text(str(time.process_time() - start))
    return place


@pytest.fixture(scope="session")
def model() -> Path:
    """The model of the present content, trained now if it is stale."""
    from bot import model_file
    from bot.training import train

    train(if_stale=True)
    return model_file.current()


@pytest.fixture(scope="session")
def conversations(model: Path) -> Any:
    """The bot that serves people, loaded once a run."""
    from bot import clock
    from bot.conversation import Conversations

    clock.fix_today(TODAY)
    return Conversations()


@pytest.fixture(scope="session")
def event_loop_of_the_bot() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all turns, so that sync tests can hold conversations."""
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def run(event_loop_of_the_bot: asyncio.AbstractEventLoop) -> Callable[[Any], Any]:
    """Runs a coroutine to its end."""
    return event_loop_of_the_bot.run_until_complete


_senders = iter(range(10**6))


@pytest.fixture
def talk(conversations: Any, run: Callable[[Any], Any]) -> Callable[..., Any]:
    """One fresh conversation: `talk("費用は？")` says a message and returns the `TurnResult`."""
    sender = f"test-{next(_senders)}"

    def say(text: str, **options: Any) -> Any:
        return run(conversations.say(sender, text, **options))

    return say


@pytest.fixture(scope="session")
def finder(knowledge: Any) -> Any:
    """The finder of entities, as the pipeline uses it; needs no model."""
    from bot.nlu.entities import EntityFinder

    return EntityFinder(knowledge)


@pytest.fixture(scope="session")
def understood(finder: Any) -> Callable[..., Any]:
    """Builds an `Understanding` as the pipeline would, with needs given by hand instead of by the model."""
    from understood import understand

    def build(text: str, *ranking: tuple[str, float], **changes: Any) -> Any:
        return understand(finder, text, ranking, **changes)

    return build
