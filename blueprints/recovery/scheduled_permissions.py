"""What the functions that run by the clock may do: one list of statements for each.

The modules of the functions list their calls; a test compares those that they really make.
"""

from __future__ import annotations

from blueprints.documents import Statement, allow, decrypt_catalogue, encrypt_catalogue
from blueprints.names import CATALOGUE_OBJECTS, catalogue_bucket_arn
from blueprints.recovery.permissions import SETTINGS, read_settings
from blueprints.recovery.scope import backups_of, named_or_all, own_tables
from blueprints.watching import METRIC_NAMESPACE
from generator.spec.resolved import Environment

EXPORTS, FRESHNESS = f"{CATALOGUE_OBJECTS}exports/", f"{CATALOGUE_OBJECTS}freshness.json"


def settings_snapshot(environment: Environment) -> list[Statement]:
    """Return what reads the settings of the environment's tables and keeps them."""
    bucket = catalogue_bucket_arn(environment)
    return [
        *read_settings(environment, own_tables(environment)),
        allow("WriteSettings", ["s3:GetObject", "s3:PutObject"], f"{bucket}/{SETTINGS}*"),
        allow("ListSettings", ["s3:ListBucket"], bucket, StringLike={"s3:prefix": f"{SETTINGS}*"}),
        encrypt_catalogue(environment),
        decrypt_catalogue(environment),
    ]


def take_snapshots(tables: list[str]) -> list[Statement]:
    """Return what takes native backups and deletes those past their time."""
    return [
        allow("TakeBackups", ["dynamodb:CreateBackup"], tables),
        # ListBackups takes no resource.
        allow("ListBackups", ["dynamodb:ListBackups"], "*"),
        allow("PruneBackups", ["dynamodb:DeleteBackup"], backups_of(tables)),
    ]


def check_freshness(environment: Environment) -> list[Statement]:
    """Return what reads the newest points of all tables, measures their age and remembers."""
    vaults = [environment.vault_arn(key) for key in environment.vaults]
    bucket = catalogue_bucket_arn(environment)
    return [
        allow("ReadTables", ["dynamodb:DescribeContinuousBackups"], own_tables(environment)),
        # ListBackups takes no resource.
        allow("ListBackups", ["dynamodb:ListBackups"], "*"),
        *(
            (allow("ReadVaults", ["backup:ListRecoveryPointsByBackupVault"], vaults),)
            if vaults
            else ()
        ),
        allow(
            "ListExports",
            ["s3:ListBucket"],
            bucket,
            StringLike={"s3:prefix": [f"{EXPORTS}*", FRESHNESS]},
        ),
        allow("ReadExports", ["s3:GetObject"], f"{bucket}/{EXPORTS}*"),
        allow("Remember", ["s3:GetObject", "s3:PutObject"], f"{bucket}/{FRESHNESS}"),
        encrypt_catalogue(environment),
        decrypt_catalogue(environment),
        # Metrics have no ARN of their own: the namespace stands for it.
        allow(
            "Measure",
            ["cloudwatch:PutMetricData"],
            "*",
            StringEquals={"cloudwatch:namespace": METRIC_NAMESPACE},
        ),
    ]


def keep_pitr(environment: Environment) -> list[Statement]:
    """Return what looks at point-in-time recovery, and switches on what is ours to switch."""
    kept = [table for table in environment.tables if table.point_in_time_recovery is not None]
    managed = [
        table.arn
        for table in kept
        if table.point_in_time_recovery is not None and table.point_in_time_recovery.managed
    ]
    if not kept:
        return []
    return [
        allow(
            "ReadTables",
            ["dynamodb:DescribeContinuousBackups"],
            named_or_all(environment, [table.arn for table in kept]),
        ),
        *(
            (
                allow(
                    "PutRight",
                    ["dynamodb:UpdateContinuousBackups"],
                    named_or_all(environment, managed),
                ),
            )
            if managed
            else ()
        ),
    ]
