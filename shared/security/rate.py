"""How often the same caller may use a public route: moving windows over the last minute, hour or day."""

import ipaddress
import math
import time

from limits import parse_many
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class RateLimit:
    """Counts calls by key in this process, e.g. ``"20/minute;200/hour"``; a refused call does not count."""

    def __init__(self, rates: str) -> None:
        self._items = parse_many(rates)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def allow(self, key: str) -> int | None:
        """None and the call is counted; or after how many whole seconds to come again (HTTP 429, ``Retry-After``)."""
        full = [item for item in self._items if not self._limiter.test(item, key)]
        if not full and all([self._limiter.hit(item, key) for item in self._items]):
            return None
        free = max((self._limiter.get_window_stats(item, key).reset_time for item in full), default=0)
        return max(1, math.ceil(free - time.time()))


def client_key(address: str) -> str:
    """One caller by network address: the address itself; of IPv6 the /64, which one customer has whole."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
