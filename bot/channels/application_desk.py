"""One visit to the page /a, and what its answers are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse, empty, html

from bot import clock
from bot.applications.service import Applications
from bot.applications.views import Caller, View
from bot.channels.application_forms import Form
from bot.channels.application_requests import Calls
from bot.channels.application_sessions import ApplicationSessions, Session
from bot.rendering.application_html import HOME, ApplicationPages, Frame

SAID = "#said"


@dataclass(repr=False)
class Visit:
    """A request, who makes it, and what it may do."""

    request: Request
    lang: str
    caller: Caller
    visitor: str | None
    session: Session | None
    path: str = HOME
    form: Form = field(default_factory=lambda: Form(()))

    @property
    def opened(self) -> bool:
        """Whether an application is open."""
        return self.session is not None and self.session.grant is not None

    @property
    def grant(self) -> str:
        """The grant of the open application; only asked for where one is open."""
        assert self.session is not None and self.session.grant is not None
        return self.session.grant


class Desk:
    """Sessions, pages and applications together: what the routes use."""

    def __init__(
        self, calls: Calls, sessions: ApplicationSessions, pages: ApplicationPages, public_url: str, exit_url: str
    ) -> None:
        """Takes its parts, the address under which people reach us, and where 「すぐ閉じる」 leads."""
        self.calls, self.sessions, self.pages = calls, sessions, pages
        self.public_url, self.exit_url = public_url, exit_url

    async def view(self, visit: Visit, deed: Callable[[Applications], View]) -> View:
        """Does something that shows the application afterwards; the grant lasts half an hour from then."""
        view = await self.calls(deed)
        if visit.session is not None:
            visit.session.grant = view.grant
        return view

    async def look(self, visit: Visit) -> View:
        """The open application."""
        grant = visit.grant
        return await self.view(visit, lambda applications: applications.view(grant, visit.caller))

    def show(
        self, visit: Visit, page: Callable[[Frame], str], said: str | None = None, status: int = 200
    ) -> HTTPResponse:
        """A page; a visitor without a cookie gets one, as its forms need it.

        Never in answer to a form: another site's would thereby take the place of what is open.
        """
        known = visit.visitor or self.sessions.new_visitor()
        if visit.opened and visit.session and said is None:
            said, visit.session.said = visit.session.said, None
        token = self.sessions.form_token(known)
        response = html(page(Frame(visit.lang, clock.today(), token, visit.opened, visit.path, said)), status)
        if status == 503:
            response.headers["Retry-After"] = "10"
        if visit.visitor is None and visit.request.method == "GET":
            self.sessions.write(visit.request, response, known)
        return response

    def bounce(self, visit: Visit) -> HTTPResponse:
        """Comes back to the same page from our own: after a link on another site the browser holds the cookie back once."""
        return html(self.pages.bounce(Frame(visit.lang, clock.today(), path=visit.path)))

    def enter(self, visit: Visit, said: str | None = None, status: int = 200, **given: Any) -> HTTPResponse:
        """The form for receipt and PIN."""
        return self.show(visit, lambda frame: self.pages.enter(frame, **given), said, status)

    def refuse(self, visit: Visit, code: str, status: int, *, repeat: bool = False, **values: Any) -> HTTPResponse:
        """A page that says why not; with what was sent, ready to be sent again, where that may help."""
        again = {"action": visit.request.path, "fields": visit.form.to_repeat()} if repeat else None
        return self.show(
            visit, lambda frame: self.pages.refusal(frame, code, repeat=again, **values), said="", status=status
        )

    def left(self, visit: Visit, said: str) -> HTTPResponse:
        """The last page: no form, so no cookie either."""
        response = html(self.pages.left(Frame(visit.lang, clock.today(), said=said)))
        if visit.visitor is not None:
            self.sessions.drop(visit.request, response)
        return response

    def back(self, visit: Visit, path: str = HOME, said: str | None = None) -> HTTPResponse:
        """To another page by GET, which then says something once."""
        if visit.session is not None:
            visit.session.said = said or visit.session.said
            return _see(path + (SAID if said else ""))
        return _see(f"{path}?lang={visit.lang}" + (f"&said={said}{SAID}" if said else ""))

    async def let_in(
        self, visit: Visit, view: View, said: str | None = None, numbers: str | None = None
    ) -> HTTPResponse:
        """To the application just opened, under a new cookie; first to receipt and PIN if they are to be shown this once."""
        await self.sessions.end(visit.visitor)
        visit.session = None
        visitor = await self.sessions.open(view.grant, visit.lang, said)
        session = await self.sessions.find(visitor) if numbers else None
        if numbers and session:
            session.show_once("numbers", numbers, self.sessions.now())
            await self.sessions.keep(visitor, session)
        response = _see(f"{HOME}/numbers" if numbers else HOME + (SAID if said else ""))
        self.sessions.write(visit.request, response, visitor)
        return response

    async def expired(self, visit: Visit) -> HTTPResponse:
        """To the first page: what was open is closed."""
        await self.sessions.end(visit.visitor)
        visit.session = None
        return self.back(visit, said="expired")

    async def close(self, visit: Visit) -> HTTPResponse:
        """Forgets the session and takes the cookie away, whatever else the form says."""
        await self.sessions.end(visit.visitor)
        visit.session = None
        response = _see(self.exit_url) if visit.form.one("to") == "away" else self.back(visit, said="closed")
        self.sessions.drop(visit.request, response)
        return response


def _see(location: str) -> HTTPResponse:
    return empty(303, {"Location": location})
