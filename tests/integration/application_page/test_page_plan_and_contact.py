"""The page /a: plan, wishes and where notices go; what cannot be kept is shown again as it was typed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.applications.model import Contact, ContactKind
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span
from tests.integration.application_page.browser import (
    WISHES,
)


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


async def test_what_was_left_open_in_the_chat_stays_open_unless_it_is_ticked(serve, start, applications):
    left_open = frozenset({Circumstance.FOREIGN_NATIONAL, Circumstance.WANTS_CHILD_NAME})
    case = start(replace(WISHES, left_open=left_open))
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        form = await page.get("/a/wishes")
        sent = [("left_open", value) for value in re.findall(r'name="left_open" value="(\w+)"', form.html)]
        assert len(sent) == 2
        await page.post("/a/wishes", [*sent, ("circumstance", "foreign_national"), ("notices", "ja"), ("month", "")])
        kept = applications.shown(case.application).wishes
        assert (kept.circumstances, kept.left_open) == (
            {Circumstance.FOREIGN_NATIONAL},
            {Circumstance.WANTS_CHILD_NAME},
        )
        assert (await page.post("/a/wishes", [("left_open", "x"), ("notices", "ja")])).status == 400
