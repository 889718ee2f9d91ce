"""Cutting, counting, colours and sharing of LINE messages."""

from __future__ import annotations

import json
import re
from datetime import date
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from sanic import Sanic

from bot.dialogue.speaking import Speaker
from bot.guide.contents import is_page
from bot.knowledge.model import LANGUAGES
from bot.nlg import message
from bot.rendering import cutting, limits, line_parts
from bot.rendering.cutting import sentences
from bot.rendering.guide_text import without_readings
from bot.rendering.line_messages import LineRenderer
from bot.rendering.line_share import share_link, shared_text

DAY = date(2026, 11, 22)
OFFICIAL = re.compile(r"https?://([^/]+\.(lg|go)|(www\.)?((city|town|vill)\.[a-z]+\.tokyo|pref\.[a-z]+))\.jp(/|$)")
TEXTS = st.text(alphabet=st.sampled_from("あ漢字。、．.! ?\n　abc🏳️‍🌈👩‍👩‍👧e\u0301ﾊﾞ「」"), max_size=300)


@pytest.mark.parametrize(
    ("text", "u16", "graphemes"), [("🏳️‍🌈", 6, 1), ("あ", 1, 1), ("👩‍👩‍👧", 8, 1), ("e\u0301", 2, 1), ("", 0, 0)]
)
def test_lengths_are_counted_as_line_counts_them(text, u16, graphemes):
    assert (limits.u16(text), limits.graphemes(text)) == (u16, graphemes)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(8, 60))
def test_cutting_loses_nothing_fits_and_never_splits_a_character(text, limit):
    for length in (limits.graphemes, limits.u16):
        parts = cutting.parts(text, limit, length)
        assert all(length(part) <= limit for part in parts)
        assert re.sub(r"\s", "", "".join(parts)) == re.sub(r"\s", "", text)
        whole = regex.findall(r"\X", text)
        assert all(set(regex.findall(r"\X", part)) <= {*whole, *(w.strip() for w in whole)} for part in parts)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(2, 40))
def test_shortening_fits_and_says_that_it_is_short(text, limit):
    short = cutting.shortened(text, limit)
    assert limits.graphemes(short) <= limit
    assert short == text or short.endswith("…")


def test_cuts_prefer_paragraph_then_sentence_then_comma():
    assert cutting.parts("一つめの文です。\n二つめの文です。三つめ。", 14) == [
        "一つめの文です。",
        "二つめの文です。三つめ。",
    ]
    assert cutting.parts("一つめの文です。二つめの文です。", 12) == ["一つめの文です。", "二つめの文です。"]
    assert cutting.parts("one two three", 8) == ["one two", "three"]


def contrast(one: str, other: str) -> float:
    def light(color: str) -> float:
        values = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        r, g, b = (v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_every_text_stands_out_from_its_ground():
    for text in (line_parts.INK, line_parts.GREY, line_parts.BLUE):
        for ground in (line_parts.WHITE, line_parts.PALE):
            assert contrast(text, ground) >= 4.5


@pytest.fixture(scope="module")
def renderer(knowledge):
    return LineRenderer(knowledge)


def entry(knowledge, name: str, lang: str = "ja"):
    return message(Speaker(knowledge).speak({"say": "entry", "id": name}, lang, DAY), "line")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_passed_on_is_title_two_sentences_date_and_page(knowledge, renderer, lang):
    said = entry(knowledge, "eligibility_summary", lang)
    text, link = shared_text(renderer.words(lang), said["answer"]), share_link(renderer.words(lang), said["answer"])
    title = without_readings(said["answer"]["parts"]["title"])
    page = next(c["url"] for c in said["answer"]["citations"] if ".lg.jp/" in c["url"])
    assert text.startswith(title) and text.endswith(page) and "2026" in text
    assert link.startswith("https://line.me/R/share?text=") and limits.u16(link) <= 1000 and link.isascii()
    assert unquote(link).split("text=")[1].startswith(title) and page in unquote(link)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_whole_texts_to_pass_on_have_their_summary_no_readings_and_an_official_page_or_ours(knowledge, lang):
    site = "https://tomoni.example"
    renderer, wrong = LineRenderer(knowledge, site), []
    for name in knowledge.entries:
        said = entry(knowledge, name, lang)
        answer = renderer._with_page(said, lang)["answer"]
        text, link = shared_text(renderer.words(lang), answer), share_link(renderer.words(lang), answer)
        if text is None or link is None:
            continue
        pages = re.findall(r"https?://\S+", text)
        official = [c["url"] for c in answer["citations"] if OFFICIAL.match(c["url"])]
        ours = is_page(knowledge.entries[name])
        if official:
            good = unquote(pages[0]) == unquote(official[0])
        else:
            good = [p.startswith(f"{site}/guide/") for p in pages] == [True] * ours
        readings = re.search(r"[一-龠々]（[ぁ-ゖー]+）", text + unquote(link))
        short = bool(sentences(answer["parts"]["short"])) and text.count("\n") < 2
        if not good or readings or short or re.search("%25[0-9A-F]{2}", link):
            wrong.append((name, text))
    assert wrong == []


def test_in_plain_japanese_a_link_to_pass_on_holds_the_summary_too(knowledge):
    renderer, brief, all_ = LineRenderer(knowledge), [], 0
    for name in knowledge.entries:
        answer = entry(knowledge, name, "ja-easy")["answer"]
        link = share_link(renderer.words("ja-easy"), answer)
        if link:
            all_ += 1
            brief += [name] if unquote(link.split("text=")[1]).count("\n") < 2 else []
    assert all_ > 100 and len(brief) < all_ / 20, brief


def test_without_an_official_page_and_a_public_address_nothing_is_linked(knowledge):
    said = entry(knowledge, "application_fee")
    said["answer"]["citations"] = [{"title": "x", "url": "https://blog.example/%E3%81%82"}]
    for site in ("", "http://localhost:8000"):
        renderer = LineRenderer(knowledge, site)
        text = shared_text(renderer.words("ja"), renderer._with_page(said, "ja")["answer"])
        assert text and "://" not in text and text == text.strip()


def test_a_verdict_or_a_status_is_never_passed_on(knowledge, renderer):
    spec = {"say": "verdict", "facts": {}, "mode": "check"}
    said = message(Speaker(knowledge).speak(spec, "ja", DAY), "line")
    assert said["answer"]["citations"] or True
    assert shared_text(renderer.words("ja"), said["answer"]) is None


def test_long_answers_go_on_in_further_messages_and_nothing_is_lost(knowledge, renderer):
    said = entry(knowledge, "application_fee")
    long = "".join(f"これは{n}番めの文で、手続きの説明です。" for n in range(400))
    said["answer"]["parts"]["body"] = long
    built = renderer.messages([said], "ja")
    assert 1 < len(built) <= 5 and limits.request_faults(built) == []
    shown = "".join(texts(built))
    assert all(f"これは{n}番めの文で" in shown for n in range(400))


def test_many_messages_of_one_turn_are_five_at_most_and_short_ones_join(knowledge, renderer):
    remarks = [{"text": f"ひとこと{n}", "buttons": [], "answer": {"kind": "answer", "lang": "ja"}} for n in range(8)]
    assert len(renderer.messages(remarks, "ja")) == 1
    answers = [entry(knowledge, name) for name in list(knowledge.entries)[:9]]
    built = renderer.messages(answers, "ja")
    assert len(built) <= 5 and limits.request_faults(built) == []
    shown = "".join(texts(built))
    assert all(a["answer"]["parts"]["title"] in shown for a in answers)


def texts(value):
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value["text"]
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_no_choice_is_dropped_whatever_its_length(renderer):
    titles = [f"とても長い選択肢の文で、ラベルには入りきりません、その{n}です" + "あ" * 40 for n in range(20)]
    said = {
        "text": "選んでください",
        "buttons": [{"title": t, "payload": t * 4} for t in titles],
        "answer": {"kind": "ask", "lang": "ja"},
    }
    built = renderer.messages([said], "ja")
    assert limits.request_faults(built) == []
    shown = list(texts(built))
    assert all(t in shown for t in titles)
    assert len(built[-1]["quickReply"]["items"]) == 1  # the menu: the choices stand in the message


def test_a_button_with_an_address_opens_it_and_one_without_payload_says_its_title(renderer):
    buttons = [{"title": "公式", "url": "https://example.org/あ"}, {"title": "はい"}]
    (built,) = renderer.messages([{"text": "x", "buttons": buttons, "answer": {"kind": "ask", "lang": "ja"}}], "ja")
    actions = re.findall(r"'uri': '([^']+)'|'data': '([^']+)'", str(built))
    assert ("https://example.org/%E3%81%82", "") in actions and ("", "say=はい") in actions


@pytest.mark.parametrize(("lang", "brackets"), [("ja", "（）"), ("en", "()"), ("ja-easy", "（）")])
def test_brackets_of_a_link_and_of_a_receipt_are_those_of_the_language(renderer, lang, brackets):
    told = {
        "text": "TP-7K2M-9QXC-4H8R https://example.org/a",
        "buttons": [],
        "answer": {"kind": "answer", "lang": lang},
    }
    shown = [t for t in texts(renderer.messages([told], lang)) if "example.org" in t or "TP-" in t]
    for detail in ("example.org", "TP-7K2M-9QXC-4H8R"):
        assert any(t.endswith(f"{brackets[0]}{detail}{brackets[1]}") for t in shown), shown


@pytest.mark.parametrize("lang", LANGUAGES)
def test_above_the_choices_of_a_question_stands_how_to_answer_by_typing(knowledge, renderer, lang):
    labels, speaker = knowledge.pages["line"]["labels"], Speaker(knowledge)
    for fact, label in (("both_adults", "choose_number"), ("people_count", "choose")):
        said = message(speaker.speak({"say": "question", "fact": fact}, lang, DAY), "line")
        shown = list(texts(renderer.messages([said], lang)))
        assert labels[label][lang] in shown, fact
    assert not {labels[n][lang] for n in ("choose", "choose_number")} & set(
        texts(renderer.messages([entry(knowledge, "application_fee", lang)], lang))
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_number_of_an_answer_in_a_crisis_can_be_tapped(knowledge, renderer, lang):
    crises = [name for name, one in knowledge.entries.items() if one.kind == "crisis"]
    assert len(crises) > 5
    for name in (*crises, "advice_partner_conflict", "support_sexual_violence", "privacy_does_bot_report"):
        said = entry(knowledge, name, lang)
        told = " ".join(said["answer"]["parts"].get(part, "") for part in ("short", "body", "next"))
        numbers = set(re.findall(r"(?<![\d,.#-])11[09](?![\d,-])|#\d{4}", told))
        tapped = set(re.findall(r"'tel:([^']+)'", str(renderer.messages([said], lang))))
        assert {n.replace("#", "%23") for n in numbers} <= tapped, name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_amount_of_money_is_no_phone_number(knowledge, renderer, lang):
    for name in ("alternatives_lifetime_gift", "advice_personal_tax"):
        assert not re.search("'tel:11[09]'", str(renderer.messages([entry(knowledge, name, lang)], lang)))


def test_settings_refuse_to_start_without_secret_or_token():
    from bot.settings_line import LineSettingsError, line_settings

    good = {"TOMONI_LINE": "on", "TOMONI_LINE_SECRET": "a" * 32, "TOMONI_LINE_TOKEN": "t"}
    good["TOMONI_PUBLIC_URL"] = "https://tomoni.example.jp"
    assert line_settings({}) is None and line_settings({"TOMONI_LINE": "off"}) is None
    paced = line_settings(good | {"TOMONI_LINE_PER_MINUTE": "90"})
    assert paced is not None and paced.rate == (90, 20)
    with pytest.raises(LineSettingsError, match="TOMONI_LINE_BURST"):
        line_settings(good | {"TOMONI_LINE_BURST": "0"})
    assert line_settings(good | {"TOMONI_LINE_SECRET_OLD": "b" * 32}).secrets == ("a" * 32, "b" * 32)
    for name, value in (
        ("TOMONI_LINE_SECRET", ""),
        ("TOMONI_LINE_TOKEN", ""),
        ("TOMONI_LINE_SECRET", "short"),
        ("TOMONI_LINE", "maybe"),
        ("TOMONI_LINE_PUSH_PER_MONTH", "-1"),
        ("TOMONI_LINE_ACCOUNT", "no at"),
    ):
        with pytest.raises(LineSettingsError, match=name):
            line_settings(good | {name: value})
    assert "a" * 32 not in repr(line_settings(good))


@pytest.mark.parametrize(
    "address",
    [None, "", "http://localhost:8000", "http://tomoni.example.jp", "https://localhost", "https://127.0.0.1:8000", "https://["],
)  # fmt: skip
def test_line_itself_is_not_served_without_an_address_that_phones_can_open(address):
    from bot.settings import SettingsError, read

    env = {"TOMONI_LINE": "on", "TOMONI_LINE_SECRET": "a" * 32, "TOMONI_LINE_TOKEN": "t"}
    env |= {} if address is None else {"TOMONI_PUBLIC_URL": address}
    with pytest.raises(SettingsError, match="TOMONI_PUBLIC_URL is not set to a public https address"):
        read(env)
    assert read(env | {"TOMONI_LINE_API": "http://127.0.0.1:9"}).line is not None  # a stand-in, for tests
    assert read(env | {"TOMONI_PUBLIC_URL": "https://tomoni.example.jp/"}).public_url == "https://tomoni.example.jp"


@pytest.mark.parametrize("lang", ["ja", "en", "ja-easy"])
def test_our_account_is_offered_on_the_chat_page_only_where_it_is_named(knowledge, lang):
    from bot.channels.pages import chat_words
    from bot.rendering.chat_html import ChatPage

    words, day = chat_words(), date(2026, 11, 22)
    named = ChatPage(knowledge, words, "https://example.jp/", "@123abcde").render(lang, day)
    unnamed = ChatPage(knowledge, words, "https://example.jp/").render(lang, day)
    assert (
        '<a class="plain" href="https://line.me/R/ti/p/%40123abcde" target="_blank" rel="noopener noreferrer">' in named
    )
    assert "line.me/R/ti" not in unnamed and named.count("line.me/R/ti") == 1


def test_the_setting_reaches_the_chat_page(tmp_path, monkeypatch):
    from bot.channels.chat_site import ChatSite
    from bot.serve import create_app
    from bot.settings import read

    made = []
    real = ChatSite.__init__

    def noted(self, settings, *given):
        made.append(settings.line_account)
        real(self, settings, *given)

    monkeypatch.setattr(ChatSite, "__init__", noted)
    line = {"TOMONI_LINE": "on", "TOMONI_LINE_SECRET": "a" * 32, "TOMONI_LINE_TOKEN": "t"}
    line["TOMONI_PUBLIC_URL"] = "https://tomoni.example.jp"
    try:
        create_app(read({**line, "TOMONI_LINE_ACCOUNT": "@abc"}, tmp_path), SimpleNamespace())
    finally:
        Sanic._app_registry.pop("tomoni", None)
    assert made == ["@abc"]


def _look_ups(knowledge):
    yield from ({"say": "place", "name": n} for n in knowledge.municipalities)
    yield from ({"say": "providers", "ids": [i]} for i in knowledge.services)
    yield from ({"say": "prefecture", "name": n} for n in knowledge.gazetteer["prefectures"] if n != "東京")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_known_of_a_place_a_company_or_a_prefecture_can_be_passed_on_too(knowledge, lang):
    renderer, wrong = LineRenderer(knowledge, "https://tomoni.example"), []
    for spec in _look_ups(knowledge):
        said = message(Speaker(knowledge).speak(spec, lang, DAY), "line")
        answer = renderer._with_page(said, lang)["answer"]
        text, link = shared_text(renderer.words(lang), answer), share_link(renderer.words(lang), answer)
        official = [c["url"] for c in answer["citations"] if OFFICIAL.match(c["url"])]
        page = official[0] if official else "https://tomoni.example/guide/"
        labels = json.dumps(renderer.messages([said], lang), ensure_ascii=False)
        good = text and link and limits.u16(link) <= limits.URI and link.isascii()
        good = good and text.startswith(without_readings(answer["parts"]["title"])) and "2026" in text
        good = good and unquote(page) in unquote(text.split("\n")[-1]) and unquote(page) in unquote(link)
        if not good or labels.count(renderer.words(lang)("labels", "share")) < 1:
            wrong.append((spec, text, link and len(link)))
    assert wrong == []
