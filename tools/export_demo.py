"""Shows a chain of exports from end to end on this machine: `make export-demo`.

Needs the `aws` command line. AWS is played by local endpoints that are started for it and ended
with it; nothing outside a temporary folder is touched. A clock that can be moved lets hours pass.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from blueprints.functions.common import exports_store as store  # noqa: E402
from blueprints.names import alerts_topic_arn  # noqa: E402
from generator import workspace  # noqa: E402
from generator.generate import rendered  # noqa: E402
from tests.e2e.local_aws import LocalAws, local_aws_server  # noqa: E402
from tests.exports.applying import in_order, restored  # noqa: E402
from tests.exports.shop import Record, Run, Shop, records  # noqa: E402
from tests.restores.shop import QUEUE, STACKS, Place  # noqa: E402
from tools.restore_demo import ORDERS, DemoError, load, say, show  # noqa: E402

CLASS = "critical"
# So that the last export ends about now.
HOURS_AGO, HOURS_BETWEEN = 18.25, 6
WIDTH = 150


def main() -> None:
    """Run it; exits with 1 where something came out otherwise than it should."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        local_aws_server(Path(name) / "endpoints.log") as aws,
    ):
        try:
            run(aws, Path(name))
        except DemoError as error:
            sys.exit(f"NOT RIGHT: {error}")
    say("", f"It took {time.monotonic() - began:.0f} s. AWS was played by local endpoints.")


@dataclass(kw_only=True)
class Table:
    """The table, and what it held at the end of each export."""

    shop: Shop
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
        say("", f"# {what}; {HOURS_BETWEEN} hours pass: {store.iso(now)}, {len(self.items)} items")

    def export(self, kind: str) -> Run:
        """Run the state machine as its schedule does, and note what the table holds."""
        at = store.iso(self.shop.now())
        given = json.dumps({"kind": kind, "scheduled_at": at})
        say(f"$ aws stepfunctions start-execution … exports-{CLASS} --input '{given}'")
        known = {each["to"] for each in records(self.place, ORDERS)}
        done = self.shop.run(self.place, CLASS, kind, at)
        items = self.items
        for record in records(self.place, ORDERS):
            if record["to"] not in known:
                self.held[record["to"]] = items
                say(f"  {done.ends[0].lower()}: {' '.join(row(record).split())}")
        return done


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    shutil.copytree(ROOT / "environments", folder / "environments")
    say("# Production exports its critical tables every six hours; the archive has replicas")
    show(folder, aws, "holdfast generate archive prod staging")
    files = [str(folder / f"environments/{name}.yaml") for name in ("prod", "archive")]
    prod, archive = (
        Place(aws=aws, tree=tree, folder=folder / "output" / tree.environment.name)
        for tree in rendered(workspace.load(files))
    )
    shop = Shop(aws=aws, prod=prod, archive=archive, remote=prod)
    shop.wait_at_most(0.2)  # the local endpoints are quick
    shop.later(hours=-HOURS_AGO)
    for place in (archive, prod):
        deploy(place)
    listen(prod)
    load(prod)
    shop.on_the_minute()
    table = Table(shop=shop)
    expect(table.export("full"), "EXPORTED")

    failing(table)
    again = {"order_id": {"S": "9999"}, "item_id": {"S": "26"}, "amount": {"N": "12.5"}}
    table.change("An order is added", again)
    expect(table.export("incremental"), "EXPORTED")
    table.change("It is deleted again", deleted={k: again[k] for k in ("order_id", "item_id")})
    expect(table.export("incremental"), "EXPORTED")

    chain(table)
    say("", "# What the table can come back from")
    show(folder, aws, f"holdfast points prod {ORDERS}", prod, until=("EXPORTS",))


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
            yield line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


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
    return (
        f"  {record['kind']:<11} {span:<44} {record['items']:>2} items in {record['files']} files, "
        f"chain {record['chain']}"
    )


def deploy(place: Place) -> None:
    """Deploy the stacks that exports need, as the guide says."""
    stacks = [each for each in STACKS if list(place.commands(each))]
    began = time.monotonic()
    place.client("backup").update_region_settings(
        ResourceTypeManagementPreference={"DynamoDB": True}
    )
    place.deploy(*stacks)
    names = f"shop-{place.environment.name}-{{{','.join(stacks)}}}"
    say(f"$ aws cloudformation deploy --stack-name {names} …  # {time.monotonic() - began:.0f} s")


def listen(place: Place) -> None:
    """Let a queue hear what people are told."""
    url = place.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    queue = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    place.client("sns").subscribe(
        TopicArn=alerts_topic_arn(place.environment),
        Protocol="sqs",
        Endpoint=queue["Attributes"]["QueueArn"],
    )


def expect(done: Run, end: str) -> None:
    """Raise DemoError where a run ended otherwise."""
    if done.ends != (end,):
        raise DemoError(f"{done.arn}: {done.ends}, {done.messages}")


if __name__ == "__main__":
    main()
