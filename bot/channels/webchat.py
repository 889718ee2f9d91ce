"""Web chat as a Rasa channel: the page, its session, and one request per message. Transport only.

    GET  /...         the page and what belongs to it, see chat_site.py
    POST /messages    {"text", "lang"?, "id"?} -> one JSON object a line, one line per finished message
    POST /end         {} -> a new session; {"leave": true} -> no session. The old one is worthless at once

Refusals are {"error": code, "message": words in the reader's language}.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import yaml
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from bot.applications.errors import StoreUnavailable
from bot.channels import gate
from bot.channels.chat_site import ChatSite, SiteSettings
from bot.channels.gate import admit
from bot.channels.limits import (
    Incoming,
    Refused,
    accepted_language,
    check_json_type,
    check_origin,
    incoming,
    language_of,
    parse_object,
    read_body,
)
from bot.channels.rate import RateLimiter, client_address
from bot.channels.sessions import Session, SessionCookie, Sessions
from bot.channels.turns import Asked, SessionEnded, Turn, Turns
from bot.channels.webreply import Line, WebOutput, line_of, ndjson

logger = logging.getLogger(__name__)

OnMessage = Callable[[UserMessage], Awaitable[Any]]

MIN_SECRET = 32


class WebChatInput(InputChannel):
    """The chat page at `/webhooks/web/`.

    Args:
        secret: signs sessions, at least 32 characters; without one, each process makes its own and a restart ends sessions.
        secure: cookie for https only; None decides by how the page was asked for.
        origins: further origins, `https://host`, that may post; the page's own always may.
        proxies: how many reverse proxies of ours stand in front; their X-Forwarded-* headers are then believed.
        per_minute, burst, address_per_minute, address_burst: messages of one session, and of all sessions of one address.
        timeout_seconds: after this a person is told to try later; the answer can still be collected by a retry.
        max_running: messages answered at once, beyond which further ones are asked to wait.
        turns: where turns, limits and ended sessions are kept; in this process unless given.
        site: what the pages need, see `SiteSettings`; its fields may be given one by one.
        phone: the office named when nothing else helps.
    """

    def __init__(
        self,
        secret: str | None = None,
        *,
        secure: bool | None = None,
        origins: tuple[str, ...] = (),
        proxies: int = 0,
        per_minute: int = 20,
        burst: int = 5,
        address_per_minute: int = 120,
        address_burst: int = 40,
        timeout_seconds: float = 8.0,
        max_running: int = 100,
        turns: Turns | None = None,
        phone: str = "03-5388-2337",
        clock: Callable[[], float] = time.time,
        **site: Any,
    ) -> None:
        if secret is not None and len(secret) < MIN_SECRET:
            raise ValueError(f"The web channel's secret needs at least {MIN_SECRET} characters.")
        key = (secret or secrets.token_hex(32)).encode()
        self._sessions = Sessions(key, clock)
        self._cookie = SessionCookie(self._sessions, secure, proxies)
        self._site = ChatSite(SiteSettings(**site), self._sessions, self._cookie, key)
        limits = RateLimiter(per_minute, burst, clock), RateLimiter(address_per_minute, address_burst, clock)
        self._turns = turns or Turns(*limits, max_running)
        self._origins = frozenset(origins)
        self._proxies = proxies
        self._timeout = timeout_seconds
        self._phone = phone
        self._wording: Mapping[str, Mapping[str, str]] = yaml.safe_load(
            Path(__file__).with_name("wording.yml").read_text(encoding="utf-8")
        )

    @classmethod
    def name(cls) -> str:
        """The channel's name: part of its address and of every event."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChatInput:
        """Reads the channel's section of credentials.yml; the keys are the arguments of the class."""
        given = {key: value for key, value in (credentials or {}).items() if value is not None}
        given["origins"] = tuple(given.get("origins", ()))
        return cls(**given)

    def blueprint(self, on_new_message: OnMessage) -> Blueprint:
        """The routes Rasa mounts."""
        routes = Blueprint("web_chat")

        self._site.mount(routes, self._origins, self._refusal)

        @routes.post("/messages", stream=True)
        async def messages(request: Request) -> HTTPResponse:
            return await self._messages(request, on_new_message)

        @routes.post("/end", stream=True)
        async def end(request: Request) -> HTTPResponse:
            return await self._end(request)

        return routes

    async def finish(self, seconds: float) -> int:
        """Lets what is being answered come to its end; how many messages did not."""
        return await self._turns.finish(seconds)

    def shed_when(self, overloaded: Callable[[], bool]) -> None:
        """Further messages are asked to come back while this holds."""
        self._turns.overloaded = overloaded

    async def _messages(self, request: Request, on_new_message: OnMessage) -> HTTPResponse:
        lang = accepted_language(request)
        session = None
        try:
            check_origin(request, self._origins)
            check_json_type(request)
            data = parse_object(await read_body(request))
            lang = language_of(data.get("lang")) or lang
            message = incoming(data)
            session = self._cookie.read(request) or self._sessions.issue()
            address = client_address(request, self._proxies)
            try:
                turn = await self._turn(message, session, lang, address, on_new_message)
            except SessionEnded:
                session = self._sessions.issue()
                turn = await self._turn(message, session, lang, address, on_new_message)
            lines = await self._lines(turn, session) or [self._spoken("silent", lang, "fallback")]
            response = ndjson([self._site.dressed(line, session) for line in lines])
        except Refused as refused:
            response = self._refusal(refused, lang)
        if session and session.renew:
            self._cookie.write(request, response, session)
        return response

    async def _turn(
        self, message: Incoming, session: Session, lang: str, address: str, on_new_message: OnMessage
    ) -> Turn:
        """The turn of a message, begun now or before."""
        asked = Asked(session.id, message.key, message.text, self._sessions.address_key(address))
        try:
            return await self._turns.begin(asked, lambda: self._ask(message, lang, session, address, on_new_message))
        except StoreUnavailable:
            raise Refused("unavailable", 503) from None

    async def _ask(
        self, said: Incoming, lang: str, session: Session, address: str, on_new_message: OnMessage
    ) -> list[Line]:
        """Passes one message through the privacy gate to Rasa and returns what it said."""
        output = WebOutput(lang)
        conversation = self._sessions.conversation_id(session)
        stated = said.lang
        try:
            admitted = admit(said.text, stated)
            if admitted.refusal is not None:
                await output.send_response(conversation, admitted.refusal)
            else:
                metadata = gate.metadata(admitted, conversation, stated, address=address)
                if not stated and lang != "ja":  # for a first message that tells no language, as numbers do
                    metadata["reader"] = lang
                message = UserMessage(
                    admitted.text,
                    output,
                    conversation,
                    input_channel=self.name(),
                    message_id=self._sessions.message_id(session, said.key),
                    metadata=metadata,
                )
                await on_new_message(message)
        except Exception as error:
            # Where it broke, never what was said: an exception's own text may quote the message.
            where = traceback.extract_tb(error.__traceback__)[-1]
            logger.error(
                "web message failed: %s at %s:%s, conversation %s",
                type(error).__name__, Path(where.filename).name, where.lineno, conversation[:12],
            )  # fmt: skip
            if not output.lines:
                raise
            output.lines.append(self._spoken("unavailable", lang, "fallback"))
        return output.lines

    async def _lines(self, turn: Turn, session: Session) -> list[Line]:
        """Waits for the replies, up to the time-out; a late answer stays to be collected by a retry."""
        done, _ = await asyncio.wait({turn.task}, timeout=self._timeout)
        if not done:
            logger.warning("web message slow: conversation %s", self._sessions.conversation_id(session)[:12])
            raise Refused("slow", 504)
        if turn.task.cancelled() or turn.task.exception() is not None:
            raise Refused("unavailable", 503)
        return turn.task.result()

    async def _end(self, request: Request) -> HTTPResponse:
        try:
            check_origin(request, self._origins)
            check_json_type(request)
            leave = parse_object(await read_body(request) or b"{}").get("leave") is True
        except Refused as refused:
            return self._refusal(refused, accepted_language(request))
        session = self._cookie.read(request)
        response = empty()
        if session:
            self._sessions.end(session)
            await self._turns.end(session.id)
            erase = getattr(request.app.ctx, "erase_conversation", None)
            try:
                if erase is not None:
                    await erase(self._sessions.conversation_id(session))
            except StoreUnavailable:  # nobody gets into it any more; it is dropped after an hour
                response = self._refusal(Refused("unavailable", 503), accepted_language(request))
        if leave:
            self._cookie.drop(request, response)
        else:
            self._cookie.write(request, response, self._sessions.issue())
        return response

    def _refusal(self, refused: Refused, lang: str) -> HTTPResponse:
        headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
        words = {"slow": "unavailable"}.get(refused.code, refused.code)
        message = self._say(words if words in self._wording else "bad_request", lang, seconds=refused.retry_after)
        return json_response({"error": refused.code, "message": message}, refused.status, headers)

    def _spoken(self, words: str, lang: str, kind: str) -> Line:
        return line_of({"text": self._say(words, lang), "answer": {"kind": kind}}, lang)

    def _say(self, words: str, lang: str, **values: Any) -> str:
        return self._wording[words][lang].format(phone=self._phone, **values)
