"""How often one session, or one address, may speak."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from sanic.request import Request


class RateLimiter:
    """Token buckets by key: `burst` at once, refilled at `per_minute`; the longest unused keys are forgotten first."""

    def __init__(
        self, per_minute: int, burst: int, clock: Callable[[], float] = time.monotonic, max_keys: int = 50_000
    ) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until `key` may speak again; 0 when it may now."""
        return max(0.0, (1 - self._tokens(key)) / self._per_second)

    def take(self, key: str) -> None:
        """Counts one message of `key`."""
        self._buckets[key] = (self._tokens(key) - 1, self._clock())
        self._buckets.move_to_end(key)
        while len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)

    async def count(self, key: str) -> float:
        """Counts one message of `key` if it may speak now; else the seconds until it may."""
        wait = self.wait(key)
        if wait == 0:
            self.take(key)
        return wait

    def _tokens(self, key: str) -> float:
        tokens, at = self._buckets.get(key, (float(self._burst), 0.0))
        return min(float(self._burst), tokens + (self._clock() - at) * self._per_second)


def client_address(request: Request, proxies: int) -> str:
    """The caller's address, an IPv6 one cut to its /64; with `proxies` of our own in front, what the outermost of them saw."""
    address = request.ip or ""
    if proxies:
        hops = [
            hop.strip() for hop in ",".join(request.headers.getall("x-forwarded-for", [])).split(",") if hop.strip()
        ]
        if hops:
            address = hops[-min(proxies, len(hops))]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(parsed.ipv4_mapped or ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)
