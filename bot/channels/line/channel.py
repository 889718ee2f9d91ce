"""LINE as a Rasa channel. Transport only: the signature first, then the inbox, then 200; the work comes after.

GET  /webhooks/line/          says that the channel is there, and nothing else
POST /webhooks/line/webhook   events, signed by LINE
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from bot.applications.errors import StoreUnavailable
from bot.channels.line import signature
from bot.channels.line.conversing import NAME
from bot.channels.line.health import Health, report_in
from bot.channels.line.opening import open_post
from bot.channels.line.post import Post
from bot.knowledge.loader import Knowledge
from bot.rendering.limits import WEBHOOK_BYTES
from bot.settings import Settings, SettingsError, read_with

logger = logging.getLogger(__name__)

EVERY_SECONDS = 2.0
TIDY_EVERY = 300  # rounds
FINISH_SECONDS = 30.0
OPENING_SECONDS = (
    5.0  # for the inbox, before the first webhook is let in; a database that is away holds nothing up for longer
)


class LineInput(InputChannel):
    """The webhook LINE calls.

    Args:
        settings: the installation's; `settings.line` must be given.
        knowledge: the words.
        open_: makes what works behind the webhook; other parts are put in its place in tests.
    """

    def __init__(
        self,
        settings: Settings,
        knowledge: Knowledge | None = None,
        open_: Callable[..., Post] = open_post,
    ) -> None:
        if settings.line is None:
            raise SettingsError(
                "LINE is not set up: TOMONI_LINE_SECRET and TOMONI_LINE_TOKEN are needed (docs/line.md)."
            )
        self._settings, self._line, self._knowledge, self._open = settings, settings.line, knowledge, open_
        self.health = Health()
        self.post: Post | None = None
        self._stopping = False
        self._looking_after: asyncio.Task[None] | None = None
        self._begun = asyncio.Event()

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of its address and of every event."""
        return NAME

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> LineInput:
        """For `rasa run`: secrets from credentials.yml or TOMONI_LINE_*; without them it refuses to start."""
        given = {f"TOMONI_LINE_{k.upper()}": str(v) for k, v in (credentials or {}).items() if v is not None}
        return cls(read_with({"TOMONI_LINE": "on", **given}))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes Rasa mounts."""
        routes = Blueprint("line")

        @routes.get("/")
        async def health(request: Request) -> HTTPResponse:
            return json_response({"status": "ok"})

        @routes.post("/webhook", stream=True)
        async def webhook(request: Request) -> HTTPResponse:
            return await self._webhook(request)

        @routes.listener("before_server_start")
        async def start(app: Any, loop: Any) -> None:
            given = (self._settings, on_new_message, lambda: app.ctx.agent, self._knowledge, self.health)
            self.post = self._open(*given)
            looking_after = asyncio.ensure_future(self._look_after(self.post))
            self._looking_after = looking_after
            await asyncio.wait({looking_after, asyncio.ensure_future(self._begun.wait())}, timeout=OPENING_SECONDS,
                               return_when=asyncio.FIRST_COMPLETED)  # fmt: skip

        @routes.listener("before_server_stop")
        async def stop_accepting(app: Any, loop: Any) -> None:
            self._stopping = True  # 503 from here on, so LINE sends it to another worker or later

        @routes.listener("after_server_stop")
        async def stop(app: Any, loop: Any) -> None:
            await self.stop()

        return routes

    async def is_well(self) -> bool:
        """Whether events are taken and LINE takes our answers, by all workers' counters; for `/health`."""
        if self.post is None:
            return False
        try:
            return (await self.post.inbox.run(report_in)).trouble is None
        except StoreUnavailable:
            return False

    async def stop(self, seconds: float = FINISH_SECONDS) -> None:
        """Finishes what is under way."""
        self._stopping = True
        if self._looking_after is not None:
            self._looking_after.cancel()
        if self.post is not None:
            left = await self.post.close(seconds)
            if left:
                logger.warning("line: stopped with %d events unanswered; they stay in the inbox", left)

    async def _webhook(self, request: Request) -> HTTPResponse:
        given = request.headers.get(signature.HEADER)
        if not given:
            return _refused(403)
        body = await _read(request)
        if body is None:
            return _refused(413)
        if not signature.is_signed(self._line.secrets, body, given):
            return _refused(403)
        if self._stopping or self.post is None:
            return _refused(503)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):  # bytes that are no UTF-8 are a ValueError too
            return _refused(400)
        raw = found.get("events") if isinstance(found, dict) else None
        try:
            if isinstance(raw, list) and raw:
                await self.post.receive(raw)
        except StoreUnavailable:
            return _refused(503)
        return json_response({})

    async def _look_after(self, post: Post) -> None:
        rounds = 0
        while True:
            try:
                await post.look_after()
                if rounds % TIDY_EVERY == 0:
                    await post.inbox.tidy()
            except StoreUnavailable:
                logger.warning("line.inbox: the database is away; trying again")
            except Exception as error:  # this loop must outlive whatever happens in it
                logger.error("line.look_after: %s", type(error).__name__)
            self._begun.set()
            rounds += 1
            await asyncio.sleep(EVERY_SECONDS)


async def _read(request: Request) -> bytes | None:
    """The body as it came; None when it is larger than any webhook. A length that is announced is believed before a byte is read."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > WEBHOOK_BYTES:
        return None
    if request.stream is None:
        return request.body if len(request.body) <= WEBHOOK_BYTES else None
    request.stream.request_max_size = WEBHOOK_BYTES  # the pages' limit is smaller
    body = bytearray()
    while chunk := await request.stream.read():
        body += chunk
        if len(body) > WEBHOOK_BYTES:
            return None
    return bytes(body)


def _refused(status: int) -> HTTPResponse:
    return empty(status)
