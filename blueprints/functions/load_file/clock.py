"""The time that a call of the function has, and how it waits."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

# Room for the slowest last step: a request that times out, and the note of how far this call came.
MARGIN_SECONDS = 60
# Longer waits are the state machine's, where they cost nothing. But each of its loops takes some
# ten of the 25,000 events that an execution may have, so a call does not end for less.
# https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
LONGEST_WAIT = 60


class StopError(Exception):
    """The call has to end; the next one goes on after this many seconds."""

    def __init__(self, seconds: float = 0) -> None:
        super().__init__(f"to go on after {seconds} s")
        self.wait_seconds = math.ceil(seconds)


def _now() -> datetime:
    return datetime.now(UTC)


class Clock(NamedTuple):
    """Time as a call of the function sees it.

    Functions of this project do not sleep, except for this one: most waits are of milliseconds,
    between two requests of thousands, and a state of the machine for each would cost more time and
    money than they do.
    """

    remaining_ms: Callable[[], int]
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _now

    def left(self) -> float:
        """Return for how many seconds this call may go on."""
        return self.remaining_ms() / 1000 - MARGIN_SECONDS

    def check(self) -> None:
        """Raise StopError where the time of this call is over."""
        if self.left() <= 0:
            raise StopError

    def wait(self, seconds: float) -> None:
        """Wait; raises StopError where that is too long for this call."""
        if seconds > LONGEST_WAIT or seconds >= self.left():
            raise StopError(seconds)
        self.sleep(seconds)
