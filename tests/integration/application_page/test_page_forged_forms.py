"""The page /a: forms of other sites do nothing, and forms sent twice do nothing twice."""

from __future__ import annotations

import pytest

from tests.integration.application_page.browser import DEEDS


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
