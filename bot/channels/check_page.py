"""The page /check: the rules of 規則第3条 as a plain HTML form, without chat; it needs no JavaScript, which only helps to leave fast.

    GET  /check          the questions; ?lang= chooses a language, nothing else of the address is read
    POST /check          the questions again, with the answers given so far (another language, or to change one)
    POST /check/result   the result

Nothing is stored: no cookie, no session, no log line; the answers travel in the body only. There is nothing to forge a
request for, so unlike the chat it asks no Origin (which browsers send as "null" under `Referrer-Policy: no-referrer`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qsl

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, redirect

from bot import clock
from bot.channels.limits import Refused, accepted_language, language_of, read_body
from bot.channels.pages import NEUTRAL_PAGE, READ, SECURITY_HEADERS
from bot.knowledge.loader import Knowledge, load
from bot.rendering.check_form import Answers, read
from bot.rendering.check_html import CheckPages
from bot.rendering.page import CHAT

FORM_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 200


def check_pages(knowledge: Knowledge | None = None, *, exit_url: str = CHAT + NEUTRAL_PAGE) -> Blueprint:
    """The routes of the page, ready to mount."""
    pages = CheckPages(knowledge or load(), exit_url)
    routes = Blueprint("check_page")

    async def answered(request: Request, page: Callable[[Answers, str, date], str]) -> HTTPResponse:
        lang, today = accepted_language(request), clock.today()
        try:
            _check_form_type(request)
            pairs = _pairs(await read_body(request))
        except Refused as refused:
            return html(pages.refusal(refused.code, lang, today), refused.status)
        lang = next((value for name, value in pairs if name == "lang" and language_of(value)), lang)
        return html(page(read(pairs, today), lang, today))

    @routes.route("/check", READ)
    async def questions(request: Request) -> HTTPResponse:
        lang = language_of(request.args.get("lang")) or accepted_language(request)
        return html(pages.questions(Answers({}), lang, clock.today()))

    @routes.post("/check", stream=True)
    async def questions_again(request: Request) -> HTTPResponse:
        return await answered(request, pages.questions)

    @routes.post("/check/result", stream=True)
    async def result(request: Request) -> HTTPResponse:
        return await answered(request, pages.result)

    @routes.route("/check/result", READ)
    async def no_result(request: Request) -> HTTPResponse:
        return redirect("/check")

    @routes.on_response
    async def protect(request: Request, response: HTTPResponse) -> None:
        for header, value in SECURITY_HEADERS.items():
            response.headers.setdefault(header, value)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Robots-Tag", "noindex")

    return routes


def _check_form_type(request: Request) -> None:
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM_TYPE:
        raise Refused("wrong_type", 415)


def _pairs(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form; a body that is none has no fields."""
    try:
        return parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)
    except ValueError:
        return []
