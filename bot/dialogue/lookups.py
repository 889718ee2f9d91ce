"""What is known about one place, provider or prefecture, with its date, and an honest "unknown" for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer, Citation, Municipality, Service
from bot.knowledge.wording import fill, spoken_date


def _say(knowledge: Knowledge, kind: str, key: str, lang: str, day: date, /, **values: str) -> str:
    return fill(knowledge.lookups[kind][key][lang], knowledge, lang, day, **values)


def _checked_on(knowledge: Knowledge) -> date:
    """The lists of places and services are gone through as a whole, so they have one day."""
    return date.fromisoformat(knowledge.lookups["checked_on"])


def _unique(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    return tuple({c.url: c for c in reversed(citations)}.values())[::-1]


def _name(place: Municipality, lang: str) -> str:
    if lang == "en":
        return place.name_en
    return f"{place.name_ja}（{place.kana}）" if lang == "ja-easy" else place.name_ja


def service_line(knowledge: Knowledge, service: Service, lang: str, day: date, *, provider: bool) -> str:
    """One line on a service: what it allows, and how old the information is."""
    dated = (
        _say(knowledge, "service", "dated", lang, day, as_of=spoken_date(service.as_of, lang)) if service.as_of else ""
    )
    if service.confidence == "low":
        dated += _say(knowledge, "service", "low", lang, day)
    line = _say(
        knowledge, "service", "line_with_provider" if provider else "line", lang, day,
        provider=service.provider[lang], service=service.service[lang], allows=service.allows[lang], dated=dated,
    )  # fmt: skip
    return f"{line}{service.note[lang]}" if service.note else line


def place_answer(knowledge: Knowledge, name: str, lang: str, day: date) -> Answer:
    """What is known of Tokyo's certificate in one of the 62 municipalities."""
    place = knowledge.municipalities[name]
    spoken = _name(place, lang)

    def say(key: str, **values: str) -> str:
        return _say(knowledge, "place", key, lang, day, name=spoken, **values)

    services = [s for s in knowledge.services.values() if s.municipality == name]
    accepted = place.accepts_tokyo_certificate
    short = say("accepts" if accepted is True else "accepts_not" if accepted is False else "accepts_unknown")
    lines = [service_line(knowledge, s, lang, day, provider=False) for s in services]
    if place.own_scheme is True:
        scheme = place.own_scheme_name or ""
        since = place.own_scheme_since
        lines.append(
            say("own_scheme", scheme=scheme, since=spoken_date(since, lang))
            if since
            else say("own_scheme_undated", scheme=scheme)
        )
    elif place.own_scheme is False:
        lines.append(say("no_own_scheme", as_of=spoken_date(place.as_of or "2024-04-01", lang)))
    else:
        lines.append(say("own_scheme_unknown"))
    if place.note:
        lines.append(place.note[lang])
    if place.agreement_with_tokyo is True:
        lines.append(say("agreement"))
    if accepted is True and not services:
        lines.append(say("services_differ"))
    citations = (
        [c for s in services for c in s.citations] + list(place.citations) + list(knowledge.citations_of(place.facts))
    )
    return Answer(
        id=f"place_{place.code}",
        topic="coverage",
        kind="answer",
        lang=lang,
        title=say("title"),
        short=short,
        body="\n".join(lines),
        next=say("next"),
        citations=_unique(citations),
        related=tuple(
            (i, fill(knowledge.entries[i].title[lang], knowledge, lang, day))
            for i in ("coverage_overview", "scheme_tokyo_and_municipal")
        ),
        version=knowledge.version,
        confidence="medium",
        checked_on=_checked_on(knowledge),
    )


def provider_answer(knowledge: Knowledge, ids: Sequence[str], lang: str, day: date) -> Answer:
    """What is known of one or more services of a company, hospital or public body."""
    services = [knowledge.services[i] for i in ids if i in knowledge.services]
    name = services[0].provider[lang]

    def say(key: str) -> str:
        return _say(knowledge, "provider", key, lang, day, name=name)

    lines = [service_line(knowledge, s, lang, day, provider=len(services) > 1) for s in services]
    if all(s.certificate_needed for s in services):
        lines.append(say("needed"))
    return Answer(
        id="provider_" + "_".join(s.id for s in services).replace("-", "_"),
        topic="coverage",
        kind="answer",
        lang=lang,
        title=say("title"),
        short=say("short"),
        body="\n".join(lines),
        next=say("next"),
        citations=_unique([c for s in services for c in s.citations]),
        related=tuple(
            (i, fill(knowledge.entries[i].title[lang], knowledge, lang, day))
            for i in ("coverage_private_overview", "coverage_private_not_guaranteed")
        ),
        version=knowledge.version,
        confidence="medium",
        checked_on=_checked_on(knowledge),
    )


def prefecture_answer(knowledge: Knowledge, name: str, lang: str, day: date) -> Answer:
    """Whether Tokyo's certificate counts in another prefecture: known for Ibaraki and Gunma, unknown elsewhere."""
    names = knowledge.lookups["names"]
    if name in names:
        spoken = names[name][lang]
    elif lang == "en":
        spoken = knowledge.gazetteer["prefectures"][name][1].replace(" prefecture", "").title()
    else:
        spoken = name if name == "北海道" else name + {"京都": "府", "大阪": "府"}.get(name, "県")
        if lang == "ja-easy":
            spoken += f"（{knowledge.gazetteer['prefectures'][name][0]}）"

    def say(key: str) -> str:
        return _say(knowledge, "prefecture", key, lang, day, name=spoken)

    services = [
        s for s in knowledge.services.values() if s.provider_type == "other_prefecture" and name in s.provider["ja"]
    ]
    if services:
        short, body = say("linked"), "\n".join(service_line(knowledge, s, lang, day, provider=False) for s in services)
        citations = [c for s in services for c in s.citations]
        facts: tuple[str, ...] = ("cov-other-prefectures",)
    else:
        short, body, citations = say("unknown"), say("unknown_body"), []
        facts = ("lim-outside-tokyo", "cov-other-prefectures", "cov-national-network")
    return Answer(
        id=f"prefecture_{knowledge.gazetteer['prefectures'][name][1].split()[0]}",
        topic="coverage",
        kind="answer",
        lang=lang,
        title=say("title"),
        short=short,
        body=body,
        next=say("next"),
        citations=_unique([*citations, *knowledge.citations_of(facts)]),
        related=tuple(
            (i, fill(knowledge.entries[i].title[lang], knowledge, lang, day))
            for i in ("coverage_other_prefectures", "changes_move_out")
        ),
        version=knowledge.version,
        confidence="medium",
        checked_on=_checked_on(knowledge),
    )
