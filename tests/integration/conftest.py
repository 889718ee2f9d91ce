"""After all tests here: what conversations were given and gave out stands in clear neither in database, trackers nor log (R29)."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_LONG_ENOUGH = 6  # a PIN has six digits; the "x" of a unit test stands everywhere
_NAMES = frozenset({"receipt", "pin", "mail", "line_user"})


class _Log(logging.Handler):
    """Writes down whatever any logger lets through during the whole run."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace")

    def emit(self, record: logging.LogRecord) -> None:
        self._file.write(self.format(record) + "\n")

    def close(self) -> None:
        self._file.close()
        super().close()


def _held_by_trackers() -> str:
    from rasa.core.tracker_store import TrackerStore

    stores = [found for found in gc.get_objects() if isinstance(found, TrackerStore)]
    trackers = [held[0] for store in stores for held in getattr(store, "_held", {}).values()]
    return "".join(str([e.as_dict() for e in t.events]) + str(t.current_slot_values()) for t in trackers)


@pytest.fixture(autouse=True, scope="session")
def no_traces_after_all(storage: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Notes every value that was sealed for a conversation, and looks for all of them at the end of the run."""
    import sys

    from bot.privacy.passing import Passing

    seen: set[tuple[str, str]] = set()
    seal = Passing.seal

    def noting(self: Passing, kind: str, value: str, conversation: str) -> str:
        if kind in _NAMES and len(value) >= _LONG_ENOUGH:
            seen.add((kind, value))
        return seal(self, kind, value, conversation)

    Passing.seal = noting  # type: ignore[method-assign]
    written = tmp_path_factory.mktemp("log") / "all.log"
    log = _Log(written)
    logging.getLogger().addHandler(log)
    yield
    logging.getLogger().removeHandler(log)
    log.close()
    Passing.seal = seal  # type: ignore[method-assign]
    storage.store.close()
    database = Path(str(storage.store.engine.url.database))
    places = {file.name: file.read_bytes() for file in database.parent.iterdir() if file.is_file()}
    places["log"] = written.read_bytes()
    if "rasa" in sys.modules:
        places["trackers"] = _held_by_trackers().encode("utf-8", "backslashreplace")
    found = {
        (place, kind)
        for place, content in places.items()
        for kind, value in seen
        if re.search(rb"(?<![\w.])" + re.escape(value.encode()) + rb"(?!\w)", content)
    }
    assert not found, f"in clear after all tests: {sorted(found)}"
