"""The page /a: what the cookie opens, for how long, and for nobody else."""

from __future__ import annotations

import re


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
