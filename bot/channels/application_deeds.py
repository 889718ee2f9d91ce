"""What the forms of the page /a do: each calls the applications and leads on by a redirect."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from sanic.response import HTTPResponse, raw

from bot import clock
from bot.applications import pin, receipt
from bot.applications.core import DOCUMENTS
from bot.applications.errors import ApplicationNotFound, InvalidInput, StoreUnavailable
from bot.applications.linking import ONE_TIME, LinkKind, link_kind
from bot.applications.model import Contact, ContactKind
from bot.applications.service import Applications
from bot.applications.views import View
from bot.channels.application_desk import Desk, Visit
from bot.channels.application_forms import ticks, wishes
from bot.channels.limits import Refused

UNAVAILABLE = 503
UNPROCESSABLE = 422


class Deeds:
    """One method a form."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def enter(self, visit: Visit) -> HTTPResponse:
        """Receipt and PIN; any reason not to open it gives the same answer, with the receipt as it was typed (R22)."""
        number, digits = visit.form.one("receipt"), visit.form.one("pin")
        invitation, link = visit.form.one("invitation")[:64], visit.form.one("link") == "yes"
        given = {"receipt": number[:60], "invitation": invitation, "link": link}
        try:
            view = await self._desk.calls(lambda a: a.look_up(number, digits, visit.caller))
        except ApplicationNotFound:
            visit.session = None
            visit.path = invited(invitation) if invitation else visit.path
            return self._desk.enter(visit, "refused", UNPROCESSABLE, **given)
        except StoreUnavailable:
            return self._desk.enter(visit, "unavailable", UNAVAILABLE, **given)
        said = await self._accept(visit, view, invitation) if invitation and link else None
        return await self._desk.let_in(visit, view, said)

    async def _accept(self, visit: Visit, view: View, invitation: str) -> str:
        try:
            await self._desk.calls(lambda a: a.accept_invitation(invitation, view.grant, visit.caller))
        except (ApplicationNotFound, StoreUnavailable):
            return "not_linked"
        return "linked"

    async def redeem(self, visit: Visit, token: str) -> HTTPResponse:
        """A link that opens once, and may show receipt and PIN of what was just started; an invitation needs both typed first."""
        if link_kind(token) is LinkKind.INVITES:
            visit.session = None
            return self._desk.back(visit, invited(token))
        try:
            view, started = await self._desk.calls(lambda a: a.redeem_with_numbers(token, visit.caller))
        except ApplicationNotFound:
            visit.session = None
            return self._desk.back(visit, said="link_over")
        return await self._desk.let_in(visit, view, numbers=f"{started.receipt} {started.pin}" if started else None)

    async def papers(self, visit: Visit) -> HTTPResponse:
        """The ticks that were changed."""
        grant, changes = visit.grant, list(ticks(visit.form, sorted(DOCUMENTS)))

        def deed(applications: Applications) -> View:
            views = [applications.tick(grant, visit.caller, document, ready) for document, ready in changes]
            return views[-1] if views else applications.view(grant, visit.caller)

        return await self._saved(visit, deed)

    async def wishes(self, visit: Visit) -> HTTPResponse:
        """Plan and wishes."""
        grant, today = visit.grant, clock.today()
        try:
            wanted = wishes(visit.form)
            wanted.check_plan(today)
        except InvalidInput as error:
            if error.field != "planned_on":
                raise Refused("old_form") from None
            wanted = wishes(visit.form, without_plan=True)
            return self._desk.show(visit, lambda f: self._desk.pages.wishes(f, wanted, "bad_month"), status=422)
        return await self._saved(visit, lambda a: a.change_wishes(grant, visit.caller, wanted, today))

    async def contact(self, visit: Visit) -> HTTPResponse:
        """Where notices go; an address typed beside "leave it" is meant."""
        grant, address, by = visit.grant, visit.form.one("address").strip(), visit.form.one("by")
        if by not in ("email", "none") and not address:
            return self._desk.back(visit)
        try:
            wanted = None if by == "none" else Contact(ContactKind.EMAIL, address)
        except InvalidInput:
            kind = (await self._desk.look(visit)).contact
            given = {"by": "email", "address": address[:254], "problem": "bad_contact"}
            return self._desk.show(visit, lambda f: self._desk.pages.contact(f, kind, **given), status=422)
        return await self._saved(visit, lambda a: a.change_contact(grant, visit.caller, wanted))

    async def pin(self, visit: Visit) -> HTTPResponse:
        """A new PIN for the old one, which opens until the new one is noted or used; repeated at once, it is the same again."""
        session, number, digits = visit.session, visit.form.one("receipt"), visit.form.one("pin")
        assert session is not None
        key = session.key_for(f"{receipt.read(number)}:{pin.read(digits)}")
        try:
            fresh = await self._desk.calls(lambda a: a.new_pin(number, digits, visit.caller, key))
        except ApplicationNotFound:
            return self._pin_again(visit, number, "wrong_pin", UNPROCESSABLE)
        except StoreUnavailable:
            return self._pin_again(visit, number, "unavailable", UNAVAILABLE)
        session.show_once("pin", fresh, self._desk.sessions.now())
        return self._desk.back(visit, "/a/pin")

    def _pin_again(self, visit: Visit, number: str, said: str, status: int) -> HTTPResponse:
        page = self._desk.pages.pin
        return self._desk.show(visit, lambda frame: page(frame, receipt=number[:60]), said, status)

    async def noted(self, visit: Visit) -> HTTPResponse:
        """The new PIN is written down: the old one stops working."""
        grant = visit.grant
        await self._desk.calls(lambda a: a.noted_pin(grant, visit.caller))
        return self._desk.back(visit, said="pin_noted")

    async def phone(self, visit: Visit) -> HTTPResponse:
        """A link for another device."""
        grant, session = visit.grant, visit.session
        assert session is not None
        token = await self._desk.calls(lambda a: a.issue_one_time_link(grant, visit.caller))
        until = (clock.now() + ONE_TIME).astimezone(clock.TOKYO)
        session.show_once("phone", f"{until:%H:%M} {self._desk.public_url}/a/{token}", self._desk.sessions.now())
        return self._desk.back(visit, "/a/phone")

    async def filed(self, visit: Visit) -> HTTPResponse:
        """The couple has filed in Tokyo's own system."""
        grant = visit.grant
        return await self._saved(visit, lambda a: a.mark_filed(grant, visit.caller), "filed")

    async def withdraw(self, visit: Visit) -> HTTPResponse:
        """The couple gives it up."""
        grant = visit.grant
        return await self._saved(visit, lambda a: a.withdraw(grant, visit.caller), "withdrawn")

    async def erase(self, visit: Visit) -> HTTPResponse:
        """Everything goes; the session is left with nothing but the word of it."""
        grant, session = visit.grant, visit.session
        assert session is not None
        await self._desk.calls(lambda a: a.erase(grant, visit.caller))
        session.grant = None
        return self._desk.back(visit, said="erased")

    async def export(self, visit: Visit) -> HTTPResponse:
        """One's own data as a file whose name says nothing."""
        grant = visit.grant
        data = await self._desk.calls(lambda a: a.export(grant, visit.caller))
        body = json.dumps(data, ensure_ascii=False, indent=2, default=_plain).encode()
        headers = {"Content-Disposition": 'attachment; filename="data.json"'}
        return raw(body, headers=headers, content_type="application/json; charset=utf-8")

    async def _saved(self, visit: Visit, deed: Callable[[Applications], View], said: str = "saved") -> HTTPResponse:
        await self._desk.view(visit, deed)
        return self._desk.back(visit, said=said)


def invited(token: str) -> str:
    """Where receipt and PIN are asked for in answer to an invitation."""
    return f"/a/{token}/numbers"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
