"""What tells a machine that starts and stops workers how this one does.

    GET /health/live    200 while the process answers at all
    GET /health/ready   200 once a golden question has been answered (R6), and until it is told to stop
    GET /health         the same as ready, for people

Neither depends on Redis, PostgreSQL or the broker: without them a worker still says truthfully what it cannot do and goes on with
what it can (/check, the pages), and taking all workers away at once would leave people with a bare error. Their state is only told.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, json

logger = logging.getLogger(__name__)

GOLDEN_QUESTION = "費用はいくらですか"


class Health:
    """The state of one worker."""

    def __init__(self, states: Callable[[], Awaitable[dict[str, bool]]] | None = None) -> None:
        """Takes what tells which engines answer, if there are any."""
        self._states = states
        self.answered = False
        self.stopping = False

    @property
    def ready(self) -> bool:
        """Whether people may be sent here."""
        return self.answered and not self.stopping

    async def try_out(self, agent: Any) -> None:
        """Asks the golden question, of the whole bot but for what it shares with others; unanswered, the worker is not ready."""
        from rasa.core.channels.channel import UserMessage

        from bot.channels.output import CollectingChannel
        from bot.trackers import RecentTrackerStore

        processor = copy.copy(agent.processor)
        processor.tracker_store = RecentTrackerStore(processor.domain)
        output = CollectingChannel("web")
        question = UserMessage(GOLDEN_QUESTION, output, "golden", input_channel="web")
        await type(processor).handle_message(processor, question)  # not the queue that stands before it
        self.answered = any(message["answer"].get("kind") == "answer" for message in output.collected)
        if not self.answered:
            logger.error("the golden question was not answered: this worker stays out of service")

    def routes(self) -> Blueprint:
        """The routes, ready to mount."""
        routes = Blueprint("health")

        @routes.get("/health/live")
        async def live(request: Request) -> HTTPResponse:
            return json({"live": True})

        @routes.get("/health/ready")
        async def ready(request: Request) -> HTTPResponse:
            return await self._told()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return await self._told()

        return routes

    async def _told(self) -> HTTPResponse:
        states = await self._states() if self._states else {}
        return json({"ready": self.ready, **states}, 200 if self.ready else 503)
