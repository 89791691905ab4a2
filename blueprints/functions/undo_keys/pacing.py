"""Keeps a child to its share of the write units, and within the time that it has."""

from __future__ import annotations

import random
from collections.abc import Callable

# Enough for a call that uses up its client's attempts, and to write down how far it got.
MARGIN_SECONDS = 60
_LONGEST_WAIT_SECONDS = 5.0
_SHORTEST_WAIT_SECONDS = 0.05


class OutOfTimeError(Exception):
    """What is left of this call's time is needed to end it."""


class Clock:
    """What tells the time, and lets it pass; `remaining` is in seconds."""

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        remaining: Callable[[], float],
    ) -> None:
        self.now, self.sleep, self.remaining = now, sleep, remaining

    def is_over(self) -> bool:
        """Return whether nothing more may be begun."""
        return self.remaining() < MARGIN_SECONDS

    def wait(self, seconds: float) -> None:
        """Let time pass; raises OutOfTimeError where there is none left."""
        if self.remaining() - seconds < MARGIN_SECONDS:
            raise OutOfTimeError
        self.sleep(seconds)

    def back_off(self, attempt: int) -> None:
        """Wait longer from attempt to attempt, and not as long as others that wait."""
        longest = min(_LONGEST_WAIT_SECONDS, _SHORTEST_WAIT_SECONDS * 2**attempt)
        self.wait(random.uniform(longest / 2, longest))  # noqa: S311 - spreads load, hides nothing


class Pacer:
    """Spends write units no faster than so many a second; with None as fast as they are taken."""

    def __init__(self, clock: Clock, units_a_second: float | None) -> None:
        self._clock, self._rate = clock, units_a_second
        self._free_at = clock.now()

    def spend(self, units: float) -> None:
        """Note what was spent."""
        if self._rate:
            self._free_at = max(self._free_at, self._clock.now()) + units / self._rate

    def wait(self) -> None:
        """Wait until what was spent is paid; raises OutOfTimeError where the time ends first."""
        seconds = self._free_at - self._clock.now()
        if self._rate and seconds > 0:
            self._clock.wait(seconds)
