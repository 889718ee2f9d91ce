"""What the pages without script have in common: their words in one language, safe text, and the templates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot.knowledge.loader import Knowledge
from bot.knowledge.wording import fill, spoken_date
from bot.rendering.foreign_words import marked

CHAT = "/webhooks/web/"
LANGUAGE_NAMES = (("ja", "日本語"), ("en", "English"), ("ja-easy", "やさしい日本語"))

# As in the chat: web addresses, phone numbers, furigana.
_INLINE = re.compile(
    r"(?P<url>https://[^\s<>\"「」『』（）()、。，]+)|(?P<phone>\b0\d{1,4}-\d{1,4}-\d{3,4})|(?P<kanji>(?:\d{1,2}(?=日（(?!にち|か）)))?[一-龠々〆ヶ]+)（(?P<kana>[ぁ-ゖー]+)）"
)
_JAPANESE = re.compile(r"[ぁ-ヿ一-龠]")


class Say:
    """The words of one page in one language on one day."""

    def __init__(self, knowledge: Knowledge, words: Mapping[str, Any], lang: str, day: date) -> None:
        self.knowledge, self.words, self.lang, self.day = knowledge, words, lang, day

    def __call__(self, *path: str, **values: Any) -> str:
        """A text of the page's own file."""
        return self._at(self.words, path, values)

    def check(self, *path: str, **values: Any) -> str:
        """A text of check_page.yml, whose words about papers hold on every page."""
        return self._at(self.knowledge.pages["check_page"], path, values)

    def talk(self, *path: str, **values: Any) -> str:
        """A text of eligibility_talk.yml."""
        return self._at(self.knowledge.talk, path, values)

    def phrase(self, name: str) -> str:
        """A text of phrases.yml."""
        return self.text(self.knowledge.phrases[name])

    def text(self, text: Mapping[str, str], **values: Any) -> str:
        """One text, with its figures."""
        return fill(text[self.lang], self.knowledge, self.lang, self.day, **values)

    def date(self, day: date | str) -> str:
        """A date as people read it."""
        return spoken_date(str(day), self.lang, readings=True)

    def month(self, month: str) -> str:
        """A month where no furigana can stand, as in a list to choose from."""
        return spoken_date(month, "en" if self.lang == "en" else "ja")

    def foreign(self, text: str) -> bool:
        """Whether Japanese stands within an English page."""
        return self.lang == "en" and bool(_JAPANESE.search(text))

    def _at(self, words: Any, path: tuple[str, ...], values: Mapping[str, Any]) -> str:
        for name in path:
            words = words[name]
        return self.text(words, **values)


class Templates:
    """The templates of the pages; escaped by default, and a name nobody filled in is an error."""

    def __init__(self, exit_url: str) -> None:
        """Takes where 「すぐ閉じる」 leads."""
        self._exit = exit_url
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(rich=rich, readable=unquote)

    def render(self, template: str, say: Say, **values: Any) -> str:
        """One page."""
        return self._templates.get_template(template).render(
            say=say,
            lang=say.lang,
            html_lang="en" if say.lang == "en" else "ja",
            languages=LANGUAGE_NAMES,
            exit_url=self._exit,
            chat=CHAT,
            foreign=say.foreign,
            **values,
        )


@pass_context
def rich(context: Context, text: str) -> Markup:
    """Text as safe HTML: furigana above the kanji, addresses and phone numbers as links, Japanese in English marked."""
    lang = context.get("lang")
    parts, end = [], 0
    for match in _INLINE.finditer(text):
        parts.append(marked(text[end : match.start()], lang))
        end = match.end()
        if match["kanji"]:
            ruby = Markup("<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>")
            parts.append(ruby.format(match["kanji"], match["kana"]))
        elif match["phone"]:
            call = Markup('<a class="call" href="tel:{}">{}</a>')
            parts.append(call.format(match["phone"].replace("-", ""), match["phone"]))
        else:
            parts.append(Markup('<a class="url" href="{0}" rel="noreferrer">{0}</a>').format(match["url"]))
    return Markup("").join([*parts, marked(text[end:], lang)])
