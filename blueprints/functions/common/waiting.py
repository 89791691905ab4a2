"""How long the state machine waits before it calls a function again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

MOST_SECONDS = 300
# After which the state machine of a restore ends, and nobody reports.
LONGEST_RESTORE = timedelta(days=5)
_SHARE = 10


def wait_seconds(plan: Mapping[str, Any], now: datetime) -> int:
    """Return a tenth of the time since the start: between `poll_seconds` and MOST_SECONDS.

    So a short restore is seen soon, and one of days does not fill the history of its execution.
    """
    elapsed = (now - datetime.fromisoformat(plan["started_at"])).total_seconds()
    return min(MOST_SECONDS, max(int(plan["poll_seconds"]), int(elapsed // _SHARE)))
