"""The list of papers in words: issuer, age limit, what is not confirmed. It names circumstances, never people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Citation
from bot.knowledge.wording import fill
from bot.rules.checklist import Checklist


@dataclass(frozen=True)
class PaperLine:
    """One paper; `within_months` is None while nobody confirmed how recent it must be, `settled` when nothing is open about it."""

    id: str
    document: str
    issued_by: str
    alternatives: tuple[str, ...]
    note: str
    within_months: int | None
    settled: bool
    one_of: bool
    stands_in_for: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class PaperList:
    """The papers to bring, and the names of those that fall away."""

    lines: tuple[PaperLine, ...]
    not_needed: tuple[str, ...]

    @property
    def runs(self) -> tuple[tuple[PaperLine, ...], ...]:
        """The lines, those of which any one is enough together."""
        found: list[list[PaperLine]] = []
        for line in self.lines:
            if found and line.one_of and found[-1][-1].one_of:
                found[-1].append(line)
            else:
                found.append([line])
        return tuple(tuple(run) for run in found)


def paper_list(knowledge: Knowledge, checklist: Checklist, lang: str, day: date) -> PaperList:
    """Puts a checklist of the rules into the words of documents.yml."""
    entries = {document["id"]: document for document in knowledge.documents}

    def say(text: Mapping[str, str] | None) -> str:
        return fill(text[lang], knowledge, lang, day) if text else ""

    def name(document: str | None) -> str:
        return say(entries[document]["document"]) if document else ""

    def line(document: str, one_of: bool, stands_in_for: str | None) -> PaperLine:
        entry: Mapping[str, Any] = entries[document]
        months, note = entry["valid_within_months"], say(entry["note"])
        return PaperLine(
            id=document,
            document=name(document),
            issued_by=say(entry["issued_by"]),
            alternatives=tuple(say(text) for text in entry["alternatives"]),
            note=note,
            within_months=months,
            settled=months is None and not note,
            one_of=one_of,
            stands_in_for=name(stands_in_for),
            citations=entry["citations"],
        )

    return PaperList(
        lines=tuple(line(item.document, item.one_of, item.stands_in_for) for item in checklist.items),
        not_needed=tuple(name(document) for document in checklist.not_needed),
    )
