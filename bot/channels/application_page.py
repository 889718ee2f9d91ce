"""The page /a: an application looked at and changed with receipt and PIN, without chat and without JavaScript.

    GET, POST /a                           receipt and PIN; once opened, where things stand
    GET, POST /a/wishes /a/contact /a/pin /a/phone /a/filed /a/withdraw /a/erase
    POST /a/papers /a/noted /a/export /a/close
    GET, POST /a/<token>                   a link that opens once, or (…/numbers) an invitation from a chat

Every form that did something is answered by a redirect, so that loading again does nothing twice; one that could not be taken is
shown again with what was typed, PINs never. Receipts, PINs and grants stand in no address,
cookie or log line: the cookie is a random number, and what it may do is kept in `application_sessions`.
"""

from __future__ import annotations

import logging
import math
import re
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.application_door import ApplicationDoor
from bot.applications.errors import (
    ApplicationNotFound,
    GrantExpired,
    IdempotencyConflict,
    InvalidTransition,
    StoreUnavailable,
    TooManyTries,
)
from bot.applications.service import Applications
from bot.applications.views import Caller
from bot.channels.application_deeds import Deeds
from bot.channels.application_desk import Desk, Visit
from bot.channels.application_requests import ANSWER_WITHIN, Calls, count, read_form
from bot.channels.application_sessions import ApplicationSessions
from bot.channels.application_shown import Shown
from bot.channels.limits import Refused, accepted_language, language_of
from bot.channels.pages import NEUTRAL_PAGE, READ, SECURITY_HEADERS
from bot.channels.rate import RateLimiter, client_address
from bot.knowledge.loader import Knowledge, load
from bot.rendering.application_html import ApplicationPages
from bot.rendering.page import CHAT
from bot.settings import Settings

logger = logging.getLogger(__name__)

Handler = Callable[[Visit], Awaitable[HTTPResponse]]

_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,64}")


def application_pages(
    door: ApplicationDoor | Callable[[], Applications],
    settings: Settings,
    knowledge: Knowledge | None = None,
    *,
    sessions: ApplicationSessions | None = None,
    limiter: RateLimiter | None = None,
    origins: frozenset[str] = frozenset(),
    per_minute: int = 60,
    burst: int = 30,
    answer_within: float = ANSWER_WITHIN,
    exit_url: str = CHAT + NEUTRAL_PAGE,
) -> Blueprint:
    """The routes of the page, ready to mount."""
    sessions = sessions or ApplicationSessions(settings.web_secret, settings.web_proxies)
    pages = ApplicationPages(knowledge or load(), exit_url)
    desk = Desk(Calls(door, answer_within), sessions, pages, settings.public_url, exit_url)
    page = _Page(desk, settings.web_proxies, origins, limiter or RateLimiter(per_minute, burst))
    shown, deeds = Shown(desk), Deeds(desk)
    routes = Blueprint("application_page")

    def mount(path: str, get: Handler | None, post: Handler | None, *, opened: bool = True) -> None:
        async def on_get(request: Request) -> HTTPResponse:
            return await page.shown(request, get, opened) if get else desk.back(page.visitor(request))

        async def on_post(request: Request) -> HTTPResponse:
            assert post is not None
            return await page.done(request, post, opened)

        name = path.strip("/").replace("/", "_")
        routes.add_route(on_get, path, methods=READ, name=f"{name}_shown")
        if post:
            routes.add_route(on_post, path, methods=["POST"], name=f"{name}_done", stream=True)

    mount("/a", shown.home, deeds.enter, opened=False)
    for name in ("wishes", "contact", "pin", "phone", "filed", "withdraw", "erase"):
        mount(f"/a/{name}", getattr(shown, name), getattr(deeds, name))
    mount("/a/numbers", shown.numbers, None)
    for name in ("papers", "noted", "export"):
        mount(f"/a/{name}", None, getattr(deeds, name))

    @routes.get("/a/close")
    async def closed_already(request: Request) -> HTTPResponse:
        return desk.back(page.visitor(request))

    @routes.post("/a/close", stream=True)
    async def close(request: Request) -> HTTPResponse:
        return await page.closed(request)

    @routes.get("/a/<token:str>")
    async def link(request: Request, token: str) -> HTTPResponse:
        return await page.shown(request, shown.link if _TOKEN.fullmatch(token) else shown.elsewhere, False)

    @routes.post("/a/<token:str>", stream=True)
    async def redeem(request: Request, token: str) -> HTTPResponse:
        return await page.done(request, lambda visit: deeds.redeem(visit, token[:64]), False)

    @routes.get("/a/<token:str>/numbers")
    async def invitation(request: Request, token: str) -> HTTPResponse:
        return await page.shown(request, lambda visit: shown.invitation(visit, token[:64]), False)

    @routes.on_response
    async def protect(request: Request, response: HTTPResponse) -> None:
        for header, value in SECURITY_HEADERS.items():
            response.headers.setdefault(header, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")

    return routes


class _Page:
    """What happens around every page and form: who it is, what is refused, and what is said when something goes wrong."""

    def __init__(self, desk: Desk, proxies: int, origins: frozenset[str], limiter: RateLimiter) -> None:
        self._desk, self._proxies, self._origins, self._limiter = desk, proxies, origins, limiter

    def visitor(self, request: Request) -> Visit:
        """A request, before it is known what is open for whoever makes it."""
        lang = language_of(request.args.get("lang")) or accepted_language(request)
        caller = Caller(None, client_address(request, self._proxies))
        return Visit(request, lang, caller, self._desk.sessions.visitor(request), None, request.path)

    async def shown(self, request: Request, page: Handler, opened: bool) -> HTTPResponse:
        """A page; one that needs an open application sends others to the first."""
        visit = self.visitor(request)
        if visit.visitor is None and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return self._desk.bounce(visit)
        return await self._kept(visit, await self._safely(visit, lambda: self._if_opened(visit, page, opened)))

    async def done(self, request: Request, deed: Handler, opened: bool) -> HTTPResponse:
        """What a form asks for, if it is one of ours and not one too many."""
        visit = self.visitor(request)

        async def checked() -> HTTPResponse:
            await count(self._limiter, self._desk.sessions.address_key(visit.caller.address or ""))
            if not self._desk.sessions.is_token(visit.visitor, visit.form.one("token")):
                raise Refused("old_form", 403)
            return await self._if_opened(visit, deed, opened)

        return await self._kept(visit, await self._safely(visit, checked))

    async def closed(self, request: Request) -> HTTPResponse:
        """Leaving asks for no token, and for no store: a form that has grown old must close the page all the same."""
        visit = self.visitor(request)
        try:
            await self._read(visit)
        except Refused as refused:
            return self._refused(visit, refused)
        return await self._desk.close(visit)

    async def _understand(self, visit: Visit) -> None:
        """What is open for the visitor and what the form says; the form is read in any case, to be given back if need be."""
        try:
            visit.session = session = await self._desk.sessions.find(visit.visitor)
            if session is not None:
                session.lang = language_of(visit.request.args.get("lang")) or session.lang
                visit.lang = session.lang
        finally:
            if visit.request.method == "POST":
                await self._read(visit)

    async def _read(self, visit: Visit) -> None:
        visit.form = await read_form(visit.request, self._origins)
        visit.lang = language_of(visit.form.one("lang")) or visit.lang

    async def _if_opened(self, visit: Visit, handler: Handler, opened: bool) -> HTTPResponse:
        if opened and not visit.opened:
            return self._desk.back(visit) if visit.session else await self._desk.expired(visit)
        return await handler(visit)

    async def _kept(self, visit: Visit, response: HTTPResponse) -> HTTPResponse:
        """The response, once what it changed in the session is kept."""
        try:
            if visit.session is not None:
                await self._desk.sessions.keep(visit.visitor, visit.session)
        except StoreUnavailable:
            return self._unavailable(visit)
        return response

    async def _safely(self, visit: Visit, answer: Callable[[], Awaitable[HTTPResponse]]) -> HTTPResponse:
        try:
            await self._understand(visit)
            return await answer()
        except Refused as refused:
            return self._refused(visit, refused)
        except TooManyTries as error:
            seconds = math.ceil(error.wait.total_seconds())
            response = self._desk.refuse(visit, "too_many", 429, minutes=math.ceil(seconds / 60))
            response.headers["Retry-After"] = str(seconds)
            return response
        except (GrantExpired, ApplicationNotFound):
            return await self._desk.expired(visit)
        except InvalidTransition:
            return self._desk.back(visit, said="moved_on")
        except (StoreUnavailable, IdempotencyConflict):
            return self._unavailable(visit)
        except Exception as error:
            # Where it broke, never what was sent or which address: both may hold what opens an application.
            where = traceback.extract_tb(error.__traceback__)[-1]
            name = Path(where.filename).name
            logger.error("application page failed: %s at %s:%s", type(error).__name__, name, where.lineno)
            return self._unavailable(visit)

    def _unavailable(self, visit: Visit) -> HTTPResponse:
        return self._desk.refuse(visit, "unavailable", 503, repeat=visit.request.method == "POST")

    def _refused(self, visit: Visit, refused: Refused) -> HTTPResponse:
        response = self._desk.refuse(visit, refused.code, refused.status, seconds=refused.retry_after)
        if refused.retry_after is not None:
            response.headers["Retry-After"] = str(refused.retry_after)
        return response
