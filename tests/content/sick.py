"""One fault of each kind, to be put into a copy of the knowledge base: (what the check says, where it stands, how to break it)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from bot.knowledge.loader import read_yaml

Item = dict[str, Any]


class Seed(NamedTuple):
    """How to break one item of one file, and what must be said of it."""

    code: str
    file: str
    id: str
    field: str
    change: Callable[[Item], object]
    name: str = ""
    key: str = "id"


class Added(NamedTuple):
    """A new item, made from an existing one, that nothing leads to."""

    code: str
    file: str
    id: str
    like: str
    change: Callable[[Item], object]
    key: str = "id"


def put(field: str, value: Any, lang: str | None = None) -> Callable[[Item], object]:
    """Sets a field, or its text in one language."""
    return lambda item: item.update({field: value}) if lang is None else item[field].update({lang: value})


def say(field: str, lang: str, more: str) -> Callable[[Item], object]:
    """Adds words to a text in one language."""
    return lambda item: item[field].update({lang: f"{item[field][lang]}{more}"})


def everywhere(field: str, ja: str, en: str, easy: str) -> Callable[[Item], object]:
    """Adds words to a text in all languages, so that only one thing is wrong with them."""
    return lambda item: [say(field, lang, more)(item) for lang, more in (("ja", ja), ("en", en), ("ja-easy", easy))]


def _entry(code: str, file: str, id_: str, field: str, change: Callable[[Item], object], name: str = "") -> Seed:
    return Seed(code, f"answers/{file}.yml", id_, field, change, name or f"{code}-{id_}")


def _without_office(item: Item) -> None:
    for field in ("short", "body", "next"):
        for lang, text in (item.get(field) or {}).items():
            item[field][lang] = text.replace("{office_phone}", "")


def _without_doubt(item: Item) -> None:
    for field in ("short", "body", "next"):
        for lang in item.get(field) or {}:
            item[field][lang] = {"ja": "分かります。", "en": "It is known.", "ja-easy": "わかります。"}[
                lang
            ] + "{office_phone}"


SEEDS = [
    _entry("unknown_fact", "scheme", "scheme_what_is", "facts", lambda e: e["facts"].append("scheme-nowhere")),
    _entry("unknown_entry", "scheme", "scheme_what_is", "related", lambda e: e["related"].append("scheme_nowhere")),
    _entry("unknown_event", "scheme", "scheme_history", "events", lambda e: e["events"].append("1999-01-01")),
    _entry("unknown_situation", "eligibility", "eligibility_oath", "situation", put("situation", {"makes_oath": "perhaps"})),
    _entry("no_evidence", "scheme", "scheme_names", "facts", put("facts", [])),
    _entry("not_in_list", "scheme", "scheme_who_issues", "topic", put("topic", "weather"), "topic"),
    _entry("not_in_list", "scheme", "scheme_who_issues", "kind", put("kind", "poem"), "kind"),
    _entry("not_in_list", "scheme", "scheme_who_issues", "confidence", put("confidence", "certain"), "confidence"),
    _entry("not_in_list", "scheme", "scheme_who_issues", "status", put("status", "done"), "status"),
    _entry("review_order", "scheme", "scheme_start_date", "review_by", put("review_by", "2026-11-22")),
    _entry("language_missing", "certificate", "certificate_format", "title", lambda e: e["title"].pop("en")),
    _entry("language_missing", "certificate", "certificate_format", "short", put("short", " ", "ja-easy"), "empty-short"),
    _entry("language_missing", "certificate", "certificate_format", "next", lambda e: e["next"].pop("ja"), "no-next"),
    _entry("language_missing", "changes", "changes_move_out", "body", lambda e: e["body"].pop("en"), "half-a-body"),
    _entry("too_long", "support", "support_office", "title", put("title", "長" * 21, "ja"), "title-ja"),
    _entry("too_long", "support", "support_yorisoi", "title", put("title", "x" * 46, "en"), "title-en"),
    _entry("too_long", "support", "support_youth", "title", put("title", "な" * 29, "ja-easy"), "title-easy"),
    _entry("too_long", "support", "support_office", "short", put("short", "長" * 121, "ja"), "short-ja"),
    _entry("too_long", "support", "support_yorisoi", "short", put("short", "x" * 261, "en"), "short-en"),
    _entry("too_long", "support", "support_youth", "short", put("short", "な。" * 71, "ja-easy"), "short-easy"),
    _entry("unknown_figure", "application", "application_fee", "short", everywhere("short", *["{fee_yen}"] * 3)),
    _entry("figure_by_hand", "coverage", "coverage_toei", "next", everywhere("next", *["03-5388-2337"] * 3), "office"),
    _entry("figure_by_hand", "coverage", "coverage_jkk", "next", everywhere("next", *["0120-279-338"] * 3), "yorisoi"),
    _entry("figure_by_hand", "coverage", "coverage_ur", "next", say("next", "ja", "110番へ。"), "police"),
    _entry(
        "figure_by_hand", "coverage", "coverage_ambulance", "next",
        say("next", "en", " https://www.soumu.metro.tokyo.lg.jp/10jinken/page/partnership01.html"), "url",
    ),
    _entry("figure_by_hand", "eligibility", "eligibility_age", "next", say("next", "en", " You must be 18 or over."), "age"),
    _entry("figure_by_hand", "scheme", "scheme_start_date", "next", say("next", "ja", "2022年11月1日です。"), "date"),
    _entry("figure_by_hand", "statistics", "statistics_couples", "next", say("next", "en", " It was 1,692."), "number"),
    _entry("phone_unproven", "coverage", "coverage_mobile", "next", everywhere("next", *["03-1234-5678"] * 3)),
    _entry("numbers_differ", "limits", "limits_inheritance", "title / short / body / next", say("next", "en", " It takes 45 days.")),
    _entry("numbers_differ", "limits", "limits_pension", "title / short / body / next", say("next", "ja", "2031年4月です。"), "date"),
    _entry("unsaid_doubt", "changes", "changes_annual_mail", "short / body / next", _without_doubt),
    _entry("doubt_without_office", "law", "law_regulation_later_articles", "short / body / next", _without_office),
    _entry("gendered", "alternatives", "alternatives_overview", "short", say("short", "ja", "彼女にも。"), "彼女"),
    _entry("gendered", "alternatives", "alternatives_agreement", "short", say("short", "ja", "夫にも。"), "夫"),
    _entry("gendered", "alternatives", "alternatives_guardianship", "next", say("next", "ja-easy", "彼氏（かれし）です。"), "彼氏"),
    _entry("gendered", "alternatives", "alternatives_overview", "next", say("next", "en", " Ask your husband."), "husband"),
    _entry("gendered", "alternatives", "alternatives_agreement", "next", say("next", "en", " Ask your wife."), "wife"),
    _entry("approving", "eligibility", "eligibility_summary", "next", say("next", "ja", "認められました。"), "認められました"),
    _entry("approving", "eligibility", "eligibility_age", "short", say("short", "ja", "承認されます。"), "承認"),
    _entry("approving", "eligibility", "eligibility_summary", "short", say("short", "en", " You are approved."), "approved"),
    _entry("not_https", "privacy", "privacy_line", "next", say("next", "en", " See http://example.org/."), "in-text"),
    _entry("title_twice", "documents", "documents_child", "title", put("title", "Is there a fee?", "en")),
    _entry("long_sentence", "certificate", "certificate_contents", "next", say("next", "ja-easy", "とても" * 21)),
    _entry("few_readings", "certificate", "certificate_english", "ja-easy", put("next", "窓口で 聞く。紙に 書く。声で 話す。本で 読む。家に 行く。", "ja-easy")),
    _entry("long_word_unread", "documents", "documents_identity", "ja-easy", say("next", "ja-easy", "身分証明書です。")),
    Seed("language_missing", "phrases.yml", "menu", "", lambda p: p.pop("ja-easy"), "phrase"),
    Seed("language_missing", "lookups.yml", "place", "next", lambda p: p["next"].pop("en"), "look-up"),
    Seed("language_missing", "eligibility_talk.yml", "talk", "noted", lambda p: p["noted"].pop("en"), "talk"),
    Seed("language_missing", "services.yml", "metro-toei-housing", "note", lambda s: s["note"].pop("en"), "service"),
    Seed("language_missing", "documents.yml", "doc-single", "document", lambda d: d["document"].pop("en"), "document"),
    Seed("language_missing", "timeline.yml", "2022-10-11", "event", lambda t: t["event"].pop("en"), "event", "date"),
    Seed("unknown_fact", "figures.yml", "police", "fact", put("fact", "sup-nowhere"), "figure", "name"),
    Seed("figure_unproven", "figures.yml", "business_phone", "value", put("value", "050-3138-4012"), "phone", "name"),
    Seed("figure_unproven", "figures.yml", "laws_excluded", "value", put("value", 121), "number", "name"),
    Seed("figure_unproven", "figures.yml", "grand_bench_date", "value", put("value", "2026-03-26"), "date", "name"),
    Seed("not_https", "figures.yml", "business_url", "value", put("value", "http://www.example.org/"), "figure", "name"),
    Seed("not_in_list", "figures.yml", "processing_days", "kind", put("kind", "days"), "figure", "name"),
    Seed("not_https", "sources.yml", "queerplusup", "url", put("url", "http://queerplusup.com/?p=7775"), "source"),
    Seed("not_in_list", "facts.yml", "scheme-names", "confidence", put("confidence", "sure"), "fact"),
    Seed("unknown_place", "services.yml", "mun-hamura-housing", "municipality", put("municipality", "羽村町"), "place"),
    Seed("unknown_fact", "municipalities.yml", "中央区", "facts", put("facts", ["cov-chuo", "cov-nowhere"]), "place", "name_ja"),
    Seed("place_unreachable", "municipalities.yml", "青ヶ島村", "", put("kind", "hamlet"), "place", "name_ja"),
    Seed("requirement_absent", "eligibility_talk.yml", "requirements", "", lambda r: r.pop("req-03-oath"), "requirement"),
]  # fmt: skip

ADDED = [
    Added("fact_untold", "facts.yml", "law-new", "law-g7", lambda f: None),
    Added("event_untold", "timeline.yml", "2030-01-01", "2022-10-11", lambda e: None, "date"),
    Added(
        "service_unreachable", "services.yml", "priv-new", "priv-employers",
        put("sources", [{"id": "tera-office-20170919column"}]),
    ),
    Added("document_unreachable", "documents.yml", "doc-new", "doc-child", lambda d: None),
    Added("requirement_unreachable", "requirements.yml", "req-99-new", "req-03-oath", put("slot", "likes_tokyo")),
]  # fmt: skip


def write(path: Path, content: Any) -> None:
    """Writes YAML as staff might, quotes and all."""
    path.write_text(
        yaml.dump(content, allow_unicode=True, sort_keys=False, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper))
    )


def break_one(directory: Path, seed: Seed | Added) -> None:
    """Puts one fault into a copy of the knowledge base."""
    content = read_yaml(directory / seed.file)
    items = content if isinstance(content, dict) else {str(i[seed.key]): i for i in content}
    if isinstance(seed, Added):
        item = {**items[seed.like], seed.key: seed.id}
        content.append(item)
    else:
        item = items[seed.id]
    seed.change(item)
    write(directory / seed.file, content)
