"""Puts the parts of the LINE channel together from the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot import installation
from bot.applications import migrate
from bot.channels.line.client import LineClient
from bot.channels.line.conversing import Conversing, OnMessage
from bot.channels.line.health import Health
from bot.channels.line.inbox import Inbox
from bot.channels.line.lanes import Lanes
from bot.channels.line.people import People
from bot.channels.line.post import TIMES, Post, Times
from bot.channels.line.sending import Sending
from bot.channels.rate import RateLimiter
from bot.knowledge.loader import Knowledge, load
from bot.privacy.crypto import Vault
from bot.rendering.line_messages import LineRenderer
from bot.settings import Settings
from bot.settings_line import LineSettings
from bot.store import Store, connect


def open_post(
    settings: Settings,
    heard: OnMessage,
    agent: Callable[[], Any],
    knowledge: Knowledge | None = None,
    health: Health | None = None,
    *,
    times: Times = TIMES,
    limiter: RateLimiter | None = None,
    told: RateLimiter | None = None,
    lanes: Lanes | None = None,
) -> Post:
    """What works behind the webhook; connects to nothing yet. Notices are counted into the same `health`.

    `limiter`, `told` and `lanes` are those all workers share, where there are several (`Parts.on_line`).
    """
    line = settings.line
    assert line is not None
    knowledge = knowledge or load()
    vault = Vault(settings.data_keys, settings.lookup_key.encode())
    health = health or Health()
    client = open_client(line, health)
    people = People(vault, agent, client, installation.applications, menus=line.menus)
    return Post(
        Inbox(lambda: open_store(settings), vault),
        Conversing(knowledge, heard, agent),
        LineRenderer(knowledge, settings.public_url),
        client,
        Sending(client, health, quiet=line.quiet, push_per_month=line.push_per_month),
        people,
        health,
        limiter=limiter or RateLimiter(*line.rate),
        told=told,
        lanes=lanes,
        pushes=line.push_per_month > 0,
        read_marks=line.read_marks,
        times=times,
    )


def open_client(line: LineSettings, health: Health | None = None) -> LineClient:
    """The client of this channel."""
    return LineClient(line.token, line.api, line.data_api, health.observe if health else None)


def open_store(settings: Settings) -> Store:
    """The database of this installation, its tables brought up to date."""
    store = connect(settings.database_url)
    migrate.upgrade(store)
    return store
