"""Two accounts with vaults, a catalogue and a stack, in this process; and a request to restore."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
from moto.backup.models import backup_backends
from moto.backup.responses import BackupResponse
from moto.iam import models as iam

from blueprints.functions.common import clients as clients_module
from blueprints.functions.plan_restore.handler import plan
from tests.aws_extensions import (
    accounts,
    backup,
    copy_jobs,
    recovery_points,
    restore_jobs,
)
from tests.aws_extensions.operations import state
from tests.unit.functions import tables
from tests.unit.functions.tables import ACCOUNT, ARN, REGION, TABLE

OTHER_ACCOUNT, OTHER_REGION = "222222222222", "eu-west-1"
BUCKET = "shop-prod-catalog"
STACK = "shop-prod-tables"
RECOVERY_STACK = "shop-prod-recovery"
LIST_POINTS = "backup:ListRecoveryPointsByBackupVault"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:shop-prod-alerts"
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/shop-archive-recovery"
COPY_ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/shop-archive-copy-back"
RESTORE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop-prod-restore"
MAIN_VAULT_ARN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:main"
ARCHIVE_VAULT_ARN = f"arn:aws:backup:{OTHER_REGION}:{OTHER_ACCOUNT}:backup-vault:archive"
SERVICES = ("dynamodb", "backup", "s3", "kms", "cloudformation", "sns")
PLACE: dict[str, Any] = {
    "project": "shop",
    "environment": "prod",
    "partition": "aws",
    "account_id": ACCOUNT,
    "region": REGION,
    "vaults": [
        {"name": "main", "account_id": ACCOUNT, "region": REGION},
        {
            "name": "archive",
            "account_id": OTHER_ACCOUNT,
            "region": OTHER_REGION,
            "role_arn": ROLE,
            "copy_back_role_arn": COPY_ROLE,
            "copy_to": "main",
        },
    ],
    "restore_role_arn": RESTORE_ROLE,
    "catalogue_bucket": BUCKET,
    "topic_arn": TOPIC,
    "recovery_stack_name": RECOVERY_STACK,
    "is_destination": False,
}


@cache
def connect(
    service: str,
    *,
    region: str | None = None,
    role_arn: str | None = None,
    attempts: int = clients_module.ATTEMPTS,
) -> Any:
    """Return the client that functions make; the credentials of a role are those of its account."""
    client = clients_module.client(service, region=region or REGION, attempts=attempts)
    if role_arn is None:
        return client
    make: Any = boto3.client
    return make(
        service,
        region_name=region,
        config=client.meta.config,
        aws_access_key_id=accounts.access_key_id(role_arn.split(":")[4]),
        aws_secret_access_key="testing",
    )


def there() -> Any:
    """The client of AWS Backup in the other account."""
    return connect("backup", region=OTHER_REGION, role_arn=ROLE)


def every_client() -> list[Any]:
    once = connect("dynamodb", attempts=1)
    return [*map(connect, SERVICES), there(), once]


@contextmanager
def local_aws() -> Iterator[None]:
    """AWS in this process; moto is put back afterwards."""
    kept = dict(vars(BackupResponse))
    account_of = iam.get_account_id_from
    for extension in (accounts, backup, recovery_points, copy_jobs, restore_jobs):
        extension.install()
    try:
        with tables.local_aws():
            connect("s3").create_bucket(
                Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            connect("sns").create_topic(Name=TOPIC.rpartition(":")[2])
            connect("backup").create_backup_vault(BackupVaultName="main")
            there().create_backup_vault(BackupVaultName="archive")
            for client, other in ((connect("backup"), OTHER_ACCOUNT), (there(), ACCOUNT)):
                allow_copies(client, other)
            settings = connect("backup").describe_region_settings()
            settings = {
                name: {**settings[name], "DynamoDB": True} for name in backup.REGION_SETTINGS
            }
            connect("backup").update_region_settings(**settings)
            yield
    finally:
        iam.get_account_id_from = account_of
        for name in vars(BackupResponse).keys() - kept.keys():
            delattr(BackupResponse, name)
        for name, value in kept.items():
            if vars(BackupResponse).get(name) is not value:
                setattr(BackupResponse, name, value)


def allow_copies(client: Any, account_id: str) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    }
    (vault,) = client.list_backup_vaults()["BackupVaultList"]
    client.put_backup_vault_access_policy(
        BackupVaultName=vault["BackupVaultName"], Policy=json.dumps({"Statement": [statement]})
    )


def create_table(**recovery: Any) -> None:
    """Create the table with items; `days` switches point-in-time recovery on."""
    tables.create_bare()
    api = connect("dynamodb")
    for number in range(tables.ITEMS):
        item = {"order_id": {"S": f"o{number}"}, "item_id": {"S": "1"}}
        api.put_item(TableName=TABLE, Item=item)
    if recovery:
        api.update_continuous_backups(
            TableName=TABLE,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": recovery["days"],
            },
        )


def delete_table(name: str = TABLE) -> None:
    connect("dynamodb").delete_table(TableName=name)


def backed_up(**lifecycle: int) -> str:
    """Back the table up into the own vault, and return the point's ARN."""
    started = connect("backup").start_backup_job(
        BackupVaultName="main", ResourceArn=ARN, IamRoleArn=RESTORE_ROLE, Lifecycle=lifecycle
    )
    return str(started["RecoveryPointArn"])


def archived(point_arn: str) -> str:
    """Copy a point to the other account, and return the copy's ARN."""
    job = connect("backup").start_copy_job(
        RecoveryPointArn=point_arn,
        SourceBackupVaultName="main",
        DestinationBackupVaultArn=ARCHIVE_VAULT_ARN,
        IamRoleArn=RESTORE_ROLE,
    )
    connect("backup").describe_copy_job(CopyJobId=job["CopyJobId"])
    done = connect("backup").describe_copy_job(CopyJobId=job["CopyJobId"])
    return str(done["CopyJob"]["DestinationRecoveryPointArn"])


def forget(point_arn: str) -> None:
    connect("backup").delete_recovery_point(BackupVaultName="main", RecoveryPointArn=point_arn)


def change_point(point_arn: str, **members: Any) -> None:
    """Change a recovery point where it is kept; times are given with a zone."""
    for account, region in ((ACCOUNT, REGION), (OTHER_ACCOUNT, OTHER_REGION)):
        for vault in backup_backends[account][region].vaults.values():
            if point_arn in state(vault, "points"):
                state(vault, "points")[point_arn].update(members)


def change_vault(**members: Any) -> None:
    vault = backup_backends[ACCOUNT][REGION].vaults["main"]
    for name, value in members.items():
        setattr(vault, name, value)


def days_ago(days: float) -> datetime:
    """A time as moto keeps them."""
    return (datetime.now(UTC) - timedelta(days=days)).replace(tzinfo=None)


def request(**more: Any) -> dict[str, Any]:
    return {
        "table": {"key": "orders", "name": TABLE, "arn": ARN},
        "target_name": None,
        "point": {"latest": True},
        "settings": tables.settings(),
        "encryption": {"type": "AWS_OWNED"},
        "owner": {"stack_name": STACK, "logical_id": "TableOrders"},
        "pointer": None,
        "repoint": False,
        "poll_seconds": 30,
        **more,
    }


def execution(name: str = "run-1", ago: float = 300) -> dict[str, str]:
    """An execution that started some seconds ago."""
    started = datetime.now(UTC) - timedelta(seconds=ago)
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:shop-prod-restore:{name}"
    return {"arn": arn, "name": name, "started_at": started.isoformat(timespec="milliseconds")}


def event(
    place: Mapping[str, Any] = PLACE, run: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {"request": request(**more), "place": dict(place), "execution": run or execution()}


def planned(**more: Any) -> dict[str, Any]:
    """Return the plan of a request as it is made now."""
    return plan(connect, event(**more), datetime.now(UTC))
