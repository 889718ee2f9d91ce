"""Turns what the bot decided to say into `Answer`s in a language: the same decision can be said again in another.

A *spec* is a small dict that fits a Rasa slot: `{"say": "entry", "id": "application_fee"}`, `{"say": "place", "name": "目黒区"}`,
`{"say": "phrase", "name": "offer"}`, `{"say": "question", "fact": "both_adults"}`, `{"say": "verdict", "facts": {…}}`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.dialogue import verdicts
from bot.dialogue.application_words import application, leading_on
from bot.dialogue.lookups import place_answer, prefecture_answer, provider_answer
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer, Citation
from bot.knowledge.wording import answer_for, fill, phrase

Spec = dict[str, Any]

MENU = (
    "eligibility_summary",
    "documents_overview",
    "application_steps",
    "coverage_overview",
    "limits_no_legal_effect",
    "support_tokyo_lgbt_phone",
)


class Speaker:
    """Says specs in words of the knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Takes the knowledge base whose words are spoken."""
        self.knowledge = knowledge
        self._ways: dict[str, Callable[[Spec, str, date], Answer]] = {
            "entry": self._entry,
            "phrase": self._phrase,
            "offer": self._offer,
            "place": lambda s, lang, day: place_answer(knowledge, s["name"], lang, day),
            "providers": lambda s, lang, day: provider_answer(knowledge, s["ids"], lang, day),
            "prefecture": lambda s, lang, day: prefecture_answer(knowledge, s["name"], lang, day),
            "question": lambda s, lang, day: verdicts.question(knowledge, s, lang, day),
            "verdict": lambda s, lang, day: verdicts.verdict(knowledge, s, lang, day),
            "papers": lambda s, lang, day: verdicts.papers(knowledge, s, lang, day),
            "application": lambda s, lang, day: application(knowledge, s, lang, day),
            "sources": self._sources,
        }

    def speak(self, spec: Spec, lang: str, day: date) -> Answer:
        """Puts one spec into words."""
        return self._ways[spec["say"]](spec, lang, day)

    def _entry(self, spec: Spec, lang: str, day: date) -> Answer:
        entry = self.knowledge.entries[spec["id"]]
        if entry.status != "published":  # nobody has stood for these words yet
            return self._phrase({"name": "fallback", "kind": "fallback", "topic": "out_of_scope"}, lang, day)
        answer = answer_for(self.knowledge, entry, lang, day)
        answer = replace(answer, buttons=(*answer.buttons, *leading_on(self.knowledge, entry.id, lang, day)))
        if spec.get("unsure"):  # a guess must not begin with yes or no
            answer = replace(answer, short=verdicts.POLAR.sub("", answer.short))
        if spec.get("lead"):
            answer = replace(answer, short=f"{phrase(self.knowledge, spec['lead'], lang, day)}\n{answer.short}")
        others = [(i, self._title(i, lang, day)) for i in spec.get("others", ())]
        return replace(answer, related=tuple(dict.fromkeys([*others, *answer.related]))[:4]) if others else answer

    def _title(self, entry_id: str, lang: str, day: date) -> str:
        return fill(self.knowledge.entries[entry_id].title[lang], self.knowledge, lang, day)

    def _phrase(self, spec: Spec, lang: str, day: date) -> Answer:
        text = phrase(self.knowledge, spec["name"], lang, day, **spec.get("values", {}))
        related = tuple((i, self._title(i, lang, day)) for i in spec.get("related", ()))
        buttons = tuple((phrase(self.knowledge, n, lang, day),) * 2 for n in spec.get("buttons", ()))
        if spec.get("person"):
            buttons += ((phrase(self.knowledge, "person", lang, day), phrase(self.knowledge, "person_say", lang, day)),)
        return Answer(
            id=f"phrase_{spec['name']}",
            topic=spec.get("topic", "smalltalk"),
            kind=spec.get("kind", "answer"),
            lang=lang,
            title="",
            short=text,
            related=related,
            buttons=buttons,  # type: ignore[arg-type]
            citations=self.knowledge.citations_of(tuple(spec.get("facts", ()))),
            version=self.knowledge.version,
        )

    def _offer(self, spec: Spec, lang: str, day: date) -> Answer:
        titles = [(i, self._title(i, lang, day)) for i in spec["ids"]]
        lines = "\n".join(f"{n}. {title}" for n, (_, title) in enumerate(titles, start=1))
        topic = self.knowledge.entries[spec["ids"][0]].topic if spec["ids"] else "out_of_scope"
        base = self._phrase({"name": "offer", "person": True, "kind": "offer", "topic": topic}, lang, day)
        return replace(base, body=lines, related=tuple(titles))

    def _sources(self, spec: Spec, lang: str, day: date) -> Answer:
        said = [self.speak(s, lang, day) for s in spec["of"]]
        citations: Sequence[Citation] = tuple(dict.fromkeys(c for a in said for c in a.citations))
        name = "source_is" if citations else "no_source"
        topic = said[0].topic if said else "smalltalk"
        return replace(
            self._phrase({"name": name, "kind": "answer", "topic": topic}, lang, day),
            body="\n".join(f"・{c.title} {c.url}" for c in citations),
            citations=tuple(citations),
            id=said[0].id if said else "phrase_no_source",
        )


def as_dict(answer: Answer) -> dict[str, Any]:
    """The JSON form an answer travels in from action to channel."""
    return {
        "id": answer.id,
        "topic": answer.topic,
        "kind": answer.kind,
        "lang": answer.lang,
        "verdict": answer.verdict,
        "version": answer.version,
        "confidence": answer.confidence,
        "checked_on": answer.checked_on.isoformat() if answer.checked_on else None,
        "citations": [{"title": c.title, "url": c.url, "as_of": c.as_of} for c in answer.citations],
        "related": [{"title": title, "payload": title} for _, title in answer.related],
        "choices": [{"title": title, "payload": payload} for title, payload in answer.buttons],
    }


def entry_titles(knowledge: Knowledge, day: date) -> Mapping[str, str]:
    """Every entry title in every language, normalised, with the entry it belongs to: a tapped button is a typed title."""
    from bot.nlu.normalise import for_features

    return {
        for_features(fill(text, knowledge, lang, day)): entry.id
        for entry in knowledge.entries.values()
        for lang, text in entry.title.items()
    }
