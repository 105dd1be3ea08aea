"""How many requests one client may send: counted in this process, refused before a body is read."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.guard_paths import kind
from qa.guard_problem import problem, refuse
from qa.meters import Meters

_CLICKS = 4
"""Requests of the page that one action of a person may cause."""
_PEOPLE = 10
"""Clients told apart by cookies that one address may have at full rate: a school, or one who throws cookies away."""


class Rates:
    """Moving windows of a minute, one for each purpose and client."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, purpose: str, who: str, most: int) -> int:
        """Count one; 0 if it is allowed, else the seconds until the next one is."""
        item = RateLimitItemPerMinute(most)
        return 0 if self._limiter.hit(item, purpose, who) else self._wait(item, purpose, who)

    def full(self, purpose: str, who: str, most: int) -> int:
        """Seconds until one more is allowed, 0 for at once; counts nothing."""
        item = RateLimitItemPerMinute(most)
        return 0 if self._limiter.test(item, purpose, who) else self._wait(item, purpose, who)

    def _wait(self, item: RateLimitItemPerMinute, purpose: str, who: str) -> int:
        return max(1, math.ceil(self._limiter.get_window_stats(item, purpose, who).reset_time - time.time()))


class Limit:
    """429 with Retry-After for a client over its rate; files of the page, health and metrics are free."""

    def __init__(self, app: ASGIApp, rates: Rates, rate: int, meters: Meters | None) -> None:
        self.app = app
        self.rates = rates
        self.rate = rate
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        wait = self._wait(scope) if scope["type"] == "http" and self.rate else 0
        if not wait:
            await self.app(scope, receive, send)
            return
        if self.meters is not None:
            self.meters.turned_away("rate")
        told = problem(
            429, "rate", "请求太多", f"一分钟里的请求太多（每分钟最多 {self.rate} 次）。请 {wait} 秒后再试。", retry=wait
        )
        await refuse(scope, receive, send, told, {"Retry-After": str(wait)})

    def _wait(self, scope: Scope) -> int:
        what = kind(scope["path"])
        if what in ("health", "file", "waiting") or scope["method"] == "OPTIONS":
            return 0
        program = what == "program"
        most, purpose = (self.rate, "program") if program else (self.rate * _CLICKS, "page")
        client = scope["youju"]
        if client.kind in ("page", "none") and (wait := self.rates.hit(f"{purpose}-address", client.address, most * _PEOPLE)):
            return wait
        return self.rates.hit(purpose, client.counted, most)
