"""What the functions of an undo may do: one list of statements for each, and nothing beside it.

The modules of the functions list their calls; a test compares those that they really make.
"""

from __future__ import annotations

from blueprints.documents import Statement, allow, encrypt_catalogue, keys_of
from blueprints.names import WORK, catalogue_bucket_arn
from blueprints.recovery.data_access import in_catalogue, use_for_reading, use_table_keys
from blueprints.recovery.machine_roles import publish_alerts
from blueprints.recovery.scope import named_or_all
from generator.spec.resolved import Environment

UNDOS, REPORTS = f"{WORK}undos/", "undos/"


def plan_undo(environment: Environment) -> list[Statement]:
    """Return what exports a window of time, and what DynamoDB then does with these rights.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
    """
    tables, bucket = _tables(environment), catalogue_bucket_arn(environment)
    return [
        allow(
            "ReadTables",
            ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable"],
            tables,
        ),
        allow("Export", ["dynamodb:ExportTableToPointInTime"], tables),
        allow(
            "FollowExports", ["dynamodb:DescribeExport"], [f"{each}/export/*" for each in tables]
        ),
        *in_catalogue(environment, works=(UNDOS,), tells_missing=True),
        allow(
            "WriteExports",
            ["s3:AbortMultipartUpload", "s3:PutObjectAcl"],
            f"{bucket}/{UNDOS}*",
        ),
        # An alias is resolved to the key that it names; AWS chooses the ids of keys.
        allow("ResolveAlias", ["kms:DescribeKey"], keys_of(environment)),
        *use_for_reading(environment),
    ]


def undo_keys(environment: Environment) -> list[Statement]:
    """Return what compares items with the window, and writes those that nobody wrote later.

    Of the environment's own tables alone: a restored one has no history that could be undone.
    """
    return [
        allow(
            "PutBack",
            [
                "dynamodb:BatchGetItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
            _tables(environment),
        ),
        *use_table_keys(environment, "kms:DescribeKey"),
        *in_catalogue(environment, works=(UNDOS,), tells_missing=True),
    ]


def report_undo(environment: Environment) -> list[Statement]:
    """Return what sums up the work, writes the report and tells of it."""
    bucket = catalogue_bucket_arn(environment)
    return [
        *in_catalogue(environment, reads=(UNDOS,)),
        allow("WriteReport", ["s3:PutObject"], f"{bucket}/{REPORTS}*"),
        encrypt_catalogue(environment),
        *publish_alerts(environment),
    ]


def _tables(environment: Environment) -> list[str]:
    return named_or_all(environment, [table.arn for table in environment.tables])
