"""Plans how a point comes back from another account's or Region's vault before it is restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from blueprints.functions.common.calls import call
from blueprints.functions.common.copies import DONE, jobs_of
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.plan_restore.choice import Candidate, told
from blueprints.functions.plan_restore.reading import Connect

# Time to restore from it, to look at the result, and to restore once more.
KEEP_DAYS = 14


class Fetched(NamedTuple):
    """A copy that was fetched before, or how to fetch one."""

    here: Candidate | None
    copy: dict[str, Any] | None
    remark: str


def fetched(
    connect: Connect,
    chosen: Candidate,
    known: Iterable[Candidate],
    event: Mapping[str, Any],
    now: datetime,
) -> Fetched:
    """Return what to do about a point that lies elsewhere. Raises RefusedError."""
    place, table_arn = event["place"], event["request"]["table"]["arn"]
    there = (chosen.vault_name, chosen.account_id, chosen.region)
    vault = next(
        each
        for each in place["vaults"]
        if (each["name"], each["account_id"], each["region"]) == there
    )
    to_arn = (
        f"arn:{place['partition']}:backup:{place['region']}:{place['account_id']}:"
        f"backup-vault:{vault['copy_to']}"
    )
    backup = connect("backup", region=vault["region"], role_arn=vault.get("role_arn"))
    here = {each.id: each for each in known if not each.copy_back and each.unusable is None}
    for job in jobs_of(backup, table_arn, chosen.id, to_arn):
        arn = job.get("DestinationRecoveryPointArn")
        if job["State"] == DONE and arn in here:
            log("fetched before", point=chosen.id, copy=arn)
            remark = f" It was fetched before, as {arn}: that copy is restored."
            return Fetched(here[arn], None, remark)
    days = _delete_after_days(connect("backup"), vault["copy_to"], chosen, now)
    return Fetched(
        None,
        {
            "recovery_point_arn": chosen.id,
            "from_vault": chosen.vault_name,
            "account_id": chosen.account_id,
            "region": chosen.region,
            "role_arn": vault.get("role_arn"),
            "copy_back_role_arn": vault["copy_back_role_arn"],
            "to_vault": vault["copy_to"],
            "to_vault_arn": to_arn,
            "delete_after_days": days,
        },
        f" It is first copied into vault {vault['copy_to']}.",
    )


def _delete_after_days(backup: Any, vault_name: str, chosen: Candidate, now: datetime) -> int:
    """Return the retention of the copy, which counts from when the point itself was taken.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
    """
    vault = call(backup, "describe_backup_vault", f"vault {vault_name}", BackupVaultName=vault_name)
    locked = bool(vault.get("Locked"))
    least = vault.get("MinRetentionDays") if locked else None
    most = vault.get("MaxRetentionDays") if locked else None
    age_days = (now - chosen.time) // timedelta(days=1) + 1
    days = max(age_days + KEEP_DAYS, least or 0)
    if most is not None and days > most:
        days = int(most)
        if days <= age_days:
            raise RefusedError(
                f"{told(chosen)} cannot be copied back: vault {vault_name} keeps nothing longer "
                f"than {most} days, counted from when it was taken, and it is {age_days} days old. "
                f"Restore it where it lies, with the recovery of account {chosen.account_id}, or "
                "let copies come back into a vault whose lock allows more days"
            )
    return int(days)
