"""Decides the name of the restored table, and whether an earlier restore is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from blueprints.functions.common.calls import call, pages
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.common.restores import (
    FAILED,
    FROM_EXPORTS,
    FROM_RECOVERY_POINT,
    Table,
    chain_mark,
    chain_token,
    described,
    is_restore_of,
    jobs_of,
)
from blueprints.functions.plan_restore.choice import Candidate, told
from blueprints.functions.plan_restore.parameters import OPERATIONS, iso, source_members

Clients = Callable[[str], Any]
REPORTS = "restores/"
_MOST_CHARACTERS = 255


class Target(NamedTuple):
    """The table's name, what is to be said of an earlier restore, and the id of its table."""

    name: str
    remark: str = ""
    table_id: str | None = None


def target_of(
    clients: Clients,
    request: Mapping[str, Any],
    chosen: Candidate,
    bucket: str,
    started_at: datetime,
) -> Target:
    """Return the wanted name; without one the original name if it is free, else a dated one.

    A table of that name is gone on with if it is an unfinished restore of the same point. Raises
    RefusedError for any other table, and for a name that does not begin with the original one.
    """
    original, wanted = request["table"]["name"], request.get("target_name")
    name = wanted or original
    if name != original and not name.startswith(f"{original}-"):
        raise RefusedError(
            f"{name} is refused as a name: roles allow {original} and names that begin with "
            f"{original}- only"
        )
    table = described(clients("dynamodb"), name)
    # One that is being deleted is gone soon, and is waited for.
    if table is None or table.get("TableStatus") == "DELETING":
        return Target(_short_enough(name))
    if _is_unfinished(clients, request["table"], table, chosen, bucket):
        log("adopted", table=name, point=chosen.id)
        remark = (
            f" Table {name} is there already, from an earlier restore of this point that did not "
            "end right: this one goes on with it."
        )
        return Target(name, remark, table.get("TableId"))
    if wanted:
        raise RefusedError(
            f"table {name} exists, and is no unfinished restore of {told(chosen)}: choose another "
            "name; a restore that broke off goes on with its own point, which its report has"
        )
    dated = f"{original}-restored-{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return Target(_short_enough(dated))


def _short_enough(name: str) -> str:
    if len(name) > _MOST_CHARACTERS:
        raise RefusedError(
            f"{name} is longer than the {_MOST_CHARACTERS} characters that a table's name may "
            "have: choose a shorter name as the target"
        )
    return name


def _is_unfinished(
    clients: Clients,
    source: Mapping[str, Any],
    table: Table,
    chosen: Candidate,
    bucket: str,
) -> bool:
    operation = OPERATIONS[chosen.kind]
    if operation == FROM_RECOVERY_POINT:
        ours = _job_made(clients("backup"), chosen, table)
    elif operation == FROM_EXPORTS:
        ours = _chain_made(clients("s3"), bucket, chosen, table)
    else:
        asked = source_members(chosen, source["name"])
        ours = is_restore_of(table, operation, asked, source["arn"])
    # Without this, a table that was brought back long ago and is in use would be taken for one.
    return ours and not _is_reported(clients("s3"), bucket, source["name"], table)


def _job_made(backup: Any, chosen: Candidate, table: Table) -> bool:
    """Return whether a job restored the point to this very table, or still does."""
    if chosen.copy_back:
        return False
    jobs = jobs_of(backup, chosen.id, table["TableName"])
    ours = [job for job in jobs if job["Status"] not in FAILED]
    return bool(ours) and ours[0]["CreationDate"] <= table["CreationDateTime"]


def _chain_made(s3: Any, bucket: str, chosen: Candidate, table: Table) -> bool:
    """Return whether a restore to this moment of the chain noted that it made this very table."""
    from blueprints.functions.common import settings_store

    name = table["TableName"]
    key = chain_mark(name, chain_token(chosen.id, iso(chosen.time), name))
    noted = settings_store.read(s3, bucket, key)
    return noted is not None and noted.get("table_id") == table.get("TableId")


def _is_reported(s3: Any, bucket: str, table_name: str, table: Table) -> bool:
    """Return whether a report says that the restore of this very table ended right."""
    prefix = f"{REPORTS}{table_name}/"
    created = table["CreationDateTime"].replace(microsecond=0)  # S3 tells whole seconds
    for each in pages(s3, "list_objects_v2", "Contents", bucket, Bucket=bucket, Prefix=prefix):
        if each["LastModified"] < created:
            continue
        key = each["Key"]
        body = call(s3, "get_object", f"{bucket}/{key}", Bucket=bucket, Key=key)["Body"].read()
        report = json.loads(body)
        if report.get("status") == "SUCCEEDED" and report.get("table_id") == table.get("TableId"):
            log("restored before", table=table_name, report=key)
            return True
    return False
