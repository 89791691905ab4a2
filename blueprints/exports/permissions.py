"""What the functions of exports may do: one list of statements for each, and nothing beside it.

The modules of the functions list their calls; a test compares those that they really make.
"""

from __future__ import annotations

from blueprints.documents import (
    Statement,
    allow,
    decrypt_catalogue,
    encrypt_catalogue,
    keys_of,
    through_s3,
    use_key,
)
from blueprints.names import (
    CATALOGUE_OBJECTS,
    ExportPlace,
    catalogue_bucket_arn,
    export_owner,
    export_place,
    exporting,
)
from blueprints.recovery.data_access import use_for_reading
from blueprints.recovery.machine_roles import publish_alerts
from blueprints.recovery.schedules import of_class
from blueprints.recovery.scope import named_or_all
from generator.spec.resolved import Environment

RECORDS, ATTEMPTS = f"{CATALOGUE_OBJECTS}exports/", f"{CATALOGUE_OBJECTS}attempts/"
# DynamoDB writes with the rights of whoever asks.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
WRITE_ACTIONS = ("s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl")
WRITE_KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")


def plan_export(environment: Environment) -> list[Statement]:
    """Return what reads a table and its chain, and writes down what is to be exported."""
    bucket = catalogue_bucket_arn(environment)
    below = [f"{RECORDS}*", f"{ATTEMPTS}*"]
    return [
        allow(
            "ReadTables",
            ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"],
            exported_tables(environment),
        ),
        allow("ListChains", ["s3:ListBucket"], bucket, StringLike={"s3:prefix": below}),
        allow("ReadChains", ["s3:GetObject"], [f"{bucket}/{each}" for each in below]),
        allow("WriteAttempts", ["s3:PutObject"], f"{bucket}/{ATTEMPTS}*"),
        encrypt_catalogue(environment),
        decrypt_catalogue(environment),
    ]


def export_table(environment: Environment) -> list[Statement]:
    """Return what exports, and what DynamoDB then does with these rights."""
    tables = exported_tables(environment)
    place, owner = _place(environment), export_owner(environment)
    below = [f"{place.arn}/{key}/*" for key in exporting(environment)]
    return [
        allow("Export", ["dynamodb:ExportTableToPointInTime"], tables),
        allow(
            "FollowExports", ["dynamodb:DescribeExport"], [f"{each}/export/*" for each in tables]
        ),
        allow("WriteExports", WRITE_ACTIONS, below),
        _use_export_key(environment, owner, "EncryptExports", *WRITE_KEY_ACTIONS),
        # An alias is resolved to the key that it names; AWS chooses the ids of keys.
        allow("ResolveAlias", ["kms:DescribeKey"], keys_of(owner)),
        *use_for_reading(environment),
    ]


def verify_export(environment: Environment) -> list[Statement]:
    """Return what reads an export and records it."""
    bucket, place = catalogue_bucket_arn(environment), _place(environment)
    below = [f"{place.arn}/{key}/*" for key in exporting(environment)]
    return [
        allow("ReadExports", ["s3:GetObject"], below),
        # Without it S3 says of a file that is missing that it is forbidden.
        allow("ToldFromForbidden", ["s3:ListBucket"], place.arn),
        _use_export_key(environment, export_owner(environment), "DecryptExports", "kms:Decrypt"),
        allow("Record", ["s3:GetObject", "s3:PutObject"], f"{bucket}/{RECORDS}*"),
        encrypt_catalogue(environment),
        decrypt_catalogue(environment),
    ]


def report_export(environment: Environment) -> list[Statement]:
    """Return what writes down that an attempt failed, and tells of it."""
    bucket = catalogue_bucket_arn(environment)
    return [
        allow("ListChains", ["s3:ListBucket"], bucket, StringLike={"s3:prefix": f"{RECORDS}*"}),
        allow("ReadChains", ["s3:GetObject"], [f"{bucket}/{RECORDS}*", f"{bucket}/{ATTEMPTS}*"]),
        allow("WriteFailures", ["s3:PutObject"], f"{bucket}/{ATTEMPTS}*"),
        encrypt_catalogue(environment),
        decrypt_catalogue(environment),
        *publish_alerts(environment),
    ]


def exported_tables(environment: Environment) -> list[str]:
    """Return the ARNs of the tables that are exported, or of all where they are too many."""
    return named_or_all(
        environment,
        [table.arn for key in exporting(environment) for table in of_class(environment, key)],
    )


def _place(environment: Environment) -> ExportPlace:
    place = export_place(environment)
    if place is None:  # pragma: no cover - asked only where there are exports
        raise ValueError(environment.name)
    return place


def _use_export_key(environment: Environment, owner: Environment, sid: str, *use: str) -> Statement:
    """Return what it takes to use the bucket's key.

    Whether an alias of another account counts in a condition is unverified: there the policy of the
    key names the roles.
    """
    if owner is environment:
        return use_key(environment, sid, use, _place(environment).key_alias)
    return allow(sid, use, keys_of(owner), **through_s3(owner, {}))
