"""What the guide holds: which answers are published as pages, in which order, with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from bot.dialogue.lookups import place_answer
from bot.guide import addresses
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Answer, Entry, Municipality, Service
from bot.knowledge.wording import answer_for

PUBLISHED = "published"


def published(entry: Entry) -> bool:
    """Whether an entry may be shown to anyone; drafts may not."""
    return entry.status == PUBLISHED


def is_page(entry: Entry) -> bool:
    """Whether an entry becomes a page.

    Only answers do. What is said to somebody in a crisis, in small talk or when something cannot be done here is a reply
    to that person; printed for everyone it would be wrong, so every page has the lines to call instead.
    """
    return published(entry) and entry.kind == "answer"


@dataclass(frozen=True)
class Contents:
    """One knowledge base as the guide shows it on one day; `site` is where the guide will stand, `app` where the chat is."""

    knowledge: Knowledge
    day: date
    site: str
    app: str | None = ""
    """Address in front of `/check` and the chat; empty when the same server has them, None when there are none."""

    @property
    def words(self) -> Mapping[str, Any]:
        """The guide's own words."""
        return self.knowledge.pages["guide"]

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The answers that have a page, in the order of topics."""
        order = list(self.words["topics"])
        pages = [e for e in self.knowledge.entries.values() if is_page(e) and e.topic in order]
        return tuple(sorted(pages, key=lambda e: order.index(e.topic)))

    @cached_property
    def topics(self) -> Mapping[str, tuple[Entry, ...]]:
        """The answers by topic; topics without any are left out."""
        grouped = {topic: tuple(e for e in self.entries if e.topic == topic) for topic in self.words["topics"]}
        return {topic: entries for topic, entries in grouped.items() if entries}

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(e.id for e in self.entries)

    def answer(self, entry: Entry | str, lang: str) -> Answer:
        """What an entry says in one language, its related answers cut to those with a page."""
        found = self.knowledge.entries[entry] if isinstance(entry, str) else entry
        return answer_for(self.knowledge, found, lang, self.day)

    def related(self, answer: Answer) -> tuple[tuple[str, str], ...]:
        """The related answers that have a page of their own."""
        return tuple((i, title) for i, title in answer.related if i in self._ids)

    def place(self, place: Municipality, lang: str) -> Answer:
        """What is known of a municipality, in the words the chat uses too."""
        return place_answer(self.knowledge, place.name_ja, lang, self.day)

    @property
    def services_elsewhere(self) -> Mapping[str, tuple[Service, ...]]:
        """Services that belong to no municipality, by who offers them."""
        kinds = ("metropolitan", "private", "other_prefecture")
        found = self.knowledge.services.values()
        return {kind: tuple(s for s in found if s.provider_type == kind and not s.municipality) for kind in kinds}

    def address(self, path: str) -> str:
        """The public address of a page."""
        return f"{self.site}{path}"

    @cached_property
    def pages(self) -> Mapping[str, tuple[str, ...]]:
        """The paths of all pages by language, in the order of the sitemap."""
        names = ("index", *self.topics, "check", "places", "print", "news", "about")
        return {
            lang: (
                *(addresses.page_path(name, lang) for name in names),
                *(addresses.entry_path(e.id, lang) for e in self.entries),
                *(addresses.place_path(m.code, lang) for m in self.knowledge.municipalities.values()),
            )
            for lang in LANGUAGES
        }
