"""The few calls we make to LINE. Logs say what was called and how it went, never tokens, texts or people."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp

logger = logging.getLogger(__name__)

TOTAL_SECONDS, CONNECT_SECONDS = 8.0, 3.0
CHECK_AGAIN = 60.0  # after a 401: the token may have been renewed for another worker's sake
_LONGEST = 2_000_000  # the list of all menus an account may have is some hundred thousand


@dataclass(frozen=True)
class Said:
    """How a call went."""

    status: int | None
    """None: no answer came."""
    reached: bool
    """Whether LINE may have got it."""
    error: str = ""
    """LINE's own words about what was wrong; never logged."""
    body: Any = None
    garbled: bool = False
    """Whether what came is no JSON, or only a part of it."""

    @property
    def ok(self) -> bool:
        """Whether it is done; a repeat of what was done before answers 409."""
        return self.status in (200, 202, 409)

    @property
    def unclear(self) -> bool:
        """Whether nobody can tell if it was done."""
        return self.reached and (self.status is None or self.status >= 500)

    @property
    def invalid_token(self) -> bool:
        """Whether the reply token was used already or has run out."""
        return self.status == 400 and "reply token" in self.error.lower()


Observer = Callable[[str, Said], None]


class LineClient:
    """Calls LINE with one session a process, made when first needed."""

    def __init__(
        self,
        token: str,
        base: str,
        data_base: str,
        observer: Observer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the channel access token, LINE's addresses, and who is told how each call went."""
        self._token, self._base, self._data_base = token, base.rstrip("/"), data_base.rstrip("/")
        self._observer = observer
        self._clock = clock
        self._session: aiohttp.ClientSession | None = None
        self._refused_at: float | None = None

    # --- messages

    async def reply(self, token: str, messages: list[dict[str, Any]], quiet: bool) -> Said:
        """Answers with a reply token. Takes no retry key: the token itself makes a repeat harmless."""
        body = {"replyToken": token, "messages": messages, "notificationDisabled": quiet}
        return await self.call("POST", "/v2/bot/message/reply", body)

    async def push(self, user: str, messages: list[dict[str, Any]], quiet: bool, retry_key: UUID) -> Said:
        """Sends without being asked; the retry key is there from the first try on."""
        body = {"to": user, "messages": messages, "notificationDisabled": quiet}
        return await self.call("POST", "/v2/bot/message/push", body, headers={"X-Line-Retry-Key": str(retry_key)})

    async def loading(self, user: str, seconds: int) -> Said:
        """Shows that an answer is being written."""
        return await self.call("POST", "/v2/bot/chat/loading/start", {"chatId": user, "loadingSeconds": seconds})

    async def mark_as_read(self, token: str) -> Said:
        """Marks a message as dealt with."""
        return await self.call("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token})

    async def language(self, user: str) -> str | None:
        """The language of somebody's LINE, if they let us know; name and picture are not looked at."""
        said = await self.call("GET", f"/v2/bot/profile/{user}", shown="/v2/bot/profile/…")
        found = said.body.get("language") if said.status == 200 and isinstance(said.body, dict) else None
        return found if isinstance(found, str) else None

    # --- menus

    async def link_menu(self, user: str, menu: str) -> Said:
        """Puts a menu below somebody's chat."""
        return await self.call("POST", f"/v2/bot/user/{user}/richmenu/{menu}", shown="/v2/bot/user/…/richmenu/…")

    async def upload(self, path: str, content: bytes, content_type: str) -> Said:
        """Sends a picture to LINE's address for content."""
        return await self.call("POST", path, content, headers={"Content-Type": content_type}, base=self._data_base)

    # ---

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        shown: str | None = None,
        base: str | None = None,
    ) -> Said:
        """One call; never raises for what LINE or the network does."""
        if self._refused_at is not None and self._clock() - self._refused_at < CHECK_AGAIN:
            return Said(401, reached=False)
        started, request_id = time.perf_counter(), None
        data = body if isinstance(body, bytes) or body is None else _json(body)
        kind = {} if body is None or isinstance(body, bytes) else {"Content-Type": "application/json; charset=utf-8"}
        try:
            request = self._opened().request(
                method, (base or self._base) + path, data=data, headers={**kind, **(headers or {})}
            )
            async with request as response:
                request_id = response.headers.get("x-line-request-id")
                text = (await _whole(response.content)).decode("utf-8", "replace")
                said = _said(response.status, text)
        except (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError) as error:  # no connection came about
            said = Said(None, reached=False, error=type(error).__name__)
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            said = Said(None, reached=True, error=type(error).__name__)
        self._refused_at = self._clock() if said.status == 401 else None
        took = (time.perf_counter() - started) * 1000
        how = said.status if said.status is not None else said.error
        level = logging.INFO if said.ok else logging.WARNING
        logger.log(level, "line.call %s %s -> %s in %.0f ms, request %s", method, shown or path, how, took, request_id)
        if self._observer is not None:
            self._observer(shown or path, said)
        return said

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, connect=CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
            headers = {"Authorization": f"Bearer {self._token}", "User-Agent": "tomoni"}
            connector = aiohttp.TCPConnector(limit=100)
            self._session = aiohttp.ClientSession(timeout=timeout, headers=headers, connector=connector)
        return self._session

    async def close(self) -> None:
        """Lets connections go."""
        if self._session is not None:
            await self._session.close()


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


async def _whole(content: aiohttp.StreamReader) -> bytes:
    """All of a body, up to more than LINE ever says: one `read` returns what has arrived so far."""
    body = bytearray()
    while len(body) < _LONGEST and (chunk := await content.read(_LONGEST - len(body))):
        body += chunk
    return bytes(body)


def _said(status: int, text: str) -> Said:
    body, garbled = None, False
    try:
        body = json.loads(text) if text else None
    except ValueError:
        garbled = True
    error = str(body.get("message", "")) if isinstance(body, dict) and status >= 400 else ""
    return Said(status, reached=True, error=error, body=body, garbled=garbled)
