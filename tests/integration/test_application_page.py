"""The page /a over real HTTP with a real SQLite database: the life of an application, and everything that must not happen."""

from __future__ import annotations

import base64
import itertools
import json
import logging
import re
import shutil
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import pytest
from sanic import Sanic

from bot.application_door import ApplicationDoor
from bot.applications.errors import ApplicationNotFound, StoreUnavailable
from bot.applications.model import Contact, ContactKind, State, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from bot.channels.application_page import application_pages
from bot.channels.application_sessions import ApplicationSessions
from bot.channels.check_page import FORM_TYPE
from bot.knowledge.check_readings import long_sentences, unread
from bot.knowledge.checks import faults
from bot.knowledge.loader import DIRECTORY, load, read_yaml
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span
from bot.settings import read
from tests.drills.installation import Clock, installation

WISHES = Wishes(
    "ja", frozenset({Circumstance.LIVES_IN_TOKYO, Circumstance.WORKS_IN_TOKYO}), Span.month(2027, 4)
)  # fmt: skip
CHAT = Caller("web-the-chat-that-invites")
LANGUAGES = ("ja", "en", "ja-easy")
TELLING = re.compile(r"partner|oath|lgbt|same.?sex|gay|couple|パートナー|宣誓|同性|性的|カップル", re.IGNORECASE)
_apps = itertools.count()
_knowledge = cache(load)


class Answer:
    """A response, read to its end."""

    def __init__(self, response: aiohttp.ClientResponse, body: bytes) -> None:
        self.status, self.headers, self.body = response.status, response.headers, body
        self.html = body.decode()
        self.text = re.sub(r"\s+", " ", re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", self.html))

    @property
    def to(self) -> str:
        """Where it leads."""
        assert self.status == 303, (self.status, self.text)
        return self.headers["Location"]

    @property
    def exact(self) -> tuple[Any, ...]:
        """Everything that could tell two answers apart."""
        return self.status, tuple(self.headers.items()), self.body

    def has(self, name: str, value: str) -> bool:
        """Whether the page offers this choice, and it is chosen."""
        return bool(
            re.search(rf'<(?:input|option)[^>]*(?:name="{name}" )?value="{value}"[^>]* (?:checked|selected)', self.html)
        )


class Browser:
    """A browser without JavaScript: it keeps one cookie, and sends the token of the page it shows."""

    def __init__(self, http: aiohttp.ClientSession, origin: str) -> None:
        self.http, self.origin, self.token = http, origin, ""

    async def get(self, path: str = "/a", **headers: str) -> Answer:
        answer = await self._ask("GET", path, None, headers)
        found = re.search(r'name="token" value="(\w+)"', answer.html)
        self.token = found[1] if found else self.token
        return answer

    async def post(self, path: str, fields: Any = (), **headers: str) -> Answer:
        pairs = list(fields.items() if isinstance(fields, Mapping) else fields)
        if not any(name == "token" for name, _ in pairs):
            pairs.append(("token", self.token))
        sent = {"Content-Type": FORM_TYPE, "Origin": "null", "Sec-Fetch-Site": "same-origin"} | headers
        return await self._ask("POST", path, urlencode(pairs, doseq=True).encode(), sent)

    async def follow(self, answer: Answer) -> Answer:
        return await self.get(answer.to.partition("#")[0])

    async def enter(self, started: Started, **fields: str) -> Answer:
        await self.get()
        sent = {"receipt": started.receipt, "pin": started.pin} | fields
        answer = await self.post("/a", sent)
        assert answer.to.startswith("/a"), answer.to
        return await self.follow(answer)

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.key: cookie.value for cookie in self.http.cookie_jar}

    async def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items() if value}
        url = self.origin + path
        async with self.http.request(method, url, data=body, headers=sent, allow_redirects=False) as response:
            return Answer(response, await response.read())


class Seconds:
    """The clock of the sessions."""

    time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def applications(tmp_path: Path, clock: Clock) -> Iterator[Applications]:
    found = installation(f"sqlite:///{tmp_path / 'tomoni.db'}", clock)
    yield found
    found.store.close()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def serve(applications: Applications, tmp_path: Path, seconds: Seconds) -> Callable[..., Any]:
    """Serves the page: `async with serve() as open_browser`."""

    @asynccontextmanager
    async def serving(door: Any = None, **options: Any) -> AsyncIterator[Callable[[], Browser]]:
        proxies = options.pop("proxies", 0)
        settings = replace(read({}, tmp_path / "var"), web_proxies=proxies, public_url="https://tomoni.example.jp")
        sessions = ApplicationSessions(settings.web_secret, proxies, seconds)
        free = {"per_minute": 6000, "burst": 1000}
        app = Sanic(f"application_{next(_apps)}", configure_logging=False)
        blueprint = application_pages(
            door or (lambda: applications), settings, _knowledge(), sessions=sessions, **(free | options)
        )
        app.blueprint(blueprint)
        sock = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        opened: list[aiohttp.ClientSession] = []

        def browser() -> Browser:
            opened.append(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False)))
            return Browser(opened[-1], f"http://127.0.0.1:{sock.getsockname()[1]}")

        browser.sessions = sessions  # type: ignore[attr-defined]
        try:
            yield browser
        finally:
            for http in opened:
                await http.close()
            server.close()

    return serving


@pytest.fixture
def start(applications: Applications, today: Any) -> Callable[..., Started]:
    keys = itertools.count()

    def started(wishes: Wishes = WISHES, contact: Contact | None = None) -> Started:
        return applications.start(wishes, contact, f"confirmation-{next(keys)}", today)

    return started


def other_pin(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


# --- the life of a case


async def test_a_couple_comes_back_ticks_plans_files_and_sees_each_state(serve, start, applications):
    case = start()
    async with serve() as browser:
        page = browser()
        seen = await page.enter(case)
        assert seen.status == 200
        assert "届出の準備中です" in seen.text
        assert "あと4点" in seen.text  # either proof of a tie to Tokyo is enough
        assert "https://www.soumu.metro.tokyo.lg.jp/10jinken/page/partnership01.html" in seen.html

        papers = re.findall(r'name="ready" value="([\w-]+)"', seen.html)
        assert papers == ["doc-notification", "doc-single", "doc-identity", "doc-residence", "doc-work"]
        seen = await page.follow(
            await page.post("/a/papers", [("ready", "doc-single"), ("ready", "doc-residence"), ("ready", "doc-moon")])
        )
        assert "保存しました" in seen.text
        assert "あと2点" in seen.text
        assert seen.has("ready", "doc-single")
        assert "保存しました" not in (await page.get()).text

        form = await page.get("/a/wishes")
        assert form.has("month", "2027-04")
        wanted = [
            ("month", "2027-05"),
            ("circumstance", "works_in_tokyo"),
            ("circumstance", "foreign_national"),
            ("notices", "en"),
        ]
        seen = await page.follow(await page.post("/a/wishes", wanted))
        assert "2027年5月" in seen.text
        assert "外国籍の人がいる" in seen.text
        assert "doc-foreign" in seen.html
        assert "doc-residence" not in seen.html
        assert seen.has("ready", "doc-single")

        seen = await page.follow(await page.post("/a/contact", {"by": "email", "address": "a@example.org"}))
        assert "メールに届きます" in seen.text
        assert "example.org" not in seen.html
        assert "example.org" not in (await page.get("/a/contact")).html
        assert applications.recipient(case.application) == (Contact(ContactKind.EMAIL, "a@example.org"), "en")

        seen = await page.follow(await page.post("/a/filed"))
        assert "東京都に届け出た、と記録しています" in seen.text
        assert "/a/filed" not in seen.html
        words = read_yaml(DIRECTORY / "application_talk.yml")["states"]
        steps = (State.UNDER_REVIEW, State.DOCUMENTS_REQUESTED, State.UNDER_REVIEW, State.ACCEPTED, State.ISSUED)
        for state in steps:
            applications.advance(case.application, state, "staff:a", "checked")
            for lang in LANGUAGES:
                seen = await page.get(f"/a?lang={lang}")
                heading = re.sub(r"（.*?）", "", words[state.value]["name"][lang])
                assert heading in seen.text, (state, lang)
        assert "/a/papers" in seen.html
        assert "disabled" in seen.html  # what is over can be read, not changed
        assert "/a/withdraw" not in seen.html


@pytest.mark.parametrize("writing", ["full_width", "lower", "spaced", "look_alikes"])
async def test_the_receipt_may_be_written_in_any_way(serve, start, writing):
    case = start()
    written = {
        "full_width": "".join(chr(ord(c) + 0xFEE0) if c != "-" else "ー" for c in case.receipt),
        "lower": case.receipt.lower().replace("-", ""),
        "spaced": case.receipt.replace("-", "　"),
        "look_alikes": case.receipt.replace("1", "l").replace("0", "o"),
    }[writing]
    full_width_pin = "".join(chr(ord(c) + 0xFEE0) for c in case.pin)
    async with serve() as browser:
        seen = await browser().enter(replace(case, receipt=written, pin=full_width_pin))
        assert "届出の準備中です" in seen.text


async def test_what_the_other_one_ticked_meanwhile_stays_ticked(serve, start):
    case = start()
    async with serve() as browser:
        one, two = browser(), browser()
        await one.enter(case)
        await two.enter(case)
        await two.post("/a/papers", [("ready", "doc-single")])
        await one.post("/a/papers", [("ready", "doc-identity")])
        seen = await one.get()
        assert seen.has("ready", "doc-single")
        assert seen.has("ready", "doc-identity")
        # Unticking is a change too.
        await one.post("/a/papers", [("was", "doc-single"), ("was", "doc-identity"), ("ready", "doc-identity")])
        assert not (await one.get()).has("ready", "doc-single")


async def test_a_new_pin_is_shown_once_and_the_same_form_again_gives_the_same_pin(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/pin")
        proof = {"receipt": case.receipt.lower(), "pin": case.pin}
        answer = await page.post("/a/pin", proof)
        assert answer.to == "/a/pin"
        fresh = re.search(r"<output>(\d{6})</output>", (await page.follow(answer)).html)[1]
        assert fresh not in (await page.get("/a/pin")).html
        # The answer was lost on the way: the old PIN, typed once more, brings it back.
        again = await page.follow(await page.post("/a/pin", proof | {"receipt": case.receipt}))
        assert f"<output>{fresh}</output>" in again.html
        seen = await page.get()
        assert "暗証番号を新しくしました" in seen.text
        assert "暗証番号の間違い" not in seen.text
        other = browser()
        assert "開けませんでした" in (await other.enter(case)).text
        assert "届出の準備中です" in (await other.enter(replace(case, pin=fresh))).text
        # And from the new one to a third.
        third = await page.follow(await page.post("/a/pin", proof | {"pin": fresh}))
        assert fresh not in third.html
        assert "<output>" in third.html


async def test_a_new_pin_needs_the_old_one_and_a_mistake_closes_nothing(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/pin")
        wrong = await page.post("/a/pin", {"receipt": case.receipt, "pin": other_pin(case.pin)})
        assert wrong.to == "/a/pin#said"
        unknown = await page.post("/a/pin", {"receipt": "TP-0000-0000-0000", "pin": case.pin})
        assert wrong.exact == unknown.exact
        seen = await page.follow(wrong)
        assert "変えていません" in seen.text
        assert case.receipt not in seen.html
        assert "暗証番号の間違い" in (await page.get()).text


async def test_withdrawing_asks_first_and_twice_is_once(serve, start, applications):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        asked = await page.get("/a/withdraw")
        assert "元には戻せません" in asked.text
        assert applications.shown(case.application).application.state is State.PREPARING
        first, second = await page.post("/a/withdraw"), await page.post("/a/withdraw")
        assert first.exact == second.exact
        seen = await page.follow(second)
        assert "取りやめと記録しています" in seen.text
        assert len(applications.shown(case.application).history) == 2
        # A page that still shows buttons of before is told so.
        seen = await page.follow(await page.post("/a/filed"))
        assert "先に状態が変わっていた" in seen.text


async def test_having_filed_is_asked_first(serve, start, applications):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        assert 'href="/a/filed' in (await page.get()).html
        asked = await page.get("/a/filed")
        assert "準備中には戻せません" in asked.text
        assert applications.shown(case.application).application.state is State.PREPARING
        await page.post("/a/filed")
        assert applications.shown(case.application).application.state is State.SUBMITTED


async def test_erasing_asks_first_takes_everything_and_leaves_no_cookie(serve, start, applications):
    case = start(contact=Contact(ContactKind.EMAIL, "a@example.org"))
    async with serve() as browser:
        page, other = browser(), browser()
        await page.enter(case)
        await other.enter(case)
        assert "すべて消す" in (await page.get("/a/erase")).text
        first, second = await page.post("/a/erase"), await page.post("/a/erase")
        assert first.to.startswith("/a")
        assert second.to.startswith("/a")
        seen = await page.follow(first)
        assert "すべて消しました" in seen.text
        assert "<form id" not in seen.html
        assert page.cookies == {}
        with pytest.raises(ApplicationNotFound):
            applications.shown(case.application)
        # Whoever had it open elsewhere is asked to open it again, and cannot.
        assert (await other.get()).to.endswith("said=expired#said")
        assert "開けませんでした" in (await other.enter(case)).text


async def test_ones_own_data_come_as_a_file_with_a_name_that_says_nothing(serve, start):
    case = start(contact=Contact(ContactKind.EMAIL, "a@example.org"))
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        file = await page.post("/a/export")
        assert file.headers["Content-Disposition"] == 'attachment; filename="data.json"'
        assert file.headers["Cache-Control"] == "no-store"
        data = json.loads(file.body)
        assert data["contact"]["address"] == "a@example.org"
        assert data["wishes"]["planned_on"] == "2027-04"


@pytest.mark.parametrize(
    "address", ["", "a@b", "a@example.org\r\nBcc: x@example.org", "<script>@example.org", "名前@example.org"]
)
async def test_an_address_that_is_none_is_shown_again_and_not_kept(serve, start, applications, address):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/contact")
        answer = await page.post("/a/contact", {"by": "email", "address": address})
        assert answer.status == 422
        assert "メールアドレスの形になっていない" in answer.text
        assert "<script>@" not in answer.html
        assert applications.recipient(case.application) is None


async def test_no_notices_forgets_the_address_and_leave_it_keeps_it(serve, start, applications):
    case = start(contact=Contact(ContactKind.EMAIL, "a@example.org"))
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.post("/a/contact", {"by": "keep", "address": ""})
        assert applications.recipient(case.application) is not None
        await page.post("/a/contact", {"by": "keep", "address": "b@example.org"})
        assert applications.recipient(case.application)[0].address == "b@example.org"
        await page.post("/a/contact", {"by": "none", "address": "b@example.org"})
        assert applications.recipient(case.application) is None


async def test_a_month_in_the_past_is_shown_again_with_what_was_chosen(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        fields = [("month", "2026-10"), ("circumstance", "studies_in_tokyo"), ("notices", "ja")]
        answer = await page.post("/a/wishes", fields)
        assert answer.status == 422
        assert "その月は選べません" in answer.text
        assert answer.has("circumstance", "studies_in_tokyo")
        for broken in ([("notices", "xx")], [("notices", "ja"), ("circumstance", "rich")]):
            assert (await page.post("/a/wishes", broken)).status == 400


async def test_an_exact_day_that_was_planned_in_chat_stays_on_offer(serve, start, today):
    case = start(replace(WISHES, planned_on=Span.day(today.replace(year=2027, month=3, day=14))))
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        form = await page.get("/a/wishes")
        assert form.has("month", "2027-03-14")
        assert "2027年3月14日" in form.text


# --- refusals


async def test_unknown_wrong_locked_malformed_and_empty_are_the_same_to_the_byte(serve, start, clock):
    wrong, locked = start(), start()
    tried = {
        "unknown": ("TP-0000-0000-0000", "123456"),
        "another unknown": ("TP-ZZZZ-ZZZZ-ZZZZ", "000000"),
        "wrong": (wrong.receipt, other_pin(wrong.pin)),
        "malformed PIN": (wrong.receipt, "12"),
        "malformed receipt": ("x" * 60, "123456"),
        "markup": ("<script>alert(1)</script>", "{{7*7}}"),
        "empty": ("", ""),
    }
    async with serve() as browser:
        page = browser()
        await page.get()
        for _ in range(5):
            await page.post("/a", {"receipt": locked.receipt, "pin": other_pin(locked.pin)})
        tried["locked"] = (locked.receipt, locked.pin)
        answers = {}
        for name, (receipt, pin) in tried.items():
            posted = await page.post("/a", {"receipt": receipt, "pin": pin, "lang": "ja"})
            answers[name] = (posted.exact, (await page.follow(posted)).exact)
        assert len(set(answers.values())) == 1, answers
        (status, headers, body), _ = answers["wrong"]
        assert (status, body) == (303, b"")
        assert dict(headers)["Location"] == "/a?lang=ja&said=refused#said"
        assert "Set-Cookie" not in dict(headers)
        # In another browser too the form's answer is the same.
        other = browser()
        await other.get()
        assert (await other.post("/a", {"receipt": "TP", "pin": "1", "lang": "ja"})).exact == answers["wrong"][0]
        clock.move(minutes=16)
        assert "届出の準備中です" in (await page.enter(locked)).text


async def test_too_many_failures_of_one_address_say_how_long_to_wait(serve, start):
    case = start()
    async with serve(proxies=1) as browser:
        page = browser()
        await page.get()
        for _ in range(20):
            answer = await page.post("/a", {"receipt": "TP-0", "pin": "1"}, X_Forwarded_For="192.0.2.7")
            assert answer.status == 303
        known = {"receipt": case.receipt, "pin": case.pin}
        answer = await page.post("/a", known, X_Forwarded_For="6.6.6.6, 192.0.2.7")
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "3600"
        assert "あと60分" in answer.text
        assert case.receipt not in answer.html
        # Another address is not held up.
        assert (await page.post("/a", known, X_Forwarded_For="192.0.2.8")).to == "/a"


async def test_a_crowd_of_forms_is_told_to_wait(serve):
    async with serve(per_minute=6, burst=3) as browser:
        page = browser()
        await page.get()
        for _ in range(3):
            assert (await page.post("/a", {"receipt": "x", "pin": "1"})).status == 303
        answer = await page.post("/a", {"receipt": "x", "pin": "1"})
        assert answer.status == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 10


async def test_too_much_and_other_types_are_refused(serve):
    async with serve() as browser:
        page = browser()
        await page.get()
        assert (await page.post("/a", {"receipt": "x" * 17_000})).status == 413
        for kind in ("application/json", "text/plain", "multipart/form-data; boundary=x"):
            assert (await page.post("/a", {"receipt": "x"}, **{"Content-Type": kind})).status == 415
        for body in (b"\xff\xfe=%%&&;;", b"&".join(b"a%d=1" % n for n in range(500))):
            sent = {"Content-Type": FORM_TYPE}
            answer = await page._ask("POST", "/a", body, sent)
            assert answer.status == 403  # no token in it


HOSTILE = ["TP-<b>x</b>", "\x00", "\ud7ff\u202e", "%s%n{}", "'; DROP TABLE applications;--", "é" * 60, "𓀀" * 20]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_refused_like_any_other(serve, text):
    async with serve() as browser:
        page = browser()
        await page.get()
        answer = await page.post("/a", {"receipt": text, "pin": text, "lang": "en"})
        assert answer.to == "/a?lang=en&said=refused#said"


# --- forged and repeated forms


DEEDS = {
    "/a/papers": [("ready", "doc-single")],
    "/a/wishes": [("month", ""), ("notices", "en")],
    "/a/contact": [("by", "email"), ("address", "evil@example.org")],
    "/a/filed": [],
    "/a/withdraw": [],
    "/a/erase": [],
    "/a/export": [],
    "/a/phone": [],
    "/a/pin": [("receipt", "x"), ("pin", "1")],
    "/a": [("receipt", "x"), ("pin", "1")],
}


@pytest.mark.parametrize("path", DEEDS)
async def test_a_form_of_another_site_does_nothing(serve, start, applications, path):
    case = start()
    async with serve() as browser:
        page, stranger = browser(), browser()
        await page.enter(case)
        before = applications.export_by_staff(case.application)
        await stranger.get()
        for forged in (
            await page.post(path, [*DEEDS[path], ("token", "")]),
            await page.post(path, [*DEEDS[path], ("token", stranger.token)]),
            await page.post(path, DEEDS[path], Origin="https://evil.example"),
            await page.post(path, DEEDS[path], Sec_Fetch_Site="cross-site"),
            await page.post(path, DEEDS[path], Sec_Fetch_Site="same-site"),
            await page.post(path, DEEDS[path], Origin="http://[bad", Sec_Fetch_Site=""),
        ):
            assert forged.status == 403
        assert (await page.get(path)).status in (200, 303)
        assert applications.export_by_staff(case.application) == before
        # Without a session there is nothing to do it to.
        if path != "/a":
            assert (await stranger.post(path, DEEDS[path])).to.endswith("said=expired#said")


async def test_old_browsers_and_our_own_origin_may_post(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        for headers in (
            {"Origin": page.origin, "Sec_Fetch_Site": ""},
            {"Origin": "null", "Sec_Fetch_Site": ""},
            {"Origin": "", "Sec_Fetch_Site": ""},
        ):
            assert (await page.post("/a/papers", [("ready", "doc-single")], **headers)).to == "/a#said"


async def test_coming_from_another_site_sets_no_cookie_and_leads_back_to_the_same_page(serve, start):
    case, token = start(), "x" * 43
    async with serve() as browser:
        for path in ("/a", f"/a/{token}", "/a/wishes"):
            answer = await browser().get(path, Sec_Fetch_Site="cross-site")
            assert "Set-Cookie" not in answer.headers
            assert f'content="0; url={path}?lang=ja"' in answer.html
        page = browser()
        refused = await page.post("/a", {"receipt": case.receipt, "pin": case.pin}, Sec_Fetch_Site="cross-site")
        assert refused.status == 403
        assert "Set-Cookie" not in refused.headers
        await page.enter(case)
        assert "届出の準備中です" in (await page.get("/a", Sec_Fetch_Site="cross-site")).text


async def test_every_form_sent_twice_leaves_what_it_left_once(serve, start, applications):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        for path in ("/a/papers", "/a/wishes", "/a/contact", "/a/filed", "/a/withdraw"):
            answers, kept = [], []
            for _ in range(2):
                answers.append((await page.post(path, DEEDS[path])).exact)
                data = applications.export_by_staff(case.application)
                kept.append(data)
            assert answers[0] == answers[1], path
            assert kept[0]["history"] == kept[1]["history"], path
            assert kept[0]["wishes"] == kept[1]["wishes"], path
            assert kept[0]["ready"] == kept[1]["ready"], path


# --- the session


async def test_half_an_hour_without_use_closes_it_and_use_keeps_it_open(serve, start, seconds, clock):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        for _ in range(3):
            seconds.time += 29 * 60
            clock.move(minutes=29)
            assert "届出の準備中です" in (await page.get()).text
        seconds.time += 31 * 60
        clock.move(minutes=31)
        answer = await page.post("/a/papers", [("ready", "doc-single")])
        assert answer.to == "/a?lang=ja&said=expired#said"
        assert "しばらく使われなかった" in (await page.follow(answer)).text
        assert "準備の記録を開く" in (await page.get()).text


async def test_a_grant_that_ran_out_before_the_session_closes_it_kindly(serve, start, clock):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        clock.move(minutes=31)
        assert (await page.get()).to.endswith("said=expired#said")


async def test_the_cookie_is_new_after_opening_and_worthless_after_closing(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        first = await page.get()
        assert re.fullmatch(r"aid=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict", first.headers["Set-Cookie"])
        planted = page.cookies["aid"]
        await page.enter(case)
        opened = page.cookies["aid"]
        assert opened != planted
        thief = browser()
        for cookie in (planted, opened):
            answer = await thief.get("/a", Cookie=f"aid={cookie}")
            assert ("届出の準備中です" in answer.text) == (cookie == opened)
        # Leaving works from a form that has grown old, too.
        left = await page.post("/a/close", {"token": "old", "to": "away"})
        assert left.to == "/webhooks/web/static/calendar.html"
        assert "Max-Age=0" in left.headers["Set-Cookie"]
        assert page.cookies == {}
        assert "届出の準備中です" not in (await thief.get("/a", Cookie=f"aid={opened}")).text


async def test_closing_says_so_without_setting_a_cookie_again(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        seen = await page.follow(await page.post("/a/close"))
        assert "閉じました" in seen.text
        assert "Set-Cookie" not in seen.headers
        assert page.cookies == {}


async def test_behind_https_the_cookie_is_secure_and_bound_to_the_host(serve):
    async with serve(proxies=1) as browser:
        answer = await browser().get("/a", X_Forwarded_Proto="https")
        assert re.fullmatch(
            r"__Host-aid=[\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Secure", answer.headers["Set-Cookie"]
        )


async def test_opening_another_case_leaves_no_form_of_the_first_alive(serve, start, applications):
    one, two = start(), start()
    async with serve() as browser:
        page = browser()
        await page.enter(one)
        token_of_first = page.token
        await page.get("/a")
        await page.post("/a", {"receipt": two.receipt, "pin": two.pin})
        answer = await page.post("/a/erase", {"token": token_of_first})
        assert answer.status == 403
        assert applications.shown(two.application)


async def test_sessions_hold_neither_receipt_nor_pin_and_are_bounded(serve, start, monkeypatch):
    monkeypatch.setattr("bot.channels.application_sessions._MAX_OPEN", 3)
    case = start()
    async with serve() as browser:
        for _ in range(5):
            page = browser()
            await page.enter(case)
        kept = browser.sessions._open
        assert len(kept) == 3
        for session in kept.values():
            held = repr(vars(session))
            assert case.receipt not in held
            assert case.pin not in held
            assert repr(session).startswith("<")  # no log can print it


async def test_visitors_who_open_nothing_are_not_remembered(serve):
    async with serve() as browser:
        for _ in range(20):
            page = browser()
            await page.get()
            await page.post("/a", {"receipt": "x", "pin": "1"})
        assert not browser.sessions._open


# --- links


async def test_a_one_time_link_is_used_by_its_button_only_and_only_once(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/phone")
        shown = await page.follow(await page.post("/a/phone"))
        path = re.search(r"https://tomoni\.example\.jp(/a/[\w-]{43})", shown.html)[1]
        assert "<svg" in shown.html
        assert path not in (await page.get("/a/phone")).html  # shown once
        phone, late = browser(), browser()
        for _ in range(3):  # previews, prefetchers
            seen = await phone.get(path)
            assert seen.status == 200
            assert "続ける" in seen.text
        opened = await phone.post(path)
        assert opened.to == "/a"
        assert "届出の準備中です" in (await phone.follow(opened)).text
        await late.get(path)
        refused = await late.post(path)
        assert refused.to == "/a?lang=ja&said=link_over#said"
        seen = await late.follow(refused)
        assert "このリンクは、もう使えません" in seen.text
        assert "準備の記録を開く" in seen.text


async def test_a_link_runs_out_after_ten_minutes(serve, start, applications, clock):
    case = start()
    view = applications.look_up(case.receipt, case.pin, CHAT)
    token = applications.issue_one_time_link(view.grant, CHAT)
    clock.move(minutes=10)
    async with serve() as browser:
        page = browser()
        await page.get(f"/a/{token}")
        assert (await page.post(f"/a/{token}")).to == "/a?lang=ja&said=link_over#said"


async def test_receipt_and_pin_are_shown_for_two_minutes_at_most(serve, start, applications, seconds):
    case = start()
    token = applications.issue_one_time_link(
        applications.look_up(case.receipt, case.pin, CHAT).grant, CHAT, with_numbers=True
    )
    async with serve() as browser:
        page = browser()
        await page.get(f"/a/{token}")
        await page.follow(await page.post(f"/a/{token}"))
        seconds.time += 121
        assert (await page.get("/a/numbers")).to == "/a"


@pytest.mark.parametrize("changed", [False, True])
async def test_receipt_and_pin_are_shown_once_to_whom_the_chat_did_not_send_them(serve, start, applications, changed):
    """R48: whoever starts on LINE gets a link in their place. A PIN that is another by now is not shown as if it still opened."""
    case = start()
    view = applications.look_up(case.receipt, case.pin, CHAT)
    token = applications.issue_one_time_link(view.grant, CHAT, with_numbers=True)
    if changed:
        applications.new_pin(case.receipt, case.pin, CHAT, "key")
    async with serve() as browser:
        page = browser()
        assert case.pin not in (await page.get(f"/a/{token}")).html
        opened = await page.post(f"/a/{token}")
        if changed:
            assert opened.to == "/a"
            return
        assert opened.to == "/a/numbers"
        seen = await page.follow(opened)
        assert case.receipt in seen.html and case.pin in seen.html
        assert case.pin in (await page.get("/a/numbers?lang=en")).html  # the other one reads English
        await page.get("/a")  # noted
        assert (await page.get("/a/numbers")).to == "/a"
        assert (await browser().get("/a/numbers")).to.startswith("/a?")
        for path in ("/a", "/a/pin", "/a/phone"):
            seen = await page.get(path)
            assert case.pin not in seen.html and case.receipt not in seen.html


async def test_an_invitation_asks_for_the_numbers_without_being_tried_as_a_link(serve, applications):
    async with serve() as browser:
        page = browser()
        token = applications.invite_to_page(CHAT)
        assert token in (await page.get(f"/a/{token}")).html  # in the form
        assert (await page.post(f"/a/{token}")).to == f"/a/{token}/numbers?lang=ja"


async def test_a_link_needs_a_form_of_ours(serve, start, applications):
    case = start()
    view = applications.look_up(case.receipt, case.pin, CHAT)
    token = applications.issue_one_time_link(view.grant, CHAT)
    async with serve() as browser:
        page = browser()
        assert (await page.post(f"/a/{token}")).status == 403
        await page.get(f"/a/{token}")
        assert (await page.post(f"/a/{token}", Origin="https://evil.example")).status == 403
        assert (await page.post(f"/a/{token}")).to == "/a"


@pytest.mark.parametrize("agrees", [True, False])
async def test_an_invitation_links_the_chat_only_if_one_agrees(serve, start, applications, agrees):
    case, token = start(), applications.invite_to_page(CHAT)
    async with serve() as browser:
        page = browser()
        await page.get(f"/a/{token}")
        form = await page.follow(await page.post(f"/a/{token}"))
        assert "チャットでも進み具合を見られるようにする" in form.text
        assert not form.has("link", "yes")
        # A mistake leads back to the same form.
        sent = {"invitation": token, "receipt": case.receipt, "pin": case.pin} | ({"link": "yes"} if agrees else {})
        wrong = await page.post("/a", sent | {"pin": other_pin(case.pin), "lang": "ja"})
        assert wrong.to == f"/a/{token}/numbers?lang=ja&said=refused#said"
        assert "開けませんでした" in (await page.follow(wrong)).text
        seen = await page.follow(await page.post("/a", sent))
        assert ("チャットでも進み具合を見られます" in seen.text) == agrees
    if agrees:
        assert applications.look_up_linked(CHAT).application.id == case.application
    else:
        with pytest.raises(ApplicationNotFound):
            applications.look_up_linked(CHAT)


async def test_an_invitation_that_ran_out_opens_the_case_and_says_that_the_chat_is_not_linked(
    serve, start, applications, clock
):
    case, token = start(), applications.invite_to_page(CHAT)
    clock.move(minutes=11)
    async with serve() as browser:
        page = browser()
        await page.get(f"/a/{token}/numbers")
        sent = {"invitation": token, "receipt": case.receipt, "pin": case.pin, "link": "yes"}
        seen = await page.follow(await page.post("/a", sent))
        assert "結び付けられませんでした" in seen.text
        assert "届出の準備中です" in seen.text


async def test_addresses_that_are_no_page_lead_to_the_first(serve):
    async with serve() as browser:
        page = browser()
        for path in ("/a/x", "/a/papers", "/a/export", "/a/close", "/a/" + "!" * 30):
            assert (await page.get(path)).to.startswith("/a"), path
        for path in ("/a/wishes", "/a/contact", "/a/pin", "/a/phone", "/a/filed", "/a/withdraw", "/a/erase"):
            assert (await page.get(path)).to.endswith("said=expired#said"), path
        # The address can make the page say nothing of what only a session knows.
        for code in ("erased", "saved", "linked", "nothing", "<b>"):
            assert 'id="said"' not in (await page.get(f"/a?said={quote(code)}")).html


# --- the database


async def test_a_locked_database_says_try_later_in_time_and_keeps_what_was_typed(serve, start, applications):
    case = start()
    path = applications.store.engine.url.database
    async with serve() as browser:
        page, visitor = browser(), browser()
        await page.enter(case)
        await visitor.get()
        lock = sqlite3.connect(path)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            tried = {
                "/a": [("receipt", case.receipt), ("pin", case.pin)],
                "/a/papers": [("ready", "doc-single")],
                "/a/wishes": [("month", "2027-05"), ("notices", "ja")],
                "/a/contact": [("by", "email"), ("address", "b@example.org")],
                "/a/pin": [("receipt", case.receipt), ("pin", case.pin)],
            }
            for address, fields in tried.items():
                began = time.monotonic()
                answer = await (visitor if address == "/a" else page).post(address, fields)
                assert time.monotonic() - began < 3
                assert answer.status == 503
                assert "少し待って、もう一度" in answer.text
                for name, value in fields:
                    kept = f'name="{name}" value="{value}"' in answer.html
                    assert kept == (name != "pin"), (address, name)
                assert case.pin not in answer.html
            began = time.monotonic()
            assert (await page.get()).status == 503
            assert time.monotonic() - began < 3
        finally:
            lock.rollback()
            lock.close()
        # The same form, sent again, completes.
        assert (await page.post("/a/papers", tried["/a/papers"])).to == "/a#said"
        assert (await visitor.post("/a", tried["/a"])).to == "/a"


async def test_a_database_that_never_answers_is_not_waited_for(serve, start):
    def door() -> Applications:
        time.sleep(1.2)
        raise StoreUnavailable("late")

    async with serve(door, answer_within=0.3) as browser:
        page = browser()
        await page.get()
        began = time.monotonic()
        answer = await page.post("/a", {"receipt": "TP-1", "pin": "1"})
        assert answer.status == 503
        assert time.monotonic() - began < 1
        assert (await page.get()).status == 200


async def test_a_fault_of_ours_is_a_kind_page_and_a_log_line_without_words(serve, caplog):
    def door() -> Applications:
        raise RuntimeError("secret words TP-SECRET")

    async with serve(door) as browser:
        page = browser()
        await page.get()
        answer = await page.post("/a", {"receipt": "TP-SECRET", "pin": "1"})
    assert answer.status == 503
    assert "RuntimeError" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_database_that_cannot_be_opened_is_tried_again_for_each_visitor(serve, tmp_path):
    # A file where a folder is needed; a read-only one would not stop root.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    settings = replace(read({}, tmp_path / "var"), database_url=f"sqlite:///{blocked / 'tomoni.db'}")
    door = ApplicationDoor(settings)
    door.try_open()
    async with serve(door) as browser:
        page = browser()
        assert (await page.get()).status == 200
        assert (await page.post("/a", {"receipt": "TP-1", "pin": "1"})).status == 503
        blocked.unlink()
        assert (await page.post("/a", {"receipt": "TP-1", "pin": "1"})).to.endswith("said=refused#said")
    door().store.close()


def test_serve_mounts_the_page_and_opens_the_applications_once(tmp_path):
    from types import SimpleNamespace

    from bot.serve import create_app

    try:
        app = create_app(read({}, tmp_path), SimpleNamespace())
        paths = {route.path for route in app.router.routes}
        assert {"a", "a/wishes", "a/erase", "check"} <= paths
        assert app.ctx.applications() is app.ctx.applications()
        app.ctx.applications().store.close()
    finally:
        Sanic._app_registry.pop("tomoni", None)


# --- what is seen, kept and written down


async def test_every_page_is_neutral_uncached_and_without_anything_inline(serve, start):
    case = start(replace(WISHES, circumstances=frozenset(Circumstance)))
    async with serve() as browser:
        page = browser()
        answers = [await page.get("/a"), await page.get("/a/" + "x" * 43), await page.get(f"/a/{'x' * 43}/numbers")]
        await page.enter(case)
        for path in ("/a", "/a/wishes", "/a/contact", "/a/pin", "/a/phone", "/a/filed", "/a/withdraw", "/a/erase"):
            answers += [await page.get(f"{path}?lang={lang}") for lang in LANGUAGES]
        answers += [await page.post("/a/papers"), await page.post("/a/contact", {"by": "email", "address": "x"})]
        answers += [await page.post("/a/phone"), await page.get("/a/phone"), await page.post("/a/close")]
        answers.append(await page.get("/a?said=closed"))
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        if answer.status == 303:
            assert answer.body == b""
            continue
        assert "<title>ともに</title>" in answer.html
        assert not re.search(
            r"<script(?! type=\"module\" src=\"/webhooks/web/static/leave\.js\"></script>)", answer.html
        )
        assert not re.search(r"\son\w+=|javascript:|style=|<style|type=\"password\"", answer.html)
        for field in re.findall(r"<input id=[^>]+>", answer.html):
            assert 'autocomplete="off"' in field
            assert "inputmode=" in field
        for form in re.findall(r"<form[^>]*>", answer.html):
            assert 'method="post"' in form or 'class="languages"' in form
        assert case.receipt not in answer.html
        assert case.pin not in answer.html


def test_the_check_of_the_knowledge_base_reads_the_words_of_both_pages(tmp_path):
    copy = tmp_path / "knowledge"
    shutil.copytree(DIRECTORY, copy)
    for page in ("application_page.yml", "check_page.yml"):
        path = copy / page
        path.write_text(path.read_text().replace("exit: {ja: すぐ閉じる,", "exit: {"))
    found = {(fault.file, fault.id, fault.field) for fault in faults(copy)}
    assert found == {("application_page.yml", "page", "exit"), ("check_page.yml", "page", "exit")}


def secrets_of(*values: str) -> Iterator[bytes]:
    for value in values:
        for text in {value, value.lower(), value.replace("-", ""), quote(value, safe="")}:
            yield text.encode()
            yield base64.b64encode(text.encode()).rstrip(b"=")


async def test_no_log_at_debug_level_holds_a_receipt_pin_contact_token_grant_or_cookie(
    serve, start, applications, caplog
):
    caplog.set_level(logging.DEBUG)
    for name in ("sanic.root", "sanic.error", "sanic.access", "sqlalchemy.engine", "asyncio"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    case = start()
    hidden = [case.receipt, "canary-7@example.org"]
    try:
        async with serve() as browser:
            page, phone = browser(), browser()
            await page.enter(replace(case, pin=other_pin(case.pin)))
            await page.enter(case)
            hidden.append(page.cookies["aid"])
            hidden += [session.grant for session in browser.sessions._open.values()]
            await page.post("/a/contact", {"by": "email", "address": "canary-7@example.org"})
            await page.get("/a/contact")
            shown = await page.follow(await page.post("/a/pin", {"receipt": case.receipt, "pin": case.pin}))
            fresh = re.search(r"<output>(\d+)", shown.html)[1]
            shown = await page.follow(await page.post("/a/phone"))
            token = re.search(r"/a/([\w-]{43})", shown.html)[1]
            hidden.append(token)
            await phone.get(f"/a/{token}")
            await phone.post(f"/a/{token}", Origin="https://evil.example")
            await phone._ask("PUT", f"/a/{token}", b"", {})
            await phone.get(f"/a/{token}/elsewhere")
            await phone.post(f"/a/{token}")
            await phone.post(f"/a/{token}")
            invitation = applications.invite_to_page(CHAT)
            hidden.append(invitation)
            await phone.get(f"/a/{invitation}/numbers")
            broken = {"receipt": case.receipt, "pin": fresh, "invitation": invitation, "link": "yes"}
            applications.accept_invitation = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
            assert (await phone.post("/a", broken)).status == 503
            await page.post("/a/export")
            await page.post("/a/erase")
    finally:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    logged = "\n".join(f"{r.getMessage()} {r.exc_text or ''} {r.args!r}" for r in caplog.records).encode()
    assert b"ZeroDivisionError" in logged  # the trap was sprung
    for secret in secrets_of(*hidden):
        assert secret not in logged, secret
    for pin in (case.pin, fresh):  # six digits stand in many a longer number
        assert not re.search(rb"(?<![\w.])" + pin.encode() + rb"(?!\w)", logged)


async def test_the_address_bar_never_holds_more_than_a_page_and_a_code(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        for path, fields in DEEDS.items():
            if path == "/a/export":
                continue
            answer = await page.post(path, fields)
            if answer.status == 303:
                assert re.fullmatch(r"/a(?:/\w+)?(?:\?lang=[\w-]+(?:&said=\w+)?)?(?:#said)?", answer.to), answer.to


def test_the_words_are_whole_neutral_and_readable():
    words = read_yaml(DIRECTORY / "application_page.yml")
    texts: list[tuple[str, Mapping[str, str]]] = []

    def walk(at: str, value: Any) -> None:
        if "ja" in value:
            texts.append((at, value))
        else:
            for name, inner in value.items():
                walk(f"{at}/{name}", inner)

    walk("", words)
    walk("states", read_yaml(DIRECTORY / "application_talk.yml")["states"])
    assert len(texts) > 100
    for at, text in texts:
        assert set(text) == set(LANGUAGES), at
        assert all(text.values()), at
        assert not unread([text["ja-easy"]])[0], at
        assert not long_sentences(text["ja-easy"]), at
        assert not TELLING.search(" ".join(text.values())), at
    assert "states" not in words  # they stand in application_talk.yml alone
    assert set(read_yaml(DIRECTORY / "application_talk.yml")["states"]) == {state.value for state in State}
    assert set(words["circumstances"]) == {c.value for c in Circumstance}
