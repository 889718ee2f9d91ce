"""Reads `data/knowledge/` into one `Knowledge` object."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.model import Citation, Entry, Fact, Figure, Municipality, Service, Source, Text3

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "data" / "knowledge"
REVIEW_DAYS = 183
PAGES = ("check_page", "application_page", "guide", "line")


class KnowledgeError(Exception):
    """A file of the knowledge base cannot be read; the message says which and where, in staff's words."""


@dataclass(frozen=True)
class Knowledge:
    """The whole knowledge base of one moment."""

    entries: Mapping[str, Entry]
    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]
    figures: Mapping[str, tuple[Figure, ...]]
    municipalities: Mapping[str, Municipality]
    services: Mapping[str, Service]
    documents: tuple[Mapping[str, Any], ...]
    requirements: tuple[Mapping[str, Any], ...]
    timeline: tuple[Mapping[str, Any], ...]
    phrases: Mapping[str, Text3]
    gazetteer: Mapping[str, Any]
    lookups: Mapping[str, Any]
    talk: Mapping[str, Any]
    """Words of the eligibility check."""
    application_talk: Mapping[str, Any]
    """Words for starting an application, checking its status and changing it."""
    pages: Mapping[str, Mapping[str, Any]]
    """Words of the web pages and of LINE, by the name of their file."""

    @cached_property
    def version(self) -> str:
        """Hash over all published entries: changes exactly when some answer's words or evidence change."""
        return _digest({e.id: e.version for e in self.entries.values() if e.status == "published"})

    def citations_of(self, fact_ids: tuple[str, ...]) -> tuple[Citation, ...]:
        """Sources of some facts, each page once, in order of first use."""
        seen: dict[str, Citation] = {}
        for fact_id in fact_ids:
            for citation in self.facts[fact_id].citations:
                seen.setdefault(citation.url, citation)
        return tuple(seen.values())


class _Loader(yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader):  # type: ignore[misc]
    """YAML without surprises: dates stay text, so `2022-11` and `2022-11-01` are read alike."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> Any:
    """Reads one YAML file; raises `KnowledgeError` naming file and line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise KnowledgeError(f"{path.name}, line {line}: the file cannot be read ({error.problem}).") from error
    except OSError as error:
        raise KnowledgeError(f"{path.name}: the file is missing or cannot be opened.") from error


def load(directory: Path = DIRECTORY) -> Knowledge:
    """Reads every file of the knowledge base; `bot.knowledge.checks` then says whether it is fit to be published."""
    sources = {
        s["id"]: Source(s["id"], s["title"], s["url"], _text(s.get("as_of")))
        for s in read_yaml(directory / "sources.yml")
    }

    def cite(references: Any) -> tuple[Citation, ...]:
        found = []
        for reference in references or ():
            source = sources.get(reference["id"])
            if source is None:
                raise KnowledgeError(f"Source '{reference['id']}' is named but not listed in sources.yml.")
            found.append(Citation(source.title, source.url, source.as_of, reference.get("locator")))
        return tuple(found)

    facts = {
        f["id"]: Fact(
            f["id"], f["topic"], f["confidence"], f["says"], cite(f["sources"]), f.get("values"), f.get("notes")
        )
        for f in read_yaml(directory / "facts.yml")
    }
    figures: dict[str, tuple[Figure, ...]] = {}
    for item in read_yaml(directory / "figures.yml"):
        start = date.fromisoformat(item["valid_from"]) if item.get("valid_from") else None
        figure = Figure(item["name"], item["kind"], item["value"], item["fact"], start)
        figures[figure.name] = (*figures.get(figure.name, ()), figure)

    entries: dict[str, Entry] = {}
    for path in sorted((directory / "answers").glob("*.yml")):
        for raw in read_yaml(path) or ():
            entry = _entry(raw, path)
            if entry.id in entries:
                raise KnowledgeError(f"{path.name}: the id '{entry.id}' is used twice.")
            entries[entry.id] = replace(entry, version=_digest(_content(raw, facts, figures)))

    return Knowledge(
        entries=entries,
        facts=facts,
        sources=sources,
        figures=figures,
        municipalities={m["name_ja"]: _municipality(m, cite) for m in read_yaml(directory / "municipalities.yml")},
        services={s["id"]: _service(s, cite) for s in read_yaml(directory / "services.yml")},
        documents=tuple({**d, "citations": cite(d["sources"])} for d in read_yaml(directory / "documents.yml")),
        requirements=tuple({**r, "citations": cite(r["sources"])} for r in read_yaml(directory / "requirements.yml")),
        timeline=tuple(read_yaml(directory / "timeline.yml")),
        phrases=read_yaml(directory / "phrases.yml"),
        gazetteer=read_yaml(directory / "gazetteer.yml"),
        lookups=read_yaml(directory / "lookups.yml"),
        talk=read_yaml(directory / "eligibility_talk.yml"),
        application_talk=read_yaml(directory / "application_talk.yml"),
        pages={name: read_yaml(directory / f"{name}.yml") for name in PAGES},
    )


def _entry(raw: Mapping[str, Any], path: Path) -> Entry:
    try:
        checked = date.fromisoformat(raw["checked_on"])
        return Entry(
            id=raw["id"],
            topic=raw["topic"],
            kind=raw.get("kind", "answer"),
            title=raw["title"],
            short=raw["short"],
            body=raw.get("body") or {},
            next=raw.get("next") or {},
            facts=tuple(raw.get("facts") or ()),
            related=tuple(raw.get("related") or ()),
            confidence=raw.get("confidence", "high"),
            checked_on=checked,
            review_by=date.fromisoformat(raw["review_by"])
            if raw.get("review_by")
            else checked + timedelta(days=REVIEW_DAYS),
            status=raw.get("status", "published"),
            basis=raw.get("basis"),
            events=tuple(raw.get("events") or ()),
            situation=raw.get("situation") or {},
        )
    except KeyError as error:
        raise KnowledgeError(f"{path.name}, entry '{raw.get('id', '?')}': the field {error} is missing.") from error
    except ValueError as error:
        raise KnowledgeError(
            f"{path.name}, entry '{raw.get('id', '?')}': a date is not written as 2026-11-22 ({error})."
        ) from error


def _municipality(raw: Mapping[str, Any], cite: Any) -> Municipality:
    keep = {k: raw.get(k) for k in (
        "code", "name_ja", "kana", "name_en", "kind", "own_scheme", "own_scheme_name", "own_scheme_since",
        "accepts_tokyo_certificate", "agreement_with_tokyo",
    )}  # fmt: skip
    return Municipality(
        **keep,
        as_of=_text(raw.get("as_of")),
        citations=cite(raw["sources"]),
        facts=tuple(raw.get("facts") or ()),
        note=raw.get("note"),
    )


def _service(raw: Mapping[str, Any], cite: Any) -> Service:
    return Service(
        id=raw["id"],
        provider_type=raw["provider_type"],
        provider=raw["provider"],
        municipality=raw.get("municipality"),
        service=raw["service"],
        allows=raw["what_it_allows"],
        certificate_needed=raw["certificate_needed"],
        as_of=_text(raw.get("as_of")),
        confidence=raw["confidence"],
        citations=cite(raw["sources"]),
        names=tuple(raw.get("names") or ()),
        note=raw.get("note"),
    )


def _content(
    raw: Mapping[str, Any], facts: Mapping[str, Fact], figures: Mapping[str, tuple[Figure, ...]]
) -> dict[str, Any]:
    """What an entry's version hash covers: its words, the figures they quote and the pages they rest on."""
    words = json.dumps(raw, ensure_ascii=False, sort_keys=True)
    quoted = {
        n: [(str(f.value), str(f.valid_from)) for f in lines] for n, lines in figures.items() if f"{{{n}}}" in words
    }
    pages = {i: [c.url for c in facts[i].citations] for i in raw.get("facts") or () if i in facts}
    return {"entry": raw, "figures": quoted, "pages": pages}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
