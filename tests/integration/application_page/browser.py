"""A browser without JavaScript for the tests of the page /a, and what they all look for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp
from markupsafe import escape

from bot.applications.model import Wishes
from bot.applications.views import Caller, Started
from bot.channels.check_page import FORM_TYPE
from bot.rules.checklist import Circumstance
from bot.rules.periods import Span

WISHES = Wishes(
    "ja", frozenset({Circumstance.LIVES_IN_TOKYO, Circumstance.WORKS_IN_TOKYO}), Span.month(2027, 4)
)  # fmt: skip
CHAT = Caller("web-the-chat-that-invites")
LANGUAGES = ("ja", "en", "ja-easy")
TELLING = re.compile(r"partner|oath|lgbt|same.?sex|gay|couple|パートナー|宣誓|同性|性的|カップル", re.IGNORECASE)
# What every form sends that changes something.
DEEDS = {
    "/a/papers": [("ready", "doc-single")],
    "/a/wishes": [("month", ""), ("notices", "en")],
    "/a/contact": [("by", "email"), ("address", "evil@example.org")],
    "/a/filed": [],
    "/a/withdraw": [],
    "/a/erase": [],
    "/a/export": [],
    "/a/phone": [],
    "/a/noted": [],
    "/a/pin": [("receipt", "x"), ("pin", "1")],
    "/a": [("receipt", "x"), ("pin", "1")],
}


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

    def exact_but(self, typed: str) -> tuple[Any, ...]:
        """As `exact`, but for the receipt as it was typed, which stands in its field again."""
        shown = f'value="{escape(typed[:60])}"'.encode()
        assert shown in self.body
        headers = [(k, v) for k, v in self.headers.items() if k != "Content-Length"]
        short = len(self.body) - int(self.headers["Content-Length"])
        return self.status, tuple(headers), short, self.body.replace(shown, b"typed")

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
        return answer if answer.status == 422 else await self.follow(answer)

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


def other_pin(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"
