"""One moment for all that a test reckons from now: the clock may move on between two looks."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache


def this_minute() -> datetime:
    """Return the minute in which the running test asked first; all that is collected is one."""
    # What pytest says is the name of the test and its phase, which does not matter.
    return _first_asked(os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0])


@lru_cache(maxsize=1)
def _first_asked(_test: str) -> datetime:
    return datetime.now(UTC).replace(second=0, microsecond=0)
