"""Every kind of body this project can send to LINE, in every language, made by the code that sends it.

`python -m bot line validate` and the tests go through the same list, so that what is new is looked over without being named twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Any

from bot import clock
from bot.applications import notices
from bot.channels import gate
from bot.channels.delivery import mark
from bot.channels.line.conversing import Conversing
from bot.channels.line.deeds import LATE, Tell
from bot.channels.line.notices import message as notice_message
from bot.dialogue.speaking import MENU, Speaker, Spec
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES
from bot.nlg import message
from bot.rendering.line_messages import LineRenderer

Message = dict[str, Any]

_SITE = "https://tomoni.example"
_LINK = f"{_SITE}/a/n{'x' * 43}"
_RECEIPT = "TP-7K2M-9QXC-4H8R"
_WHOLE = {
    "people_count": "two",
    "has_sexual_minority": "yes",
    "makes_oath": "yes",
    "both_adults": "yes",
    "any_marriage": "no",
    "any_other_partnership": "no",
    "relation": ["no", None],
    "links": ["live", "work", "study"],
}
_CHANGED: Mapping[str, Mapping[str, Any]] = {
    "whole": {},
    "minor": {"both_adults": "no"},
    "alone": {"people_count": "other"},
    "married": {"any_marriage": "yes"},
    "registered": {"any_other_partnership": "yes"},
    "related": {"relation": ["yes", None]},
    "no_tie": {"links": "none"},
    "remote": {"links": None, "remote": True},
    "no_oath": {"makes_oath": "no"},
    "no_minority": {"has_sexual_minority": "no"},
    "nothing_told": dict.fromkeys(_WHOLE),
}


@dataclass(frozen=True)
class Body:
    """The messages of one reply or push, and what they say."""

    name: str
    lang: str
    messages: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.name} {self.lang}"


def bodies(knowledge: Knowledge, day: date | None = None) -> Iterator[Body]:
    """Every body; each as LINE's bubbles, and as the text that goes out should LINE refuse bubbles."""
    renderer = LineRenderer(knowledge, _SITE)
    for name, lang, said in turns(knowledge, day or clock.today()):
        yield Body(name, lang, renderer.messages(said, lang))
        yield Body(f"{name} as text", lang, renderer.plain(said, lang))
    for lang in LANGUAGES:
        for notice in notices.names():
            yield Body(f"notice {notice}", lang, [dict(notice_message(notices.worded(notice, lang, f"{_SITE}/a")))])


def turns(knowledge: Knowledge, day: date) -> Iterator[tuple[str, str, list[Message]]]:
    """What is said to one event: its name, the language and the messages."""
    speaker, conversing = Speaker(knowledge), Conversing(knowledge, None, None)  # type: ignore[arg-type]
    for lang in LANGUAGES:
        for name, specs in _specs(knowledge, day):
            spoken = [message(speaker.speak(spec, lang, day), "line") for spec in specs]
            yield name, lang, [conversing.fitting.fitted(_with_values(said)) for said in spoken]
        for name in knowledge.pages["line"]["events"]:
            told = (name, "privacy", "languages") if name == "greeting" else (name,)
            yield f"event {name}", lang, [conversing.line(Tell(told, menu=True), lang, seconds=59)]
        yield "late", lang, [conversing.waiting(lang, LATE + "0" * 64)]
        for name in ("unreadable", "too_long", "try_later"):
            yield f"error {name}", lang, [gate.refusal(name, lang, "refuse")]


def _specs(knowledge: Knowledge, day: date) -> Iterator[tuple[str, list[Spec]]]:
    entries = list(knowledge.entries)
    yield from ((f"entry {i}", [{"say": "entry", "id": i}]) for i in entries)
    yield (
        "entry as a guess",
        [{"say": "entry", "id": MENU[0], "unsure": True, "lead": "maybe_this", "others": MENU[1:]}],
    )
    yield from _phrases(knowledge)
    yield "offer", [{"say": "offer", "ids": list(MENU[:4])}]
    yield from ((f"place {n}", [{"say": "place", "name": n}]) for n in knowledge.municipalities)
    yield from ((f"provider {i}", [{"say": "providers", "ids": [i]}]) for i in knowledge.services)
    yield "providers", [{"say": "providers", "ids": list(knowledge.services)[:5]}]
    yield from ((f"prefecture {n}", [{"say": "prefecture", "name": n}]) for n in knowledge.gazetteer["prefectures"])
    yield from _check(knowledge)
    yield from _application(knowledge, day)
    yield "sources", [{"say": "sources", "of": [{"say": "entry", "id": i} for i in MENU]}]


def _phrases(knowledge: Knowledge) -> Iterator[tuple[str, list[Spec]]]:
    for name, text in knowledge.phrases.items():
        kind = "offer" if name == "menu" else "answer"
        values = dict.fromkeys(_holes(text) - knowledge.figures.keys(), "9")
        spec: Spec = {
            "say": "phrase",
            "name": name,
            "values": values,
            "kind": kind,
            "person": True,
            "related": MENU[:4],
        }
        yield f"phrase {name}", [spec]


def _check(knowledge: Knowledge) -> Iterator[tuple[str, list[Spec]]]:
    """Each question in each of its ways, after an answer too; each verdict, asked at once or at the end, with its papers."""
    leads = list(knowledge.talk["talk"])
    for fact in knowledge.talk["questions"]:
        asked: Spec = {"say": "question", "fact": fact}
        yield f"question {fact}", [asked]
        yield f"question {fact} why", [{**asked, "why": True}]
        yield f"question {fact} after an answer", [{"say": "entry", "id": MENU[0]}, {**asked, "leads": ["go_on"]}]
    yield from ((f"question lead {n}", [{"say": "question", "fact": "both_adults", "leads": [n]}]) for n in leads)
    for name, changed in _CHANGED.items():
        facts = {key: told for key, told in {**_WHOLE, **changed}.items() if told is not None}
        for mode in ("final", "direct"):
            verdict: Spec = {"say": "verdict", "facts": {**facts, "declined": []}, "mode": mode, "leads": []}
            yield f"verdict {name} {mode}", [verdict, {"say": "papers", "facts": facts}]
    explained = {"say": "verdict", "facts": {**_WHOLE, "declined": []}, "mode": "direct", "entry": MENU[0]}
    yield "verdict with an entry", [explained]


def _application(knowledge: Knowledge, day: date) -> Iterator[tuple[str, list[Spec]]]:
    """Each question, summary, receipt, status and note of the application dialogues."""
    talk, papers = knowledge.application_talk, list(knowledge.application_talk["papers"])
    base: Spec = {"say": "application", "page": f"{_SITE}/a"}
    for about in talk["questions"]:
        named = papers if about in ("tick", "tick_all") else []
        for why in (False, True):
            asked = {**base, "name": "question", "about": about, "why": why, "papers": named}
            yield f"application question {about}{' why' if why else ''}", [asked]
    for lead in talk["leads"]:
        yield f"application lead {lead}", [{**base, "name": "question", "about": "tie", "leads": [lead]}]
    facts = {
        "tie": ["lives_in_tokyo", "works_in_tokyo"],
        "planned": f"{day:%Y-%m}",
        "contact": "line",
        "foreign": "yes",
    }
    for mode in ("start", "change"):
        yield f"application summary {mode}", [{**base, "name": "summary", "facts": facts, "mode": mode}]
    for sealed in ("link", "receipt"):
        started = {**base, "name": "started", "sealed": {sealed: ""}, "papers": [[d, papers[0]] for d in papers]}
        more = {"one_of": papers[:2], "adoption": True, "planned": f"{day:%Y-%m}", "moves": [day.isoformat()]}
        yield f"application started {sealed}", [{**started, **more, "kept_until": day.isoformat()}]
    for state in talk["states"]:
        for done in ((), *((name,) for name in talk["done"] if name != "between")):
            stands = {
                **base,
                "name": "status",
                "state": state,
                "done": list(done),
                "missing": papers[:3],
                "one_of": papers[:2],
            }
            more = {"ready": papers[3:], "planned": f"{day:%Y-%m}", "kept_until": day.isoformat(), "tries": 2}
            values = {name: papers[:2] for name in done}
            yield (
                f"application status {state} {' '.join(done)}",
                [{**stands, **more, "values": values, "linked": not done}],
            )
    for table, names in (
        ("notes", talk["notes"]),
        ("started", ("already", "already_line", "not_again", "pin_changed", "pin_noted", "no_new_pin")),
    ):
        for name in names:
            note = {**base, "name": "note", "note": name, "table": table, "topic": "status_check", "kind": "confirm"}
            yield f"application note {name}", [{**note, "minutes": 59, "buttons": ["yes", "erase_talk", "no"]}]


def _holes(text: Mapping[str, str]) -> set[str]:
    return {field for lang in LANGUAGES for _, field, _, _ in Formatter().parse(text[lang]) if field}


def _with_values(said: Message) -> Message:
    """The message as it is delivered: what was sealed is put in, as long as it ever gets."""
    values = {mark("link"): _LINK, mark("receipt"): _RECEIPT, mark("pin"): "000000"}

    def put(text: str) -> str:
        for known, value in values.items():
            text = text.replace(known, value)
        return text

    answer = said.get("answer") or {}
    parts = {name: put(part) for name, part in (answer.get("parts") or {}).items()}
    return {**said, "text": put(said.get("text") or ""), "answer": {**answer, "parts": parts}}


def kinds(found: Iterable[Body]) -> dict[str, int]:
    """How many bodies there are of each kind, by the first word of their names."""
    counted: dict[str, int] = {}
    for body in found:
        kind = body.name.split()[0]
        counted[kind] = counted.get(kind, 0) + 1
    return counted
