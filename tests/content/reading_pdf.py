"""Reads a booklet as a person would: pages top to bottom, readings and page numbers apart from the text."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pypdfium2

_READING_SIZE = 6.55  # points; the smallest text that is no reading is larger
_FOOT = 38.0  # points above the lower edge: below it stands the number of the page
_MARK = re.compile(r"‹([a-z0-9_]+)\s+([0-9a-f]{12})›")
_REFERENCE = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Part:
    """One answer as printed."""

    text: str
    version: str
    sources: tuple[int, ...]


@dataclass(frozen=True)
class Booklet:
    """The answers by id, every reading, and the addresses of the list of sources by number."""

    answers: dict[str, Part]
    readings: str
    sources: dict[int, str]


def characters(document: pypdfium2.PdfDocument, first: int = 0) -> list[tuple[str, bool]]:
    """Every character from some page on, with whether it belongs to a reading."""
    raw, found = pypdfium2.raw, []
    bottom = ctypes.c_double()
    rest = [ctypes.c_double() for _ in range(3)]
    for page in list(document)[first:]:
        text = page.get_textpage()
        for n in range(text.count_chars()):
            raw.FPDFText_GetCharBox(text.raw, n, rest[0], rest[1], bottom, rest[2])
            letter = chr(raw.FPDFText_GetUnicode(text.raw, n)).replace("\x02", "-")  # a hyphen at the end of a line
            size = raw.FPDFText_GetFontSize(text.raw, n)
            if letter.isspace() or bottom.value > _FOOT:
                found.append((letter, not letter.isspace() and size < _READING_SIZE))
        found.append(("\n", False))
    return found


@lru_cache(maxsize=3)
def answers_in(path: Path) -> Booklet:
    """Cuts a booklet at the marks behind its answers; what stands before the first topic is left out."""
    document = pypdfium2.PdfDocument(path)
    first = next(iter(document.get_toc())).get_dest().get_index()
    letters = characters(document, first)
    whole = "".join(letter for letter, reading in letters if not reading)
    readings = "".join(letter for letter, reading in letters if reading)
    answers, start = {}, 0
    for match in _MARK.finditer(whole):
        part = whole[start : match.start()]
        foot = _REFERENCE.search(part)
        sources = tuple(map(int, _REFERENCE.findall(part)))
        said = part[: foot.start()].rpartition("\n")[0] if foot else part  # the last line says 「出典」
        answers[match[1]] = Part(said, match[2], sources)
        start = match.end()
    return Booklet(answers, readings, _sources(whole[start:]))


def _sources(end: str) -> dict[int, str]:
    """The numbered list: each number's address, which may be broken over lines."""
    starts, at = [], 0
    while match := re.compile(rf"(?m)^{len(starts) + 1}\.").search(end, at):
        starts.append(match.end())
        at = match.end()
    found = {}
    for n, (begin, stop) in enumerate(zip(starts, [*starts[1:], len(end)], strict=True), start=1):
        address = re.search(r"https?://[^〉]*", end[begin:stop])
        found[n] = re.sub(r"\s|\d+\.$", "", address[0]) if address else ""
    return found
