"""The parts of a worker that shares its work with others, wired together: none of them is made unless TOMONI_REDIS_URL asks for it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from bot.applications.errors import StoreUnavailable
from bot.privacy.crypto import Vault
from bot.settings import Settings
from bot.shared.application_sessions import SharedApplicationSessions
from bot.shared.broker import Events
from bot.shared.hub import Hub
from bot.shared.locks import SharedLockStore
from bot.shared.rate import SharedRateLimiter
from bot.shared.repeat import handling_once
from bot.shared.trackers import SharedTrackerStore
from bot.shared.turns import Rates, SharedTurns
from bot.store import connect


class Parts:
    """What one worker shares with the others."""

    def __init__(self, settings: Settings) -> None:
        """Takes the settings; connects to nothing yet."""
        self._vault = Vault(settings.data_keys, settings.lookup_key.encode())
        self._settings = settings
        self.hub = Hub(settings.redis_url or "", self._vault, settings.redis_prefix)
        self.locks = SharedLockStore(self.hub)
        self.events = Events(settings.broker_url, self._vault) if settings.broker_url else None
        self.turns = SharedTurns(self.hub, self._vault, Rates(settings.web_rate, settings.address_rate))
        self.trackers: SharedTrackerStore | None = None

    def make_trackers(self, domain: Any) -> SharedTrackerStore:
        """The tracker store for the model's domain."""
        self.trackers = SharedTrackerStore(domain, connect(self._settings.database_url), self._vault, self.events)
        return self.trackers

    def application_sessions(self) -> SharedApplicationSessions:
        """The sessions of the page /a."""
        return SharedApplicationSessions(self.hub, self._vault, self._settings.web_secret, self._settings.web_proxies)

    def form_limit(self, per_minute: int, burst: int) -> SharedRateLimiter:
        """How often an address may send a form of the page /a."""
        return SharedRateLimiter(self.hub, "form", per_minute, burst)

    def on_line(self) -> dict[str, Any]:
        """What the LINE channel shares: whose turn it is, how often somebody may write, and hears that it was too often."""
        from bot.channels.line.lanes import Lanes

        assert self._settings.line is not None
        return {
            "lanes": Lanes(self.locks),
            "limiter": SharedRateLimiter(self.hub, "line", *self._settings.line.rate),
            "told": SharedRateLimiter(self.hub, "line-told", 1, 1),
        }

    def answer_once(self, agent: Any) -> None:
        """Makes the agent handle a message once, whichever worker is asked again."""
        agent.handle_message = handling_once(agent)

    async def start(self) -> None:
        """Is heard of from now on."""
        await self.hub.start()
        if self.trackers is not None:
            await self.trackers.try_open()
        if self.events is not None:
            await self.events.start()

    async def stop(self) -> None:
        """Leaves, after everything has been answered."""
        if self.events is not None:
            await self.events.stop()
        await self.hub.stop()

    async def sweep(self) -> None:
        """Erases what has been silent for too long; left to the next round when the database is not there."""
        if self.trackers is not None:
            with suppress(StoreUnavailable):
                await self.trackers.sweep()

    async def states(self) -> dict[str, bool]:
        """Which of the engines answer."""
        states = {"redis": await self.hub.is_up(), "database": bool(self.trackers and await self.trackers.is_up())}
        return states if self.events is None else {**states, "broker": self.events.is_up()}
