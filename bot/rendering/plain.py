"""An answer as plain text: short answer first, then what helps, then the next step."""

from __future__ import annotations

import re

from bot.knowledge.model import Answer

_SOURCES = {"ja": "出典", "en": "Sources", "ja-easy": "もとの ページ"}


def plain_text(answer: Answer, *, sources: bool = False) -> str:
    """Joins the parts with line breaks; Rasa's stock channels cut text at blank lines, so there are none."""
    parts = [answer.short, answer.body, answer.next]
    if sources and answer.citations:
        lines = [
            f"[{n}] {c.title}{f'（{c.as_of}）' if c.as_of else ''} {c.url}"
            for n, c in enumerate(answer.citations, start=1)
        ]
        parts.append(f"{_SOURCES[answer.lang]}:\n" + "\n".join(lines))
    return re.sub(r"\n{2,}", "\n", "\n".join(p.strip() for p in parts if p and p.strip()))
