"""A ward, a prefecture or a company is asked about: what is known of it."""

from __future__ import annotations

import re

from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec
from bot.dialogue.thresholds import SURE
from bot.dialogue.turn import entry, say
from bot.knowledge.model import Service

_CITY_TOPIC = re.compile(
    r"使え|使い道|つかえ|制度|認め|有効|受け付け|対応|できること|意味|住宅|accept|use\b|work (?:in|there)|valid|scheme|anything|でも|では|は[?？]|も[?？]|とこ|なんだけど|ですが|霊園|税|サービス|どう|福利"
)
_CITY_SERVICE = re.compile(
    r"区営|市営|区立|区民住宅|市営住宅|軽自動車|軽|霊園|高齢者住宅|ward housing|city housing|municipal|kei|cemetery"
)
_MOVE = re.compile(r"引っ?越|転入|転出|移(?:る|り|った)|越す|越し|転居|転勤|move|moving|moved|relocat")

_NAMES_ONE = re.compile(
    r"[ァ-ヶー]{3,}|[一-龠々]{2,}(?:病院|医院|銀行|信金|生命|損保|火災|証券|航空|電鉄|不動産|住販|百貨店|ホテル|薬局|カード|医大)|(?:\b[A-Z][A-Za-z&]+ ){1,3}(?:Hospital|Clinic|Bank|Life|Insurance|Mobile|Airlines|Hotel|Card|Realty)|\b[A-Z]{3,}\b"
)

_SURELY = 0.95
_SUPPOSED = re.compile(r"(?:たら|れば|なら)|\bif\b")
_OF_TOWNS = ("coverage_municipality", "coverage_no_own_scheme", "coverage_own_schemes")
_OF_PREFECTURES = (
    "coverage_other_prefectures",
    "coverage_municipality",
    "coverage_provider",
    "limits_outside_tokyo",
    "coverage_national_network",
)
# After these a bare name asks the same of another place.
_LEADS_TO_PLACES = (
    "coverage_municipality",
    "coverage_provider",
    "coverage_own_schemes",
    "coverage_other_prefectures",
    "coverage_overview",
)
# What a question about a city's own services is easily mistaken for.
_MISTAKEN_FOR = (
    "coverage_toei",
    "coverage_toei_coresidence",
    "oos_tax_pension",
    "oos_housing_general",
    "oos_general_tokyo",
    "support_ward_lines",
    "coverage_rental",
    "alternatives_overview",
)
_OF_A_TRADE = ("coverage_mobile", "coverage_mortgage", "coverage_miles", "coverage_life_insurance")
_TRADE_WORDS = {
    "coverage_mortgage": re.compile(r"ローン|mortgage|(?:home|housing) loan"),
    "coverage_life_insurance": re.compile(r"保険|insurance"),
    "coverage_mobile": re.compile(r"携帯|スマホ|家族割|mobile|phone plan|family plan"),
    "coverage_miles": re.compile(r"マイル|マイレージ|\bmiles?\b"),
}
# The entry on all services of a provider's kind.
_GENERAL = {
    "priv-docomo": "coverage_mobile",
    "priv-kddi": "coverage_mobile",
    "priv-softbank": "coverage_mobile",
    "priv-mizuho": "coverage_mortgage",
    "priv-smtb": "coverage_mortgage",
    "priv-flat35": "coverage_mortgage",
    "priv-jal": "coverage_miles",
    "priv-ana": "coverage_miles",
    "priv-lifenet": "coverage_life_insurance",
    "metro-jkk-housing": "coverage_jkk",
    "metro-toei-housing": "coverage_toei",
    "metro-hospital": "coverage_metropolitan_hospitals",
}


def looked_up(moment: Moment) -> list[Spec]:
    """What is known of the places or companies named; nothing when they are not what the question is about."""
    return _towns(moment) or _quarter(moment) or _prefecture(moment) or _providers(moment) or _unknown_provider(moment)


def _need(moment: Moment) -> tuple[str, float]:
    label, p = moment.u.top
    return label.removeprefix("faq/"), p


def _short(moment: Moment) -> bool:
    return moment.is_short(characters=22, words=6)


def _leaning(moment: Moment) -> bool:
    """A place or company was spoken of last, and this message is short enough to be about another one."""
    before = moment.last_entry
    spoken_of = moment.last.get("say") in ("place", "providers", "prefecture")
    return _short(moment) and (spoken_of or (before is not None and before.id in _LEADS_TO_PLACES))


def _named(moment: Moment, kind: str) -> list[str]:
    return [value for found, value, _ in moment.u.places if found == kind]


def _towns(moment: Moment) -> list[Spec]:
    """Up to four of Tokyo's municipalities, unless the message is about moving or about one's own ties."""
    u, (name, p) = moment.u, _need(moment)
    towns = list(dict.fromkeys(_named(moment, "municipality")))[:4]
    surely = (
        name == "coverage_municipality" and p >= _SURELY and not _SUPPOSED.search(u.plain)
    )  # 「羽村に引っ越すんだけど、なんかに使える?」
    if not towns or (_MOVE.search(u.plain) and not surely):
        return []
    places: list[Spec] = [{"say": "place", "name": town} for town in towns]
    of_town = name in _OF_TOWNS or (name == "coverage_provider" and not u.providers)  # "does 世田谷区 accept it?"
    asks = of_town or (name.startswith("coverage_") and p < 0.5)
    if u.links:
        return places if asks and p > 0.4 else []
    city = _short(moment) and p < SURE and _CITY_TOPIC.search(u.plain)
    if asks or u.mass(*(f"faq/{i}" for i in _OF_TOWNS)) > 0.25 or _leaning(moment) or city:
        return places
    return places[:1] if _asks_of_a_city_service(moment) else []


def _asks_of_a_city_service(moment: Moment) -> bool:
    towns, (name, p) = _named(moment, "municipality"), _need(moment)
    return (
        name in _MISTAKEN_FOR
        and p < 0.85
        and any(service.municipality in towns for service in moment.knowledge.services.values())
        and bool(_CITY_SERVICE.search(moment.u.plain))
    )


def _quarter(moment: Moment) -> list[Spec]:
    """A quarter or station, such as 下北沢, stands for the municipality it lies in."""
    quarters, (name, p) = _named(moment, "quarter"), _need(moment)
    if not quarters or _named(moment, "municipality"):
        return []
    asks = name == "coverage_municipality" and p > 0.3
    return [{"say": "place", "name": quarters[0]}] if asks or _leaning(moment) else []


def _prefecture(moment: Moment) -> list[Spec]:
    """Another prefecture; for the two that are linked with Tokyo's scheme the general answer goes first."""
    u, (name, p), before = moment.u, _need(moment), moment.last_entry
    if not u.prefectures or u.links:
        return []
    asks = name in _OF_PREFECTURES and p > 0.15 and not _MOVE.search(u.plain)
    near = before is not None and before.topic in ("coverage", "limits", "changes") and _short(moment)
    if not (asks or near or _leaning(moment)):
        return []
    known: Spec = {"say": "prefecture", "name": u.prefectures[0]}
    if u.prefectures[0] in ("茨城", "群馬") and name == "coverage_other_prefectures":
        return [entry("coverage_other_prefectures"), known]
    return [known]


def _providers(moment: Moment) -> list[Spec]:
    """Companies and Tokyo's own services, together with the entry on all of their kind."""
    name, p = _need(moment)
    services = [moment.knowledge.services[i] for i in moment.u.providers]
    asked: list[Service] = [s for s in services if s.provider_type in ("private", "metropolitan")]
    if not asked:
        return []
    known: Spec = {"say": "providers", "ids": [s.id for s in asked[:2]]}
    if name in _OF_A_TRADE and p >= 0.3:
        return [entry(name), known]
    if name != "coverage_provider" and not (_leaning(moment) and asked[0].provider_type == "private"):
        return []
    general = _GENERAL.get(asked[0].id)
    return [known, entry(general)] if general else [known]


def _unknown_provider(moment: Moment) -> list[Spec]:
    """A company or hospital is named of which nothing is known: said so, instead of asking for its name again."""
    name, p = _need(moment)
    if moment.u.providers or not (name == "coverage_provider" and p > 0.3) or not _NAMES_ONE.search(moment.u.text):
        return []
    unknown = say(
        "provider_unknown",
        kind="answer",
        topic="coverage",
        facts=("cov-private-not-guaranteed", "cov-private-overview"),
        related=("coverage_private_overview", "coverage_hospital_list"),
    )
    return [unknown, *(entry(i) for i, words in _TRADE_WORDS.items() if words.search(moment.u.plain))][:2]
