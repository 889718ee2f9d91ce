"""What the page /a shows by GET; nothing here changes an application."""

from __future__ import annotations

from sanic.response import HTTPResponse

from bot.applications.linking import LinkKind, link_kind
from bot.channels.application_desk import Desk, Visit

# What the address may ask the first page to say; the rest is said by sessions only.
_SAID = frozenset({"expired", "link_over"})


class Shown:
    """One method a page."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._pages = desk, desk.pages

    async def home(self, visit: Visit) -> HTTPResponse:
        """Where things stand, or the form for receipt and PIN."""
        asked = visit.request.args.get("said")
        if visit.session is None:
            if asked == "closed":
                return self._desk.left(visit, "closed")
            return self._desk.enter(visit, asked if asked in _SAID else None)
        if not visit.opened:  # erased
            await self._desk.sessions.end(visit.visitor)
            said, visit.session = visit.session.said, None
            return self._desk.left(visit, said or "closed")
        view = await self._desk.look(visit)
        if visit.session.still("numbers", self._desk.sessions.now()):
            visit.session.take("numbers", self._desk.sessions.now())  # noted by now
        return self._desk.show(visit, lambda frame: self._pages.status(frame, view))

    async def wishes(self, visit: Visit) -> HTTPResponse:
        """The form for plan and wishes."""
        view = await self._desk.look(visit)
        return self._desk.show(visit, lambda frame: self._pages.wishes(frame, view.wishes))

    async def contact(self, visit: Visit) -> HTTPResponse:
        """The form for where notices go."""
        view = await self._desk.look(visit)
        return self._desk.show(visit, lambda frame: self._pages.contact(frame, view.contact))

    async def pin(self, visit: Visit) -> HTTPResponse:
        """The form for a new PIN, or the new PIN itself, once."""
        assert visit.session is not None
        fresh = visit.session.take("pin", self._desk.sessions.now())
        if fresh:
            return self._desk.show(visit, lambda frame: self._pages.new_pin(frame, fresh))
        return self._desk.show(visit, self._pages.pin)

    async def numbers(self, visit: Visit) -> HTTPResponse:
        """Receipt and PIN of what was just started, until they are noted: there is no other way to them."""
        assert visit.session is not None
        number, _, fresh = (visit.session.still("numbers", self._desk.sessions.now()) or "").partition(" ")
        if not number:
            return self._desk.back(visit)
        return self._desk.show(visit, lambda frame: self._pages.numbers(frame, number, fresh))

    async def phone(self, visit: Visit) -> HTTPResponse:
        """The offer of a link for another device, or the link itself, once."""
        assert visit.session is not None
        until, _, address = (visit.session.take("phone", self._desk.sessions.now()) or "").partition(" ")
        return self._desk.show(visit, lambda frame: self._pages.phone(frame, address, until))

    async def filed(self, visit: Visit) -> HTTPResponse:
        """Whether they have really filed: it cannot be taken back."""
        return self._desk.show(visit, lambda frame: self._pages.confirm(frame, "filed"))

    async def withdraw(self, visit: Visit) -> HTTPResponse:
        """Whether it is really to be given up."""
        return self._desk.show(visit, lambda frame: self._pages.confirm(frame, "withdraw"))

    async def erase(self, visit: Visit) -> HTTPResponse:
        """Whether everything is really to go."""
        return self._desk.show(visit, lambda frame: self._pages.confirm(frame, "erase"))

    async def link(self, visit: Visit) -> HTTPResponse:
        """A button only: previews and prefetching browsers use nothing up. An invitation asks for receipt and PIN at once."""
        token = visit.path.rpartition("/")[2]
        if link_kind(token) is LinkKind.INVITES:
            return await self.invitation(visit, token)
        return self._desk.show(visit, self._pages.link)

    async def invitation(self, visit: Visit, token: str) -> HTTPResponse:
        """Receipt and PIN, and whether the chat that invited may show the application from now on."""
        asked = visit.request.args.get("said")
        visit.session = None
        return self._desk.enter(visit, asked if asked in _SAID else None, invitation=token)

    async def elsewhere(self, visit: Visit) -> HTTPResponse:
        """An address that is no page leads to the first."""
        return self._desk.back(visit)
