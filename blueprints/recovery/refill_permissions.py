"""What the functions of a refill may do: one list of statements for each, and nothing beside it.

The modules of the functions list their calls; a test compares those that they really make.
"""

from __future__ import annotations

from blueprints.documents import Statement, allow, encrypt_catalogue
from blueprints.names import WORK, catalogue_bucket_arn
from blueprints.recovery.data_access import in_catalogue, read_dumps, read_exports, use_table_keys
from blueprints.recovery.machine_roles import publish_alerts
from blueprints.recovery.permissions import RECORDS
from blueprints.recovery.scope import own_tables, restorable_tables
from generator.spec.resolved import Environment

REFILLS, REPORTS = f"{WORK}refills/", "refills/"


def plan_refill(environment: Environment) -> list[Statement]:
    """Return what reads the table, the chain and its manifests, and writes lists of files."""
    return [
        allow("ReadTables", ["dynamodb:DescribeTable"], writable_tables(environment)),
        *read_exports(environment),
        *read_dumps(environment, "s3:RestoreObject"),
        *in_catalogue(environment, reads=(RECORDS,), works=(REFILLS,)),
    ]


def load_file(environment: Environment) -> list[Statement]:
    """Return what reads files and writes their items."""
    return [
        *read_exports(environment, thaw=False),
        *read_dumps(environment),
        allow("WriteItems", ["dynamodb:BatchWriteItem"], writable_tables(environment)),
        *use_table_keys(environment, "kms:DescribeKey"),
        *in_catalogue(environment, works=(REFILLS,), tells_missing=True),
    ]


def report_refill(environment: Environment) -> list[Statement]:
    """Return what sums up the work, writes the report and tells of it."""
    bucket = catalogue_bucket_arn(environment)
    return [
        *in_catalogue(environment, reads=(REFILLS,)),
        allow("WriteReport", ["s3:PutObject"], f"{bucket}/{REPORTS}*"),
        encrypt_catalogue(environment),
        *publish_alerts(environment),
    ]


def writable_tables(environment: Environment) -> list[str]:
    """Return the tables that a refill may write: the environment's own, and restored ones."""
    return list(dict.fromkeys([*own_tables(environment), *restorable_tables(environment)]))
