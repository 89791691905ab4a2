"""Logs that CloudWatch Logs Insights can search: one JSON object a line, one line a decision."""

from __future__ import annotations

import json
import sys
from typing import Any


def log(decision: str, **details: Any) -> None:
    """Write one line; what JSON does not know is written as text."""
    line = json.dumps({"decision": decision, **details}, default=str)
    # One write a line: lines of a time-out then end up whole or not at all.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
