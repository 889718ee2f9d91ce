"""Actions in a process of their own: the same rasa-sdk actions, called over HTTP under a common secret.

The chat waits five seconds; then, and whenever the call fails, the person is told so truthfully (R8). Rasa would say nothing.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
from rasa.utils.endpoints import EndpointConfig

from bot.runtime import failed_action, then_listen

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 5.0
CONNECT_SECONDS = 1.0


class RemoteActions(EndpointConfig):
    """Calls the action server; one connection pool for the process, no copy of what it sends in any log."""

    def __init__(self, url: str, secret: str) -> None:
        """Takes the address of `…/webhook` and the secret both sides know."""
        super().__init__(url=url)
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._http: aiohttp.ClientSession | None = None

    async def request(self, method: str = "post", json: Any = None, **kwargs: Any) -> Any:
        """Runs one action there."""
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS, connect=CONNECT_SECONDS)
            self._http = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        try:
            async with self._http.post(self.url or "", json=json) as response:
                response.raise_for_status()
                return then_listen(await response.json())
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            logger.error("action %s: %s", json.get("next_action"), type(error).__name__)
            return failed_action()

    async def close(self) -> None:
        """Lets the connections go."""
        if self._http is not None:
            await self._http.close()
