"""The chat page as HTML in one language: what script brings to life, and for whoever has none, every question with its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.guide.addresses import MOUNT, entry_path, page_path
from bot.guide.contents import Contents
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Answer
from bot.knowledge.wording import answer_for, spoken_date
from bot.rendering import line_share
from bot.rendering.page import LANGUAGE_NAMES, rich

SESSION_MARK = "the-session-goes-here"
CONTACTS = ("support_office", "support_yorisoi", "support_tokyo_lgbt_line", "support_tsunaniji")
"""By phone, and two ways without a voice; what to do in danger stands with the first."""

_FURIGANA = re.compile(r"((?:\d{1,2}(?=日（(?!にち|か）)))?[一-龠々〆ヶ]+)（([ぁ-ゖー]+)）")


class ChatPage:
    """Renders the page; `words` are those of `chat_words.yml` by language."""

    def __init__(
        self, knowledge: Knowledge, words: Mapping[str, Mapping[str, Any]], exit_url: str, line_account: str = ""
    ) -> None:
        """Takes the knowledge base for the list of questions, where 「すぐ閉じる」 leads, and our account on LINE if there is one."""
        self._knowledge, self._words, self._exit = knowledge, words, exit_url
        self._line = line_share.account_link(line_account) if line_account else ""
        templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters.update(rich=rich, ruby=ruby, bare=bare)
        self._template = templates.get_template("chat.html")
        self.render = lru_cache(maxsize=32)(self._render)

    def _render(self, lang: str, day: date, framed: bool = False, accent: str = "") -> str:
        """The page; `framed` for other sites' iframes, with their `accent` colour as six digits."""
        contents = Contents(self._knowledge, day, "")
        return self._template.render(
            lang=lang,
            html_lang="en" if lang == "en" else "ja",
            languages=LANGUAGE_NAMES,
            words=self._words[lang],
            checked=lambda when: self._words[lang]["checked"].replace("{date}", spoken_date(str(when), lang, True)),
            framed=framed,
            accent=accent,
            kept=f"&accent={accent}" if accent else "",
            session_mark=SESSION_MARK,
            exit_url=self._exit,
            line_account=self._line,
            guide={code: MOUNT + page_path("index", code) for code in LANGUAGES},
            official=self._figure("overview_url"),
            office_phone=self._figure("office_phone"),
            contacts=[_in_lines(self._answer(name, lang, day)) for name in CONTACTS],
            faq=[
                (
                    contents.words["topics"][topic]["name"][lang],
                    [(self._answer(e.id, lang, day), MOUNT + entry_path(e.id, lang)) for e in entries],
                )
                for topic, entries in contents.topics.items()
            ],
        ).lstrip()

    def _answer(self, entry_id: str, lang: str, day: date) -> Answer:
        return answer_for(self._knowledge, self._knowledge.entries[entry_id], lang, day)

    def _figure(self, name: str) -> str:
        return str(self._knowledge.figures[name][0].value)


def ruby(text: str) -> Markup:
    """Text with furigana above its kanji, and nothing else made of it."""
    parts, end = [], 0
    for match in _FURIGANA.finditer(text):
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup("<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>").format(*match.groups()))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def bare(text: str) -> str:
    """Text without furigana, for labels that are only read aloud."""
    return _FURIGANA.sub(r"\1", text)


def _in_lines(answer: Answer) -> dict[str, Any]:
    lines = [line for line in f"{answer.body}\n{answer.next}".split("\n") if line.strip()]
    return {"title": answer.title, "short": answer.short, "body": lines, "checked_on": answer.checked_on}
