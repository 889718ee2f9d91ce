"""`python -m bot serve`: one process with web chat, Rasa and its actions; Rasa's own HTTP API is not mounted."""

from __future__ import annotations

import asyncio
import logging
import sys
from typing import Any

from bot.settings import Settings, SettingsError, read

logger = logging.getLogger(__name__)


def create_app(settings: Settings, agent: Any) -> Any:
    """The Sanic application: the web channel, a health check, and a way from / to the page."""
    from rasa.core.channels.channel import register
    from sanic import Sanic
    from sanic.response import json, redirect

    from bot.application_door import ApplicationDoor
    from bot.applications import housekeeping
    from bot.channels.application_page import application_pages
    from bot.channels.check_page import check_pages
    from bot.channels.webchat import WebChatInput
    from bot.knowledge.loader import load

    app = Sanic("tomoni", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.REQUEST_MAX_SIZE = 64 * 1024
    app.config.REQUEST_TIMEOUT = 10  # slow senders are let go
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    app.ctx.agent = agent
    channel = WebChatInput.from_credentials({"secret": settings.web_secret, "proxies": settings.web_proxies})
    register([channel], app, route="/webhooks/")
    knowledge, door = load(), ApplicationDoor(settings)
    app.ctx.applications = door
    app.blueprint(check_pages(knowledge))
    app.blueprint(application_pages(door, settings, knowledge))

    @app.after_server_start
    async def open_applications(app: Any, loop: Any) -> None:
        app.ctx.opening = loop.run_in_executor(None, door.try_open)  # waits for no database

    async def keep_house() -> None:
        while True:
            await asyncio.sleep(housekeeping.EVERY_SECONDS)
            await asyncio.to_thread(housekeeping.once, door, settings)

    app.add_task(keep_house())

    async def erase(conversation: str) -> None:
        async with agent.lock_store.lock(conversation):
            await agent.tracker_store.delete(conversation)

    app.ctx.erase_conversation = erase

    @app.get("/")
    async def home(request: Any) -> Any:
        return redirect("/webhooks/web/")

    @app.get("/health")
    async def health(request: Any) -> Any:
        return json({"ready": bool(app.ctx.agent and app.ctx.agent.is_ready())})

    return app


def serve(host: str | None, port: int | None) -> int:
    """Loads the model and serves until stopped."""
    try:
        settings = read()
    except SettingsError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    print("→ Loading the model", file=sys.stderr, flush=True)
    from bot.runtime import load_agent

    agent = load_agent()
    app = create_app(settings, agent)
    where, number = host or settings.host, port or settings.port
    shown = "localhost" if where in ("127.0.0.1", "0.0.0.0") else where
    print(f"✓ Web chat: http://{shown}:{number}/", file=sys.stderr, flush=True)
    app.run(host=where, port=number, access_log=False)
    return 0
