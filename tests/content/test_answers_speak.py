"""Every answer and look-up, in every language, as people get it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.dialogue.speaking import MENU, Speaker, entry_titles
from bot.knowledge.loader import DIRECTORY, load
from bot.knowledge.model import LANGUAGES, Answer
from bot.knowledge.wording import figure_on, spoken_date
from bot.nlu.entities import EntityFinder
from bot.nlu.normalise import for_features
from bot.nlu.places import PlaceFinder
from bot.rendering.plain import plain_text

TODAY = date(2026, 11, 22)
KNOWLEDGE = load()
SPEAKER = Speaker(KNOWLEDGE)
PLACES = PlaceFinder(KNOWLEDGE.municipalities.values(), KNOWLEDGE.gazetteer)
CITIES = {"北海道": "北海道", "京都": "京都府", "大阪": "大阪府"}

in_every_language = pytest.mark.parametrize("lang", LANGUAGES)


def all_words(answer: Answer) -> str:
    parts = [answer.title, answer.short, answer.body, answer.next, *(t for _, t in answer.related)]
    return "\n".join([*parts, *(word for pair in answer.buttons for word in pair)])


def assert_fit_to_send(answer: Answer, lang: str) -> None:
    assert answer.lang == lang
    assert answer.short.strip() and answer.next.strip()
    words = all_words(answer)
    assert "{" not in words and "}" not in words
    assert not re.search(r"\b(None|True|False)\b(?! of)", words), "a value of the program, not a word"
    assert "\n\n" not in plain_text(answer, sources=True), "channels split text at blank lines"


def assert_cited(answer: Answer) -> None:
    assert any(c.url.startswith("https://") for c in answer.citations)
    assert len({c.url for c in answer.citations}) == len(answer.citations)


@in_every_language
@pytest.mark.parametrize("entry_id", KNOWLEDGE.entries)
def test_every_answer_is_complete_and_names_its_sources(entry_id: str, lang: str) -> None:
    entry = KNOWLEDGE.entries[entry_id]
    answer = SPEAKER.speak({"say": "entry", "id": entry_id}, lang, TODAY)
    assert_fit_to_send(answer, lang)
    assert answer.title.strip()
    assert bool(answer.body.strip()) == bool(entry.body)
    assert len(answer.related) == len(entry.related)
    assert re.fullmatch(r"[0-9a-f]{12}", answer.version)
    if entry.facts:
        assert_cited(answer)


@in_every_language
@pytest.mark.parametrize("entry_id", KNOWLEDGE.entries)
def test_every_figure_an_answer_names_is_spoken(entry_id: str, lang: str) -> None:
    entry = KNOWLEDGE.entries[entry_id]
    words = all_words(SPEAKER.speak({"say": "entry", "id": entry_id}, lang, TODAY))
    raw = "".join(texts[lang] for texts in (entry.title, entry.short, entry.body, entry.next) if texts)
    for name in re.findall(r"\{([a-z_]+)\}", raw):
        figure = figure_on(KNOWLEDGE.figures[name], TODAY)
        spoken = {"date": lambda v: spoken_date(v, lang), "number": lambda v: f"{v:,}"}.get(figure.kind, str)
        assert spoken(figure.value) in words


@in_every_language
@pytest.mark.parametrize("entry_id", [e.id for e in KNOWLEDGE.entries.values() if e.confidence == "low"])
def test_an_unconfirmed_answer_gives_the_office(entry_id: str, lang: str) -> None:
    assert "03-5388-2337" in all_words(SPEAKER.speak({"say": "entry", "id": entry_id}, lang, TODAY))


@in_every_language
def test_an_answer_past_its_review_says_so(lang: str) -> None:
    entry = KNOWLEDGE.entries["application_fee"]
    spec = {"say": "entry", "id": entry.id}
    marked = spoken_date(entry.checked_on.isoformat(), lang)
    assert marked not in SPEAKER.speak(spec, lang, entry.review_by).body
    assert marked in SPEAKER.speak(spec, lang, date(entry.review_by.year + 1, 1, 1)).body


@in_every_language
@pytest.mark.parametrize("name", KNOWLEDGE.municipalities)
def test_every_municipality_is_answered_with_sources(name: str, lang: str) -> None:
    place = KNOWLEDGE.municipalities[name]
    answer = SPEAKER.speak({"say": "place", "name": name}, lang, TODAY)
    assert_fit_to_send(answer, lang)
    if place.citations or place.facts:
        assert_cited(answer)
    assert (place.name_en if lang == "en" else name) in answer.title
    if place.accepts_tokyo_certificate == "unknown":
        assert not re.match(r"はい|いいえ|Yes|No\b", answer.short), "unknown must not become yes or no"


@in_every_language
@pytest.mark.parametrize("service_id", KNOWLEDGE.services)
def test_every_service_is_answered_with_sources(service_id: str, lang: str) -> None:
    service = KNOWLEDGE.services[service_id]
    answer = SPEAKER.speak({"say": "providers", "ids": [service_id]}, lang, TODAY)
    assert_fit_to_send(answer, lang)
    assert_cited(answer)
    assert service.provider[lang] in answer.title and service.allows[lang] in answer.body
    if service.as_of:
        assert spoken_date(service.as_of, lang) in answer.body


@in_every_language
@pytest.mark.parametrize("name", KNOWLEDGE.gazetteer["prefectures"])
def test_every_other_prefecture_is_answered_with_sources(name: str, lang: str) -> None:
    answer = SPEAKER.speak({"say": "prefecture", "name": name}, lang, TODAY)
    assert_fit_to_send(answer, lang)
    assert_cited(answer)
    linked = bool(re.match(r"はい|Yes", answer.short))
    assert linked == (name in ("茨城", "群馬")), "only Ibaraki and Gunma are known to accept it"
    if lang == "ja":
        assert (CITIES.get(name) or f"{name}県") in answer.title


def test_there_are_46_other_prefectures() -> None:
    assert len(KNOWLEDGE.gazetteer["prefectures"]) == 46
    assert "東京" not in KNOWLEDGE.gazetteer["prefectures"]


@in_every_language
@pytest.mark.parametrize("name", KNOWLEDGE.phrases)
def test_every_phrase_is_said_without_gaps(name: str, lang: str) -> None:
    values = dict.fromkeys(("checked_on", "date", "name"), "VALUE")
    answer = SPEAKER.speak({"say": "phrase", "name": name, "values": values}, lang, TODAY)
    assert answer.short.strip() and "{" not in answer.short


@in_every_language
@pytest.mark.parametrize("fact", KNOWLEDGE.talk["questions"])
def test_every_question_of_the_check_is_asked_with_its_reason(fact: str, lang: str) -> None:
    asked = SPEAKER.speak({"say": "question", "fact": fact, "why": True, "leads": ["begin"]}, lang, TODAY)
    assert asked.kind == "ask" and "{" not in all_words(asked)
    assert len(asked.short.splitlines()) == 3
    assert asked.buttons and all(title and payload for title, payload in asked.buttons)


@pytest.mark.parametrize("name", KNOWLEDGE.municipalities)
def test_a_question_with_the_name_of_a_municipality_finds_it(name: str) -> None:
    english = KNOWLEDGE.municipalities[name].name_en.lower()
    for question in (f"{name}で使えますか", f"is it accepted in {english}?"):
        assert [p.value for p in PLACES.find(question) if p.kind == "municipality"] == [name]


@pytest.mark.parametrize("service_id", [s.id for s in KNOWLEDGE.services.values() if s.names])
def test_a_question_with_the_name_of_a_service_finds_it_or_its_namesake(service_id: str, finder: EntityFinder) -> None:
    name = KNOWLEDGE.services[service_id].names[0]
    namesakes = {s.id for s in KNOWLEDGE.services.values() if name in s.names}
    assert set(finder.find(f"{name}で使えますか", TODAY).providers) <= namesakes
    assert finder.find(f"{name}で使えますか", TODAY).providers


def test_a_tapped_button_leads_to_the_answer_it_names() -> None:
    titles = entry_titles(KNOWLEDGE, TODAY)
    assert (
        len(titles) >= len(KNOWLEDGE.entries) * 2
    ), "a title of one language may equal another's, but not two answers'"
    for entry in KNOWLEDGE.entries.values():
        for lang in LANGUAGES:
            shown = SPEAKER.speak({"say": "entry", "id": entry.id}, lang, TODAY).title
            assert titles[for_features(shown)] == entry.id


def test_the_menu_and_the_fixed_suggestions_exist() -> None:
    assert set(MENU) <= set(KNOWLEDGE.entries)
    quoted = re.compile(
        r'"((?:coverage|scheme|documents|eligibility|alternatives|support|application|limits|changes)_[a-z_]+)"'
    )
    for name in ("lookups.py", "verdicts.py", "speaking.py", "check.py"):
        path = DIRECTORY.parents[1] / "bot" / "dialogue" / name
        named = set(quoted.findall(path.read_text(encoding="utf-8"))) - {"eligibility_verdict"}
        assert named <= set(KNOWLEDGE.entries), name


RESEARCHED = yaml.safe_load((Path(__file__).parent / "researched.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "key", "count"),
    [
        ("services.yml", "id", 37),
        ("municipalities.yml", "name_ja", 62),
        ("documents.yml", "id", 12),
        ("timeline.yml", "date", 39),
        ("requirements.yml", "id", 10),
    ],
)
def test_nothing_of_the_research_was_lost(name: str, key: str, count: int) -> None:
    given = RESEARCHED[name]
    ours = [str(item[key]) for item in yaml.safe_load((DIRECTORY / name).read_text(encoding="utf-8"))]
    assert len(given) == count
    assert sorted(map(str, given)) == sorted(ours)


def test_no_fact_lost_its_sources_or_gained_confidence() -> None:
    rank = ("low", "medium", "high")
    assert len(RESEARCHED["facts"]) == 202
    for fact_id, given in RESEARCHED["facts"].items():
        ours = KNOWLEDGE.facts[fact_id]
        assert rank.index(ours.confidence) <= rank.index(given["confidence"]), fact_id
        assert set(given["urls"]) <= {c.url.split("://")[1] for c in ours.citations}, fact_id
