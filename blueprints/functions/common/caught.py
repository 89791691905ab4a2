"""What a state machine caught, as a state passes it on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def caught(error: Mapping[str, Any]) -> tuple[str, str]:
    """Return type and message of an error; Lambda wraps both in JSON."""
    name, cause = str(error.get("Error", "Error")), str(error.get("Cause", ""))
    try:
        wrapped = json.loads(cause)
    except ValueError:
        wrapped = None
    if isinstance(wrapped, dict) and "errorMessage" in wrapped:
        return str(wrapped.get("errorType", name)), str(wrapped["errorMessage"])
    return name, cause
