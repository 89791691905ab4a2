"""Adds DynamoDB to AWS Backup's settings of the account and Region.

Only recovery points taken with both preferences on can be locked, copied and moved to cold storage.
https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common import custom_resource
from blueprints.functions.common.clients import client
from blueprints.functions.common.log import log

PREFERENCES = ("ResourceTypeOptInPreference", "ResourceTypeManagementPreference")
SERVICE = "DynamoDB"
_PHYSICAL_ID = "aws-backup-region-settings"

Event = Mapping[str, Any]
Settings = Mapping[str, Mapping[str, bool]]


def handler(event: Event, _context: object) -> dict[str, Any] | None:
    """Answer CloudFormation, or return what was done to whoever else calls."""

    def work() -> dict[str, Any]:
        return merge({"backup": client("backup")}, event, datetime.now(UTC))

    if not custom_resource.is_request(event):
        return work()
    custom_resource.answered(event, work, _PHYSICAL_ID)
    return None


def merge(clients: Mapping[str, Any], _event: Event, now: datetime) -> dict[str, Any]:
    """Switch the service on in every preference where it is off, and return which those were.

    AWS does not say whether UpdateRegionSettings keeps what a request leaves out, so whole maps are
    sent; and nothing is where nothing differs. Raises botocore's errors.
    """
    backup = clients["backup"]
    settings: Settings = backup.describe_region_settings()
    changes = missing(settings)
    log("read", settings={name: settings.get(name, {}) for name in PREFERENCES})
    if changes:
        backup.update_region_settings(**changes)
    log("switched on" if changes else "already on", preferences=sorted(changes))
    return {"switched_on": sorted(changes), "at": now.isoformat(timespec="seconds")}


def missing(settings: Settings) -> dict[str, dict[str, bool]]:
    """Return the maps that lack the service, each whole and with the service switched on."""
    return {
        name: {**settings.get(name, {}), SERVICE: True}
        for name in PREFERENCES
        if settings.get(name, {}).get(SERVICE) is not True
    }
