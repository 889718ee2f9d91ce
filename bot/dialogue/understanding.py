"""What was understood of one message, as a value free of Rasa."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.nlu.normalise import for_features, with_offsets


@dataclass(frozen=True)
class Understanding:
    """One message: its text, language, needs and mentions."""

    text: str
    lang: str | None
    other_language: bool
    ranking: tuple[tuple[str, float], ...]
    parts: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]
    crisis: str | None
    entities: tuple[Mapping[str, Any], ...]
    places: tuple[tuple[str, str, str], ...]
    """(kind, value, prefecture) of each place."""
    links: tuple[str, ...]
    providers: tuple[str, ...]
    prefectures: tuple[str, ...]
    standing: Mapping[str, tuple[str, float, float]] = field(default_factory=dict)
    """What the message says of each requirement: value, its probability, that of any value against them; see data/situations."""
    context: tuple[tuple[str, float], ...] = ()
    """For a short message: the ranking when read together with what was answered last."""
    plain: str = field(default="")
    """Normalised text for patterns."""
    spots: tuple[tuple[str, str, int, int], ...] = ()
    """Where in the normalised text each place and link stands: kind ("link" for a link), value, start and end."""
    sealed: Mapping[str, str] = field(default_factory=dict)
    """What the privacy gate masked and sealed: `receipt`, `pin`, `mail`, that an address was typed that
    cannot be used (`unread_mail`), and `address` or `line_user` of the channel."""
    part: str = ""
    """Which part of a long message the gate let through: `questions`, `beginning` or `crisis`."""
    masked: bool = False
    """Whether personal details stood in such a message, in this part or another."""

    @property
    def top(self) -> tuple[str, float]:
        """The best full intent name and its probability."""
        return self.ranking[0] if self.ranking else ("", 0.0)

    def mass(self, *prefixes: str) -> float:
        """Probability that the need is one of those whose names begin so."""
        return sum(p for label, p in self.ranking if label.startswith(prefixes))

    def sure(self, label: str, p: float = 0.5) -> bool:
        """Whether the need is this one, and likely enough."""
        return self.top[0] == label and self.top[1] > p

    def says(self, slot: str, sure: float = 0.6) -> str | None:
        """What the message says of a requirement, if that is likely enough."""
        value, p, _ = self.standing.get(slot, ("-", 1.0, 0.0))
        return value if value != "-" and p >= sure else None

    def doubt(self, slot: str) -> float:
        """How likely it is that the message says something against them on a requirement."""
        return self.standing[slot][2] if slot in self.standing else 0.0

    def values(self, kind: str) -> list[Any]:
        """Values of one entity type in order of appearance."""
        return [e["value"] for e in self.entities if e["entity"] == kind]

    @classmethod
    def from_parse_data(cls, data: Mapping[str, Any]) -> Understanding:
        """Reads what our NLU components left in Rasa's parse data (`tracker.latest_message`)."""
        text = data.get("text") or ""
        needs, mentions = data.get("needs") or {}, data.get("mentions") or {}
        ranking = tuple((label, p) for label, p in needs.get("whole") or ())
        if not ranking and (data.get("intent") or {}).get("name"):  # an intent sent by `rasa test` or a story
            ranking = ((data["intent"]["name"], 1.0),)
        return cls(
            text=text,
            lang=mentions.get("lang"),
            other_language=bool(mentions.get("other_language")),
            ranking=ranking,
            parts=tuple((part, tuple((label, p) for label, p in r)) for part, r in needs.get("parts") or ()),
            crisis=needs.get("crisis"),
            entities=tuple(data.get("entities") or ()),
            places=tuple((p[0], p[1], p[2]) for p in mentions.get("places") or ()),
            links=tuple(link[0] for link in mentions.get("links") or ()),
            spots=(
                *((p[0], p[1], p[3], p[4]) for p in mentions.get("places") or () if len(p) > 4),
                *(("link", link[0], link[1], link[2]) for link in mentions.get("links") or () if len(link) > 2),
            ),
            providers=tuple(mentions.get("providers") or ()),
            prefectures=tuple(mentions.get("prefectures") or ()),
            context=tuple((label, p) for label, p in needs.get("context") or ()),
            standing={slot: (value, p, against) for slot, (value, p, against) in (data.get("standing") or {}).items()},
            plain=for_features(text) if text else "",
        )


def has_words(text: str) -> bool:
    """Tells whether a message holds any letter, or digits that are not a sum in brackets such as `{{7*7}}`."""
    folded = with_offsets(text).text
    letters = any(c.isalpha() for c in folded)
    return letters or (any(c.isdigit() for c in folded) and not any(c in "{}<>*=$;" for c in folded))
