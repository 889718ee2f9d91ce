"""The page /a: a new PIN for the old one, shown once, noted, or lost on the way."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.integration.application_page.browser import (
    other_pin,
)


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
        # The old PIN opens until the new one is used.
        assert "届出の準備中です" in (await browser().enter(case)).text
        assert "届出の準備中です" in (await browser().enter(replace(case, pin=fresh))).text
        assert "開けませんでした" in (await browser().enter(case)).text
        # And from the new one to a third.
        third = await page.follow(await page.post("/a/pin", proof | {"pin": fresh}))
        assert fresh not in third.html
        assert "<output>" in third.html


async def test_having_noted_the_new_pin_ends_the_old_one_at_once(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/pin")
        shown = await page.follow(await page.post("/a/pin", {"receipt": case.receipt, "pin": case.pin}))
        fresh = re.search(r"<output>(\d{6})</output>", shown.html)[1]
        assert "押すと、前の暗証番号はすぐに使えなくなります" in shown.text
        assert 'action="/a/noted"' in shown.html
        noted = await page.follow(await page.post("/a/noted"))
        assert "前の番号は、もう使えません" in noted.text
        assert "開けませんでした" in (await browser().enter(case)).text
        assert "届出の準備中です" in (await browser().enter(replace(case, pin=fresh))).text


async def test_a_new_pin_needs_the_old_one_and_a_mistake_closes_nothing(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        await page.enter(case)
        await page.get("/a/pin")
        wrong = await page.post("/a/pin", {"receipt": case.receipt, "pin": other_pin(case.pin)})
        assert wrong.status == 422
        unknown = await page.post("/a/pin", {"receipt": "TP-0000-0000-0000", "pin": case.pin})
        assert wrong.exact_but(case.receipt) == unknown.exact_but("TP-0000-0000-0000")
        assert "変えていません" in wrong.text
        assert f'value="{case.receipt}"' in wrong.html
        assert case.receipt not in (await page.get("/a/pin")).html
        assert "暗証番号の間違い" in (await page.get()).text
