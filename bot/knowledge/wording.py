"""Puts an entry into words for one language and day: figures filled in, sources gathered."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer, Entry, Figure

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_MONTHS = "January February March April May June July August September October November December".split()

# Days of the month that are not read with にち; the reading stands for the day with its number, but for 14 and 24.
_DAYS = {1: "ついたち", 14: "か", 20: "はつか", 24: "か"} | dict(
    enumerate("ふつか みっか よっか いつか むいか なのか ようか ここのか とおか".split(), start=2)
)


def spoken_date(iso: str, lang: str, readings: bool = False) -> str:
    """Writes an ISO date, month or year as people read it: 2022年11月1日, 1 November 2022.

    `readings` is for where furigana can be shown: 2022年（ねん）11月（がつ）1日（ついたち） in plain Japanese.
    """
    parts = [int(p) for p in str(iso).split("-")]
    if lang == "en":
        names = [
            str(parts[0]),
            _MONTHS[parts[1] - 1] if len(parts) > 1 else "",
            str(parts[2]) if len(parts) > 2 else "",
        ]
        return " ".join(p for p in reversed(names) if p)
    read = (
        ("（ねん）", "（がつ）", f"（{_DAYS.get(parts[-1], 'にち')}）")
        if readings and lang == "ja-easy"
        else ("", "", "")
    )
    return "".join(f"{n}{unit}{kana}" for n, unit, kana in zip(parts, "年月日", read, strict=False))


def figure_on(figures: tuple[Figure, ...], day: date) -> Figure:
    """Picks the line of a figure valid on a day; the undated line is valid from the beginning."""
    valid = [f for f in figures if f.valid_from is None or f.valid_from <= day]
    return max(valid or figures[:1], key=lambda f: f.valid_from or date.min)


def fill(text: str, knowledge: Knowledge, lang: str, day: date, /, **values: Any) -> str:
    """Replaces `{name}` by the figure of that name, or by a given value; an unknown name is a fault of the content."""

    def one(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in values:
            return str(values[name])
        figure = figure_on(knowledge.figures[name], day)
        if figure.kind == "date":
            return spoken_date(figure.value, lang)
        return f"{figure.value:,}" if figure.kind == "number" else str(figure.value)

    return _PLACEHOLDER.sub(one, text)


def phrase(knowledge: Knowledge, name: str, lang: str, day: date, /, **values: Any) -> str:
    """One of the fixed lines in `phrases.yml`."""
    return fill(knowledge.phrases[name][lang], knowledge, lang, day, **values)


def answer_for(knowledge: Knowledge, entry: Entry, lang: str, day: date) -> Answer:
    """The answer an entry gives in one language on one day."""

    def words(texts: Any) -> str:
        return fill(texts[lang], knowledge, lang, day).strip() if texts else ""

    body = words(entry.body)
    if day > entry.review_by:
        overdue = phrase(
            knowledge, "past_review", lang, day, checked_on=spoken_date(entry.checked_on.isoformat(), lang)
        )
        body = f"{body}\n{overdue}".strip()
    return Answer(
        id=entry.id,
        topic=entry.topic,
        kind=entry.kind,
        lang=lang,
        title=words(entry.title),
        short=words(entry.short),
        body=body,
        next=words(entry.next),
        citations=knowledge.citations_of(entry.facts),
        related=tuple(
            (i, fill(knowledge.entries[i].title[lang], knowledge, lang, day))
            for i in entry.related
            if i in knowledge.entries and knowledge.entries[i].status == "published"
        ),
        version=entry.version,
        confidence=entry.confidence,
        checked_on=entry.checked_on,
    )
