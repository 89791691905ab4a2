"""Finds the settings that a restored table gets: those of the request, else of a snapshot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log

PREFIX = "catalog/settings/"
_STAMP = "%Y%m%dT%H%M%SZ"


class Settings(NamedTuple):
    """Settings, where they come from, and what is to be said of that."""

    document: Mapping[str, Any]
    source: str
    remark: str = ""


def settings_of(
    s3: Any, request: Mapping[str, Any], bucket: str, data_time: datetime, region: str
) -> Settings:
    """Return the settings of the request, or of the snapshot that fits the time of the data.

    That is the newest one that is not later, else the oldest. Raises RefusedError without any.
    """
    if request.get("settings"):
        return Settings(request["settings"], "environment")
    table = request["table"]
    prefix = f"{PREFIX}{table['name']}/"
    listed = pages(s3, "list_objects_v2", "Contents", bucket, Bucket=bucket, Prefix=prefix)
    stamp = data_time.astimezone(UTC).strftime(_STAMP)
    keys = sorted(each["Key"] for each in listed if each["Key"].endswith(".json"))
    before = [key for key in keys if key.removeprefix(prefix) <= f"{stamp}.json"]
    after = keys[len(before) :]
    for key in (*reversed(before), *after):
        document = _read(s3, bucket, key)
        # A destination keeps replicas of several accounts under the same keys.
        if document is not None and document.get("table_arn") == table["arn"]:
            remark = "" if key in before else _remark(key, prefix)
            log("settings", key=key, remark=remark)
            return Settings(document, f"s3://{bucket}/{key}", remark)
    raise RefusedError(
        f"no settings of {table['arn']} are known: the request has none, and there is no snapshot "
        f"of them in s3://{bucket}/{prefix}. Write them as `settings` into the request (recovery/"
        f"{table.get('key', table['name'])}.json), or look for one that was kept elsewhere: "
        f"aws s3 ls s3://{bucket}/{PREFIX} --recursive --region {region}"
    )


def _remark(key: str, prefix: str) -> str:
    taken = key.removeprefix(prefix).removesuffix(".json")
    return f" No snapshot of settings is as old as the data: the oldest, of {taken}, is used."


def _read(s3: Any, bucket: str, key: str) -> Mapping[str, Any] | None:
    """Return a document, None for one that is none: another may do."""
    body = call(s3, "get_object", f"{bucket}/{key}", Bucket=bucket, Key=key)["Body"].read()
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        return document
    log("not a document of settings", key=key)
    return None
