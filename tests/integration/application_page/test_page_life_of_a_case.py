"""The page /a: a couple comes back, ticks, files, withdraws and erases, and the page says each time where things stand."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Contact, ContactKind, State
from bot.knowledge.loader import DIRECTORY, read_yaml
from tests.integration.application_page.browser import (
    LANGUAGES,
)


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
