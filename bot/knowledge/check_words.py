"""Faults of wording: what a text may not say, and what it must say in each of the three languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.knowledge.check_links import evidence
from bot.knowledge.check_numbers import disagreements
from bot.knowledge.check_readings import LONG_WORD, SHARE, long_sentences, readings, unread, without_readings
from bot.knowledge.fault import Finding
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES, Entry, Figure, Text3
from bot.knowledge.wording import figure_on, fill, spoken_date

# A title is a button (LINE cuts labels near 20 full-width characters); a short answer fills a small phone's screen.
LIMITS = {"title": {"ja": 20, "en": 45, "ja-easy": 28}, "short": {"ja": 120, "en": 260, "ja-easy": 140}}

# Values the program fills in, as against figures.yml.
FILLED_BY_PROGRAM = frozenset(
    "allows as_of checked_on count date dated days document documents from issued_by label link minutes n name names other page paper pin planned provider ready receipt scheme seconds service short since size source sure time title total until value version what".split()
)

# Answers that speak of a spouse in law or quote a register: the legal word itself is the matter.
SPOUSE_IN_LAW = frozenset({"eligibility_relatives", "limits_tax_spouse", "law_resident_record"})

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_GENDERED = re.compile(
    r"彼氏|彼女|旦那|奥さん|嫁|妻|(?<!丈)夫(?!婦|人)|\b(?:husband|wife|wives|boyfriend|girlfriend)s?\b", re.IGNORECASE
)
_APPROVING = re.compile(
    r"(?<!違憲と)認められました|承認(?:され|しま|です|済)|許可されました"
    r"|(?:you are|you're|you have been|your application (?:is|was|has been)) (?:now )?(?:approved|accepted|eligible)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"「[^」]*」|\"[^\"]*\"|“[^”]*”")
_PHONE = re.compile(r"(?<![\d-])(?:0\d{1,4}[-(]\d{1,4}[-)]\d{3,4}|#\d{4})(?!\d)")
_DOUBT = {
    "ja": r"確認でき(?:て[いお]?(?:ない|ません|りません)|ません)|確認されてい?ません|未確認|分かってい(?:ない|ません)",
    "en": r"not (?:yet )?(?:been )?confirmed|could not (?:be )?confirm|unconfirmed|unable to confirm",
    "ja-easy": r"確認できて ?い?(?:ません|ない)|まだ わかりません",
}
# How small figures are written: without their unit every 3 and 18 would look like one.
_SMALL = {
    "minimum_age": ("{}歳", "{} or over", "aged {}"),
    "move_in_months": ("{}か月以内", "within {} months"),
    "processing_days": ("{}日", "{} days"),
    "own_scheme_wards": ("{}区", "{} wards"),
    "own_scheme_cities": ("{}市", "{} cities"),
}


@dataclass(frozen=True)
class Text:
    """One text in three languages, where it stands and the facts it rests on (None: any)."""

    file: str
    id: str
    field: str
    words: Text3
    facts: tuple[str, ...] | None = None


def texts(knowledge: Knowledge, files: Mapping[str, str]) -> Iterator[Text]:
    """Every text of the knowledge base a person may read."""
    for entry in knowledge.entries.values():
        file = files.get(entry.id, "answers")
        for field in ("title", "short", "body", "next"):
            words = getattr(entry, field)
            if words or field != "body":
                yield Text(file, entry.id, field, words, entry.facts)
    for file, table in (
        ("phrases.yml", knowledge.phrases),
        ("lookups.yml", knowledge.lookups),
        ("eligibility_talk.yml", knowledge.talk),
        ("application_talk.yml", knowledge.application_talk),
        *((f"{page}.yml", words) for page, words in knowledge.pages.items()),
    ):
        yield from _nested(file, "", "", table)
    for document in knowledge.documents:
        yield from _nested(
            "documents.yml",
            document["id"],
            "",
            {k: document.get(k) for k in ("document", "issued_by", "alternatives", "note")},
        )
    for event in knowledge.timeline:
        yield Text("timeline.yml", str(event["date"]), "event", event["event"])
    for service in knowledge.services.values():
        parts = {
            "provider": service.provider,
            "service": service.service,
            "what_it_allows": service.allows,
            "note": service.note,
        }
        yield from (
            Text("services.yml", service.id, field, words) for field, words in parts.items() if words is not None
        )
    yield from (
        Text("municipalities.yml", m.name_ja, "note", m.note) for m in knowledge.municipalities.values() if m.note
    )


def _nested(file: str, id_: str, field: str, value: Any) -> Iterator[Text]:
    if isinstance(value, Mapping) and set(value) & set(LANGUAGES):
        yield Text(file, id_, field, value)
    elif isinstance(value, Mapping | list | tuple):
        pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, inner in pairs:
            yield from _nested(file, id_ or str(key), f"{field}.{key}".strip(".") if id_ else "", inner)


def wording(text: Text, knowledge: Knowledge, day: date) -> Iterator[Finding]:
    """Faults of one text, whatever it belongs to."""

    def found(code: str, **values: Any) -> Finding:
        return Finding(code, text.file, text.id, text.field, values)

    if not isinstance(text.words, Mapping):
        yield found("language_missing", lang=" / ".join(LANGUAGES))
        return
    resting = knowledge.facts if text.facts is None else [f for f in text.facts if f in knowledge.facts]
    own = {str(f.value) for lines in knowledge.figures.values() for f in lines}
    proven = " ".join(evidence(knowledge.facts[f]) for f in resting) if _has_phone(text) else ""
    for lang in LANGUAGES:
        words = text.words.get(lang)
        if not isinstance(words, str) or not words.strip():
            yield found("language_missing", lang=lang)
            continue
        for name in sorted(set(_PLACEHOLDER.findall(words)) - set(knowledge.figures) - FILLED_BY_PROGRAM):
            yield found("unknown_figure", lang=lang, name=name)
        plain = unicodedata.normalize("NFKC", without_readings(words))
        for name, value in _by_hand(plain, lang, text.facts, knowledge, day):
            yield found("figure_by_hand", lang=lang, name=name, value=value)
        for phone in _PHONE.findall(plain):
            if phone not in proven and phone not in own:
                yield found("phone_unproven", lang=lang, value=phone)
        for url in re.findall(r"http://\S+", words):
            yield found("not_https", value=url)
        said = _QUOTED.sub("", plain)
        if text.id not in SPOUSE_IN_LAW:
            for match in _GENDERED.finditer(said):
                yield found("gendered", lang=lang, value=match[0])
        for match in _APPROVING.finditer(said):
            yield found("approving", lang=lang, value=match[0])
        if lang == "ja-easy":
            for sentence in long_sentences(_spoken(words, knowledge, lang, day)):
                yield found("long_sentence", length=len(sentence), value=sentence)


def whole_entry(entry: Entry, file: str, knowledge: Knowledge, day: date) -> Iterator[Finding]:
    """Faults of an answer that show only when its parts are read together."""
    fields = {f: getattr(entry, f) for f in ("title", "short", "body", "next")}
    if not all(isinstance(words, Mapping) for words in fields.values()):
        return  # told by `wording` already
    for field, limits in LIMITS.items():
        for lang, limit in limits.items():
            spoken = _spoken(str(fields[field].get(lang, "")), knowledge, lang, day)
            length = len(re.sub(r"https?://[!-~]+", "", spoken).strip())  # a link is tapped, not read
            if length > limit:
                yield Finding("too_long", file, entry.id, field, {"lang": lang, "length": length, "limit": limit})
    told = {lang: "\n".join(str(words.get(lang) or "") for words in fields.values()) for lang in LANGUAGES}
    for lang, missing in disagreements(told).items():
        yield Finding(
            "numbers_differ",
            file,
            entry.id,
            "title / short / body / next",
            {"lang": lang, "value": ", ".join(sorted(missing))},
        )
    doubtful = entry.confidence == "low" or any(
        knowledge.facts[f].confidence == "low" for f in entry.facts if f in knowledge.facts
    )
    for lang in LANGUAGES if doubtful else ():
        if not re.search(_DOUBT[lang], without_readings(told[lang]), re.IGNORECASE):
            yield Finding("unsaid_doubt", file, entry.id, "short / body / next", {"lang": lang})
        if "{office_phone}" not in told[lang]:
            yield Finding("doubt_without_office", file, entry.id, "short / body / next", {"lang": lang})
    yield from _hard_to_read(entry, file, [str(fields[f].get("ja-easy") or "") for f in ("short", "body", "next")])


def _hard_to_read(entry: Entry, file: str, parts: list[str]) -> Iterator[Finding]:
    unknown, total = unread(parts)
    if total and 1 - len(unknown) / total < SHARE:
        words = "、".join(dict.fromkeys(w for _, _, w in unknown))
        yield Finding(
            "few_readings",
            file,
            entry.id,
            "ja-easy",
            {"share": round(100 * (1 - len(unknown) / total)), "value": words},
        )
    # A title is read as a button, next to the answer it belongs to.
    in_title, _ = unread([str(entry.title.get("ja-easy") or "")], readings(parts))
    for word in dict.fromkeys(w for _, _, w in (*in_title, *unknown) if len(w) >= LONG_WORD):
        yield Finding("long_word_unread", file, entry.id, "ja-easy", {"value": word})


def _has_phone(text: Text) -> bool:
    return any(_PHONE.search(unicodedata.normalize("NFKC", str(w))) for w in text.words.values())


def _spoken(words: str, knowledge: Knowledge, lang: str, day: date) -> str:
    known = {n: "" for n in _PLACEHOLDER.findall(words) if n not in knowledge.figures}
    return fill(words, knowledge, lang, day, **known)


def _by_hand(
    words: str, lang: str, facts: tuple[str, ...] | None, knowledge: Knowledge, day: date
) -> Iterator[tuple[str, str]]:
    """Figures of figures.yml that a text types instead of naming."""
    for name, lines in knowledge.figures.items():
        # A number may stand elsewhere with another meaning; it is this figure when the answer rests on its fact.
        if lines[0].kind in ("date", "number") and lines[0].fact not in (facts or ()):
            continue
        figure = figure_on(lines, day)
        for pattern in _written(figure, lang):
            match = re.search(pattern, words)
            if match:
                yield name, match[0]
                break


def _written(figure: Figure, lang: str) -> Iterator[str]:
    value = str(figure.value)
    if figure.kind == "date":
        yield re.escape(spoken_date(value, lang))
        yield re.escape(value)
    elif figure.kind == "number" and figure.name in _SMALL:
        yield from (rf"(?<![\d月]){re.escape(form.format(value))}" for form in _SMALL[figure.name])
    elif figure.kind == "number":
        yield rf"(?<![\d,.-])(?:{value}|{figure.value:,})(?![\d-]|[,.]\d)"
    elif figure.kind == "phone" and len(value) < 4:
        yield rf"(?<![\d,.-]){value}(?! ?(?:[\d万円年%-]|[,.]\d|million|yen))"
    elif figure.kind in ("phone", "url"):
        yield re.escape(value)
