"""Whoever goes from a page to the chat finds it in the language they were reading."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sanic import Sanic

from bot.guide.contents import Contents
from bot.knowledge.loader import ROOT, Knowledge
from bot.knowledge.model import LANGUAGES
from bot.rendering.check_form import Answers
from bot.rendering.check_html import CheckPages
from bot.rendering.guide import GuidePages
from bot.serve import create_app
from bot.settings import read

TO_CHAT = re.compile(r'href="((?:https://chat\.example)?/(?:webhooks/web/)?(?:\?[^"]*)?)"')


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_way_into_the_chat_names_the_readers_language(knowledge: Knowledge, today: date, lang: str) -> None:
    guide = GuidePages(Contents(knowledge, today, "https://x.example/guide/", "https://chat.example"))
    asks = next(e for e in guide.contents.entries if e.id == "eligibility_summary")
    check = CheckPages(knowledge, "/away")
    pages = {
        "guide": guide.entry(asks, lang),
        "questions": check.questions(Answers({}), lang, today),
        "result": check.result(Answers({}), lang, today),
    }
    for name, html in pages.items():
        ways = TO_CHAT.findall(html)
        assert ways and all(way.endswith(f"/?lang={lang}") for way in ways), (name, ways)


async def test_the_address_without_a_path_passes_the_language_on(tmp_path: Any) -> None:
    try:
        app = create_app(read({}, tmp_path), SimpleNamespace())
        app.router.finalize()
        route, home, _ = app.router.get("/", "GET", None)
        for asked, led in {"en": "?lang=en", "ja-easy": "?lang=ja-easy", "xx": "", None: ""}.items():
            response = await home(SimpleNamespace(args={"lang": asked} if asked else {}))
            assert response.headers["Location"] == f"/webhooks/web/{led}"
        app.ctx.applications().store.close()
    finally:
        Sanic._app_registry.pop("tomoni", None)


def test_the_link_beside_the_embedded_chat_names_its_language() -> None:
    manual = (ROOT / "docs" / "embed.md").read_text(encoding="utf-8")
    links = re.findall(r'<a href="https://[^"]*/([^"/]*)">([^<]*)</a>', manual)
    assert links == [("?lang=ja", "質問する"), ("?lang=en", "Ask a question")]
