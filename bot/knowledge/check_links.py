"""Faults between the files: what is named must exist, and what exists must be told somewhere."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from bot.knowledge.check_readings import without_readings
from bot.knowledge.fault import Finding
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import CONFIDENCES, KINDS, TOPICS, Entry, Fact
from bot.knowledge.wording import spoken_date
from bot.rules.checklist import PAPERS
from bot.rules.regulation import RequirementId

STATUSES = ("draft", "checked", "published")
PLACE_KINDS = ("ward", "city", "town", "village")
FIGURE_KINDS = ("date", "number", "phone", "url", "text")

# Read at http only; nobody has opened the https page yet. Each fact they prove has an https page too.
HTTP_ONLY = frozenset({"silabel-tokyo-psd", "tera-office-20170919column", "kouseishousho-menu71"})


def entry_links(knowledge: Knowledge, entry: Entry, file: str) -> Iterator[Finding]:
    """Names an answer uses, and the words it must take from a closed list."""
    closed = (("topic", TOPICS), ("kind", KINDS), ("confidence", CONFIDENCES), ("status", STATUSES))
    for field, allowed in closed:
        value = getattr(entry, field)
        if value not in allowed:
            yield Finding("not_in_list", file, entry.id, field, {"value": value, "allowed": ", ".join(allowed)})
    events = {str(e["date"]) for e in knowledge.timeline}
    named = (
        ("facts", entry.facts, knowledge.facts, "unknown_fact"),
        ("related", entry.related, knowledge.entries, "unknown_entry"),
        ("events", entry.events, events, "unknown_event"),
    )
    for field, names, known, code in named:
        for name in names:
            if str(name) not in known:
                yield Finding(code, file, entry.id, field, {"name": name})
    answers = {r["slot"]: {str(v) for v in r["allowed_values"]} for r in knowledge.requirements}
    # What the check asks more finely than the requirements do: a plain yes or no, and a move that is planned.
    finer = {"yes", "no", "move_in"}
    for slot, value in entry.situation.items():
        if slot not in answers or str(value) not in answers[slot] | finer:
            yield Finding("unknown_situation", file, entry.id, "situation", {"name": f"{slot}: {value}"})
    if not entry.facts and entry.basis != "product":
        yield Finding("no_evidence", file, entry.id, "facts")
    if entry.review_by <= entry.checked_on:
        yield Finding(
            "review_order", file, entry.id, "review_by", {"review_by": entry.review_by, "checked_on": entry.checked_on}
        )


def told_facts(knowledge: Knowledge) -> set[str]:
    """Facts some answer or place puts into words."""
    entries = {f for e in knowledge.entries.values() for f in e.facts}
    return entries | {f for m in knowledge.municipalities.values() for f in m.facts}


def reach(knowledge: Knowledge) -> Iterator[Finding]:
    """Facts, events, places, services, papers and requirements no question leads to, and what the rules miss."""
    told = told_facts(knowledge)
    for fact in knowledge.facts.values():
        if fact.id not in told:
            yield Finding("fact_untold", "facts.yml", fact.id)
        if fact.confidence not in CONFIDENCES:
            yield Finding(
                "not_in_list",
                "facts.yml",
                fact.id,
                "confidence",
                {"value": fact.confidence, "allowed": ", ".join(CONFIDENCES)},
            )
    events = {str(d) for e in knowledge.entries.values() for d in e.events}
    for event in knowledge.timeline:
        if str(event["date"]) not in events:
            yield Finding("event_untold", "timeline.yml", str(event["date"]))
    for place in knowledge.municipalities.values():
        if not (place.kana and place.name_en) or place.kind not in PLACE_KINDS:
            yield Finding("place_unreachable", "municipalities.yml", place.name_ja)
        for fact in place.facts:
            if fact not in knowledge.facts:
                yield Finding("unknown_fact", "municipalities.yml", place.name_ja, "facts", {"name": fact})
    yield from _services(knowledge)
    yield from _papers(knowledge)
    yield from _requirements(knowledge)


def _services(knowledge: Knowledge) -> Iterator[Finding]:
    """A service is found by its names, place or prefecture, or told by an answer that rests on the same page."""
    about_use = (e for e in knowledge.entries.values() if e.topic in ("coverage", "certificate"))
    pages = {c.url for e in about_use for f in e.facts if f in knowledge.facts for c in knowledge.facts[f].citations}
    prefectures = tuple(knowledge.gazetteer.get("prefectures", ()))
    for service in knowledge.services.values():
        if service.municipality and service.municipality not in knowledge.municipalities:
            yield Finding("unknown_place", "services.yml", service.id, "municipality", {"name": service.municipality})
        elsewhere = service.provider_type == "other_prefecture" and any(
            p in service.provider.get("ja", "") for p in prefectures
        )
        if not (service.municipality or service.names or elsewhere or any(c.url in pages for c in service.citations)):
            yield Finding("service_unreachable", "services.yml", service.id, "names")


def _papers(knowledge: Knowledge) -> Iterator[Finding]:
    listed, used = {d["id"] for d in knowledge.documents}, {p.document for p in PAPERS}
    yield from (Finding("document_unreachable", "documents.yml", i) for i in sorted(listed - used))
    yield from (Finding("document_absent", "documents.yml", i) for i in sorted(used - listed))


def _requirements(knowledge: Knowledge) -> Iterator[Finding]:
    decided = {r.value for r in RequirementId}
    situations = {slot for e in knowledge.entries.values() for slot in e.situation}
    listed = {r["id"] for r in knowledge.requirements}
    spoken = set(knowledge.talk.get("requirements", ()))
    for requirement in knowledge.requirements:
        verdict = requirement["slot"] == "result" and "eligible" in knowledge.talk.get("verdicts", ())
        if requirement["id"] not in decided and requirement["slot"] not in situations and not verdict:
            yield Finding("requirement_unreachable", "requirements.yml", requirement["id"])
    yield from (Finding("requirement_absent", "requirements.yml", i) for i in sorted(decided - (listed & spoken)))


def figures(knowledge: Knowledge) -> Iterator[Finding]:
    """Each figure has a fact, and its value stands there."""
    for figure in (f for lines in knowledge.figures.values() for f in lines):
        if figure.kind not in FIGURE_KINDS:
            yield Finding(
                "not_in_list",
                "figures.yml",
                figure.name,
                "kind",
                {"value": figure.kind, "allowed": ", ".join(FIGURE_KINDS)},
            )
        fact = knowledge.facts.get(figure.fact)
        if fact is None:
            yield Finding("unknown_fact", "figures.yml", figure.name, "fact", {"name": figure.fact})
        elif not _proves(fact, figure.kind, figure.value):
            yield Finding(
                "figure_unproven", "figures.yml", figure.name, "value", {"value": figure.value, "fact": figure.fact}
            )


def _proves(fact: Fact, kind: str, value: Any) -> bool:
    text = evidence(fact)
    if kind == "url":
        return any(str(value).rstrip("/") in c.url for c in fact.citations) or str(value) in text
    if kind == "date":
        return spoken_date(str(value), "ja") in text or str(value) in text
    return str(value) in text.replace(",", "") if kind == "number" else str(value) in text


def evidence(fact: Fact) -> str:
    """All a fact says, as one text to look figures up in."""
    return unicodedata.normalize("NFKC", f"{fact.says} {fact.values or ''} {fact.notes or ''}")


def links(knowledge: Knowledge) -> Iterator[Finding]:
    """Pages people are sent to must be https: with http anyone on the network sees which page is read."""
    for source in knowledge.sources.values():
        if not source.url.startswith("https://") and source.id not in HTTP_ONLY:
            yield Finding("not_https", "sources.yml", source.id, "url", {"value": source.url})
    for lines in knowledge.figures.values():
        for figure in lines:
            if figure.kind == "url" and not str(figure.value).startswith("https://"):
                yield Finding("not_https", "figures.yml", figure.name, "value", {"value": figure.value})


def titles(knowledge: Knowledge, files: Mapping[str, str]) -> Iterator[Finding]:
    """Titles are the words on buttons and what a tap sends: two answers may not share one, whatever the language."""
    owners: dict[str, str] = {}
    for entry in knowledge.entries.values():
        for lang, title in entry.title.items():
            key = "".join(without_readings(str(title)).lower().split())
            other = owners.setdefault(key, entry.id)
            if other != entry.id:
                yield Finding(
                    "title_twice",
                    files.get(entry.id, "answers"),
                    entry.id,
                    "title",
                    {"lang": lang, "value": title, "other": other},
                )
