"""The page /a over real HTTP with a real SQLite database, for every test in this folder."""

from __future__ import annotations

import itertools
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sanic import Sanic

from bot.applications.model import Contact, Wishes
from bot.applications.service import Applications
from bot.applications.views import Started
from bot.channels.application_page import application_pages
from bot.channels.application_sessions import ApplicationSessions
from bot.knowledge.loader import load
from bot.settings import read
from tests.drills.installation import Clock, installation
from tests.integration.application_page.browser import WISHES, Browser, Seconds

_apps = itertools.count()
_knowledge = cache(load)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def applications(tmp_path: Path, clock: Clock) -> Iterator[Applications]:
    found = installation(f"sqlite:///{tmp_path / 'tomoni.db'}", clock)
    yield found
    found.store.close()


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def serve(applications: Applications, tmp_path: Path, seconds: Seconds) -> Callable[..., Any]:
    """Serves the page: `async with serve() as open_browser`."""

    @asynccontextmanager
    async def serving(door: Any = None, **options: Any) -> AsyncIterator[Callable[[], Browser]]:
        proxies = options.pop("proxies", 0)
        settings = replace(read({}, tmp_path / "var"), web_proxies=proxies, public_url="https://tomoni.example.jp")
        sessions = ApplicationSessions(settings.web_secret, proxies, seconds)
        free = {"per_minute": 6000, "burst": 1000}
        app = Sanic(f"application_{next(_apps)}", configure_logging=False)
        blueprint = application_pages(
            door or (lambda: applications), settings, _knowledge(), sessions=sessions, **(free | options)
        )
        app.blueprint(blueprint)
        sock = socket.create_server(("127.0.0.1", 0))
        server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        opened: list[aiohttp.ClientSession] = []

        def browser() -> Browser:
            opened.append(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True, quote_cookie=False)))
            return Browser(opened[-1], f"http://127.0.0.1:{sock.getsockname()[1]}")

        browser.sessions = sessions  # type: ignore[attr-defined]
        try:
            yield browser
        finally:
            for http in opened:
                await http.close()
            server.close()

    return serving


@pytest.fixture
def start(applications: Applications, today: Any) -> Callable[..., Started]:
    keys = itertools.count()

    def started(wishes: Wishes = WISHES, contact: Contact | None = None) -> Started:
        return applications.start(wishes, contact, f"confirmation-{next(keys)}", today)

    return started
