"""The page /check over real HTTP: what it decides, what it says, and that it keeps nothing."""

from __future__ import annotations

import itertools
import random
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sanic import Sanic

from bot.channels.check_page import FORM_TYPE, check_pages
from bot.knowledge.check_readings import long_sentences, unread
from bot.knowledge.loader import DIRECTORY, load, read_yaml
from bot.rendering.check_form import MANY, MONTHS, SINGLE, months, read, situation
from bot.rules.eligibility import Verdict, decide
from bot.rules.periods import Span
from bot.rules.situation import (
    Kinship,
    Links,
    Marriage,
    PeopleCount,
    Person,
    Relation,
    SexualMinority,
    Situation,
    YesNo,
)

TODAY = date(2026, 11, 22)
LEAVING = '<script type="module" src="/webhooks/web/static/leave.js">'
FINE = {
    "people_count": "two",
    "has_sexual_minority": "yes",
    "makes_oath": "yes",
    "both_adults": "yes",
    "any_marriage": "no",
    "any_other_partnership": "no",
    "close_relatives": "no",
    "tokyo_link": ["live"],
}
YES, NO = YesNo.YES, YesNo.NO

# What each answer means, written down a second time.
MEANS: Mapping[str, Mapping[str, dict[str, Any]]] = {
    "people_count": {"two": {"people_count": PeopleCount.TWO}, "other": {"people_count": PeopleCount.OTHER}},
    "has_sexual_minority": {
        "yes": {"has_sexual_minority": SexualMinority.YES},
        "no": {"has_sexual_minority": SexualMinority.NO},
        "prefer_not_to_say": {"has_sexual_minority": SexualMinority.PREFER_NOT_TO_SAY},
    },
    "makes_oath": {"yes": {"makes_oath": YES}, "no": {"makes_oath": NO}},
    "both_adults": {"yes": {"both_adults": YES}, "no": {"both_adults": NO}},
    "any_marriage": {m.value: {"any_marriage": m} for m in Marriage},
    "any_other_partnership": {"yes": {"any_other_partnership": YES}, "no": {"any_other_partnership": NO}},
    "close_relatives": {
        "no": {"relation": Relation(Kinship.NONE)},
        "cousin": {"relation": Relation(Kinship.COLLATERAL_BLOOD, 4)},
        "sibling_in_law": {"relation": Relation(Kinship.COLLATERAL_AFFINITY)},
        "adopted_in_partnership": {"relation": Relation(Kinship.ADOPTED_IN_PARTNERSHIP)},
        "sibling": {"relation": Relation(Kinship.COLLATERAL_BLOOD, 2)},
        "uncle_aunt": {"relation": Relation(Kinship.COLLATERAL_BLOOD, 3)},
        "lineal": {"relation": Relation(Kinship.LINEAL_BLOOD)},
        "in_law": {"relation": Relation(Kinship.LINEAL_AFFINITY)},
        "adopted_otherwise": {"relation": Relation(Kinship.ADOPTED_OTHERWISE)},
        "adoptive_collateral": {"relation": Relation(Kinship.ADOPTIVE_COLLATERAL)},
        "some_blood": {"relation": Relation(Kinship.COLLATERAL_BLOOD)},
    },
}
NONE = Links(NO, NO, NO, NO)
LINKS: list[tuple[dict[str, Any], Links]] = [
    ({}, Links()),
    ({"tokyo_link": ["unknown"]}, Links()),
    ({"tokyo_link": ["none"]}, NONE),
    ({"tokyo_link": ["none", "unknown"]}, Links()),
    ({"tokyo_link": ["none", "work"]}, Links()),
    ({"tokyo_link": ["none"], "move_month": "2027-01"}, Links()),
    ({"tokyo_link": ["live"]}, replace(NONE, live=YES)),
    ({"tokyo_link": ["work", "study"]}, replace(NONE, work=YES, study=YES)),
    ({"tokyo_link": ["move_in"]}, replace(NONE, move_in=YES)),
    ({"tokyo_link": ["move_in", "unknown"]}, Links(move_in=YES)),
    ({"tokyo_link": ["move_in"], "move_month": "2027-01"}, replace(NONE, move_in=Span.month(2027, 1))),
    ({"move_month": "2027-02"}, replace(NONE, move_in=Span.month(2027, 2))),
    ({"tokyo_link": ["move_in"], "move_month": "2027-03"}, replace(NONE, move_in=Span.month(2027, 3))),
    ({"tokyo_link": ["move_in"], "move_month": "1999-03"}, replace(NONE, move_in=YES)),
]


def situation_of(sent: Mapping[str, Any], links: Links) -> Situation:
    found = Situation(links=links)
    for field, value in sent.items():
        if isinstance(value, str):
            found = replace(found, **MEANS.get(field, {}).get(value, {}))
    return found


def samples() -> list[tuple[dict[str, Any], Situation]]:
    """Every answer to every question with all else fine, every pair of two questions' answers, and a draw of all combinations."""
    fields = {field: [None, *values] for field, values in SINGLE.items()}
    cases: list[tuple[dict[str, Any], dict[str, Any], Links]] = []
    singles = {k: v for k, v in FINE.items() if k != "tokyo_link"}
    for one, two in itertools.combinations(fields, 2):
        for a, b in itertools.product(fields[one], fields[two]):
            cases.append((singles | {one: a, two: b}, {"tokyo_link": ["live"]}, replace(NONE, live=YES)))
    for field, values in fields.items():
        for value, (sent, links) in itertools.product(values, LINKS):
            cases.append((singles | {field: value}, sent, links))
    draw = random.Random(3)
    for _ in range(1500):
        sent, links = draw.choice(LINKS)
        cases.append(({field: draw.choice(values) for field, values in fields.items()}, sent, links))
    found = []
    for answers, sent, links in cases:
        given = {field: value for field, value in answers.items() if value is not None}
        found.append((given | sent, situation_of(given, links)))
    return found


class Page:
    """A browser without JavaScript, as far as the page can tell."""

    def __init__(self, http: aiohttp.ClientSession, origin: str) -> None:
        self.http, self.origin = http, origin

    async def get(self, path: str = "/check", **headers: str) -> tuple[aiohttp.ClientResponse, str]:
        return await self._ask("GET", path, None, headers)

    async def post(
        self, fields: Any, path: str = "/check/result", **headers: str
    ) -> tuple[aiohttp.ClientResponse, str]:
        body = fields if isinstance(fields, bytes) else urlencode(fields, doseq=True).encode()
        return await self._ask("POST", path, body, {"Content-Type": FORM_TYPE, "Origin": "null"} | headers)

    async def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        url = self.origin + path
        async with self.http.request(method, url, data=body, headers=sent, allow_redirects=False) as response:
            return response, await response.text()


_apps = itertools.count()
_knowledge = cache(load)


@asynccontextmanager
async def served() -> AsyncIterator[Page]:
    app = Sanic(f"check_{next(_apps)}", configure_logging=False)
    app.blueprint(check_pages(_knowledge()))
    sock = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            yield Page(http, f"http://127.0.0.1:{sock.getsockname()[1]}")
    finally:
        server.close()


def shown(html: str) -> tuple[str, dict[str, str]]:
    verdict = re.search(r'data-verdict="(\w+)"', html)
    assert verdict
    return verdict[1], dict(re.findall(r'data-requirement="([\w-]+)" data-status="(\w+)"', html))


def words_of(html: str) -> str:
    return re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", html)


def pairs(sent: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(field, one) for field, value in sent.items() for one in ([value] if isinstance(value, str) else value)]


def test_every_answer_means_what_it_says():
    cases = samples()
    assert len(cases) > 2500
    for sent, couple in cases:
        assert situation(read(pairs(sent), TODAY)) == couple, sent


async def test_every_sixth_combination_posted_shows_what_the_rules_decide():
    seen = set()
    async with served() as page:
        for sent, couple in samples()[::6]:
            response, html = await page.post(sent)
            assert response.status == 200
            decision = decide(couple, TODAY)
            expected = {f.requirement.value: f.status.value for f in decision.findings}
            assert shown(html) == (decision.verdict.value, expected), sent
            seen.add(decision.verdict)
    assert seen == set(Verdict)


@pytest.mark.parametrize("said", [{}, {"both_adults": "no"}])
async def test_the_month_in_which_both_are_18_gives_the_day_to_file(said):
    fields = {k: v for k, v in FINE.items() if k != "both_adults"} | said | {"adult_month": "2027-03"}
    async with served() as page:
        _, html = await page.post(fields | {"lang": "en"})
    born = Person(Span(date(2009, 3, 1), date(2009, 3, 31)))
    couple = replace(situation_of(FINE, replace(NONE, live=YES)), both_adults=None, people=(born, born))
    assert shown(html)[0] == decide(couple, TODAY).verdict.value == "ineligible"
    assert "From 31 March 2027, once you are both 18" in words_of(html)
    assert "Possibly from 1 March 2027" in words_of(html)


async def test_a_month_beside_a_plain_yes_changes_nothing():
    async with served() as page:
        _, html = await page.post(FINE | {"adult_month": "2027-03"})
    assert shown(html)[0] == "eligible"


async def test_nothing_answered_is_a_conditional_result_not_an_error():
    async with served() as page:
        response, html = await page.post(b"")
    assert response.status == 200
    verdict, statuses = shown(html)
    assert verdict == "conditional"
    assert set(statuses.values()) == {"unknown"}


GARBAGE = [
    b"\xff\xfe\x00=%%%&&&;;",
    b"people_count=three&people_count=<script>alert(1)</script>",
    b"both_adults=YES&makes_oath=true&any_marriage=&tokyo_link=moon&papers=gold",
    b"move_month=0000-00&adult_month=9999-99",
    b"people_count=two&people_count=other",
    b"name=Taro&birth=2000-01-01",
    b"&".join(b"a%d=1" % n for n in range(500)),
]


@pytest.mark.parametrize("body", GARBAGE)
async def test_wrong_values_are_ignored_and_never_echoed(body):
    async with served() as page:
        response, html = await page.post(body)
        assert response.status == 200
        verdict, statuses = shown(html)
        assert (verdict, set(statuses.values())) == ("conditional", {"unknown"})
        assert not re.search(r"<script>|Taro|2000-01|moon|gold|three", html)
        response, html = await page.post(body, "/check")
        assert response.status == 200
        assert "checked" not in html
        assert not re.search(r"<script>|Taro|moon|gold|three", html)


async def test_too_much_is_413_and_another_type_is_415():
    async with served() as page:
        response, html = await page.post(b"a=" + b"x" * 16 * 1024)
        assert response.status == 413
        assert "大きすぎます" in html
        for kind in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
            response, html = await page.post(b"lang=en", Content_Type=kind, Accept_Language="en-GB")
            assert response.status == 415
            assert "does not seem to come from the questions" in html
        response, _ = await page.post(b"lang=en&a=" + b"x" * (16 * 1024 - 10))
        assert response.status == 200


async def test_nothing_is_stored_or_cached_and_the_only_script_is_the_one_for_leaving():
    async with served() as page:
        answers = [
            await page.get(),
            await page.get("/check?lang=en&people_count=two"),
            await page.post(FINE),
            await page.post(FINE, "/check"),
            await page.post(b"x" * 20_000),
        ]
        for response, html in answers:
            assert "Set-Cookie" not in response.headers
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert "form-action 'self'" in response.headers["Content-Security-Policy"]
            assert response.headers["X-Frame-Options"] == "DENY"
            assert re.findall(r"<script[^>]*>", html) == [LEAVING]
            assert not re.search(r"\son\w+=|javascript:|style=", html)
            assert not re.search(r'method="get"|<input type="text|<textarea', html)
            assert "<title>ともに</title>" in html
            assert all(method == "post" for method in re.findall(r'<form[^>]*method="(\w+)"', html))
        assert "checked" not in answers[1][1]
        assert not list(page.http.cookie_jar)


async def test_the_result_has_no_address_of_its_own():
    async with served() as page:
        response, _ = await page.get("/check/result?people_count=two")
    assert (response.status, response.headers["Location"]) == (302, "/check")


HEADINGS = {
    "ja": "届け出られるか、確かめる",
    "en": "Check whether you can apply",
    "ja-easy": "届け出できるか 確認する",
}


@pytest.mark.parametrize("lang", HEADINGS)
async def test_each_language_is_chosen_by_address_or_by_form(lang):
    async with served() as page:
        _, html = await page.get(f"/check?lang={lang}", Accept_Language="fr")
        assert HEADINGS[lang] in words_of(html)
        assert f'<html lang="{lang[:2]}" data-lang="{lang}">' in html
        _, html = await page.post({"lang": lang}, "/check", Accept_Language="fr")
        assert HEADINGS[lang] in words_of(html)


@pytest.mark.parametrize(
    ("header", "lang"), [("ja,en;q=0.8", "ja"), ("en-US", "en"), ("fr", "en"), ("*", "ja"), ("", "ja")]
)
async def test_without_a_choice_the_browser_decides(header, lang):
    async with served() as page:
        _, html = await page.get("/check?lang=xx", Accept_Language=header)
    assert HEADINGS[lang] in words_of(html)


async def test_another_language_or_a_correction_keeps_the_answers():
    fields = FINE | {"papers": ["foreign_national"], "tokyo_link": ["move_in", "work"], "move_month": "2027-01"}
    async with served() as page:
        _, html = await page.post(fields | {"lang": "ja"})
        hidden = dict.fromkeys(re.findall(r'<input type="hidden" name="(\w+)" value="([\w-]+)">', html))
        assert {(k, v) for k, vs in fields.items() for v in ([vs] if isinstance(vs, str) else vs)} < set(hidden)
        # The language pressed comes before the page's own.
        _, html = await page.post([("lang", "en"), *hidden], "/check")
    assert HEADINGS["en"] in html
    assert html.count(" checked") == 7 + 2 + 1
    assert '<option value="2027-01" selected>January 2027</option>' in html


async def test_reasons_carry_clauses_papers_and_dated_sources():
    async with served() as page:
        _, html = await page.post(FINE | {"lang": "en", "papers": ["foreign_national", "cannot_use_online"]})
    text = words_of(html)
    assert "Clause: Regulation, Art. 3 (5)(a)" in text
    assert "規則第3条" not in text
    assert re.findall(r'data-paper="([\w-]+)"', html) == [
        "doc-notification", "doc-single", "doc-identity", "doc-residence", "doc-foreign", "doc-in-person",
    ]  # fmt: skip
    assert "This person brings this in place of: Proof of single status" in text
    assert "Not confirmed" in text
    assert "The final decision is Tokyo" in text
    assert "as of 22 June 2022" in text
    assert "no date stated" in text
    assert "https://www.soumu.metro.tokyo.lg.jp/10jinken/page/partnership01.html" in html


async def test_a_certificate_from_ibaraki_or_gunma_replaces_the_proof_of_being_single():
    async with served() as page:
        _, html = await page.post(FINE | {"papers": ["moved_from_ibaraki_or_gunma"]})
    assert "doc-from-ibaraki-gunma" in re.findall(r'data-paper="([\w-]+)"', html)
    assert "doc-single" not in re.findall(r'data-paper="([\w-]+)"', html)
    assert "出さなくてよいもの：独身であることを示す書類" in words_of(html)


@pytest.mark.parametrize("kin", ["sibling", "uncle_aunt", "lineal", "in_law", "adopted_otherwise"])
async def test_close_kin_are_told_kindly_and_shown_other_ways(kin):
    async with served() as page:
        _, html = await page.post(FINE | {"close_relatives": kin, "lang": "en"})
    text = words_of(html)
    assert "sorry" in text
    assert "there are other ways to provide for each other" in text
    assert "notarised agreements" in text
    assert "data-paper" not in html
    assert 'id="what-if"' not in html


async def test_an_open_tie_to_tokyo_shows_every_way_to_have_one():
    fields = {k: v for k, v in FINE.items() if k != "tokyo_link"} | {"lang": "en"}
    async with served() as page:
        _, html = await page.post(fields)
    options = words_of(html[html.index('class="what-if"') : html.index('class="next"')])
    assert "move to Tokyo by 22 February 2027" in options
    assert "works in Tokyo" in options
    assert "studies in Tokyo" in options


async def test_when_only_tokyo_can_say_the_changes_do_not_promise_a_yes():
    fields = FINE | {"any_marriage": "married_abroad_to_each_other", "any_other_partnership": "yes", "lang": "en"}
    async with served() as page:
        _, html = await page.post(fields)
    assert "only Tokyo&#39;s word is left" in html
    assert "What would make it possible" not in html


async def test_no_page_asks_for_a_name_a_birth_date_or_a_gender():
    asked = re.compile(r"氏名を|お名前を|生年月日を|性別|gender|your name|date of birth|orientation", re.IGNORECASE)
    async with served() as page:
        for lang in HEADINGS:
            _, html = await page.get(f"/check?lang={lang}")
            fields = set(re.findall(r'name="(\w+)"', html)) - {"viewport", "referrer"}
            meta = {"lang", "color", "theme", "format"}
            assert fields <= {*SINGLE, *MANY, *MONTHS, *meta}
            assert not asked.search(words_of(html))


def test_every_answer_has_words_in_three_languages_that_plain_readers_can_read(knowledge):
    words = read_yaml(DIRECTORY / "check_page.yml")
    texts: list[tuple[str, Mapping[str, str]]] = []

    def walk(at: str, value: Any) -> None:
        if "ja" in value:
            texts.append((at, value))
        else:
            for name, inner in value.items():
                walk(f"{at}/{name}", inner)

    walk("", words)
    for at, text in texts:
        assert set(text) == {"ja", "en", "ja-easy"}, at
        assert all(text.values()), at
        assert not unread([text["ja-easy"]])[0], at
        assert not long_sentences(text["ja-easy"]), at
    for field, values in (SINGLE | MANY).items():
        missing = set(values) - set(words["options"][field]) - {"unknown"}
        assert not missing, field


def test_the_months_begin_with_this_one():
    assert months("move_month", TODAY)[0] == "2026-11"
    assert months("adult_month", date(2026, 1, 31))[:2] == ("2026-01", "2026-02")
