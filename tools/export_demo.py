"""Shows a chain of exports from end to end on this machine: `make export-demo`.

Needs the `aws` command line. AWS is played by local endpoints that are started for it and ended
with it; nothing outside a temporary folder is touched. A clock that can be moved lets hours pass.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from blueprints.functions.common import catalogue  # noqa: E402
from tests.e2e.local_aws import LocalAws  # noqa: E402
from tests.exports.applying import in_order, restored  # noqa: E402
from tests.exports.shop import Record, Run, Shop, records  # noqa: E402
from tests.restores.shop import STACKS, Place  # noqa: E402
from tools.demo import (  # noqa: E402
    ORDERS,
    DemoError,
    clipped,
    deploy,
    generated,
    listen,
    load,
    play,
    say,
    show,
)

CLASS = "critical"
# So that the last export ends about now.
HOURS_AGO, HOURS_BETWEEN = 18.25, 6


@dataclass(kw_only=True)
class Table:
    """The table, and what it held at the end of each export."""

    shop: Shop
    brief: bool = False
    changed: str = ""
    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.shop.prod

    @property
    def items(self) -> list[dict[str, Any]]:
        """What it holds now."""
        return sorted(self.place.items(self.place.table(ORDERS).name), key=in_order)

    def change(
        self, what: str, *put: dict[str, Any], deleted: dict[str, Any] | None = None
    ) -> None:
        """Put items and delete one, and let hours pass."""
        api, name = self.place.client("dynamodb"), self.place.table(ORDERS).name
        for item in put:
            api.put_item(TableName=name, Item=item)
        if deleted is not None:
            api.delete_item(TableName=name, Key=deleted)
        self.shop.later(hours=HOURS_BETWEEN)
        now = self.shop.on_the_minute()
        self.changed = what
        if not self.brief:
            told = f"{catalogue.iso(now)}, {len(self.items)} items"
            say("", f"# {what}; {HOURS_BETWEEN} hours pass: {told}")

    def export(self, kind: str) -> Run:
        """Run the state machine as its schedule does, and note what the table holds."""
        at = catalogue.iso(self.shop.now())
        given = json.dumps({"kind": kind, "scheduled_at": at})
        if not self.brief:
            say(f"$ aws stepfunctions start-execution … exports-{CLASS} --input '{given}'")
        known = {each["to"] for each in records(self.place, ORDERS)}
        done = self.shop.run(self.place, CLASS, kind, at)
        items = self.items
        for record in records(self.place, ORDERS):
            if record["to"] not in known:
                self.held[record["to"]] = items
                why = f"  # {self.changed}" if self.brief and self.changed else ""
                say(f"  {done.ends[0].lower()}: {' '.join(row(record).split())}{why}")
        return done


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    say("# Production exports its critical tables every six hours; the archive has replicas")
    table = exported(aws, folder)

    failing(table)
    again = {"order_id": {"S": "9999"}, "item_id": {"S": "26"}, "amount": {"N": "12.5"}}
    table.change("An order is added", again)
    expect(table.export("incremental"), "EXPORTED")
    table.change("It is deleted again", deleted={k: again[k] for k in ("order_id", "item_id")})
    expect(table.export("incremental"), "EXPORTED")

    chain(table)
    say("", "# What the table can come back from")
    show(table.place, f"holdfast points prod {ORDERS}", until=("EXPORTS",))


def exported(aws: LocalAws, folder: Path, *, brief: bool = False) -> Table:
    """Deploy production and its archive some hours ago, and export the orders fully."""
    archive, prod = generated(aws, folder, "archive", "prod")
    shop = Shop(aws=aws, prod=prod, archive=archive, remote=prod)
    shop.later(hours=-HOURS_AGO)
    for place in (archive, prod):
        deploy(place, STACKS)
    listen(prod)
    load(prod)
    shop.on_the_minute()
    table = Table(shop=shop, brief=brief)
    expect(table.export("full"), "EXPORTED")
    return table


def failing(table: Table) -> None:
    """Let an export fail, tell of it, and repeat it."""
    first, second, *_ = table.items
    changed = {**first, "amount": {"N": "1"}}
    key = {name: second[name] for name in ("order_id", "item_id")}
    table.change("One order is changed and one deleted", changed, deleted=key)
    table.shop.fail_export(ORDERS, "S3AccessDenied", message="Access Denied")
    failed = table.export("incremental")
    expect(failed, "FAILED")
    say("  failed. The alert:")
    say(*(f"  | {line}" for line in alert(failed)))
    say("", "# The cause is mended: the next run repeats the window")
    expect(table.export("incremental"), "EXPORTED")


def alert(failed: Run) -> Iterator[str]:
    """Yield the message, without the empty lines and what is longest."""
    (message,) = failed.messages
    for line in message.splitlines():
        if line and not line.startswith(("Execution:", "Environment:")):
            yield clipped(line)


def chain(table: Table) -> None:
    """Show the catalogue, and that its records give the table back at each boundary."""
    say("", "# The catalogue: one record for each good export, all of one chain")
    found = records(table.place, ORDERS)
    say(*map(row, found))
    s3, there = table.place.client("s3"), table.shop.archive
    compare(table, restored(s3, found), "exports")
    replica = found[0]["replicas"][0]
    compare(table, restored(there.client("s3"), found, replica), f"replicas in {replica}")


def compare(table: Table, moments: dict[str, list[dict[str, Any]]], of_what: str) -> None:
    """Compare what exports give with what the table held, item by item."""
    for moment, items in table.held.items():
        if moments.get(moment) != items:
            raise DemoError(f"{moment}: {moments.get(moment)} is not {items}")
    if table.held.keys() != moments.keys():
        raise DemoError(f"boundaries {sorted(moments)} are not {sorted(table.held)}")
    counts = ", ".join(str(len(items)) for items in moments.values())
    say(f"= equal at {len(moments)} of {len(table.held)} boundaries ({counts} items), by {of_what}")


def row(record: Record) -> str:
    """Return a record on one line."""
    span = record["to"] if record["kind"] == "full" else f"{record['from']} to {record['to']}"
    items = "item" if record["items"] == 1 else "items"
    counts = f"{record['items']:>2} {items:5} in {record['files']} files"
    return f"  {record['kind']:<11} {span:<44} {counts}, chain {record['chain']}"


def expect(done: Run, end: str) -> None:
    """Raise DemoError where a run ended otherwise."""
    if done.ends != (end,):
        raise DemoError(f"{done.arn}: {done.ends}, {done.messages}")


if __name__ == "__main__":
    play(run)
