"""LINE's big numbers, against the fake on this machine only; strict, for a quiet machine.

    python -m tests.drills.line_pressure                 all of it, as one line of JSON; exit status 1 when a limit is missed
    python -m tests.drills.line_pressure --only forged   one of: forged, copies, kill, acknowledge

forged       10,000 forged, altered, empty, non-UTF-8 and 2 MB bodies: none taken, each refused within 5 ms (processor time of the server)
copies       100 copies of one event at once, and again after a restart: one answer
kill         SIGKILL while an event is worked on: the next process answers it while its reply token lives
acknowledge  50 people at once while the bot takes 4 s: 99 of 100 webhooks are acknowledged within 200 ms
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).resolve().parents[2]


async def forged(fake: Any, folder: Path, times: int = 10_000) -> dict[str, Any]:
    """Bodies that must be refused, the quickest way there is."""
    from bot.channels.line.signature import HEADER, sign
    from tests.fake_line.harness import SECRET, Bot, channel, line_settings_for, text

    good = json.dumps({"destination": "U", "events": [text("費用は？")]}).encode()
    signed = sign(SECRET, good)
    kinds: list[Callable[[], tuple[bytes, dict[str, str]]]] = [
        lambda: (good, {}),
        lambda: (good, {HEADER: "x" * 44}),
        lambda: (good, {HEADER: sign(secrets.token_hex(16), good)}),
        lambda: (good.replace(b"U", b"V", 1), {HEADER: signed}),
        lambda: (good + b" ", {HEADER: signed}),
        lambda: (b"", {HEADER: signed}),
        lambda: (b"\xff\xfe\x00" * 100, {HEADER: signed}),
        lambda: (good, {HEADER: "é" * 40}),
        lambda: (b"x" * (2 << 20), {HEADER: signed}),
    ]
    bot, taken = Bot(), 0
    async with channel(line_settings_for(fake.url, folder), bot) as served:
        spent = _timed(served.line)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
            for number in range(times):
                # The 2 MB body is one in forty-five, so that the loopback is not all there is to see.
                content, headers = (kinds[number % 8] if number % 45 else kinds[8])()
                try:
                    async with http.post(served.url, data=content, headers=headers) as response:
                        taken += response.status == 200
                except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError):
                    pass  # refused while it was still sending
    ms = sorted(s * 1000 for s in spent)
    return {
        "sent": times,
        "taken": taken + len(bot.heard),
        "slowest_ms": round(ms[-1], 3),
        "p99_ms": round(ms[int(len(ms) * 0.99)], 3),
        "median_ms": round(statistics.median(ms), 3),
        "ok": taken == 0 and not bot.heard and ms[-1] <= 5,
    }


def _timed(line: Any) -> list[float]:
    """Notes how much processor time each webhook costs."""
    real, spent = line._webhook, []

    async def webhook(request: Any) -> Any:
        before = time.thread_time()
        response = await real(request)
        spent.append(time.thread_time() - before)
        return response

    line._webhook = webhook
    return spent


async def copies(fake: Any, folder: Path) -> dict[str, Any]:
    """One event, again and again."""
    from tests.fake_line.harness import Bot, channel, line_settings_for, text

    settings, bot, made = line_settings_for(fake.url, folder), Bot(seconds=0.2), text("費用は？")
    got: list[int | None] = []
    for many in (100, 100):
        async with channel(settings, bot) as served:
            got += await asyncio.gather(*(fake.send(served.url, made) for _ in range(many)))
            await served.settled()
    replies = len(fake.replies())
    return {
        "copies": len(got),
        "refused": len([g for g in got if g != 200]),
        "answers": replies,
        "ok": replies == 1 == len(bot.heard),
    }


async def kill(fake: Any, folder: Path) -> dict[str, Any]:
    """The process is killed in the middle; another takes its place."""
    from tests.fake_line.harness import text

    first, url = _worker(fake, folder, 30)
    asked = time.time()
    assert await fake.send(url, text("費用は？")) == 200
    await asyncio.sleep(1.0)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    second, _ = _worker(fake, folder, 0)
    while not fake.replies() and time.time() - asked < 70:
        await asyncio.sleep(0.2)
    seconds = time.time() - asked
    second.terminate()
    second.wait()
    return {
        "seconds_to_the_answer": round(seconds, 1),
        "answers": len(fake.replies()),
        "ok": len(fake.replies()) == 1 and seconds < 60,
    }


def _worker(fake: Any, folder: Path, seconds: float) -> tuple[subprocess.Popen[str], str]:
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "tests.fake_line.worker",
        "--fake",
        fake.url,
        "--folder",
        str(folder),
    ]
    process = subprocess.Popen([*command, "--seconds", str(seconds)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())["url"]


async def acknowledge(
    fake: Any, folder: Path, people: int = 50, rounds: int = 4, seconds: float = 4.0
) -> dict[str, Any]:
    """Everybody writes at once, and the bot is slow."""
    from bot.channels.line.signature import HEADER, sign
    from tests.fake_line.harness import SECRET, text

    process, url = _worker(fake, folder, seconds)
    taken: list[float] = []

    async def write(http: aiohttp.ClientSession, user: str) -> None:
        body = json.dumps({"destination": "U", "events": [text("費用は？", user=user)]}).encode()
        started = time.perf_counter()
        async with http.post(url, data=body, headers={HEADER: sign(SECRET, body)}) as response:
            assert response.status == 200
            taken.append((time.perf_counter() - started) * 1000)

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=people)) as http:
        for _ in range(rounds):
            await asyncio.gather(*(write(http, f"U{n:032x}") for n in range(people)))
            await asyncio.sleep(1.0)
    process.terminate()
    process.wait()
    ms = sorted(taken)
    p99 = ms[int(len(ms) * 0.99)]
    return {
        "webhooks": len(ms),
        "median_ms": round(statistics.median(ms), 1),
        "p99_ms": round(p99, 1),
        "slowest_ms": round(ms[-1], 1),
        "ok": p99 <= 200,
    }


PARTS: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
    "forged": forged,
    "copies": copies,
    "kill": kill,
    "acknowledge": acknowledge,
}


async def run(names: list[str]) -> dict[str, Any]:
    """Runs the parts one after the other, each with a fake and a folder of its own."""
    from tests.fake_line.harness import fake_line

    found = {}
    for name in names:
        with fake_line() as fake, tempfile.TemporaryDirectory() as folder:
            found[name] = await PARTS[name](fake, Path(folder))
    return found


def main() -> int:
    """Runs the drill from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=PARTS)
    options = parser.parse_args()
    from bot import runtime

    runtime.prepare()
    seen = asyncio.run(run([options.only] if options.only else list(PARTS)))
    print(json.dumps(seen))
    return 0 if all(part["ok"] for part in seen.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
