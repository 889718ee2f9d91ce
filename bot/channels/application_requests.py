"""What every form of the page /a goes through: where it came from, how big and how often, and the way to the applications."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sanic.request import Request

from bot.application_door import ApplicationDoor
from bot.applications.errors import StoreUnavailable
from bot.applications.service import Applications
from bot.channels.application_forms import Form
from bot.channels.limits import Refused, check_origin, read_body
from bot.channels.rate import RateLimiter

FORM_TYPE = "application/x-www-form-urlencoded"
ANSWER_WITHIN = 2.5  # R9: a truthful "try later" in three seconds
_THREADS = 8

Result = TypeVar("Result")


class Calls:
    """Asks the applications in threads of its own, so that a slow database holds up neither the chat nor the event loop."""

    def __init__(self, door: Callable[[], Applications] | ApplicationDoor, seconds: float = ANSWER_WITHIN) -> None:
        """Takes where the applications come from and how long an answer may take."""
        self._door = door
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="application")

    async def __call__(self, deed: Callable[[Applications], Result]) -> Result:
        """Does one thing; what takes too long may still come through, and everything may be repeated."""
        work = asyncio.get_running_loop().run_in_executor(self._threads, lambda: deed(self._door()))
        try:
            return await asyncio.wait_for(work, self._seconds)
        except asyncio.TimeoutError:
            raise StoreUnavailable("no answer in time") from None


async def read_form(request: Request, origins: frozenset[str]) -> Form:
    """The form of a request, if it comes from one of our own pages."""
    check_form_origin(request, origins)
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM_TYPE:
        raise Refused("wrong_type", 415)
    return Form.of(await read_body(request))


def check_form_origin(request: Request, origins: frozenset[str]) -> None:
    """Refuses other sites' forms. Under `no-referrer` browsers say "null" of our own too; Sec-Fetch-Site then tells them apart.

    Browsers too old to send that are held by the cookie's SameSite=Strict and by the form's token.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused("foreign_origin", 403)
    if request.headers.get("origin") != "null":
        check_origin(request, origins)


async def count(limiter: RateLimiter, address: str) -> None:
    """Counts one form of an address; refuses when there were too many."""
    wait = await limiter.count(address)
    if wait > 0:
        raise Refused("too_often", 429, retry_after=math.ceil(wait))
