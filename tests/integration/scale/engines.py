"""Everything the engines hold, for tests that look for what must not be there."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aio_pika
import psycopg2
import redis


def in_database(url: str) -> bytes:
    """All rows of all tables of a schema."""
    found: list[bytes] = []
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()")
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT * FROM "{name}"')
            for row in cursor.fetchall():
                found += [bytes(value) if isinstance(value, memoryview) else repr(value).encode() for value in row]
    connection.close()
    return b"\n".join(found)


def in_redis(url: str, prefix: str) -> bytes:
    """All names and values of an installation."""
    found: list[bytes] = []
    with redis.Redis.from_url(url) as connection:
        for key in connection.scan_iter(f"{prefix}:*", count=1000):
            found.append(key)
            found.append(connection.dump(key) or b"")
            if connection.type(key) == b"hash":
                found += [part for pair in connection.hgetall(key).items() for part in pair]
            if connection.type(key) == b"string":
                found.append(connection.get(key) or b"")
    return b"\n".join(found)


async def in_queue(url: str, queue: str) -> list[dict[str, Any]]:
    """Takes every message out of a queue."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        waiting = await channel.declare_queue(queue, durable=True, passive=True)
        found = []
        while (message := await waiting.get(fail=False)) is not None:
            await message.ack()
            found.append(json.loads(message.body))
        return found


async def drop_queue(url: str, queue: str) -> None:
    """Takes away queue and exchange."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        await channel.queue_delete(queue)
        await channel.exchange_delete(queue)


async def until(true: Any, seconds: float = 10.0) -> None:
    """Waits for a condition, an awaitable or a plain one."""
    for _ in range(int(seconds / 0.1)):
        now = true()
        if await now if asyncio.iscoroutine(now) else now:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"not so after {seconds} s")
