"""Fills the disk before each step a couple takes, and makes room again: refused truthfully and soon, then done exactly once (R9).

    python -m tests.drills.full_disk                        (SQLite on a small tmpfs in a mount namespace of its own; needs no root)
    python -m tests.drills.full_disk --database postgresql  (a tablespace on a small tmpfs; needs root and a server on this machine)

The disk is really full: a file takes every byte that is left. What the couple hears comes from the chat's own counter (`bot.desk`).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
from sqlalchemy.engine import make_url

from bot import installation
from bot.applications.service import Applications
from bot.desk import changing, erasing, looking, starting
from bot.desk.errand import Errand, Outcome, Visit, carried_out
from bot.privacy.passing import Passing
from tests.drills import installation as drill

TODAY = date(2026, 11, 22)
LONGEST = 3.0
SIZE = "3m"
_LATER = ("later", "later_start", "later_change", "erase_later")
_ERRANDS: dict[str, Errand] = {**starting.ERRANDS, **looking.ERRANDS, **changing.ERRANDS, "erase": erasing.erase}


@dataclass
class Disk:
    """A small disk that can be filled to the last byte."""

    folder: Path
    database: str
    settle: Callable[[Applications], None] = field(default=lambda _: None)

    @contextmanager
    def full(self, applications: Applications) -> Iterator[None]:
        """Not a byte is left."""
        self.settle(applications)
        ballast = self.folder / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 1 << 16, 1 << 12, 1 << 9, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue
        try:
            yield
        finally:
            ballast.unlink()


class Couple:
    """One conversation at the counter, with the slots it would have."""

    def __init__(self) -> None:
        facts = {"tie": ["lives_in_tokyo"], "child": "yes", "planned": "2027-04"}
        self.draft: dict[str, Any] = {
            "facts": {**facts, "contact": {"kind": "email", "sealed": self._seal("mail", "couple@example.org")}},
            **{"language": "ja", "key": uuid4().hex, "stage": "summary", "asked": "summary", "mode": "new"},
        }
        self.access: dict[str, Any] = {}
        self.noted: dict[str, str] = {}

    def ask(self, do: str, **task: Any) -> tuple[str, float]:
        """One errand: what was said, by name, and how long it took."""
        visit = Visit("drill", "web", self.draft, self.access, {"do": do, **task}, "message", "はい", TODAY)
        started = time.monotonic()
        outcome = carried_out(_ERRANDS[do], visit)
        taken = time.monotonic() - started
        self._remember(outcome)
        spec = outcome.specs[0]
        return str(spec.get("note") or spec["name"]), taken

    def _remember(self, outcome: Outcome) -> None:
        self.draft = dict(outcome.slots.get("application_draft") or self.draft)
        self.access = dict(outcome.slots.get("application_access") or self.access)
        sealed = outcome.specs[0].get("sealed") or {}
        if "pin" in sealed:  # noted by the couple
            self.noted = {**self.noted, **sealed}

    @staticmethod
    def _seal(kind: str, value: str) -> str:
        return installation.passing().seal(kind, value, "drill")


# What a couple does, in order; each is refused while the disk is full and done when there is room again.
STEPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("start", {}),
    ("start", {}),  # confirmed once more
    ("look_up", {}),
    ("tick", {"marks": [["doc-single", True]]}),
    ("wishes", {}),
    ("contact", {"contact": {"kind": "none"}}),
    ("link", {}),
    ("status", {}),
    ("filed", {}),
    ("new_pin", {}),
    ("withdraw", {}),
    ("view", {}),
)


def run(disk: Disk) -> dict[str, Any]:
    """Goes through the steps and returns what was seen."""
    applications = drill.installation(disk.database)
    installation.use(applications, Passing(drill.vault()), "https://tomoni.example")
    couple, refused, slowest = Couple(), 0, 0.0
    wrong: list[str] = []
    done_all_the_same: list[str] = []  # in room that PostgreSQL had taken before
    for do, task in STEPS:
        if do in ("look_up", "new_pin"):
            couple.access = {**couple.access, **couple.noted, "key": f"key of {do}"}
        with disk.full(applications):
            for _ in range(2):
                said, seconds = couple.ask(do, **task)
                if said not in _LATER:
                    done_all_the_same.append(do)
                    break
                refused, slowest = refused + 1, max(slowest, seconds)
        if said in _LATER:
            said, _ = couple.ask(do, **task)
        if said in _LATER or said in ("question", "summary"):
            wrong.append(f"{do}: {said} with room")
    listed = applications.listed()
    history = [row.reason for row in applications.shown(listed[0].id).history] if listed else []
    seen = {
        "database": "sqlite" if applications.store.is_sqlite else "postgresql",
        "steps": len(STEPS),
        "refused": refused,
        "slowest_refusal_seconds": round(slowest, 3),
        "wrong": wrong,
        "done_all_the_same": done_all_the_same,
        "applications": len(listed),
        "history": history,
        "integrity": _integrity(applications),
    }
    with disk.full(applications):
        seen["erase_on_full_disk"] = couple.ask("erase")[0]
    seen["erase_with_room"] = couple.ask("erase")[0]
    seen["left"] = len(applications.listed())
    applications.store.close()
    return seen


def _integrity(applications: Applications) -> str:
    if not applications.store.is_sqlite:
        return "ok"
    with applications.store.read() as connection:
        return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())


def is_clean(seen: dict[str, Any]) -> bool:
    """Whether everything was refused truthfully and soon, and done once."""
    return (
        not seen["wrong"]
        and seen["refused"] >= 2
        and (seen["database"] == "postgresql" or not seen["done_all_the_same"])
        and seen["slowest_refusal_seconds"] <= LONGEST
        and seen["applications"] == 1
        and seen["history"] == ["started", "filed_in_official_system", "new_pin", "by_couple"]
        and seen["integrity"] == "ok"
        and seen["left"] == 0
    )


# --- disks


def _empty_log(applications: Applications) -> None:
    """Leaves no room in SQLite's write-ahead log, which would otherwise take a few more pages."""
    with applications.store.alone() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def sqlite_disk() -> Iterator[Disk]:
    """SQLite on a tmpfs; call it in a mount namespace of one's own, or as root."""
    with tempfile.TemporaryDirectory() as folder, _mounted(Path(folder)) as small:
        yield Disk(small, f"sqlite:///{small}/tomoni.db", _empty_log)


@contextmanager
def postgres_disk() -> Iterator[Disk]:
    """A tablespace of PostgreSQL on a tmpfs. Its log stays on the large disk: where that is full, the server is down, another fault."""
    name, undo = f"tomoni_{uuid4().hex}", ExitStack()
    with undo:
        folder = Path(tempfile.mkdtemp(prefix="tomoni-full-", dir="/var/tmp"))
        undo.callback(shutil.rmtree, folder)
        folder.chmod(0o755)
        small = undo.enter_context(_mounted(folder))
        place = small / "space"
        place.mkdir(mode=0o700)
        shutil.chown(place, "postgres", "postgres")
        admin = psycopg2.connect(drill.POSTGRES)
        admin.autocommit = True
        undo.callback(admin.close)
        admin.cursor().execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        undo.callback(admin.cursor().execute, f"DROP TABLESPACE {name}")
        admin.cursor().execute(f"CREATE SCHEMA {name}")
        undo.callback(admin.cursor().execute, f"DROP SCHEMA {name} CASCADE")
        options = f"-csearch_path={name} -cdefault_tablespace={name}"
        yield Disk(small, str(make_url(drill.POSTGRES).update_query_dict({"options": options})), _fill_pages)


def _fill_pages(applications: Applications) -> None:
    """Takes the room that is left inside PostgreSQL's pages and the blocks it has taken already."""
    for _ in range(3):
        with applications.store.alone() as connection:
            connection.exec_driver_sql("VACUUM")


@contextmanager
def _mounted(folder: Path) -> Iterator[Path]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def can_mount() -> bool:
    """Whether a mount namespace of one's own can be had."""
    found = shutil.which("unshare")
    return found is not None and subprocess.run([found, "-rm", "true"], capture_output=True).returncode == 0


def main() -> int:
    """Runs the drill from the command line; exit status 1 when something was lost, doubled, slow or untrue."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--inside", action="store_true", help="in the namespace already")
    options = parser.parse_args()
    if options.database == "sqlite" and not options.inside:
        return subprocess.run(["unshare", "-rm", sys.executable, "-m", "tests.drills.full_disk", "--inside"]).returncode
    with sqlite_disk() if options.database == "sqlite" else postgres_disk() as disk:
        seen = run(disk)
    print(json.dumps(seen, ensure_ascii=False))
    return 0 if is_clean(seen) else 1


if __name__ == "__main__":
    sys.exit(main())
