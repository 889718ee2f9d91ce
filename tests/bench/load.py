"""The load, in a process of its own: N people, each asking the next thing when the last was answered (a closed loop).

    python -m tests.bench.load '{"kind": "ours", "address": "http://127.0.0.1:8000", "people": 50, "seconds": 10, …}'

Prints one JSON object: answered, acted (of all said), errors, refused, seconds, latencies. A conversation ends after `turns` messages and another
person begins. What counts is what is answered after the first `warm_up` seconds, whenever it was asked: a server that takes five seconds
for an answer would else lose five seconds' worth of a window of eight.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

import aiohttp

from tests.bench.people import KINDS, NoAnswer, Refused
from tests.bench.samples import Messages

GIVE_UP_SECONDS = 60


async def run(
    kind: str,
    address: str,
    people: int,
    seconds: float,
    one_in: int = 1,
    warm_up: float = 1.0,
    one_action_in: int = 0,
    turns: int = 8,
    start: int = 0,
    wait_when_refused: bool = True,
) -> dict[str, Any]:
    """Loads one server and returns what came of it."""
    messages = Messages(one_in, tasks_by_name=kind == "stock").stream(one_action_in, start)
    latencies: list[float] = []
    refusals: list[float] = []
    errors: Counter[str] = Counter()
    said = acted = 0
    begin = time.perf_counter()
    measured_from, end = begin + warm_up, begin + warm_up + seconds

    async def one_person(http: aiohttp.ClientSession) -> None:
        nonlocal said, acted
        while True:
            person = KINDS[kind](address)
            for _ in range(turns):
                sent = time.perf_counter()
                if sent >= end:
                    return
                said += 1
                try:
                    by_action = await person.say(http, next(messages))
                except Refused as refused:
                    if sent >= measured_from:
                        refusals.append((time.perf_counter() - sent) * 1000)
                    await asyncio.sleep(float(refused.retry_after or 1) if wait_when_refused else 0.05)
                    continue
                except (NoAnswer, aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
                    errors[f"{type(error).__name__} {error}".strip()] += 1
                    await asyncio.sleep(0.05)
                    continue
                acted += bool(by_action)
                done = time.perf_counter()
                if measured_from <= done <= end:
                    latencies.append((done - sent) * 1000)

    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=GIVE_UP_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http:
        await asyncio.gather(*(one_person(http) for _ in range(people)))
    return {
        "answered": len(latencies),
        "said": said,
        "acted": acted,
        "seconds": seconds,
        "latencies_ms": [round(ms, 3) for ms in latencies],
        "refusals_ms": [round(ms, 3) for ms in refusals],
        "errors": dict(errors),
    }


async def one_conversation(
    kind: str, address: str, messages: int, one_in: int = 1, budget_seconds: float = 120, start: int = 0
) -> dict[str, Any]:
    """One person who goes on and on: the latency of each message, until `messages` or the time is up."""
    stream = Messages(one_in).stream(0, start)
    person, latencies, errors = KINDS[kind](address), [], 0
    stop = time.perf_counter() + budget_seconds
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        for text, _ in zip(stream, range(messages), strict=False):
            sent = time.perf_counter()
            if sent > stop:
                break
            try:
                await person.say(http, text)
            except (NoAnswer, aiohttp.ClientError, asyncio.TimeoutError):
                errors += 1
            latencies.append(round((time.perf_counter() - sent) * 1000, 3))
    return {"latencies_ms": latencies, "errors": errors}


async def young_and_old(
    kind: str, address: str, early: int = 10, late: int = 1000, pairs: int = 60, one_in: int = 1, start: int = 0
) -> dict[str, Any]:
    """Message `late` of one conversation beside message `early` of others, in turn, so that whatever slows the machine meets both."""
    stream = Messages(one_in).stream(0, start)
    old, latencies, errors = KINDS[kind](address), {"early": [], "late": []}, 0

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:

        async def say(person: Any) -> float:
            nonlocal errors
            sent = time.perf_counter()
            try:
                await person.say(http, next(stream))
            except (NoAnswer, Refused, aiohttp.ClientError, asyncio.TimeoutError):
                errors += 1
            return round((time.perf_counter() - sent) * 1000, 3)

        for _ in range(late - pairs // 2):
            await say(old)
        young, said = KINDS[kind](address), 0
        for i in range(pairs):
            while said < early - 5:
                await say(young)
                said += 1
            for name, person in (("early", young), ("late", old)) if i % 2 else (("late", old), ("early", young)):
                latencies[name].append(await say(person))
            said += 1
            if said >= early + 5:
                young, said = KINDS[kind](address), 0
    return {"latencies_ms": latencies, "errors": errors}


TASKS = {"load": run, "conversation": one_conversation, "young_and_old": young_and_old}

if __name__ == "__main__":
    options = json.loads(sys.argv[1])
    json.dump(asyncio.run(TASKS[options.pop("task", "load")](**options)), sys.stdout)
