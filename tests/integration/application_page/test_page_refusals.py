"""The page /a: whatever cannot be opened is refused alike, and too much of anything is held back."""

from __future__ import annotations

import pytest

from bot.channels.check_page import FORM_TYPE
from tests.integration.application_page.browser import (
    other_pin,
)


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
            answers[name] = posted.exact_but(receipt)
            assert pin == "" or f'"{pin}"' not in posted.html
            if name in ("unknown", "wrong", "locked"):  # with another PIN: the same to the byte
                assert posted.exact == (await page.post("/a", {"receipt": receipt, "pin": "000", "lang": "ja"})).exact
        assert len(set(answers.values())) == 1, answers
        status, headers, *_ = answers["wrong"]
        assert status == 422
        assert "Set-Cookie" not in dict(headers)
        assert posted.headers.keys() & {"Location", "ETag"} == set()
        clock.move(minutes=16)
        assert "届出の準備中です" in (await page.enter(locked)).text


async def test_too_many_failures_of_one_address_say_how_long_to_wait(serve, start):
    case = start()
    async with serve(proxies=1) as browser:
        page = browser()
        await page.get()
        for _ in range(20):
            answer = await page.post("/a", {"receipt": "TP-0", "pin": "1"}, X_Forwarded_For="192.0.2.7")
            assert answer.status == 422
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
            assert (await page.post("/a", {"receipt": "x", "pin": "1"})).status == 422
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
        assert (answer.status, "That did not open anything" in answer.text) == (422, True)


async def test_a_slip_in_the_pin_leaves_the_receipt_in_its_field_and_no_pin(serve, start):
    case = start()
    async with serve() as browser:
        page = browser()
        typed = case.receipt.lower().replace("-", " ")
        answer = await page.enter(case, receipt=typed, pin=other_pin(case.pin))
        assert answer.status == 422
        assert "開けませんでした" in answer.text
        assert f'value="{typed}"' in answer.html
        assert case.pin not in answer.html and other_pin(case.pin) not in answer.html
        assert "Set-Cookie" not in answer.headers
        assert (
            "届出の準備中です" in (await page.follow(await page.post("/a", {"receipt": typed, "pin": case.pin}))).text
        )
