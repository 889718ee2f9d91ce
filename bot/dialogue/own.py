"""A message without what it tells of others or of before: their places, jobs, ages and marriages are no facts about the couple."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.understanding import Understanding
from bot.nlu import whose
from bot.nlu.normalise import with_offsets

_OF_PLACE = ("municipality", "area", "tokyo_link")
_Spans = Sequence[tuple[int, int]]


def of_the_couple(u: Understanding) -> Understanding:
    """The same message with only the words, places, links and ages that are the couple's own; kinship stays as it was said."""
    normal = with_offsets(u.text)
    text = normal.text
    theirs, nowhere = whose.others(text), list(whose.not_places(text))
    nowhere += [(start, end) for kind, _, start, end in u.spots if kind != "link" and whose.in_passing(text, end)]
    before = whose.past(text)
    places = [start for kind, _, start, _ in u.spots if kind != "link"]
    links = [start for kind, _, start, _ in u.spots if kind == "link"]
    if before and any(not _within(start, [*nowhere, *before]) for start in places):
        nowhere += before  # where they are now is said as well
    if not nowhere or (len(places), len(links)) != (len(u.places), len(u.links)):
        return u
    theirs_typed = [(normal.starts[start], normal.ends[end - 1]) for start, end in theirs]
    nowhere_typed = [(normal.starts[start], normal.ends[end - 1]) for start, end in nowhere]
    return replace(
        u,
        plain=whose.own_words(u.plain) if theirs else u.plain,
        entities=tuple(
            e
            for e in u.entities
            if e["entity"] == "relation"
            or not _within(e["start"], nowhere_typed if e["entity"] in _OF_PLACE else theirs_typed)
        ),
        places=tuple(p for p, at in zip(u.places, places, strict=False) if not _within(at, nowhere)),
        links=tuple(link for link, at in zip(u.links, links, strict=False) if not _within(at, nowhere)),
        spots=tuple(spot for spot in u.spots if not _within(spot[2], nowhere)),
    )


def _within(at: int, spans: _Spans) -> bool:
    return any(start <= at < end for start, end in spans)
