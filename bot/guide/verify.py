"""`python -m bot verify`: proves that a quoted text is in the published base, sentence by sentence.

A quotation holds when it can be read as whole published sentences one after another. Width, spaces, line breaks and the
form of readings do not count; every word does, so a sentence cut short or with a "not" left out is no proof.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from bot.dialogue.lookups import place_answer, prefecture_answer, provider_answer
from bot.guide.addresses import code
from bot.guide.contents import published
from bot.guide.history import Change, text_hash
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Answer, Citation
from bot.knowledge.wording import answer_for, phrase, spoken_date
from bot.rendering.guide_text import said
from bot.rendering.plain import plain_text

_SENTENCE_END = re.compile(r"(?<=[。！？!?])|(?<=[.:：])(?=\s|$)|\n")
_JAPANESE = re.compile(r"[ぁ-ヺ一-龠]")
_BETWEEN = "。.．！？!?、,:：「」\"“”'()（）[]"


class Outcome(Enum):
    """What came of it."""

    PUBLISHED = "published"
    WHOLE = "whole"
    QUOTED = "quoted"
    EARLIER = "earlier"
    ALTERED = "altered"
    NOT_PUBLISHED = "not_published"
    UNKNOWN = "unknown"

    @property
    def proven(self) -> bool:
        """Whether the published base says it now."""
        return self in (Outcome.PUBLISHED, Outcome.WHOLE, Outcome.QUOTED)


@dataclass(frozen=True)
class Proof:
    """The outcome, and what it rests on."""

    outcome: Outcome
    answers: tuple[Answer, ...] = ()
    """The answer in each language, or in the one that was quoted."""
    rest: str = ""
    """Where a text that does not match begins to differ."""
    earlier: Change | None = None


def verify(
    base: Mapping[str, Mapping[str, Answer]] | Knowledge,
    answer_id: str,
    text: str | None,
    day: date,
    ledger: Sequence[Change] = (),
) -> Proof:
    """Looks a quotation up in the knowledge base, or in answers read from the open data."""
    if isinstance(base, Knowledge):
        answer_id = _by_code(base, answer_id)
        entry = base.entries.get(answer_id)
        if entry and not published(entry):
            return Proof(Outcome.NOT_PUBLISHED)
        spoken = {lang: a for lang in LANGUAGES if (a := _spoken(base, answer_id, lang, day))}
    else:
        spoken = dict(base.get(answer_id, {}))
    if not spoken:
        return Proof(Outcome.UNKNOWN)
    if text is None:
        return Proof(Outcome.PUBLISHED, tuple(spoken.values()))
    quoted = said(text)
    likely = "ja" if _JAPANESE.search(quoted) else "en"  # where no language fits, the one that was quoted is named
    spoken = dict(sorted(spoken.items(), key=lambda pair: pair[0] != likely))
    furthest, shown = -1, next(iter(spoken.values()))
    if not quoted.strip(_BETWEEN):
        return Proof(Outcome.ALTERED, (shown,))
    for lang, answer in spoken.items():
        if quoted in (said(plain_text(answer)), said(f"{answer.title}\n{plain_text(answer)}")):
            return Proof(Outcome.WHOLE, (answer,))
        reached = _read(quoted, set(_sentences(answer, base, lang, day)))
        if reached == len(quoted):
            return Proof(Outcome.QUOTED, (answer,))
        if reached > furthest:
            furthest, shown = reached, answer
    known = text_hash(text)
    for change in ledger:
        if change.id == answer_id and known in change.text.values():
            return Proof(Outcome.EARLIER, (shown,), earlier=change)
    return Proof(Outcome.ALTERED, (shown,), rest=_as_written(text, quoted[furthest:]))


def read_open_data(path: Path) -> dict[str, dict[str, Answer]]:
    """The answers of an `answers.json`; raises `ValueError` for anything else."""
    try:
        rows: Any = json.loads(path.read_text(encoding="utf-8"))["answers"]
        return {row["id"]: {lang: _answer(row, lang) for lang in row["text"]} for row in rows}
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(str(path)) from error


def _answer(row: Mapping[str, Any], lang: str) -> Answer:
    parts = row["text"][lang]
    return Answer(
        id=row["id"],
        topic=row["topic"],
        kind=row["kind"],
        lang=lang,
        title=parts["title"],
        short=parts["short"],
        body=parts["body"],
        next=parts["next"],
        citations=tuple(Citation(s["title"], s["url"], s["as_of"]) for s in row["sources"]),
        version=row["version"],
        confidence=row["confidence"],
        checked_on=date.fromisoformat(row["checked_on"]),
    )


def _by_code(knowledge: Knowledge, given: str) -> str:
    """The id; the short code of a page's address stands for it too."""
    return given if given in knowledge.entries else next((i for i in knowledge.entries if code(i) == given), given)


def _spoken(knowledge: Knowledge, answer_id: str, lang: str, day: date) -> Answer | None:
    """The answer of that id: an entry, or a look-up of a place, a provider or a prefecture as chat gives it."""
    if answer_id in knowledge.entries:
        return answer_for(knowledge, knowledge.entries[answer_id], lang, day)
    kind, _, rest = answer_id.partition("_")
    if kind == "place":
        name = next((m.name_ja for m in knowledge.municipalities.values() if m.code == rest), None)
        return place_answer(knowledge, name, lang, day) if name else None
    if kind == "prefecture":
        prefectures = knowledge.gazetteer["prefectures"]
        name = next((n for n, names in prefectures.items() if names[1].split()[0] == rest), None)
        return prefecture_answer(knowledge, name, lang, day) if name else None
    if kind == "provider":
        ids = _services(knowledge, rest)
        return provider_answer(knowledge, ids, lang, day) if ids else None
    return None


def _services(knowledge: Knowledge, joined: str) -> list[str]:
    """The services an id of several was joined from; longer names first, as some begin like others."""
    names = sorted(((i.replace("-", "_"), i) for i in knowledge.services), key=lambda pair: -len(pair[0]))
    found: list[str] = []
    while joined:
        match = next(((flat, i) for flat, i in names if joined == flat or joined.startswith(f"{flat}_")), None)
        if match is None:
            return []
        found.append(match[1])
        joined = joined[len(match[0]) + 1 :]
    return found


def _sentences(
    answer: Answer, base: Mapping[str, Mapping[str, Answer]] | Knowledge, lang: str, day: date
) -> Iterator[str]:
    """Every sentence a quotation may be made of: the answer's own, its sources, and the day it was checked."""
    texts = [answer.title, answer.short, answer.body, answer.next, *plain_text(answer, sources=True).split("\n")]
    for citation in answer.citations:
        texts += [citation.title, citation.url, f"{citation.title} {citation.url}"]
    if isinstance(base, Knowledge):
        if answer.checked_on:
            when = spoken_date(answer.checked_on.isoformat(), lang)
            texts.append(phrase(base, "checked", lang, day, date=when))
            shared = base.pages["guide"]["share"]["text"][lang].split("\n")[2:]
            texts += [line.replace("{date}", when).split("{source}")[0] for line in shared]
    for text in texts:
        for sentence in (text, *_SENTENCE_END.split(text)):
            bare = said(sentence).strip(_BETWEEN)
            if bare:
                yield bare


def _as_written(text: str, rest: str) -> str:
    """The end of a text that says `rest`, with its spaces and its line breaks as spaces."""
    begin = next((at for at in reversed(range(len(text))) if said(text[at:]) == rest), 0)
    return " ".join(text[begin:].split())


def _read(quoted: str, sentences: set[str]) -> int:
    """How far a quotation can be read as whole sentences."""
    reachable, furthest = {0}, 0
    for at in range(len(quoted)):
        if at not in reachable:
            continue
        furthest = max(furthest, at)
        if quoted[at] in _BETWEEN:
            reachable.add(at + 1)
        reachable |= {at + len(sentence) for sentence in sentences if quoted.startswith(sentence, at)}
    return len(quoted) if len(quoted) in reachable else furthest
