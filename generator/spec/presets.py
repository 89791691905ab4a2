"""The built-in parent of every environment file: what a table gets when nobody says anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RECOVERY = {"recovery_period_days": 35}
_DAILY = {"schedule": "cron(0 3 * * ? *)", "delete_after_days": 35}
_MONTHLY = {
    "schedule": "cron(0 4 1 * ? *)",
    "cold_storage_after_days": 31,
    "delete_after_days": 366,
}

BUILT_IN: Mapping[str, Any] = {
    "defaults": {"protection": "standard"},
    "protections": {
        "standard": {"point_in_time_recovery": _RECOVERY, "backups": {"daily": _DAILY}},
        "critical": {
            "deletion_protection": True,
            "point_in_time_recovery": _RECOVERY,
            # A vault of its own: the freshness alarm of a vault that two rules share sees neither
            # stop.
            "backups": {
                "daily": {**_DAILY, "vault": "critical"},
                "monthly": {**_MONTHLY, "vault": "critical"},
            },
        },
    },
}
