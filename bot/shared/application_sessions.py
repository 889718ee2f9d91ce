"""Sessions of the page /a for all workers: kept in Redis for half an hour, under a name and a key made from the visitor's cookie.

Whoever reads Redis finds random bytes; what opens them is in the browser only.
"""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Callable

from bot.applications.errors import StoreUnavailable
from bot.channels.application_sessions import IDLE_SECONDS, ApplicationSessions, Session
from bot.privacy.crypto import CannotOpen, Place, Vault
from bot.shared.hub import Hub

_PLACE = Place("sessions", "application", "")

_FIND = "return redis.call('GETEX', KEYS[1], 'EX', ARGV[1])"
_OPEN = "redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[1])"
_KEEP = "redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[1], 'XX')"  # one that was ended meanwhile stays so
_END = "redis.call('DEL', KEYS[1])"


class SharedApplicationSessions(ApplicationSessions):
    """Opened applications by cookie, at whichever worker."""

    def __init__(
        self, hub: Hub, vault: Vault, secret: str, proxies: int, clock: Callable[[], float] = time.time
    ) -> None:
        """Takes the connection and the vault beside what `ApplicationSessions` takes; the clock is one all machines share."""
        super().__init__(secret, proxies, clock)
        self._hub, self._sealing = hub, vault.derived_key("application sessions")
        self._find, self._add, self._keep, self._end = (hub.script(text) for text in (_FIND, _OPEN, _KEEP, _END))

    async def open(self, grant: str, lang: str, said: str | None = None) -> str:
        """As `ApplicationSessions.open`."""
        visitor, session = self.new_visitor(), Session(grant, lang, self.now(), said)
        await self._hub.run(self._add, [self._name_of(visitor)], [IDLE_SECONDS, self._sealed(visitor, session)])
        return visitor

    async def find(self, visitor: str | None) -> Session | None:
        """As `ApplicationSessions.find`; raises `StoreUnavailable` without Redis."""
        kept = await self._hub.run(self._find, [self._name_of(visitor)], [IDLE_SECONDS]) if visitor else None
        return self._opened(visitor, kept) if visitor and kept else None

    async def keep(self, visitor: str | None, session: Session) -> None:
        """As `ApplicationSessions.keep`."""
        if visitor and session.to_json() != session.as_found:
            await self._hub.run(self._keep, [self._name_of(visitor)], [IDLE_SECONDS, self._sealed(visitor, session)])

    async def end(self, visitor: str | None) -> None:
        """Forgets it, at the latest when Redis is back."""
        if visitor:
            await self._hub.run_surely(self._end, [self._name_of(visitor)], [])

    def _name_of(self, visitor: str) -> str:
        return self._hub.name("application", visitor)

    def _key_of(self, visitor: str) -> bytes:
        return hmac.digest(self._sealing, visitor.encode(), "sha256")

    def _sealed(self, visitor: str, session: Session) -> str:
        return base64.b64encode(Vault.seal(self._key_of(visitor), session.to_json().encode(), _PLACE)).decode()

    def _opened(self, visitor: str, kept: bytes) -> Session:
        try:
            plain = Vault.unseal(self._key_of(visitor), base64.b64decode(kept), _PLACE).decode()
            return Session.from_json(plain)
        except (CannotOpen, ValueError):
            raise StoreUnavailable("session cannot be opened") from None
