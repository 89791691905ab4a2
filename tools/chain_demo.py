"""Shows a table come back from its exports alone: `make chain-demo`.

Needs the `aws` command line. AWS is played by local endpoints that are started for it and ended
with it; nothing outside a temporary folder is touched. A clock that can be moved lets hours pass.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from blueprints.functions.common import catalogue  # noqa: E402
from blueprints.names import catalogue_bucket_name  # noqa: E402
from tests.e2e.local_aws import LocalAws  # noqa: E402
from tests.refills.shop import document  # noqa: E402
from tests.restores.shop import Place  # noqa: E402
from tools.demo import (  # noqa: E402
    ORDERS,
    STACK,
    aws_cli,
    compare,
    look,
    lose,
    own_by_stack,
    play,
    say,
    show,
)
from tools.export_demo import Table, expect, exported  # noqa: E402

NEW = {"order_id": {"S": "9999"}, "item_id": {"S": "26"}, "amount": {"N": "12.5"}}
LATE = {"order_id": {"S": "9999"}, "item_id": {"S": "27"}, "amount": {"N": "3"}}
KEY = ("order_id", "item_id")
DRIFT = "  aws cloudformation detect-stack-drift"  # what comes after, the local endpoints lack


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    say("# The orders are exported fully, and then what changed, every six hours")
    table = exported(aws, folder, brief=True)
    change(table)
    prod, before = table.place, look(table.place)
    at = late(table)

    say("", "# Somebody switches off point-in-time recovery, deletes the table, and then the stack")
    off = ("--point-in-time-recovery-specification", "PointInTimeRecoveryEnabled=false")
    aws_cli(prod, "dynamodb", "update-continuous-backups", "--table-name", ORDERS, *off)
    lose(prod)
    aws_cli(prod, "cloudformation", "delete-stack", "--stack-name", STACK)

    say(
        "",
        "# No backup is left, for none was made here: the way back by the exports alone",
    )
    show(prod, f"holdfast points prod {ORDERS}", until=("EXPORTS",))
    show(prod, f"holdfast restore prod {ORDERS} --at {at}", until=(DRIFT,))
    loaded(prod)
    say("# What came after the last export is in no copy; compared with the table at that export:")
    compare(before, look(prod))

    say("", "# Owned again, by those commands: imported into a new stack, then deployed as ever")
    own_by_stack(prod)
    compare(before, look(prod))


def change(table: Table) -> None:
    """Change orders for three windows, and export each."""
    first, second, third, *_ = table.items
    changed = {**first, "amount": {"N": "1"}}
    table.change("one order changed, one deleted", changed, deleted=key(second))
    expect(table.export("incremental"), "EXPORTED")
    table.change("one order added", NEW)
    expect(table.export("incremental"), "EXPORTED")
    again = {**third, "amount": {"N": "2"}}
    table.change("that order deleted again, another one changed", again, deleted=key(NEW))
    expect(table.export("incremental"), "EXPORTED")


def late(table: Table) -> str:
    """Write an order that no export has; return the moment after it."""
    table.shop.later(minutes=4)
    table.place.put(ORDERS, LATE)
    say(f"$ aws dynamodb put-item --table-name {ORDERS} …  # 4 minutes after the last export")
    return catalogue.iso(table.shop.later(minutes=1))


def loaded(place: Place) -> None:
    """Show how the items came into the new table."""
    api = place.client("dynamodb")
    (found,) = api.list_imports()["ImportSummaryList"]
    done = api.describe_import(ImportArn=found["ImportArn"])["ImportTableDescription"]
    say("$ aws dynamodb describe-import …")
    key = found["S3BucketSource"]["S3KeyPrefix"]
    say(f"  {done['ImportStatus']}: {done['ImportedItemCount']} items of {key}")
    (key,) = place.keys("refills/")
    say(f"$ aws s3 cp s3://{catalogue_bucket_name(place.environment)}/{key} -")
    report = document(place, key)
    source = re.sub(r", of table [^,]+", "", report["from"])
    counts = f"{report['written']} items put, {report['deleted']} deleted"
    say(f"  {report['status']}: {counts}, from {source}")


def key(item: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return the key of an order."""
    return {name: item[name] for name in KEY}


if __name__ == "__main__":
    play(run)
