"""What changed from one build of the guide to the next: a small ledger that the feed and `verify` read.

The ledger is part of the guide (`data/history.json`) and the next build continues it, so nobody keeps it by hand. It holds
ids, versions, days and hashes of what was said, never the words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from bot.guide.contents import published
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Answer
from bot.knowledge.wording import answer_for
from bot.rendering.guide_text import said
from bot.rendering.plain import plain_text

NEW, CHANGED, WITHDRAWN = "new", "changed", "withdrawn"


@dataclass(frozen=True)
class Change:
    """One version of one answer, the day it was first in a build, and a hash of what it said in each language."""

    id: str
    on: str
    what: str
    version: str
    text: Mapping[str, str]


def text_hash(text: str) -> str:
    """A hash of what a text says, however it is broken into lines."""
    return hashlib.sha256(said(text).encode()).hexdigest()[:16]


def spoken_hash(answer: Answer) -> str:
    """The hash of a whole answer as chat says it, sources aside."""
    return text_hash(plain_text(answer))


def advance(before: tuple[Change, ...], knowledge: Knowledge, day: date) -> tuple[Change, ...]:
    """The ledger with what is new since, latest first.

    In the very first build everything is dated by the day it was checked: that is when it was written.
    """
    latest: dict[str, Change] = {}
    for change in reversed(before):
        latest[change.id] = change
    found = []
    for entry in knowledge.entries.values():
        if not published(entry):
            continue
        known = latest.get(entry.id)
        if known and known.what != WITHDRAWN and known.version == entry.version:
            continue
        hashes = {lang: spoken_hash(answer_for(knowledge, entry, lang, day)) for lang in LANGUAGES}
        what = CHANGED if known and known.what != WITHDRAWN else NEW
        on = day if before else entry.checked_on
        found.append(Change(entry.id, on.isoformat(), what, entry.version, hashes))
    for change in latest.values():
        entry_now = knowledge.entries.get(change.id)
        if change.what != WITHDRAWN and (entry_now is None or not published(entry_now)):
            found.append(Change(change.id, day.isoformat(), WITHDRAWN, change.version, change.text))
    return tuple(sorted((*found, *before), key=lambda c: c.on, reverse=True))


def read(path: Path) -> tuple[Change, ...]:
    """The ledger in a file; none yet is an empty one."""
    if not path.exists():
        return ()
    return tuple(Change(**change) for change in json.loads(path.read_text(encoding="utf-8"))["changes"])


def written(changes: tuple[Change, ...]) -> str:
    """The ledger as it stands in its file."""
    return json.dumps({"changes": [asdict(c) for c in changes]}, ensure_ascii=False, indent=1) + "\n"
