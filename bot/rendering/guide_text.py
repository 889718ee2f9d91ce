"""A text as the guide sets it: paragraphs and lists of spans, for HTML and paper alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_BULLET = re.compile(r"^\s*・\s*")
_STEP = re.compile(r"^(\d{1,2})[.．)）]?\s+")
# A reading without figures belongs to the kanji alone: 18歳（さい）. One with figures, and a few old words, to both: 1人（ひとり）.
_SPAN = re.compile(
    r"(?P<url>https://[!#-;=?-~]*[A-Za-z0-9/_=~#&%+-])"
    r"|(?P<phone>(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?![\d-]))"
    r"|(?P<counted>[一-龠々〆ヶ0-9０-９]*[0-9０-９][一-龠々〆ヶ0-9０-９]*[一-龠々〆ヶ])"
    r"（(?P<count>[ぁ-ゖー]*[0-9０-９][ぁ-ゖー0-9０-９]*|ひとり|ふたり|ついたち|ふつか|みっか|とおか|はつか|はたち)）"
    r"|(?P<kanji>[一-龠々〆ヶ]+)（(?P<kana>[ぁ-ゖー]+)）"
    r"|(?P<mixed>[一-龠々〆ヶ]+(?P<tail>[ぁ-ゖ]{1,2}))（(?P<whole>[ぁ-ゖー]+(?P=tail))）"
)
_READING = re.compile(r"(?<=[一-龠々〆ヶぁ-ゖ0-9])（([0-9０-９]*[ぁ-ゖー][ぁ-ゖー0-9０-９]*)）")


@dataclass(frozen=True)
class Span:
    """A run of text: plain, an address, a phone number, or kanji with their reading."""

    kind: str
    text: str
    reading: str = ""


@dataclass(frozen=True)
class Block:
    """A paragraph, or a list with its items."""

    kind: str
    items: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Each line a paragraph; lines that begin with a mark together a list, an ordered one if they count 1, 2, 3."""
    found: list[Block] = []
    for marked, run in groupby(filter(None, map(str.strip, text.split("\n"))), lambda line: bool(_BULLET.match(line))):
        lines = [_BULLET.sub("", line, count=1) for line in run]
        steps = [_STEP.match(line) for line in lines]
        if not marked:
            found += (Block("p", (line,)) for line in lines)
        elif len(lines) > 1 and all(step and int(step[1]) == n for n, step in enumerate(steps, start=1)):
            found.append(Block("ol", tuple(_STEP.sub("", line, count=1) for line in lines)))
        else:
            found.append(Block("ul", tuple(lines)))
    return tuple(found)


def spans(text: str) -> Iterator[Span]:
    """The runs of one line."""
    end = 0
    for match in _SPAN.finditer(text):
        if match.start() > end:
            yield Span("text", text[end : match.start()])
        end = match.end()
        reading = match["count"] or match["kana"] or match["whole"]
        if reading:
            yield Span("ruby", match["counted"] or match["kanji"] or match["mixed"], reading)
        else:
            yield Span("url" if match["url"] else "phone", match[0])
    if end < len(text):
        yield Span("text", text[end:])


def without_readings(text: str) -> str:
    """The text without its readings, for titles, searching and feeds."""
    return _READING.sub("", text)


def said(text: str) -> str:
    """A text cut down to what it says: width, spaces, line breaks, list marks and the form of readings do not count."""
    return re.sub(r"[\s\u200b・]+", "", unicodedata.normalize("NFKC", _READING.sub(r"\1", text)))
