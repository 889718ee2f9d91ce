"""An answer's text as safe HTML, and as structured data for search engines."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from bot.knowledge.model import Answer
from bot.rendering.foreign_words import marked
from bot.rendering.guide_text import blocks, spans, without_readings


def inline(text: str, links: bool = True, lang: str | None = None) -> Markup:
    """One line as safe HTML: readings above the kanji; addresses and phone numbers as links; in English, Japanese marked."""
    parts = []
    for span in spans(text):
        if span.kind == "ruby":
            ruby = Markup("<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>")
            parts.append(ruby.format(span.text, span.reading))
        elif span.kind == "phone" and links:
            parts.append(Markup('<a class="call" href="tel:{}">{}</a>').format(span.text.replace("-", ""), span.text))
        elif span.kind == "url" and links:
            parts.append(Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(span.text))
        else:
            parts.append(marked(span.text, lang))
    return Markup("").join(parts)


def flow(text: str, lang: str | None = None) -> Markup:
    """A text of several lines as paragraphs and lists."""
    parts = []
    for block in blocks(text):
        if block.kind == "p":
            parts.append(Markup("<p>{}</p>\n").format(inline(block.items[0], lang=lang)))
        else:
            items = Markup("").join(Markup("<li>{}</li>\n").format(inline(item, lang=lang)) for item in block.items)
            parts.append(Markup("<{0}>\n{1}</{0}>\n").format(Markup(block.kind), items))
    return Markup("").join(parts)


def faq(answers: Sequence[Answer]) -> Markup:
    """The answers as schema.org's FAQPage; `<` is written so that no text can end the element it stands in."""
    questions = [
        {
            "@type": "Question",
            "name": without_readings(a.title),
            "acceptedAnswer": {
                "@type": "Answer",
                "text": without_readings("\n".join(filter(None, (a.short, a.body, a.next)))),
            },
        }
        for a in answers
    ]
    lang = answers[0].lang
    page = {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "inLanguage": "en" if lang == "en" else "ja",
        "mainEntity": questions,
    }
    return Markup(json.dumps(page, ensure_ascii=False, indent=1).replace("<", "\\u003c"))
