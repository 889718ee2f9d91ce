"""Japanese names in English text, marked so that a screen reader says them in Japanese (WCAG 3.1.2)."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

_JAPANESE = re.compile(r"([ぁ-ヺ一-龠々](?:[0-9ぁ-ヿ一-龠々（）「」、。]*[ぁ-ヺー一-龠々）」])?)")


def marked(text: str, lang: str | None) -> Markup:
    """The text as safe HTML; in English its Japanese parts carry their language."""
    if lang != "en":
        return escape(text)
    parts = _JAPANESE.split(text)
    return Markup("").join(
        Markup('<span lang="ja">{}</span>').format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
