"""The two ways to talk to a server over HTTP: ours through its web chat, stock Rasa through its REST channel."""

from __future__ import annotations

import json
import secrets
from typing import Protocol

from aiohttp import ClientSession

ACTED = "acted: "
"""What the action server of the stock side begins its lines with."""


class Refused(Exception):
    """The server asked to come back later (429); anything else that is no answer raises `NoAnswer`."""

    def __init__(self, retry_after: str | None) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class NoAnswer(Exception):
    """An error status, or a reply without words."""


class Person(Protocol):
    """Someone in one conversation."""

    async def say(self, http: ClientSession, text: str) -> bool:
        """Sends one message and reads the whole answer; tells whether an action gave it."""


class WebVisitor:
    """A visitor of our web chat: a session cookie, as the browser would hold it."""

    def __init__(self, address: str) -> None:
        """Takes `http://host:port`."""
        self._url = f"{address}/webhooks/web/messages"
        self._cookie: str | None = None

    async def say(self, http: ClientSession, text: str) -> bool:
        """Posts one message; the first reply brings the session. Ours answers by an action always."""
        headers = {"Cookie": self._cookie} if self._cookie else {}
        async with http.post(self._url, json={"text": text}, headers=headers) as response:
            body = await response.text()
            if response.status == 429:
                raise Refused(response.headers.get("Retry-After"))
            lines = [json.loads(line) for line in body.splitlines()] if response.status == 200 else []
            if not any(line.get("text") for line in lines):
                raise NoAnswer(f"{response.status}")
            for cookie in response.headers.getall("Set-Cookie", []):
                self._cookie = cookie.split(";", 1)[0]
            return True


class RestSender:
    """A sender of Rasa's REST channel."""

    def __init__(self, address: str) -> None:
        """Takes `http://host:port`."""
        self._url = f"{address}/webhooks/rest/webhook"
        self._sender = secrets.token_hex(16)

    async def say(self, http: ClientSession, text: str) -> bool:
        """Posts one message."""
        async with http.post(self._url, json={"sender": self._sender, "message": text}) as response:
            body = await response.text()
            said = [line.get("text") for line in json.loads(body)] if response.status == 200 else []
            if not any(said):
                raise NoAnswer(f"{response.status}")
            return any(text and text.startswith(ACTED) for text in said)


KINDS = {"ours": WebVisitor, "stock": RestSender}
