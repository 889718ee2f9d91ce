"""`python -m bot serve`: one process with web chat, Rasa and its actions; Rasa's own HTTP API is not mounted."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.health import Health
from bot.settings import Settings, SettingsError, address, read, served_at

if TYPE_CHECKING:
    from bot.shared.parts import Parts

logger = logging.getLogger(__name__)

FINISH_SECONDS = 25.0  # what is being answered when the worker is told to stop
HANGING_SECONDS = 4.0  # the same, for people who did not wait
_RATES = ("per_minute", "burst", "address_per_minute", "address_burst")


def create_app(settings: Settings, agent: Any, web: Mapping[str, Any] | None = None, parts: Parts | None = None) -> Any:
    """The Sanic application: the web channel (with further options of its own), the pages, health, and a way from / to the chat.

    `parts` is what this worker shares with others, if there are any.
    """
    from rasa.core.channels.channel import register
    from sanic import Sanic
    from sanic.response import redirect

    from bot import installation
    from bot.applications import housekeeping
    from bot.channels.application_page import application_pages
    from bot.channels.check_page import check_pages
    from bot.channels.feedback_rows import counting
    from bot.channels.guide_pages import guide_pages
    from bot.channels.pages import READ
    from bot.channels.webchat import WebChatInput
    from bot.knowledge.loader import load

    app = Sanic("tomoni", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.config.REQUEST_MAX_SIZE = 64 * 1024
    app.config.REQUEST_TIMEOUT = 10  # slow senders are let go
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = FINISH_SECONDS
    app.ctx.agent = agent
    if parts:  # first of all, as listeners run in this order, and last of all, as they stop in the other
        app.before_server_start(lambda app, loop: parts.start())
        app.after_server_stop(lambda app, loop: parts.stop())
    rates = dict(zip(_RATES, (*settings.web_rate, *settings.address_rate), strict=True))
    given = {"secret": settings.web_secret, "proxies": settings.web_proxies, "turns": parts and parts.turns, **rates}
    knowledge, door = load(), installation.door(settings)
    site = {"knowledge": knowledge, "count": counting(door), "embed_origins": settings.embed_origins}
    site["public_url"] = settings.public_url if settings.production else ""  # empty: where the page was opened
    site["line_account"] = settings.line.account if settings.line else ""
    channel = WebChatInput.from_credentials({**given, **site, **(web or {})})
    if hasattr(agent, "admission"):
        channel.shed_when(agent.admission.overloaded)
    line = []
    if settings.line:
        from bot.channels.line import LineInput
        from bot.channels.line.opening import open_post

        line.append(LineInput(settings, knowledge, partial(open_post, **(parts.on_line() if parts else {}))))
    register([channel, *line], app, route="/webhooks/")
    app.ctx.applications = door
    app.blueprint(check_pages(knowledge))
    app.blueprint(guide_pages(settings, knowledge))
    shared = {"sessions": parts.application_sessions(), "limiter": parts.form_limit(60, 30)} if parts else {}
    app.blueprint(application_pages(door, settings, knowledge, **shared))

    async def states() -> dict[str, bool]:
        """Which of what we lean on is well: the engines workers share, and LINE."""
        shared = await parts.states() if parts else {}
        return {**shared, "line": await line[0].is_well()} if line else shared

    health = Health(states)
    app.blueprint(health.routes())

    @app.after_server_start
    async def try_out(app: Any, loop: Any) -> None:
        await health.try_out(agent)

    @app.before_server_stop
    async def say_so(app: Any, loop: Any) -> None:
        health.stopping = True

    @app.middleware("request")
    async def part(request: Any) -> None:
        """Who is connected when the worker is told to stop gets an answer and is then let go; Sanic would keep the connection."""
        if health.stopping:
            request.stream.keep_alive = False

    @app.after_server_stop
    async def finish(app: Any, loop: Any) -> None:
        """The server has let nobody in since it was told to stop; what was asked by people who hung up is answered too."""
        late = await channel.finish(HANGING_SECONDS)
        if late:
            logger.error("stopped with %s messages unanswered; they can be sent again", late)

    @app.after_server_start
    async def open_applications(app: Any, loop: Any) -> None:
        app.ctx.opening = loop.run_in_executor(None, door.try_open)  # waits for no database

    further = {}
    if settings.line and settings.line.push_per_month:
        from bot.channels.line.notices import LineSender

        further["line"] = LineSender(settings.line, line[0].health)

    async def keep_house() -> None:
        while True:
            await asyncio.sleep(housekeeping.EVERY_SECONDS)
            await asyncio.to_thread(housekeeping.once, door, settings, **further)
            if parts:
                await parts.sweep()

    app.add_task(keep_house())

    async def erase(conversation: str) -> None:
        async with agent.lock_store.lock(conversation):
            await agent.tracker_store.delete(conversation)

    app.ctx.erase_conversation = erase

    @app.route("/", READ)
    async def home(request: Any) -> Any:
        lang = request.args.get("lang")  # a link from the guide or a partner's page keeps its language
        return redirect(f"/webhooks/web/?lang={lang}" if lang in ("ja", "en", "ja-easy") else "/webhooks/web/")

    return app


def serve(host: str | None, port: int | None, model: Path | None = None, web: Mapping[str, Any] | None = None) -> int:
    """Loads the model and serves until stopped; `model` and `web` are for drills and measurements."""
    try:
        settings = served_at(read(), host, port)
    except SettingsError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    print("→ Loading the model", file=sys.stderr, flush=True)
    from bot.readers import AHEAD
    from bot.runtime import learn_ahead, load_agent, prepare, with_readers

    prepare(lean=True)  # before anything imports Rasa
    parts, seams = None, {}
    if settings.redis_url:
        from bot.shared.parts import Parts

        parts = Parts(settings)
        seams = {"lock_store": parts.locks, "tracker_store": parts.make_trackers, "at_once": 8}
    if settings.actions_url:
        from bot.shared.actions import RemoteActions

        seams["action_endpoint"] = RemoteActions(settings.actions_url, settings.actions_secret)
    if settings.readers:
        seams["at_once"] = max(seams.get("at_once", 2), AHEAD * settings.readers)
    agent = load_agent(model, **seams)
    learn_ahead()  # before the fork, so that all share it
    if settings.readers:
        with_readers(agent, settings.readers)
    if parts:
        parts.answer_once(agent)
    app = create_app(settings, agent, web, parts)
    where, number = host or settings.host, port or settings.port
    print(f"✓ Web chat: {address(where, number)}/", file=sys.stderr, flush=True)
    app.run(host=where, port=number, access_log=False)
    return 0
