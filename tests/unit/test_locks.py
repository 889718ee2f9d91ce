"""One message of a conversation at a time, in order, without waiting for a clock."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.locks import QueueLockStore


async def test_a_hundred_messages_of_one_conversation_are_done_in_order_one_at_a_time() -> None:
    locks, done, inside = QueueLockStore(), [], []

    async def message(n: int) -> None:
        async with locks.lock("a"):
            inside.append(n)
            assert inside == [n]
            await asyncio.sleep(0)
            inside.clear()
            done.append(n)

    started = time.monotonic()
    await asyncio.gather(*(message(n) for n in range(100)))
    assert done == list(range(100))
    assert time.monotonic() - started < 1


async def test_conversations_do_not_wait_for_each_other() -> None:
    locks = QueueLockStore()
    async with locks.lock("a"):
        await asyncio.wait_for(_through(locks, "b"), 1)


async def test_an_error_or_a_message_given_up_lets_the_next_one_in() -> None:
    locks = QueueLockStore()
    with pytest.raises(ValueError):
        async with locks.lock("a"):
            raise ValueError
    async with locks.lock("a"):
        waiting = asyncio.ensure_future(_through(locks, "a"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0)
    await asyncio.wait_for(_through(locks, "a"), 1)
    assert locks._queues == {}


async def _through(locks: QueueLockStore, conversation: str) -> None:
    async with locks.lock(conversation):
        pass
