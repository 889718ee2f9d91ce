"""What was decided can be kept in a slot and said in any language: the same decision, other words."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue.speaking import MENU, Speaker, as_dict
from bot.knowledge.loader import load
from bot.nlg import message

LANGUAGES = ("ja", "en", "ja-easy")
KNOWLEDGE = load()
KANA = re.compile(r"[ぁ-ゖァ-ヺ]")
FACTS = {"ages": [25, 17], "any_marriage": "no", "links": ["live"]}
SPECS: dict[str, dict[str, Any]] = {
    "entry": {"say": "entry", "id": "application_fee"},
    "entry with others": {"say": "entry", "id": "application_fee", "others": ["application_time"]},
    "entry with a lead": {"say": "entry", "id": "application_fee", "lead": "maybe_this"},
    "phrase": {
        "say": "phrase",
        "name": "fallback",
        "kind": "fallback",
        "topic": "out_of_scope",
        "related": list(MENU[:3]),
        "person": True,
    },
    "phrase with buttons": {
        "say": "phrase",
        "name": "yes_what",
        "kind": "confirm",
        "topic": "smalltalk",
        "buttons": ["yes", "no"],
    },
    "offer": {"say": "offer", "ids": ["application_fee", "application_time", "application_how"]},
    "place": {"say": "place", "name": "世田谷区"},
    "providers": {"say": "providers", "ids": ["priv-docomo"]},
    "linked prefecture": {"say": "prefecture", "name": "茨城"},
    "unknown prefecture": {"say": "prefecture", "name": "大阪"},
    "question": {"say": "question", "fact": "both_adults", "leads": ["begin"], "why": False},
    "question with its reason": {"say": "question", "fact": "tokyo_link", "leads": [], "why": True},
    "verdict no": {"say": "verdict", "facts": FACTS, "mode": "direct"},
    "verdict yes": {"say": "verdict", "facts": {**FACTS, "ages": [25, 30]}, "mode": "direct"},
    "verdict open": {"say": "verdict", "facts": {"move_in": "yes", "outside": True}, "mode": "direct"},
    "sources": {"say": "sources", "of": [{"say": "entry", "id": "application_fee"}]},
}


@pytest.fixture(scope="module")
def speaker() -> Speaker:
    return Speaker(KNOWLEDGE)


def _complete(answer: Any, lang: str) -> None:
    text = "\n".join((answer.short, answer.body, answer.next))
    assert answer.short.strip()
    assert not re.search(r"\{[a-z_]+\}", text), text
    assert "None" not in text
    assert answer.lang == lang
    assert answer.version
    if lang == "ja":
        assert KANA.search(text)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("spec", SPECS.values(), ids=SPECS)
def test_every_kind_of_spec_survives_json_and_speaks_every_language(
    speaker: Speaker, spec: dict[str, Any], lang: str
) -> None:
    answer = speaker.speak(json.loads(json.dumps(spec)), lang, TODAY)
    _complete(answer, lang)
    assert json.loads(json.dumps(as_dict(answer)))["lang"] == lang


def test_the_languages_really_differ(speaker: Speaker) -> None:
    for spec in SPECS.values():
        assert len({speaker.speak(spec, lang, TODAY).short for lang in LANGUAGES}) == 3, spec


def test_the_verdict_is_the_same_in_every_language(speaker: Speaker) -> None:
    for name, verdict in (("verdict no", "ineligible"), ("verdict yes", "eligible"), ("verdict open", "conditional")):
        assert {speaker.speak(SPECS[name], lang, TODAY).verdict for lang in LANGUAGES} == {verdict}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("entry_id", KNOWLEDGE.entries)
def test_every_entry_can_be_said(speaker: Speaker, entry_id: str, lang: str) -> None:
    answer = speaker.speak({"say": "entry", "id": entry_id}, lang, TODAY)
    _complete(answer, lang)
    if KNOWLEDGE.entries[entry_id].facts:
        assert answer.citations


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", KNOWLEDGE.municipalities)
def test_every_municipality_can_be_looked_up(speaker: Speaker, name: str, lang: str) -> None:
    answer = speaker.speak({"say": "place", "name": name}, lang, TODAY)
    _complete(answer, lang)
    place = KNOWLEDGE.municipalities[name]
    if {place.own_scheme, place.accepts_tokyo_certificate} == {"unknown"}:
        assert re.search(r"確認|unknown|わかりません", answer.short), "an honest unknown"
    else:
        assert answer.citations


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("service_id", KNOWLEDGE.services)
def test_every_provider_can_be_looked_up(speaker: Speaker, service_id: str, lang: str) -> None:
    answer = speaker.speak({"say": "providers", "ids": [service_id]}, lang, TODAY)
    _complete(answer, lang)
    assert answer.citations


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", KNOWLEDGE.gazetteer["prefectures"])
def test_every_prefecture_can_be_looked_up(speaker: Speaker, name: str, lang: str) -> None:
    _complete(speaker.speak({"say": "prefecture", "name": name}, lang, TODAY), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("fact", KNOWLEDGE.talk["questions"])
def test_every_question_says_why_it_is_asked(speaker: Speaker, fact: str, lang: str) -> None:
    plain = speaker.speak({"say": "question", "fact": fact, "leads": [], "why": False}, lang, TODAY)
    why = speaker.speak({"say": "question", "fact": fact, "leads": [], "why": True}, lang, TODAY)
    _complete(plain, lang)
    assert plain.short in why.short and len(why.short) > len(plain.short)
    assert plain.kind == "ask"
    assert plain.buttons


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_a_question_offers_as_buttons_is_understood_as_an_answer(
    speaker: Speaker, understood: Any, lang: str
) -> None:
    """A tap must never be answered with 「もう一度うかがいます」."""
    from bot.dialogue import check

    for fact in KNOWLEDGE.talk["questions"]:
        answer = speaker.speak({"say": "question", "fact": fact, "leads": [], "why": False}, lang, TODAY)
        for _, payload in answer.buttons:
            state = {"facts": {}, "asked": fact, "declined": [], "trail": [], "active": True, "misses": 0}
            step = check.step(state, understood(payload), TODAY)
            assert not any("unclear" in s.get("leads", ()) for s in step.specs), (fact, payload)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_place_we_know_nothing_of_is_said_to_be_unknown(speaker: Speaker, lang: str) -> None:
    place = next(p for p in KNOWLEDGE.municipalities.values() if p.accepts_tokyo_certificate == "unknown")
    known = next(p for p in KNOWLEDGE.municipalities.values() if p.accepts_tokyo_certificate is True)
    unknown_text = speaker.speak({"say": "place", "name": place.name_ja}, lang, TODAY).short
    known_text = speaker.speak({"say": "place", "name": known.name_ja}, lang, TODAY).short
    assert unknown_text.replace(place.name_ja, "") != known_text.replace(known.name_ja, "")


def test_an_answer_past_its_review_date_says_so(speaker: Speaker) -> None:
    from datetime import timedelta

    entry = KNOWLEDGE.entries["application_fee"]
    late = entry.review_by + timedelta(days=1)
    for lang in LANGUAGES:
        fresh = speaker.speak({"say": "entry", "id": entry.id}, lang, entry.review_by).body
        assert len(speaker.speak({"say": "entry", "id": entry.id}, lang, late).body) > len(fresh)


@pytest.mark.parametrize("channel", ["web", "line", "cmdline", "rest"])
def test_every_channel_gets_the_sources(speaker: Speaker, channel: str) -> None:
    built = message(speaker.speak(SPECS["entry"], "ja", TODAY), channel)
    url = KNOWLEDGE.citations_of(KNOWLEDGE.entries["application_fee"].facts)[0].url
    assert url in built["text"] if "answer" not in built else url in [c["url"] for c in built["answer"]["citations"]]
    assert "\n\n" not in built["text"], "Rasa's channels cut messages at blank lines"
