"""How often an address may send a form, counted in Redis for all workers."""

from __future__ import annotations

from bot.channels.rate import RateLimiter
from bot.shared.hub import Hub

_LONGEST_MS = 3_600_000

_COUNT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local rate, burst = tonumber(ARGV[1]) / 60, tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local left = math.min(burst, (tonumber(kept[1]) or burst) + (now - (tonumber(kept[2]) or now)) * rate)
if left < 1 then return tostring((1 - left) / rate) end
redis.call('HSET', KEYS[1], 'tokens', tostring(left - 1), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return '0'
"""


class SharedRateLimiter(RateLimiter):
    """A token bucket by key that every worker draws from."""

    def __init__(self, hub: Hub, purpose: str, per_minute: int, burst: int) -> None:
        """Takes the connection, what is counted, and the limits."""
        super().__init__(per_minute, burst)
        self._hub, self._purpose = hub, purpose
        self._limits = [per_minute, burst, _LONGEST_MS]
        self._script = hub.script(_COUNT)

    async def count(self, key: str) -> float:
        """As `RateLimiter.count`; raises `StoreUnavailable` without Redis."""
        return float(
            await self._hub.run(self._script, [self._hub.name("rate", f"{self._purpose}:{key}")], self._limits)
        )
