"""The published knowledge base as open data: JSON and CSV of every table, with a JSON Schema each and a licence."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.guide import addresses, history
from bot.guide.contents import Contents, is_page, published
from bot.guide.history import Change, spoken_hash
from bot.knowledge.model import LANGUAGES, Citation
from bot.knowledge.wording import answer_for

LICENCE = {
    "name": "CC-BY-4.0",
    "title": "Creative Commons Attribution 4.0 International",
    "path": "https://creativecommons.org/licenses/by/4.0/",
}
_SCHEMAS = Path(__file__).with_name("schema")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Row = dict[str, Any]


def files(contents: Contents, changes: tuple[Change, ...]) -> Mapping[str, bytes]:
    """Every file of the open data by name."""
    tables = {
        "answers": _answers(contents),
        "facts": _facts(contents),
        "sources": _sources(contents),
        "municipalities": _municipalities(contents),
        "services": _services(contents),
    }
    found: dict[str, bytes] = {}
    for name, rows in tables.items():
        document = {"version": contents.knowledge.version, "licence": LICENCE["path"], name: rows}
        found[f"{name}.json"] = _json(document)
        found[f"{name}.csv"] = as_csv(_flat(name, rows))
        found[f"{name}.schema.json"] = (_SCHEMAS / f"{name}.schema.json").read_bytes()
    found["history.json"] = history.written(changes).encode()
    found["datapackage.json"] = _json(_package(contents, tables))
    found["LICENSE.txt"] = (Path(__file__).with_name("static") / "DATA-LICENSE.txt").read_bytes()
    return found


def as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as CSV (RFC 4180) with a byte order mark, so that spreadsheets read the Japanese.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return " ".join(map(str, value))
    return "'" + value if isinstance(value, str) and value.startswith(_FORMULA) else value


def _answers(contents: Contents) -> list[Row]:
    rows = []
    for entry in contents.knowledge.entries.values():
        if not published(entry):
            continue
        said = {lang: answer_for(contents.knowledge, entry, lang, contents.day) for lang in LANGUAGES}
        page = is_page(entry)
        rows.append(
            {
                "id": entry.id,
                "topic": entry.topic,
                "kind": entry.kind,
                "confidence": entry.confidence,
                "checked_on": entry.checked_on.isoformat(),
                "review_by": entry.review_by.isoformat(),
                "version": entry.version,
                "facts": list(entry.facts),
                "related": list(entry.related),
                "sources": _cited(said["ja"].citations),
                "text": {
                    lang: {"title": a.title, "short": a.short, "body": a.body, "next": a.next, "hash": spoken_hash(a)}
                    for lang, a in said.items()
                },
                "page": {lang: contents.address(addresses.entry_path(entry.id, lang)) for lang in LANGUAGES if page},
            }
        )
    return rows


def _facts(contents: Contents) -> list[Row]:
    return [
        {
            "id": fact.id,
            "topic": fact.topic,
            "confidence": fact.confidence,
            "says": fact.says,
            "sources": _cited(fact.citations),
        }
        for fact in contents.knowledge.facts.values()
    ]


def _sources(contents: Contents) -> list[Row]:
    found = contents.knowledge.sources.values()
    return [{"id": s.id, "title": s.title, "url": s.url, "as_of": s.as_of} for s in found]


def _municipalities(contents: Contents) -> list[Row]:
    return [
        {
            "code": place.code,
            "name": {"ja": place.name_ja, "kana": place.kana, "en": place.name_en},
            "kind": place.kind,
            "accepts_tokyo_certificate": _known(place.accepts_tokyo_certificate),
            "own_scheme": _known(place.own_scheme),
            "own_scheme_name": place.own_scheme_name,
            "own_scheme_since": place.own_scheme_since,
            "agreement_with_tokyo": _known(place.agreement_with_tokyo),
            "as_of": place.as_of,
            "sources": _cited(place.citations),
            "page": {lang: contents.address(addresses.place_path(place.code, lang)) for lang in LANGUAGES},
        }
        for place in contents.knowledge.municipalities.values()
    ]


def _services(contents: Contents) -> list[Row]:
    def texts(text: Mapping[str, str] | None) -> dict[str, str] | None:
        return {lang: text[lang] for lang in LANGUAGES} if text else None

    return [
        {
            "id": service.id,
            "provider_type": service.provider_type,
            "municipality": service.municipality,
            "provider": texts(service.provider),
            "service": texts(service.service),
            "allows": texts(service.allows),
            "note": texts(service.note),
            "certificate_needed": bool(service.certificate_needed),
            "as_of": service.as_of,
            "confidence": service.confidence,
            "sources": _cited(service.citations),
        }
        for service in contents.knowledge.services.values()
    ]


def _known(value: bool | str) -> str:
    """`yes`, `no` or `unknown`: three words a reader cannot take one for another."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else "unknown"


def _cited(citations: Iterable[Citation]) -> list[Row]:
    return [{"title": c.title, "url": c.url, "as_of": c.as_of} for c in citations]


def _flat(name: str, rows: Sequence[Row]) -> list[Row]:
    """Rows for CSV: an answer gives one row a language; nested names become `text.title`, sources their addresses."""
    if name == "answers":
        rows = [
            {**row, "lang": lang, "text": row["text"][lang], "page": row["page"].get(lang, "")}
            for row in rows
            for lang in LANGUAGES
        ]
    flat = []
    for row in rows:
        cells: Row = {}
        for key, value in row.items():
            if key == "sources":
                cells["sources"] = [source["url"] for source in value]
            elif isinstance(value, Mapping):
                cells.update({f"{key}.{inner}": text for inner, text in value.items()})
            elif value is None and key == "note":
                cells.update({f"{key}.{lang}": "" for lang in LANGUAGES})
            else:
                cells[key] = value
        flat.append(cells)
    return flat


def _package(contents: Contents, tables: Mapping[str, Sequence[Row]]) -> Row:
    """A Frictionless data package: which files there are, what they hold and under which licence."""
    resources = [
        {
            "name": name,
            "path": f"{name}.{form}",
            "format": form,
            "mediatype": {"json": "application/json", "csv": "text/csv"}[form],
            "encoding": "utf-8",
            "jsonSchema": f"{name}.schema.json",
            "rows": len(rows),
        }
        for name, rows in tables.items()
        for form in ("json", "csv")
    ]
    return {
        "name": "tomoni",
        "title": "Tomoni",
        "version": contents.knowledge.version,
        "homepage": contents.site,
        "licenses": [LICENCE],
        "resources": resources,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
