"""How fast a table is written to: a budget of write units, and waits that grow when it is busy."""

from __future__ import annotations

import random

from blueprints.functions.load_file.clock import Clock

# Time in which nothing was written may be made up for, this much of it.
_BURST_SECONDS = 1.0
# Jittered over their whole length, so that children that were throttled together do not come back
# together. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
_FIRST_WAIT, _LONGEST = 0.05, 5.0
_EXPONENT_OF_LONGEST = 7


class Budget:
    """Write units that may be consumed per second, by what DynamoDB says that it consumed.

    What a request costs is known when it is over: so it begins when everything before it is paid
    for, and a call is never ahead by more than one request.
    """

    def __init__(self, clock: Clock, units_per_second: float | None) -> None:
        self._clock = clock
        self._rate = units_per_second
        self._paid_at = clock.monotonic()
        self.units = 0.0

    def wait(self) -> None:
        """Wait until a request may be sent; raises StopError where this call's time is over."""
        self._clock.check()
        seconds = self.debt()
        if seconds > 0:
            self._clock.wait(seconds)

    def charge(self, units: float) -> None:
        """Note what a request consumed."""
        self.units += units
        if self._rate is not None:
            earliest = self._clock.monotonic() - _BURST_SECONDS
            self._paid_at = max(self._paid_at, earliest) + units / self._rate

    def debt(self) -> float:
        """Return after how many seconds everything is paid for."""
        return 0 if self._rate is None else self._paid_at - self._clock.monotonic()


def backoff(tries: int) -> float:
    """Return how many seconds to wait after this many tries in a row that led nowhere."""
    most = min(_LONGEST, _FIRST_WAIT * 2 ** min(tries - 1, _EXPONENT_OF_LONGEST))
    return random.uniform(0, most)  # noqa: S311 - nothing secret
