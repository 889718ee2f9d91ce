"""Messages understood without a model: entities, language and the crisis gate are real, the needs are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.dialogue.understanding import Understanding
from bot.nlu.entities import EntityFinder
from bot.nlu.language import detect, is_other_language
from bot.nlu.normalise import for_features
from bot.nlu.safety import crisis_in

TODAY = date(2026, 11, 22)


def understand(
    finder: EntityFinder, text: str, ranking: Sequence[tuple[str, float]] = (), **changes: Any
) -> Understanding:
    """What `GazetteerEntityExtractor` finds in a text, with a ranking of needs given by hand."""
    mentions = finder.find(text, TODAY)
    language = detect(text)
    built = Understanding(
        text=text,
        lang=language.value if language else None,
        other_language=is_other_language(text),
        ranking=tuple(ranking),
        parts=(),
        crisis=crisis_in(text),
        entities=tuple({"entity": e.type, "value": e.value, "start": e.start, "end": e.end} for e in mentions.entities),
        places=tuple((p.kind, p.value, p.name) for p in mentions.places),
        links=tuple(m.label for m in mentions.links),
        spots=(
            *((p.kind, p.value, p.start, p.end) for p in mentions.places),
            *(("link", m.label, m.start, m.end) for m in mentions.links),
        ),
        providers=mentions.providers,
        prefectures=mentions.prefectures,
        plain=for_features(text),
    )
    return replace(built, **changes)
