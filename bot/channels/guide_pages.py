"""The guide under `/guide/`: files of a folder that a process of its own builds once the server has started.

Only files the build made are served, so no path can lead elsewhere.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw, redirect

from bot import clock
from bot.channels.limits import accepted_language
from bot.channels.pages import READ, SECURITY_HEADERS
from bot.guide import cache
from bot.guide.addresses import FOLDERS, MOUNT, page_path
from bot.guide.contents import Contents
from bot.knowledge.loader import Knowledge
from bot.rendering.guide import GuidePages
from bot.settings import Settings

logger = logging.getLogger(__name__)

START_AFTER = 3.0  # the chat comes first
WAIT_SECONDS = 2.5  # somebody who is there too early waits a little; then a page that opens itself again is kinder
RETRY_SECONDS = 30.0  # a build that failed is not tried again with every page somebody asks for
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".xml": "application/xml; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


_ZIPPED = frozenset(_TYPES) - {".png", ".pdf"}


class GuideSite:
    """Has the guide built once and knows its files."""

    def __init__(self, settings: Settings, knowledge: Knowledge) -> None:
        """Takes where the guide stands and what it is made of."""
        self._var, self._public_url, self._knowledge = settings.var, settings.public_url, knowledge
        self._building: asyncio.Task[None] | None = None
        self._beginning: asyncio.Task[None] | None = None
        self._not_before = 0.0
        self._names = lru_cache(maxsize=2)(_names)
        self.preparing = lru_cache(maxsize=len(FOLDERS))(self._preparing)

    async def folder(self) -> Path | None:
        """The built guide, or None while it is still being made."""
        place = await asyncio.to_thread(cache.place, self._var, self._public_url, self._knowledge, clock.today())
        if place.exists():
            return place
        if self._building is None or (self._building.done() and time.monotonic() >= self._not_before):
            self._building = asyncio.create_task(self._build())
        await asyncio.wait({self._building}, timeout=WAIT_SECONDS)
        return place if place.exists() else None

    def begin(self) -> None:
        """Has it built before anybody asks."""
        self._beginning = asyncio.create_task(self._soon())

    def stop(self) -> None:
        """Ends a build that is under way or about to be."""
        for task in filter(None, (self._beginning, self._building)):
            task.cancel()

    async def _soon(self) -> None:
        await asyncio.sleep(START_AFTER)
        await self.folder()

    def holds(self, folder: Path, path: str) -> bool:
        """Whether the build made such a file."""
        return path in self._names(folder)

    def _preparing(self, lang: str) -> str:
        """The page shown meanwhile."""
        return GuidePages(Contents(self._knowledge, clock.today(), f"{self._public_url}{MOUNT}")).preparing(lang)

    async def _build(self) -> None:
        try:
            await cache.ensure_aside(self._var, self._public_url, clock.today())
        except Exception:  # whatever went wrong: the page says that it is not ready, and staff read why
            self._not_before = time.monotonic() + RETRY_SECONDS
            logger.exception("the guide could not be built")


def guide_pages(settings: Settings, knowledge: Knowledge) -> Blueprint:
    """The routes of the guide, ready to mount."""
    routes, site = Blueprint("guide_pages"), GuideSite(settings, knowledge)

    @routes.listener("after_server_start")
    async def begin(app: Any, loop: Any) -> None:
        if settings.guide_at_start:
            site.begin()

    @routes.listener("before_server_stop")
    async def stop(app: Any, loop: Any) -> None:
        site.stop()

    @routes.route("/guide/", methods=READ)
    async def start(request: Request) -> HTTPResponse:
        return redirect(MOUNT + page_path("index", accepted_language(request)))

    @routes.route("/guide/<path:path>", methods=READ)
    async def page(request: Request, path: str) -> HTTPResponse:
        if not path:
            return redirect(MOUNT + page_path("index", accepted_language(request)))
        lang = next((lang for lang, folder in FOLDERS.items() if path.startswith(f"{folder}/")), "ja")
        folder = await site.folder()
        if folder is None:
            return html(site.preparing(lang), 503, {"Retry-After": "3", "Cache-Control": "no-store"})
        wanted = f"{path}index.html" if path.endswith("/") else path
        found = site.holds(folder, wanted)
        kind = Path(wanted).suffix if found else ".html"
        zipped = kind in _ZIPPED and "gzip" in request.headers.get("accept-encoding", "")
        body = await asyncio.to_thread(_read, folder / (wanted if found else "404.html"), zipped)
        # Pages leave nothing behind on a shared device; what they load is the same for everyone.
        keep = "no-store" if kind == ".html" else "public, max-age=600"
        headers = {"Cache-Control": keep, "Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if zipped else {})
        return raw(body, 200 if found else 404, headers, _TYPES[kind])

    @routes.on_response
    async def protect(request: Request, response: HTTPResponse) -> None:
        for header, value in SECURITY_HEADERS.items():
            response.headers.setdefault(header, value)

    return routes


def _names(folder: Path) -> frozenset[str]:
    return frozenset(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.suffix in _TYPES)


def _read(path: Path, zipped: bool) -> bytes:
    body = path.read_bytes()
    return gzip.compress(body, 5, mtime=0) if zipped else body
