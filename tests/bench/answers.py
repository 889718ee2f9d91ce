"""Same answers: every held-out message and conversation through the code of `ask`, kept, and compared with what another commit said.

    python -m tests.bench.answers keep FILE [READERS]    in a checkout of the state before, then of the state after
    python -m tests.bench.answers compare BEFORE AFTER

Messages are said alone, again in conversations of eight, and all held-out conversations follow, a third of them on LINE.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot import clock

WRITTEN_ON = date(2026, 11, 22)
_CONFIDENCE_APART = 2e-4  # sums in another order; rounding to four places doubles what is seen of it
# Receipts, PINs and links are drawn anew in each run.
_DRAWN = re.compile(r"TP(?:-[0-9A-Z]{4}){3}|\b\d{6}\b|(?<=[=/])[\w\-.~]{16,}")


def turns(sets: Path) -> Iterator[tuple[str, str, str]]:
    """Sender, channel and text of everything that is said."""
    folders = [sets, *sorted(path for path in sets.iterdir() if path.is_dir())]
    for folder in folders:
        for lang in ("ja", "en"):
            path = folder / f"heldout.{lang}.yml"
            for n, case in enumerate(_read(path) if path.exists() else ()):
                yield f"{folder.name}-{lang}-{n}", "web", case["text"]
                yield f"{folder.name}-{lang}-eight-{n // 8}", "web", case["text"]
    for folder in folders:
        path = folder / "conversations.yml"
        for n, case in enumerate(_read(path) if path.exists() else ()):
            for turn in case["turns"]:
                yield f"{folder.name}-{case['id']}", "web" if n % 3 else "line", turn["user"]


def keep(path: Path, readers: int = 0) -> int:
    """Says everything and writes what was answered, one line a message; with `readers`, other processes read all of it."""
    from bot.evaluation import SETS
    from bot.runtime import prepare

    clock.fix_today(WRITTEN_ON)
    prepare(lean=True)  # before anything imports Rasa
    from bot.conversation import Conversations

    conversations = Conversations()
    if readers:
        from bot.runtime import with_readers

        with_readers(conversations.agent, readers, busy=lambda: True)
    loop = asyncio.new_event_loop()
    with path.open("w", encoding="utf-8") as out:
        for sender, channel, text in turns(SETS):
            said = loop.run_until_complete(conversations.say(sender, text, channel=channel))
            line = {
                "sender": sender,
                "text": text,
                "intent": said.intent,
                "confidence": said.confidence,
                "entities": said.entities,
                "messages": said.messages,
            }
            out.write(json.dumps(line, ensure_ascii=False, sort_keys=True, default=str) + "\n")
    return 0


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Fields of one answer that are not the same, apart from what is drawn anew."""
    return [name for name in sorted({*before, *after}) if not _alike(name, before.get(name), after.get(name))]


def compare(before: Path, after: Path) -> int:
    """Prints what differs; 0 only if nothing does."""
    told = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in (before, after)]
    found = [(a, b, names) for a, b in zip(*told, strict=True) if (names := differences(a, b))]
    for a, b, names in found[:20]:
        print(f"{a['sender']} {a['text']!r}: {', '.join(names)}")
        for name in names:
            print(f"  - {str(a.get(name))[:400]}\n  + {str(b.get(name))[:400]}")
    print(f"{len(found)} of {len(told[0])} answers differ")
    return 1 if found else 0


def _alike(name: str, a: Any, b: Any) -> bool:
    if name == "confidence":
        return bool(abs(a - b) <= _CONFIDENCE_APART)
    return _told(a) == _told(b)


def _told(value: Any) -> str:
    return _DRAWN.sub("…", json.dumps(value, ensure_ascii=False, sort_keys=True))


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)


if __name__ == "__main__":
    if len(sys.argv) in (3, 4) and sys.argv[1] == "keep":
        sys.exit(keep(Path(sys.argv[2]), *map(int, sys.argv[3:])))
    if len(sys.argv) == 4 and sys.argv[1] == "compare":
        sys.exit(compare(Path(sys.argv[2]), Path(sys.argv[3])))
    sys.exit(__doc__)
