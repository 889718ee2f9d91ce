"""The page /a: links that open once, and invitations from a chat."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from bot.applications.errors import ApplicationNotFound
from tests.integration.application_page.browser import (
    CHAT,
    other_pin,
)


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
        # A mistake shows the same form again.
        sent = {"invitation": token, "receipt": case.receipt, "pin": case.pin} | ({"link": "yes"} if agrees else {})
        wrong = await page.post("/a", sent | {"pin": other_pin(case.pin), "lang": "ja"})
        assert (wrong.status, wrong.has("link", "yes")) == (422, agrees)
        assert "開けませんでした" in wrong.text
        assert f'name="invitation" value="{token}"' in wrong.html
        assert f'action="/a/{token}/numbers"' in wrong.html  # another language, the same form
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
