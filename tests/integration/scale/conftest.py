"""Two real workers that share PostgreSQL, Redis and RabbitMQ, each engine behind a wire that can be cut."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from bot.privacy.crypto import Vault
from bot.settings import Settings, read
from bot.shared.hub import Hub
from tests.drills.installation import POSTGRES, START_POSTGRES, postgres_is_there, schema
from tests.drills.wire import Wire
from tests.integration.scale.engines import drop_queue
from tests.integration.scale.workers import Worker

REDIS = os.environ.get("TOMONI_TEST_REDIS", "redis://127.0.0.1:6379/0")
START_REDIS = "redis-server --daemonize yes  (or name one: TOMONI_TEST_REDIS=redis://host:6379/0)"
BROKER = os.environ.get("TOMONI_TEST_BROKER", "amqp://guest:guest@127.0.0.1:5672/")
START_BROKER = "rabbitmq-server -detached  (or name one: TOMONI_TEST_BROKER=amqp://user:password@host:5672/)"

SESSION_BURST = 40


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0), 2).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def postgres() -> str:
    """PostgreSQL, or a skip that names how to start it."""
    if not postgres_is_there():
        pytest.skip(f"no PostgreSQL answers. Start it: {START_POSTGRES}")
    return POSTGRES


@pytest.fixture(scope="session")
def redis_url() -> str:
    """Redis, or a skip that names how to start it."""
    if not _answers(REDIS):
        pytest.skip(f"no Redis answers. Start it: {START_REDIS}")
    return REDIS


@pytest.fixture(scope="session")
def broker_url() -> str:
    """RabbitMQ, or a skip that names how to start it."""
    if not _answers(BROKER):
        pytest.skip(f"no RabbitMQ answers. Start it: {START_BROKER}")
    return BROKER


@pytest.fixture(scope="session")
def prefix(redis_url: str) -> Iterator[str]:
    """What the names of these tests begin with in Redis; nothing of it is left."""
    name = f"tomonitest{secrets.token_hex(6)}"
    yield name
    with redis.Redis.from_url(redis_url) as connection:
        for key in connection.scan_iter(f"{name}:*", count=1000):
            connection.delete(key)


@pytest.fixture
def vault() -> Vault:
    """Keys of the tests."""
    return Vault((("k", bytes(32)),), b"lookup key of the tests, 32 bytes or more")


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """The address of an empty schema."""
    with schema() as url:
        yield url


@pytest.fixture
def hubs(redis_url: str, vault: Vault, prefix: str) -> list[Hub]:
    """Two workers' connections, as two processes would have them."""
    return [Hub(redis_url, vault, prefix) for _ in range(2)]


# --- the real thing


class Pair:
    """Two workers and their engines."""

    def __init__(self, workers: list[Worker], wires: dict[str, Wire], settings: Settings, queue: str) -> None:
        self.workers, self.wires, self.settings, self.queue = workers, wires, settings, queue


@pytest.fixture(scope="session")
def started(
    request: pytest.FixtureRequest,
    postgres: str,
    redis_url: str,
    broker_url: str,
    prefix: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Pair]:
    """Both workers as they are started on a machine of their own: `python -m bot serve`."""
    given = os.environ.get("TOMONI_TEST_MODEL")  # while the content is being worked on: any model does
    model = Path(given) if given else request.getfixturevalue("model")
    var = tmp_path_factory.mktemp("shared-var")
    queue = f"{prefix}-events"
    with schema() as address:
        wires, urls = {}, {}
        for name, url in (("database", address), ("redis", redis_url), ("broker", f"{broker_url}?queue={queue}")):
            parts = urlsplit(url)
            wires[name] = Wire(parts.hostname or "", parts.port or 0)
            place = f"{parts.username + ':' + (parts.password or '') + '@' if parts.username else ''}127.0.0.1"
            urls[name] = parts._replace(netloc=f"{place}:{wires[name].port}").geturl()
        environment = {
            "TOMONI_VAR": str(var),
            "TOMONI_DATABASE_URL": urls["database"],
            "TOMONI_REDIS_URL": urls["redis"],
            "TOMONI_REDIS_PREFIX": prefix,
            "TOMONI_BROKER_URL": urls["broker"],
            "TOMONI_WEB_PROXIES": "1",
            "TOMONI_WEB_PER_MINUTE": "60",
            "TOMONI_WEB_BURST": str(SESSION_BURST),
            "TOMONI_ADDRESS_PER_MINUTE": "20",
            "TOMONI_ADDRESS_BURST": "5",
        }
        workers = [Worker(environment, var / f"worker-{n}.log", model) for n in (1, 2)]
        try:
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.wait_until_ready()
            yield Pair(workers, wires, read({**environment, "TOMONI_DATABASE_URL": address}), queue)
        finally:
            for worker in workers:
                worker.kill()
            asyncio.run(drop_queue(broker_url, queue))


@pytest.fixture
def pair(started: Pair) -> Pair:
    """The two, both up; one that a test has ended is started again."""
    for worker in started.workers:
        if not worker.alive:
            worker.start()
    for worker in started.workers:
        worker.wait_until_ready()
    return started
