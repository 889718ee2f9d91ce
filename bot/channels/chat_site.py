"""What the web channel serves beside the conversation: the page, its files, the page for iframes, feedback and QR codes.

GET  /                        the page; every load begins a new conversation
GET  /static/...              its files
GET  /embed, /embed.js        the page for iframes of listed sites, and the script line that puts it there
GET  /accent.css?colour=      their colour, made readable
GET  /qr/<lang>/<answer>.svg  the public address of an answer
POST /feedback                {"answer_id", "version", "code", "ticket"}
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, empty, redirect, text

from bot import clock
from bot.channels import embed, embed_colours
from bot.channels.feedback import Count, Feedback
from bot.channels.limits import (
    Refused,
    accepted_language,
    check_json_type,
    check_origin,
    language_of,
    parse_object,
    read_body,
)
from bot.channels.pages import NEUTRAL_PAGE, READ, SECURITY_HEADERS, Asset, asset, chat_words, load_assets
from bot.channels.sessions import Session, SessionCookie, Sessions
from bot.channels.share import Shares
from bot.channels.webreply import Line
from bot.knowledge.loader import Knowledge, load
from bot.rendering.chat_html import SESSION_MARK, ChatPage

Refusal = Callable[[Refused, str], HTTPResponse]

_PRIVATE = "private, max-age=3600"


@dataclass(frozen=True)
class SiteSettings:
    """What an installation decides about the pages."""

    exit_url: str = NEUTRAL_PAGE
    public_url: str = ""
    """Where the guide stands for everyone; empty: on the same server."""
    embed_origins: tuple[str, ...] = ()
    line_account: str = ""
    """Our account on LINE (`@…`), if people may add it from the page."""
    knowledge: Knowledge | None = field(default=None, repr=False)
    count: Count | None = field(default=None, repr=False)
    """Keeps the counts of feedback; without it no answer can be rated."""


class ChatSite:
    """Serves the pages and dresses each line of an answer with what can be done with it."""

    def __init__(self, settings: SiteSettings, sessions: Sessions, cookie: SessionCookie, secret: bytes) -> None:
        """Takes the settings, and the sessions of the channel."""
        self._settings, self._sessions, self._cookie = settings, sessions, cookie
        self._feedback = Feedback(secret, settings.count)
        self._frame = embed.frame_headers(settings.embed_origins)

    def dressed(self, line: Line, session: Session) -> Line:
        """The line with its ticket for feedback and its public page, where it has them."""
        parts = self._parts
        share = parts.shares.of(line.get("answer_id"), line["lang"], clock.today())
        ticket = self._feedback.ticket(line, session.id)
        return line | ({"share": share} if share else {}) | ({"ticket": ticket} if ticket else {})

    def mount(self, routes: Blueprint, origins: frozenset[str], refusal: Refusal) -> None:
        """Adds the routes to the channel's."""
        assets = load_assets()

        @routes.route("/", READ)
        async def page(request: Request) -> HTTPResponse:
            if not request.path.endswith("/"):
                return redirect(request.path + "/")
            response = self._page(_lang(request), clock.today()).response(request, "no-store")
            self._cookie.write(request, response, self._sessions.issue())
            return response

        @routes.route("/static/<name:str>", READ)
        async def static(request: Request, name: str) -> HTTPResponse:
            found = assets.get(name)
            return found.response(request, "no-cache") if found else text("", status=404)

        @routes.route("/embed.js", READ)
        async def script(request: Request) -> HTTPResponse:
            return embed.open_to_all(assets["embed.js"].response(request, "no-cache"))

        @routes.route("/embed", READ)
        async def framed(request: Request) -> HTTPResponse:
            if not self._settings.embed_origins:
                return text("", status=404)
            accent = embed_colours.six_digits(request.args.get("accent")) or ""
            shown = self._parts.page.render(_lang(request), clock.today(), True, accent)
            token = self._sessions.cookie(self._sessions.issue())
            return asset(shown.replace(SESSION_MARK, token), ".html").response(request, "no-store")

        @routes.route("/accent.css", READ)
        async def accent(request: Request) -> HTTPResponse:
            colour = embed_colours.six_digits(request.args.get("colour"))
            if colour is None:
                return text("", status=404)
            return _accent(colour).response(request, _PRIVATE)

        @routes.route("/qr/<lang:str>/<name:str>", READ)
        async def code(request: Request, lang: str, name: str) -> HTTPResponse:
            site = f"{request.scheme}://{request.host}"
            drawn = language_of(lang) and self._parts.shares.code(name.removesuffix(".svg"), lang, site)
            return asset(drawn, ".svg").response(request, _PRIVATE) if drawn else text("", status=404)

        @routes.post("/feedback", stream=True)
        async def feedback(request: Request) -> HTTPResponse:
            try:
                check_origin(request, origins)
                check_json_type(request)
                data = parse_object(await read_body(request))
                session = self._cookie.read(request)
                if session is None:
                    raise Refused("bad_feedback")
                await asyncio.to_thread(self._feedback.take, data, session.id, clock.today())
            except Refused as refused:
                return refusal(refused, accepted_language(request))
            return empty()

        @routes.on_response
        async def protect(request: Request, response: HTTPResponse) -> None:
            framed = request.path.endswith("/embed")
            for header, value in (self._frame if framed else SECURITY_HEADERS).items():
                response.headers.setdefault(header, value)
            response.headers.setdefault("Cache-Control", "no-store")

    @lru_cache(maxsize=8)  # noqa: B019 - one site per process
    def _page(self, lang: str, day: date) -> Asset:
        return asset(self._parts.page.render(lang, day), ".html")

    @cached_property
    def _parts(self) -> _Parts:
        knowledge = self._settings.knowledge or _knowledge()
        page = ChatPage(knowledge, chat_words(), self._settings.exit_url, self._settings.line_account)
        return _Parts(page, Shares(knowledge, self._settings.public_url))


@dataclass(frozen=True)
class _Parts:
    page: ChatPage
    shares: Shares


@lru_cache(maxsize=1)
def _knowledge() -> Knowledge:
    return load()


@lru_cache(maxsize=32)
def _accent(colour: str) -> Asset:
    return asset(embed_colours.stylesheet(colour), ".css")


def _lang(request: Request) -> str:
    return language_of(request.args.get("lang")) or accepted_language(request)
