"""Decides what a restore does, and changes nothing.

Calls, each with what it acts on:
- dynamodb:DescribeContinuousBackups, dynamodb:DescribeTable: the table
- dynamodb:DescribeTable: the restored table, by whatever of its possible names
- dynamodb:ListBackups: *
- dynamodb:DescribeBackup: the table's backups
- backup:ListRecoveryPointsByBackupVault: own vaults; others as `role_arn` of the vault
- backup:DescribeBackupVault: own vaults that take copies back
- backup:ListRestoreJobs, backup:GetRestoreJobMetadata: *
- backup:ListCopyJobs: * as `role_arn` of a vault elsewhere
- sts:AssumeRole: `role_arn` of vaults elsewhere
- s3:ListBucket: the catalogue bucket, below catalog/settings/, catalog/exports/, work/chains/ and
  restores/
- s3:GetObject: the catalogue bucket, catalog/settings/*, catalog/exports/*, work/chains/* and
  restores/*; kms:Decrypt: its key
- kms:DescribeKey: the key that the request names, by its alias or ARN
- cloudformation:DescribeStackResource: the table's stack, the stack of recovery
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from blueprints.functions.common.clients import client
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.plan_restore import parameters
from blueprints.functions.plan_restore.choice import Candidate, choose
from blueprints.functions.plan_restore.facts import Source, owner_of, resolved, source_of
from blueprints.functions.plan_restore.reading import Connect, Found, read
from blueprints.functions.plan_restore.target import target_of

Event = Mapping[str, Any]
# Until then a source that fails in passing fails the plan, which the state machine tries again;
# afterwards the restore does without it, and says so.
PATIENCE = timedelta(seconds=60)
_POLL_SECONDS = 30
_ID_CHARACTERS = 12


def handler(event: Event, _context: object) -> dict[str, Any]:
    """Return the plan."""
    return plan(cache(client), event, datetime.now(UTC))


def plan(connect: Connect, event: Event, now: datetime) -> dict[str, Any]:
    """Return the plan of the request. Raises RefusedError, and errors that may pass."""
    request, place = _checked(event["request"]), event["place"]
    execution = event["execution"]
    started_at = datetime.fromisoformat(execution["started_at"])
    found = read(connect, request, place, now)
    chosen, why = _chosen(found, request["point"], now, started_at)
    copy = None
    if chosen.copy_back:
        # What most plans do without is imported here: a cold start is a quarter shorter.
        from blueprints.functions.plan_restore.copying import fetched

        back = fetched(connect, chosen, found.candidates, event, now)
        chosen, copy, why = back.here or chosen, back.copy, why + back.remark
    bucket = place["catalogue_bucket"]
    settings, settings_from, remark = _settings(connect, request, place, chosen)
    target = target_of(connect, request, chosen, bucket, started_at)
    encryption = resolved(connect, request["encryption"])
    source = source_of(connect, request["table"], chosen)
    same_name = target.name == request["table"]["name"]
    owner = owner_of(connect("cloudformation"), request, place, same_name=same_name)
    to = {
        "name": target.name,
        "arn": f"arn:{place['partition']}:dynamodb:{place['region']}:{place['account_id']}:"
        f"table/{target.name}",
    }
    why += remark + target.remark
    if chosen.kind == "export":
        from blueprints.functions.plan_restore.refilling import NewTable, planned

        new = NewTable(to["name"], to["arn"], settings, encryption)
        refilled = planned(connect("s3"), event, chosen, new)
        request_of = {**refilled.parameters, "table_id": target.table_id}
        source = refilled.source
        why += refilled.remark
    elif chosen.kind == "recovery_point":
        role_arn = place["restore_role_arn"]
        request_of = parameters.recovery_point(chosen, target.name, encryption, role_arn)
    else:
        asked = parameters.source_members(chosen, request["table"]["name"])
        request_of = parameters.native(asked, target.name, settings, encryption, source.indexes)
    log("planned", why=why, target=target.name, owner=owner["case"], settings=settings_from)
    return {
        "restore_id": sha256(execution["arn"].encode()).hexdigest()[:_ID_CHARACTERS],
        "execution_arn": execution["arn"],
        "started_at": execution["started_at"],
        "poll_seconds": request.get("poll_seconds") or _POLL_SECONDS,
        **{name: place[name] for name in ("account_id", "region", "partition")},
        "table": dict(request["table"]),
        "target": to,
        "same_name": same_name,
        "source": _source(chosen, source),
        "why": why,
        "copy": copy,
        "operation": parameters.OPERATIONS[chosen.kind],
        "parameters": request_of,
        "settings": settings,
        "settings_from": settings_from,
        "encryption": {"type": encryption.type, "key_arn": encryption.key_arn},
        "owner": owner,
        "leave": _leave(owner["case"], settings_from),
        "pointer": request.get("pointer"),
        "repoint": bool(request.get("repoint") and request.get("pointer")),
    }


def _checked(request: Event) -> Event:
    """Return the request if it has what no restore can do without."""
    table = request.get("table") or {}
    lacking = [
        *(f"table.{name}" for name in ("name", "arn") if not table.get(name)),
        *(name for name in ("point", "encryption") if not request.get(name)),
    ]
    if lacking:
        raise RefusedError(
            f"the request lacks {', '.join(lacking)}: start from the file of the table in "
            "output/ENVIRONMENT/recovery/"
        )
    return request


def _chosen(
    found: Found, wanted: Event, now: datetime, started_at: datetime
) -> tuple[Candidate, str]:
    """Return what is restored and why, of all that could be read."""
    asked_for = any(each.id == wanted.get("id") for each in found.candidates)
    if found.passing is not None and not asked_for and now - started_at < PATIENCE:
        raise found.passing
    return choose(found.candidates, wanted, now, found.unreadable)


def _settings(
    connect: Connect, request: Event, place: Event, chosen: Candidate
) -> tuple[Event, str, str]:
    """Return settings, where they come from, and what is to be said of that."""
    if request.get("settings"):
        return request["settings"], "environment", ""
    from blueprints.functions.plan_restore.snapshots import snapshot_for

    bucket, region = place["catalogue_bucket"], place["region"]
    return snapshot_for(connect("s3"), request["table"], bucket, chosen.time, region)


def _source(chosen: Candidate, source: Source) -> dict[str, Any]:
    return {
        "kind": chosen.kind,
        "id": chosen.id,
        "time": parameters.iso(chosen.time),
        "vault_name": chosen.vault_name,
        "account_id": chosen.account_id,
        "region": chosen.region,
        "item_count": source.item_count,
        "size_bytes": source.size_bytes,
        **({} if source.changes is None else {"changes": source.changes}),
    }


def _leave(case: str, settings_from: str) -> list[str]:
    """Return the settings that deploy makes, and would refuse to make if they were there.

    CloudFormation creates no scalable target that is registered already. Alarms of a table that the
    environment defines are in a template, whatever became of the table.
    """
    scaling = ["scaling"] if case == "stack_gone" else []
    return [*scaling, *(["alarms"] if settings_from == "environment" else [])]
