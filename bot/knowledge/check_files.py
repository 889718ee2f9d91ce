"""Faults of the files as they are written: those that keep the knowledge base from being loaded at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.fault import Finding
from bot.knowledge.loader import PAGES, KnowledgeError, read_yaml

# Rasa takes any .yml below data/ with a line that starts with one of these, after spaces, for training data.
RESERVED = ("nlu:", "rules:", "stories:", "responses:")

# After these the loader would stop at the first, so the other checks wait until they are mended.
UNLOADABLE = frozenset({"unreadable", "missing_field", "wrong_shape", "twice", "bad_date", "unknown_source"})

_ENTRY = "id topic title short next checked_on review_by status confidence".split()
_LISTS = {
    "sources.yml": "id title url".split(),
    "facts.yml": "id topic confidence says sources".split(),
    "figures.yml": "name kind value fact".split(),
    "municipalities.yml": "code name_ja kana name_en kind own_scheme accepts_tokyo_certificate sources".split(),
    "services.yml": "id provider_type provider service what_it_allows certificate_needed confidence sources".split(),
    "documents.yml": "id situation document sources".split(),
    "requirements.yml": "id slot allowed_values sources".split(),
    "timeline.yml": "date event sources".split(),
}
_SHAPES = {
    **dict.fromkeys("title short body next".split(), Mapping),
    **dict.fromkeys("facts related events sources".split(), list),
}
_NAMED = {"figures.yml": "name", "municipalities.yml": "name_ja", "timeline.yml": "date"}
_TABLES = ("phrases.yml", "gazetteer.yml", "lookups.yml", "eligibility_talk.yml", *(f"{page}.yml" for page in PAGES))
_DATED = "lookups.yml"
"""The table that says when its lists were last gone through."""
_DATES = ("checked_on", "review_by", "valid_from", "as_of", "date", "own_scheme_since")
_WHOLE = ("checked_on", "review_by", "valid_from")


def reserved_keys(directory: Path) -> Iterator[Finding]:
    """Lines that would turn a knowledge file into training data."""
    for path in sorted(directory.rglob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            key = next((k for k in RESERVED if line.lstrip().startswith(k)), None)
            if key:
                yield Finding("reserved", _name(path, directory), "", "", {"line": number, "key": key})


def repeated_keys(directory: Path) -> Iterator[Finding]:
    """A field written twice in one item: YAML keeps the last and drops the first without a word."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(directory.rglob("*.yml")):
        nodes = [yaml.compose(path.read_text(encoding="utf-8"), Loader=loader)]
        while nodes:
            node = nodes.pop()
            if isinstance(node, yaml.SequenceNode):
                nodes += node.value
            elif isinstance(node, yaml.MappingNode):
                seen = set()
                for key, value in node.value:
                    if key.value in seen:
                        line = key.start_mark.line + 1
                        yield Finding("key_twice", _name(path, directory), "", str(key.value), {"line": line})
                    seen.add(key.value)
                    nodes.append(value)


def broken(directory: Path) -> Iterator[Finding]:
    """Everything that would stop the loader, all at once rather than the first of it."""
    lists: dict[str, list[Any]] = {}
    paths = [directory / name for name in (*_LISTS, *_TABLES)] + sorted((directory / "answers").glob("*.yml"))
    for path in paths:
        name = _name(path, directory)
        try:
            content = read_yaml(path)
        except (KnowledgeError, UnicodeDecodeError) as error:
            yield Finding("unreadable", name, "", "", {"problem": error})
            continue
        wanted = Mapping if name in _TABLES else list
        if content is None and name.startswith("answers/"):
            content = []
        if not isinstance(content, wanted) or (
            wanted is list and not all(isinstance(item, Mapping) for item in content)
        ):
            yield Finding(
                "unreadable",
                name,
                "",
                "",
                {"problem": "a list of items was expected" if wanted is list else "names with texts were expected"},
            )
        elif wanted is list:
            lists[name] = content
        elif name == _DATED and not _is_date(str(content.get("checked_on")), whole=True):
            yield Finding("bad_date", name, "", "checked_on", {"value": content.get("checked_on")})
    sources = {item.get("id") for item in lists.get("sources.yml", [])}
    ids: set[str] = set()
    for name, items in lists.items():
        seen = ids if name.startswith("answers/") else set()
        for item in items:
            yield from _item(name, item, seen, sources)


def _item(name: str, item: Mapping[str, Any], seen: set[str], sources: set[Any]) -> Iterator[Finding]:
    key = _NAMED.get(name, "id")
    label = str(item.get(key, "?"))
    for wanted in _LISTS.get(name, _ENTRY):
        if wanted not in item:
            yield Finding("missing_field", name, label, wanted, {"name": wanted})
    for field, shape in _SHAPES.items() if name not in _TABLES else ():
        if (
            item.get(field) is not None
            and not isinstance(item[field], shape)
            and (shape is list or name.startswith("answers/"))
        ):
            yield Finding("wrong_shape", name, label, field)
    # A figure has one line for each day from which it holds; a timeline may have two events of one day.
    identity = f"{label} {item.get('valid_from')}" if name == "figures.yml" else label
    if identity in seen and name != "timeline.yml":
        yield Finding("twice", name, label, key)
    seen.add(identity)
    for when in _DATES:
        value = item.get(when)
        if value is not None and not _is_date(str(value), whole=when in _WHOLE):
            yield Finding("bad_date", name, label, when, {"value": value})
    references = item.get("sources")
    for reference in references if isinstance(references, list) else ():
        source = reference.get("id") if isinstance(reference, Mapping) else reference
        if source not in sources:
            yield Finding("unknown_source", name, label, "sources", {"name": source})


def _is_date(value: str, *, whole: bool) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d" if whole else r"\d{4}(-\d\d(-\d\d)?)?", value):
        return False
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _name(path: Path, directory: Path) -> str:
    return path.relative_to(directory).as_posix()
