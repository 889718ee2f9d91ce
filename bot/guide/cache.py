"""The guide as our own server has it: built beside the chat, into a folder named by the content it comes from."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from datetime import date
from functools import lru_cache
from pathlib import Path

from bot.guide.addresses import MOUNT
from bot.guide.build import SHARED, build
from bot.guide.contents import Contents
from bot.knowledge.loader import DIRECTORY, ROOT, Knowledge, load

_BOT = Path(__file__).parents[1]
_KEPT = 2  # the one in use and the one before, which other workers may still serve


def place(var: Path, public_url: str, knowledge: Knowledge, day: date) -> Path:
    """Where the guide of this content, address and day is or will be."""
    return var / "guide" / _key(public_url, _turning_point(knowledge, day))


def ensure(var: Path, public_url: str, day: date) -> Path:
    """Builds the guide unless it is there; of several processes one builds and the others wait."""
    knowledge = load()
    wanted = place(var, public_url, knowledge, day)
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with (wanted.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            ledger = wanted.parent / "history.json"
            build(Contents(knowledge, day, f"{public_url}{MOUNT}"), wanted, ledger)
            shutil.copyfile(wanted / "data" / "history.json", ledger)
            _prune(wanted)
    return wanted


class NotBuilt(RuntimeError):
    """The build ended without a guide; the message is the last thing it said."""


async def ensure_aside(var: Path, public_url: str, day: date) -> None:
    """The same in a process of its own; whoever no longer waits for it ends it."""
    given = (str(var.absolute()), public_url, day.isoformat())
    aside = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.guide.aside", *given, cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    try:
        _, told = await aside.communicate()
    except asyncio.CancelledError:
        aside.terminate()
        raise
    if aside.returncode:
        raise NotBuilt((told.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1])


def _prune(kept: Path) -> None:
    others = [p for p in kept.parent.iterdir() if p.is_dir() and p != kept and len(p.name) == len(kept.name)]
    for old in sorted(others, key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        shutil.rmtree(old, ignore_errors=True)


def _turning_point(knowledge: Knowledge, day: date) -> str:
    """The last day on which some figure changed or some answer fell due: the guide is the same until the next one."""
    days = {f.valid_from for lines in knowledge.figures.values() for f in lines if f.valid_from}
    days |= {date.fromordinal(e.review_by.toordinal() + 1) for e in knowledge.entries.values()}
    return max((d for d in days if d <= day), default=date.min).isoformat()


@lru_cache(maxsize=4)
def _key(public_url: str, turning_point: str) -> str:
    digest = hashlib.sha256(f"{public_url} {turning_point}".encode())
    files = [*DIRECTORY.rglob("*.yml"), *(_BOT / "guide").rglob("*.*"), *(_BOT / "rendering").glob("*.py")]
    files += [*(_BOT / "rendering" / "templates").glob("guide_*"), *SHARED.glob("calendar.*"), SHARED / "icon.svg"]
    for path in sorted(p for p in files if p.is_file() and p.suffix != ".pyc"):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]
