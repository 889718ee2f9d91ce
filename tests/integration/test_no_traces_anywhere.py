"""Chat, page /a, notices and housekeeping as they are served, at DEBUG: no receipt, PIN or contact in clear wherever one may look (R29).

Looked at: every file the run leaves in `var/` (database, its log, keys), the log, what was printed, trackers and slots, what an event
broker would be sent, the page's sessions and addresses, and the mails themselves, which hold the address they go to and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot import installation, settings
from bot.applications import housekeeping
from bot.applications.model import State
from bot.privacy.crypto import Vault
from bot.privacy.passing import Passing
from tests.integration.applications.test_no_traces import forms

pytestmark = pytest.mark.model

CANARIES = ("canary.first@example.org", "canary.second@example.org", "canary.third@example.org")
BEGIN = ("届け出の準備を始めたい", "都内に住んでいます", "いいえ", "いいえ", "いいえ", "いいえ", "まだ決めていない")
LOGGERS = (
    "rasa",
    "rasa_sdk",
    "bot",
    "actions",
    "sqlalchemy.engine",
    "sanic.root",
    "sanic.error",
    "sanic.access",
    "asyncio",
)


class Broker:
    """Takes what Rasa would stream."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def publish(self, event: dict[str, Any]) -> None:
        self.sent.append(json.dumps(event, default=str))


class Visitor:
    """One browser: the chat and the page."""

    def __init__(self, http: aiohttp.ClientSession, origin: str) -> None:
        self.http, self.origin, self.token, self.addresses = http, origin, "", []
        self.number = 0

    async def say(self, text: str) -> str:
        self.number += 1
        body = {"text": text, "id": f"message-{self.number}"}
        async with self.http.post(f"{self.origin}/webhooks/web/messages", json=body) as answer:
            return await answer.text()

    async def page(self, path: str, **fields: str) -> str:
        if fields or path.endswith(("close", "erase", "phone", "export")):
            sent = urlencode({**fields, "token": self.token}).encode()
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            async with self.http.post(self.origin + path, data=sent, headers=headers) as answer:
                return await self._read(answer)
        async with self.http.get(self.origin + path) as answer:
            return await self._read(answer)

    async def _read(self, answer: aiohttp.ClientResponse) -> str:
        self.addresses += [str(answer.url), *(str(step.headers.get("Location")) for step in answer.history)]
        html = await answer.text()
        found = re.search(r'name="token" value="(\w+)"', html)
        self.token = found[1] if found else self.token
        return html


@pytest.fixture
def debug(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).disabled = False
    caplog.set_level(logging.DEBUG)
    yield caplog
    structlog.configure(**before)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def numbers(said: str) -> tuple[str, str]:
    receipt, pin = re.search(r"TP-\w{4}-\w{4}-\w{4}", said), re.search(r"暗証番号[^：\n]*：(\d{6})", said)
    assert receipt and pin, said
    return receipt[0], pin[1]


async def _live(visitor: Visitor, applications: Any, secrets: set[str]) -> None:
    """Uses everything a couple can use."""
    for text in (*BEGIN, CANARIES[0], "はい"):
        said = await visitor.say(text)
    receipt, pin = numbers(said)
    secrets |= {receipt, pin}
    for text in ("はい", "受付番号なんだっけ", "どうなった？", "住民票を用意できた", "この会話とつなぐ", "はい"):
        await visitor.say(text)
    await visitor.say(f"受付番号{receipt} 暗証番号{pin[:-1]}{(int(pin[-1]) + 1) % 10}")
    await visitor.say(f"受付番号{receipt} 暗証番号{pin}")
    for between in (" ", "-", ",", "、", "."):
        await visitor.say(f"{receipt} {pin[:3]}{between}{pin[3:]}")
    await visitor.say(f"さっきの番号は{pin[:3]} {pin[3:]}でした")
    await visitor.say(f"{receipt}/{pin}")
    if re.search(r"\d", receipt) and re.search(r"[A-Z]", receipt[3:]):
        await visitor.say(receipt.removeprefix("TP-").replace("-", ""))
        await visitor.say(pin)
    await visitor.say("お知らせ先を変える")
    await visitor.say(CANARIES[1])
    await visitor.say("暗証番号を変える")
    fresh = re.search(r"新しい暗証番号です：(\d{6})", await visitor.say(pin))
    assert fresh
    secrets.add(fresh[1])
    application = applications.find_by_receipt(receipt)
    applications.advance(application, State.SUBMITTED, "staff:a", "filed")
    await visitor.page("/a")
    await visitor.page("/a", receipt=receipt, pin=pin)  # the old one
    assert "doc-residence" in await visitor.page("/a", receipt=receipt, pin=fresh[1])
    await visitor.page("/a/contact", by="email", address=CANARIES[2])
    await visitor.page("/a/pin")
    shown = re.search(r"<output>(\d{6})", await visitor.page("/a/pin", receipt=receipt, pin=fresh[1]))
    link = re.search(r"/a/([\w-]{43})", await visitor.page("/a/phone", go="on"))
    assert shown and link
    secrets |= {shown[1], link[1]}
    applications.advance(application, State.UNDER_REVIEW, "staff:a", "checked")
    await visitor.page("/a/export", all="yes")


def test_nothing_is_in_clear_wherever_one_may_look(
    conversations: Any,
    run: Any,
    tmp_path: Path,
    debug: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bot.serve import create_app

    var = tmp_path / "var"
    configured = replace(settings.read({"TOMONI_GUIDE_AT_START": "no"}, var), public_url="https://tomoni.example")
    passing = Passing(Vault(configured.data_keys, configured.lookup_key.encode()))
    applications = installation.door(configured)()
    store, broker, secrets = conversations.agent.tracker_store, Broker(), set(CANARIES)
    monkeypatch.setattr(store, "event_broker", broker, raising=False)
    rates = dict.fromkeys(("per_minute", "burst", "address_per_minute", "address_burst"), 10_000)

    async def served() -> list[str]:
        app = create_app(configured, conversations.agent, rates)
        sock = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        try:
            jar = aiohttp.CookieJar(unsafe=True, quote_cookie=False)
            async with aiohttp.ClientSession(cookie_jar=jar) as http:
                visitor = Visitor(http, f"http://127.0.0.1:{sock.getsockname()[1]}")
                await visitor.page("/webhooks/web/")
                await _live(visitor, applications, secrets)
                return visitor.addresses
        finally:
            server.close()

    with installation.instead(applications, passing, "https://tomoni.example"):
        addresses = run(served())
        asyncio.set_event_loop(
            asyncio.new_event_loop()
        )  # Sanic made ours the current one, which later tests would close
        assert housekeeping.once(lambda: applications, configured)
        mails = sorted((var / "mail").iterdir())
        trackers = [run(store.retrieve(key)) for key in run(store.keys())]
    applications.store.close()
    printed = capfd.readouterr()
    held = "".join(str([e.as_dict() for e in t.events]) + str(t.current_slot_values()) for t in trackers if t)
    places = {
        **{str(file.relative_to(var)): file.read_bytes() for file in sorted(var.rglob("*")) if file.is_file()},
        "log": debug.text.encode("utf-8", "backslashreplace"),
        "printed": (printed.out + printed.err).encode("utf-8", "backslashreplace"),
        "trackers": held.encode("utf-8", "backslashreplace"),
        "broker": "\n".join(broker.sent).encode("utf-8", "backslashreplace"),
        "addresses": "\n".join(addresses).encode(),
    }
    assert len(mails) >= 1 and len(places["log"]) > 50_000 and len(held) > 10_000 and "tomoni.db" in places
    for place, content in places.items():
        for secret in secrets:
            if place.startswith("mail/") and "@" in secret:
                continue  # a mail names whom it goes to
            if secret.isdigit():  # six digits stand in many a longer number
                assert not re.search(rb"(?<![\w.])" + secret.encode() + rb"(?!\w)", content), (place, secret)
                continue
            for form in forms(secret):
                assert form not in content, (place, secret)
    for mail in mails:
        text = mail.read_text()
        assert CANARIES[0] not in text and "審査" not in text and "submitted" not in text
