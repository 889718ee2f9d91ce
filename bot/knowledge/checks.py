"""`python -m bot check`: whether the knowledge base is fit to be published, in the words of the staff who keep it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from bot import clock
from bot.knowledge import check_links
from bot.knowledge.check_files import UNLOADABLE, broken, repeated_keys, reserved_keys
from bot.knowledge.check_words import texts, whole_entry, wording
from bot.knowledge.fault import Fault, Finding, worded
from bot.knowledge.loader import DIRECTORY, Knowledge, load
from bot.knowledge.model import LANGUAGES

__all__ = ["Fault", "faults", "report"]


def faults(knowledge: Knowledge | Path = DIRECTORY, day: date | None = None) -> list[Fault]:
    """Every fault of a knowledge base, or of the one in a directory; empty when it may be published.

    A past `review_by` is no fault: answers say so themselves, and `report` names them.
    """
    today = day or clock.today()
    if isinstance(knowledge, Knowledge):
        return [worded(f) for f in _loaded(knowledge, _files(DIRECTORY), today)]
    in_files = [*reserved_keys(knowledge), *broken(knowledge)]
    if not any(f.code == "unreadable" for f in in_files):
        in_files += repeated_keys(knowledge)
    if any(f.code in UNLOADABLE for f in in_files):
        return [worded(f) for f in in_files]
    return [worded(f) for f in (*in_files, *_loaded(load(knowledge), _files(knowledge), today))]


def report(out: TextIO, directory: Path = DIRECTORY, day: date | None = None) -> int:
    """Prints each fault and a summary; returns the exit status, 1 when there are faults."""
    today = day or clock.today()
    found = faults(directory, today)
    for number, fault in enumerate(found, start=1):
        where = " > ".join(part for part in (f"data/knowledge/{fault.file}", fault.id, fault.field) if part)
        out.write(f"\n{number}. {where}\n{_indented(fault.message)}{_indented(fault.what_to_do, '→ ')}")
    out.write(
        f"\n✗ 直すところが{len(found)}件あります。 / {len(found)} to mend.\n"
        if found
        else "\n✓ 公開できます。 / Fit to be published.\n"
    )
    if not any(f.code in UNLOADABLE for f in found):
        _summary(load(directory), out, today)
    return 1 if found else 0


def _loaded(knowledge: Knowledge, files: dict[str, str], day: date) -> Iterator[Finding]:
    for entry in knowledge.entries.values():
        file = files.get(entry.id, "answers")
        yield from check_links.entry_links(knowledge, entry, file)
        yield from whole_entry(entry, file, knowledge, day)
    for text in texts(knowledge, files):
        yield from wording(text, knowledge, day)
    yield from check_links.reach(knowledge)
    yield from check_links.figures(knowledge)
    yield from check_links.links(knowledge)
    yield from check_links.titles(knowledge, files)


def _files(directory: Path) -> dict[str, str]:
    """Which file each answer stands in."""
    return {
        entry_id: f"answers/{path.name}"
        for path in sorted((directory / "answers").glob("*.yml"))
        for entry_id in re.findall(r"(?m)^- id: *(\S+)", path.read_text(encoding="utf-8"))
    }


def _summary(knowledge: Knowledge, out: TextIO, today: date) -> None:
    entries = knowledge.entries.values()
    told = len(check_links.told_facts(knowledge) & set(knowledge.facts))
    upcoming = sorted(e.review_by for e in entries if e.review_by >= today)
    overdue = sorted((e for e in entries if e.review_by < today), key=lambda e: (e.review_by, e.id))
    places, services, version = len(knowledge.municipalities), len(knowledge.services), knowledge.version
    lines = [
        f"答え {len(entries)}件、事実 {told}/{len(knowledge.facts)}件、"
        f"言葉 {len(LANGUAGES)}（{'・'.join(LANGUAGES)}）、"
        f"区市町村 {places}、使えるところ {services}、版 {version}",
        f"{len(entries)} answers, {told} of {len(knowledge.facts)} facts told, "
        f"{len(LANGUAGES)} languages ({', '.join(LANGUAGES)}), "
        f"{places} municipalities, {services} services, version {version}",
        f"次の見直しの期限 / next review by: {upcoming[0] if upcoming else '-'}",
        f"公開前の答え / not yet published: {', '.join(e.id for e in entries if e.status != 'published') or 0}",
        f"期限の過ぎた答え / overdue: {len(overdue)}",
        *(f"  {e.review_by} {e.id}（{e.title.get('ja', '')}）" for e in overdue),
    ]
    out.write("\n".join(lines) + "\n")


def _indented(text: str, mark: str = "") -> str:
    return "".join(f"   {mark}{line}\n" for line in text.splitlines())
