"""Every Japanese word in an English page is marked as Japanese, so that a screen reader changes its voice (WCAG 3.1.2)."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

from bot.channels.pages import chat_words
from bot.guide.contents import Contents
from bot.knowledge.loader import Knowledge
from bot.rendering.chat_html import ChatPage
from bot.rendering.check_form import Answers
from bot.rendering.check_html import CheckPages
from bot.rendering.guide import GuidePages

_VOID = {"meta", "link", "img", "input", "br", "hr"}


class Voices(HTMLParser):
    """The words of a page's body that would be read with an English voice although they are Japanese."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self._open: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        before = self._open[-1][1] if self._open else ""
        if tag not in _VOID:
            self._open.append((tag, dict(attributes).get("lang") or before))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, text: str) -> None:
        tags = [tag for tag, _ in self._open]
        if self._open and "body" in tags and "script" not in tags and self._open[-1][1] == "en":
            self.wrong += re.findall("[ぁ-ヺ一-龠]+", text)


def test_no_english_page_holds_japanese_that_is_not_marked(knowledge: Knowledge, today: date) -> None:
    contents = Contents(knowledge, today, "https://x.example/guide/")
    guide = GuidePages(contents)
    pages = {e.id: guide.entry(e, "en") for e in contents.entries}
    pages |= {m.code: guide.place(m, "en") for m in knowledge.municipalities.values()}
    pages |= {topic: guide.topic(topic, "en") for topic in contents.topics}
    pages |= {"home": guide.home("en"), "places": guide.places("en"), "conditions": guide.check("en")}
    check = CheckPages(knowledge, "/away")
    pages |= {"questions": check.questions(Answers({}), "en", today), "result": check.result(Answers({}), "en", today)}
    pages["chat"] = ChatPage(knowledge, chat_words(), "/away").render("en", today)
    wrong = {name: found for name, page in pages.items() if (found := Voices(page).wrong)}
    assert wrong == {}
    assert sum('<span lang="ja">' in page for page in pages.values()) > 20
