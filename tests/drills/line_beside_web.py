"""The web chat beside a dead LINE: the server as it is started, webhooks coming in, and LINE refusing, failing, hanging or gone.

    python -m tests.drills.line_beside_web        one line of JSON; exit status 1 when the web chat was touched

For each fault the same people write on the web and on LINE, first while LINE is well and then while it is not. Web messages must all be
answered, their median within 1.5 times or 30 ms of what it was; webhooks must all be acknowledged. Strict, for a quiet machine.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from tests.fake_line.harness import SECRET, WEBHOOK, Fake, fake_line, text
from tests.integration.scale.workers import Worker

FAULTS = ("429", "500", "hang", "down")
MESSAGES = 60
PER_SECOND = 8.0  # webhooks, beside
TIMES, MORE_MS = 1.5, 30.0
_ASKED = (
    "費用は？",
    "必要な書類は何ですか",
    "世田谷区で使えますか",
    "How much does it cost?",
    "届け出の流れを教えて",
    "だれが届け出られますか",
)


@dataclass
class Seen:
    """How it went in one phase."""

    ms: list[float] = field(default_factory=list)
    errors: int = 0
    refused: int = 0
    """Webhooks that were not acknowledged."""
    webhooks: int = 0

    @property
    def median(self) -> float:
        """Of the web chat's answers, in milliseconds."""
        return statistics.median(self.ms)


def environment(fake: str, folder: Path) -> dict[str, str]:
    """An installation of its own, whose LINE is the fake and whose limits do not stand in the way of measuring."""
    rates = ("WEB_PER_MINUTE", "WEB_BURST", "ADDRESS_PER_MINUTE", "ADDRESS_BURST", "LINE_PER_MINUTE", "LINE_BURST")
    line = {"TOMONI_LINE": "on", "TOMONI_LINE_SECRET": SECRET, "TOMONI_LINE_TOKEN": "token", "TOMONI_LINE_API": fake}
    return {"TOMONI_VAR": str(folder), **line, **{f"TOMONI_{name}": "60000" for name in rates}}


async def people(worker: Worker, fake: Fake | None, messages: int) -> Seen:
    """One person after another writes on the web while others write on LINE."""
    seen, over = Seen(), asyncio.Event()
    webhooks = asyncio.create_task(_on_line(worker, fake, seen, over))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        for number in range(messages):
            body = {"text": _ASKED[number % len(_ASKED)], "id": secrets.token_hex(8)}
            started = time.perf_counter()
            try:
                async with http.post(f"{worker.url}/webhooks/web/messages", json=body) as response:
                    lines = (await response.read()).splitlines()
                    good = response.status == 200 and bool(lines) and b"phrase_try_later" not in lines[0]
            except aiohttp.ClientError:
                good = False
            seen.ms.append((time.perf_counter() - started) * 1000)
            seen.errors += not good
            await asyncio.sleep(0.05)
    over.set()
    await webhooks
    return seen


async def _on_line(worker: Worker, fake: Fake | None, seen: Seen, over: asyncio.Event) -> None:
    from bot.channels.line.signature import HEADER, sign

    async with aiohttp.ClientSession() as http:
        while not over.is_set():
            made = text(_ASKED[seen.webhooks % len(_ASKED)], user=f"U{secrets.token_hex(16)}")
            if fake:
                token = {made["replyToken"]: {"until": time.time() + 60, "used": False}}
                await asyncio.to_thread(fake.steer, "tokens", **token)
            body = json.dumps({"destination": "U", "events": [made]}).encode()
            seen.webhooks += 1
            try:
                async with http.post(worker.url + WEBHOOK, data=body, headers={HEADER: sign(SECRET, body)}) as response:
                    seen.refused += response.status != 200
            except aiohttp.ClientError:
                seen.refused += 1
            await asyncio.sleep(1 / PER_SECOND)


@asynccontextmanager
async def serving(folder: Path, model: Path | None = None) -> AsyncIterator[tuple[Worker, Fake, Any]]:
    """The server beside a fake LINE; the last of the three ends LINE."""
    running = fake_line()
    fake = running.__enter__()
    gone = False

    def end() -> None:
        nonlocal gone
        if not gone:
            gone = True
            running.__exit__(None, None, None)

    worker = Worker(environment(fake.url, folder), folder / "log", model or Path())
    try:
        worker.start()
        await asyncio.to_thread(worker.wait_until_ready)
        yield worker, fake, end
    finally:
        worker.kill()
        end()


async def beside(
    folder: Path, messages: int = MESSAGES, faults: tuple[str, ...] = FAULTS, model: Path | None = None
) -> dict[str, Any]:
    """Each fault, after a time in which all is well."""
    found: dict[str, Any] = {}
    async with serving(folder, model) as (worker, fake, end):
        await people(worker, fake, len(_ASKED))  # to be warm
        for fault in faults:
            fake.steer("mode", mode="ok")
            before = await people(worker, fake, messages)
            if fault == "down":
                end()
            else:
                fake.steer("mode", mode=fault)
            during = await people(worker, None if fault == "down" else fake, messages)
            found[fault] = {
                "before_ms": round(before.median, 1),
                "during_ms": round(during.median, 1),
                "slowest_ms": round(max(during.ms), 1),
                "web_messages": len(during.ms),
                "web_errors": before.errors + during.errors,
                "webhooks": during.webhooks,
                "webhooks_refused": before.refused + during.refused,
                "ready": worker.health()[0] == 200,
            }
            found[fault]["ok"] = is_untouched(found[fault])
    return found


def is_untouched(seen: dict[str, Any], times: float = TIMES, more: float = MORE_MS) -> bool:
    """Whether web messages were answered as ever, and webhooks taken."""
    limit = max(times * seen["before_ms"], seen["before_ms"] + more)
    return seen["during_ms"] <= limit and seen["web_errors"] == 0 == seen["webhooks_refused"] and seen["ready"]


def main() -> int:
    """Runs the drill from the command line."""
    with tempfile.TemporaryDirectory() as folder:
        seen = asyncio.run(beside(Path(folder)))
    print(json.dumps(seen))
    return 0 if all(part["ok"] for part in seen.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
