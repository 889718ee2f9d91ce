"""LINE over two workers that share Redis and the inbox: one person's order and pace hold, whichever worker LINE reaches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from bot.shared.parts import Parts
from tests.fake_line.harness import Bot, Channel, Fake, channel, fake_line, line_settings_for, text

Start = Callable[..., Any]


@pytest.fixture(scope="module")
def fake() -> Iterator[Fake]:
    """The fake LINE."""
    with fake_line() as running:
        yield running


@pytest.fixture
def two(fake: Fake, redis_url: str, prefix: str, tmp_path: Path) -> Start:
    """Starts two workers with a bot they share; `url` is where they look for Redis."""
    fake.steer("reset")

    @asynccontextmanager
    async def start(bot: Bot, rate: tuple[int, int], url: str = redis_url) -> AsyncIterator[list[Channel]]:
        settings = line_settings_for(fake.url, tmp_path, rate=rate)
        settings = replace(settings, redis_url=url, redis_prefix=f"{prefix}-{tmp_path.name}")
        async with AsyncExitStack() as stack:
            served = []
            for _ in range(2):
                parts = Parts(settings)
                await parts.hub.start()
                stack.push_async_callback(parts.hub.stop)
                served.append(await stack.enter_async_context(channel(settings, bot, **parts.on_line())))
            yield served

    return start


async def test_one_persons_messages_are_answered_in_order_and_never_two_at_once(fake: Fake, two: Start) -> None:
    inside: list[str] = []
    met: list[list[str]] = []

    async def answer(said: UserMessage) -> None:
        met.extend([list(inside)] if inside else [])
        inside.append(said.text or "")
        await asyncio.sleep(0.15)  # longer than LINE takes to send the next
        inside.remove(said.text or "")
        await said.output_channel.send_response(said.sender_id, {"text": said.text})

    bot = Bot(answer=answer)
    async with two(bot, (60_000, 10_000)) as served:
        for number in range(10):
            assert await fake.send(served[number % 2].url, text(f"{number}番目の質問です")) == 200
        for one in served:
            await one.settled()
    assert met == []
    assert bot.texts == [f"{number}番目の質問です" for number in range(10)]
    assert [json.dumps(r, ensure_ascii=False).count("番目の質問です") for r in fake.replies()] == [1] * 10


async def test_the_pace_is_counted_over_both_and_said_to_be_too_fast_once(fake: Fake, two: Start) -> None:
    bot = Bot()
    async with two(bot, (1, 3)) as served:
        for number in range(8):
            assert await fake.send(served[number % 2].url, text("費用は？")) == 200
        for one in served:
            await one.settled()
    said = json.dumps(fake.replies(), ensure_ascii=False)
    assert len(bot.heard) == 3
    assert len(fake.replies()) == 4 and said.count("続けて送られたため") == 1


async def test_without_redis_what_comes_is_still_heard_in_the_order_of_its_worker(fake: Fake, two: Start) -> None:
    """Whether it can be answered is then Rasa's lock's to say, which is away too; here a bot without one answers."""
    bot = Bot(seconds=0.05)
    async with two(bot, (1, 3), "redis://127.0.0.1:1/0") as served:
        for number in range(4):
            assert await fake.send(served[0].url, text(f"{number}番目の質問です")) == 200
        await served[0].settled()
    assert bot.texts == [f"{number}番目の質問です" for number in range(4)] and len(fake.replies()) == 4
