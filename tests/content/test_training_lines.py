"""What people may ask covers every answer in both languages, and the held-out sets stay out of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.loader import ROOT, load, read_yaml
from bot.nlu.normalise import for_features

ENOUGH = 15
KNOWLEDGE = load()

# One word is the only way to say these, so they are in everybody's lines.
ONLY_WAY_TO_SAY_IT = frozenset({"やめる", "こんばんは", "hi", "しにたい"})


def training_lines() -> Iterator[tuple[str, str, str]]:
    """(intent, language of the file, line) of every example."""
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        lang = path.name.split(".")[-2]
        for item in read_yaml(path)["nlu"]:
            for line in item.get("examples", "").splitlines():
                marked = re.sub(r"^\s*- ", "", line)
                yield item.get("intent", ""), lang, re.sub(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})", r"\1", marked)


LINES = list(training_lines())
COUNTS = Counter((intent, lang) for intent, lang, _ in LINES)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_answer_can_be_asked_for_in_many_ways(lang: str) -> None:
    assert {e: COUNTS[f"faq/{e}", lang] for e in KNOWLEDGE.entries if COUNTS[f"faq/{e}", lang] < ENOUGH} == {}


def test_every_faq_intent_has_an_answer() -> None:
    asked = {intent.removeprefix("faq/") for intent, _ in COUNTS if intent.startswith("faq/")}
    assert asked == set(KNOWLEDGE.entries)


def test_files_of_training_lines_say_their_language() -> None:
    assert {lang for _, lang in COUNTS} == {"ja", "en"}


def test_no_line_is_taught_for_two_different_needs() -> None:
    owners: dict[str, set[str]] = {}
    for intent, _, line in LINES:
        owners.setdefault(for_features(line), set()).add(intent)
    assert {line: found for line, found in owners.items() if len(found) > 1} == {}


def said(value: Any) -> Iterator[str]:
    """Every message of a person in a held-out file; what is expected of the bot is left out."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in ("text", "user") and isinstance(inner, str):
                yield inner
            elif key not in ("entities", "expect"):
                yield from said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner)


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "nlu").glob("*.yml")), ids=lambda p: p.name)
def test_no_held_out_line_is_a_training_line(path: Path) -> None:
    taught = {for_features(line): intent for intent, _, line in LINES}
    lines = [for_features(text) for text in said(read_yaml(path))]
    assert len(lines) > 100
    assert {line: taught[line] for line in lines if line in taught and line not in ONLY_WAY_TO_SAY_IT} == {}
