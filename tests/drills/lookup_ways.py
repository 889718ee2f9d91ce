"""The ways in which a receipt and PIN can be tried: the service itself, the chat's counter, and the page /a over HTTP.

Each is given a receipt, a PIN and a number that stands for another conversation and address, and returns how long it took and
everything by which whoever tries could tell one refusal from another.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.applications.errors import ApplicationNotFound
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.drills.installation import vault
from tests.servers import can_start_again

Way = Callable[[str, str, str], "tuple[float, str]"]


@contextmanager
def service(applications: Applications) -> Iterator[Way]:
    """`Applications.look_up`."""

    def look_up(number: str, pin: str, who: str) -> tuple[float, str]:
        caller, started = Caller(f"conversation {who}", f"address {who}"), time.perf_counter()
        try:
            applications.look_up(number, pin, caller)
        except ApplicationNotFound as refusal:
            return time.perf_counter() - started, f"{type(refusal).__name__}{refusal.args}{sorted(vars(refusal))}"
        raise AssertionError("a look-up that must be refused was answered")

    yield look_up


@contextmanager
def chat(applications: Applications) -> Iterator[Way]:
    """The errand of the chat, sealed values opened, up to what is said and kept in slots."""
    from bot import installation
    from bot.desk.errand import Visit, carried_out
    from bot.desk.looking import look_up as errand
    from bot.privacy.passing import Passing

    passing = Passing(vault())

    def look_up(number: str, pin: str, who: str) -> tuple[float, str]:
        values = {"receipt": number, "pin": pin, "address": f"address {who}"}
        access = {kind: passing.seal(kind, value, who) for kind, value in values.items()}
        visit = Visit(who, access={**access, "purpose": "look_up"}, task={"do": "look_up"})
        started = time.perf_counter()
        outcome = carried_out(errand, visit)
        taken = time.perf_counter() - started
        assert outcome.specs[0].get("leads") == ["not_found", "same_receipt"], outcome.specs
        kept = json.dumps([outcome.specs, outcome.slots], ensure_ascii=False)
        return taken, kept.replace(access["receipt"], "the receipt that was sent")

    with installation.instead(applications, passing, "https://tomoni.example"):
        yield look_up


@contextmanager
def page(applications: Applications) -> Iterator[Way]:
    """The form of the page /a over HTTP on the loopback, up to the last byte of the answer with its headers."""
    import aiohttp
    from sanic import Sanic

    from bot import settings
    from bot.channels.application_page import application_pages

    loop = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        configured = replace(settings.read({}, Path(folder)), web_proxies=1, public_url="https://tomoni.example")
        app = Sanic(f"lookup_timing_{secrets.token_hex(4)}", configure_logging=False)
        app.blueprint(application_pages(lambda: applications, configured, per_minute=10**6, burst=10**6))
        sock = socket.create_server(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{sock.getsockname()[1]}/a"

        async def begin() -> tuple[Any, Any, str]:
            server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
            can_start_again()
            await server.startup()
            await server.start_serving()
            http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False))
            async with http.get(address) as shown:
                token = re.search(r'name="token" value="(\w+)"', await shown.text())
            assert token
            return server, http, token[1]

        server, http, token = loop.run_until_complete(begin())

        async def ask(body: bytes, who: str) -> tuple[float, str]:
            headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": who}
            started = time.perf_counter()
            async with http.post(address, data=body, headers=headers, allow_redirects=False) as answer:
                read = await answer.read()
                taken = time.perf_counter() - started
            assert answer.status == 422, answer.status
            return taken, f"{answer.status} {sorted(answer.headers.items())} {read!r}"

        def look_up(number: str, pin: str, who: str) -> tuple[float, str]:
            one, two = divmod(hash(who) & 0xFFFFFF, 65536)
            sender = f"10.{one}.{two // 256}.{two % 256}"
            body = urlencode({"token": token, "receipt": number, "pin": pin}).encode()
            taken, answer = loop.run_until_complete(ask(body, sender))
            assert number in answer and pin not in answer, answer
            return taken, answer.replace(number, "the receipt that was typed")

        try:
            yield look_up
        finally:
            loop.run_until_complete(http.close())
            server.close()
            loop.run_until_complete(asyncio.sleep(0))


WAYS = {"service": service, "chat": chat, "page": page}
