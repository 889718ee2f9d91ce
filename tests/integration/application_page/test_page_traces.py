"""The page /a: neutral words, nothing inline, nothing in addresses or logs."""

from __future__ import annotations

import base64
import logging
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from bot.applications.model import State
from bot.knowledge.check_readings import long_sentences, unread
from bot.knowledge.checks import faults
from bot.knowledge.loader import DIRECTORY, read_yaml
from bot.rules.checklist import Circumstance
from tests.integration.application_page.browser import (
    CHAT,
    DEEDS,
    LANGUAGES,
    TELLING,
    WISHES,
    other_pin,
)


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
