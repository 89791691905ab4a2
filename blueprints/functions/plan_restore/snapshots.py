"""Finds the snapshot of settings that fits the time of the data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blueprints.functions.common import settings_store
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.plan_restore.choice import moment_text

# Settings, where they come from, and what is to be said of that.
Settings = tuple[Mapping[str, Any], str, str]


def snapshot_for(
    s3: Any, table: Mapping[str, Any], bucket: str, data_time: datetime, region: str
) -> Settings:
    """Return the newest snapshot that is not later than the data, else the oldest.

    Raises RefusedError without any.
    """
    keys = settings_store.keys(s3, bucket, table["arn"])
    wanted = data_time.astimezone(UTC)
    before = [each for each in keys if each[0] <= wanted]
    best_first = (*reversed(before), *keys[len(before) :])
    for taken_at, key, document in settings_store.snapshots(s3, bucket, table["arn"], best_first):
        remark = ""
        if taken_at > wanted:
            remark = (
                " No snapshot of its settings is as old as the data: the oldest is used, of "
                f"{moment_text(taken_at)}."
            )
        log("settings", key=key, remark=remark)
        return document, f"s3://{bucket}/{key}", remark
    where = f"s3://{bucket}/{settings_store.folder(table['arn'])}"
    raise RefusedError(
        f"no settings of {table['arn']} are known: the request has none, and {where} has no "
        "snapshot of them. Write them as `settings` into the request (recovery/"
        f"{table.get('key', table['name'])}.json), or look whether an earlier version was kept: "
        f"aws s3 ls {where} --recursive --region {region}"
    )
