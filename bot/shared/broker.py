"""What happened, told to RabbitMQ by Rasa's own broker: kinds, needs, answers and times. No words, and nobody to whom they belong.

Whoever listens (statistics, alarms) can follow one conversation for a day and no longer: its name in the events is a keyed hash that
changes at midnight in Tokyo. The queue is durable and outlives conversations, so nothing goes in that a tracker holds of a person.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from rasa.core.brokers.pika import PikaEventBroker
from rasa.shared.core.events import BotUttered, Event, UserUttered

from bot import clock
from bot.privacy.crypto import Vault

logger = logging.getLogger(__name__)

QUEUE = "tomoni_events"
_MOST_WAITING = 10_000
_SAID = ("kind", "topic", "id", "lang", "version")


class Events:
    """Tells a broker what happened, without words; a broker that is away holds nobody up."""

    def __init__(self, url: str, vault: Vault) -> None:
        """Takes amqp://user:password@host:port/vhost?queue=NAME; connects when started."""
        self._url, self._vault = url, vault
        self._broker: PikaEventBroker | None = None
        self._connecting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begins to connect; goes on trying for as long as it takes."""
        self._broker = _broker(self._url)
        self._connecting = asyncio.create_task(self._connect(self._broker))

    async def stop(self) -> None:
        """Sends what is still on its way, for a moment, and closes the connection."""
        if self._broker is None:
            return
        if self._connecting is not None:
            self._connecting.cancel()
        with contextlib.suppress(Exception):  # leaving anyway; what it would say is of no use to anybody
            if self._broker._background_tasks:
                await asyncio.wait(set(self._broker._background_tasks), timeout=3)
            await asyncio.wait_for(self._broker.close(), 3)

    def is_up(self) -> bool:
        """Whether the broker is connected."""
        connection = self._broker and self._broker._connection
        return connection is not None and not connection.is_closed and connection.connected.is_set()

    def tell(self, conversation: str, events: Iterable[Event]) -> None:
        """Tells what happened in a conversation; kept and told later, up to a bound, while the broker is away."""
        if self._broker is None:
            return
        name = self._vault.keyed_hash(f"events {clock.now().astimezone(clock.TOKYO):%Y-%m-%d}", conversation).hex()[:16]
        for body in filter(None, map(without_words, events)):
            body["sender_id"] = name
            if self.is_up() and len(self._broker._background_tasks) < _MOST_WAITING:
                self._broker.publish(body)
            else:
                self._broker._unpublished_events.append(body)

    async def _connect(self, broker: PikaEventBroker) -> None:
        try:
            await broker.connect()
            broker._publish_unpublished_messages()
        except Exception as error:
            logger.error("event broker: %s; events are not told until the next start", type(error).__name__)


def without_words(event: Event) -> dict[str, Any] | None:
    """What may be told of an event: that somebody asked, what for, and which answer was given."""
    when = {"event": event.type_name, "timestamp": round(event.timestamp or 0)}
    if isinstance(event, UserUttered):
        intent = event.intent or {}
        asked = {"name": intent.get("name"), "confidence": round(float(intent.get("confidence") or 0), 2)}
        return {**when, "input_channel": event.input_channel, "parse_data": {"intent": asked}}
    if isinstance(event, BotUttered):
        answer: Mapping[str, Any] = event.metadata.get("answer") or {}
        return {**when, "metadata": {"answer": {key: answer.get(key) for key in _SAID}}}
    return None


def _broker(url: str) -> PikaEventBroker:
    parts = urlsplit(url)
    queue = parse_qs(parts.query).get("queue", [QUEUE])[0]
    broker = PikaEventBroker(
        f"{parts.scheme}://{parts.hostname}:{parts.port or 5672}{parts.path}",
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        port=parts.port or 5672,
        queues=[queue],
        exchange_name=queue,
        event_loop=asyncio.get_running_loop(),
        connection_attempts=10**6,
        retry_delay_in_seconds=5,
    )
    broker._unpublished_events = deque(maxlen=_MOST_WAITING)  # Rasa's own has no bound
    return broker
