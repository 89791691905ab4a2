"""Shows an undo in place from end to end on this machine: `make undo-demo`.

Needs the `aws` command line. AWS is played by local endpoints that are started for it and ended
with it; nothing outside a temporary folder is touched. A clock that can be moved lets minutes pass.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from blueprints.functions.common import catalogue  # noqa: E402
from tests.e2e.local_aws import LocalAws  # noqa: E402
from tests.e2e.moto_api import set_clock  # noqa: E402
from tests.restores.shop import Place  # noqa: E402
from tools.demo import ORDERS, DemoError, deploy, generated, play, say, show  # noqa: E402

STACKS = ("bootstrap", "alerts", "tables", "recovery")
ORDERED, WRONG, AGAIN, BATCH = 10_000, 200, 2, 25
PRODUCTS = ("Salmon", "Lemonade", "Sofa", "Soap")
# Ages in minutes: of the orders, of the moment at which all was right, and of the script.
LOADED, RIGHT, SCRIPT = 60, 30, 20
PAUSE_SECONDS = 0.05
SEED = 20_261_125

Item = dict[str, Any]


@dataclass(kw_only=True)
class Shop:
    """The table, and what it is to hold by all that was written on purpose."""

    place: Place
    held: dict[str, Item] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(SEED))
    changed: int = 0
    placed: int = 0

    def at(self, minutes_ago: float) -> str:
        """Let it be so long ago; return the time."""
        set_clock(self.place.aws, -timedelta(minutes=minutes_ago).total_seconds())
        return catalogue.iso(datetime.now(UTC) - timedelta(minutes=minutes_ago))

    def load(self) -> None:
        """Load the orders."""
        api = self.place.client("dynamodb")
        items = [self.order(number) for number in range(ORDERED)]
        for start in range(0, ORDERED, BATCH):
            puts = [{"PutRequest": {"Item": each}} for each in items[start : start + BATCH]]
            api.batch_write_item(RequestItems={ORDERS: puts})
        self.held = {each["order_id"]["S"]: each for each in items}
        say(f"$ aws dynamodb batch-write-item --request-items …  # {ORDERED:,} orders")

    def order(self, number: int) -> Item:
        """Return an order."""
        return {
            **key(f"{number:05}"),
            "product": {"S": PRODUCTS[number % len(PRODUCTS)]},
            "amount": {"N": str(number % 90 + 10)},
            "status": {"S": "PAID"},
        }

    def put(self, item: Item) -> None:
        """Place an order."""
        self.place.client("dynamodb").put_item(TableName=ORDERS, Item=item)
        self.held[item["order_id"]["S"]] = item

    def send(self, name: str) -> None:
        """Send an order to its customer."""
        status = {"S": "SENT"}
        self.place.client("dynamodb").update_item(
            TableName=ORDERS,
            Key=key(name),
            UpdateExpression="SET #s = :s",
            ExpressionAttributeNames={"#s": "status"},
            ExpressionAttributeValues={":s": status},
        )
        self.held[name] = {**self.held[name], "status": status}

    def work(self, names: Sequence[str]) -> None:
        """Send one of these orders; every now and then another one is placed."""
        if self.random.random() < 1 / 4:
            self.put(self.order(ORDERED + self.placed))
            self.placed += 1
        else:
            self.send(self.random.choice(names))
            self.changed += 1

    @contextmanager
    def working(self, names: Sequence[str]) -> Iterator[None]:
        """Let the application work as long as this lasts."""
        ended, broken = Event(), []

        def work() -> None:
            try:
                while not ended.wait(PAUSE_SECONDS):
                    self.work(names)
            except Exception as error:  # noqa: BLE001 - told where it is waited for
                broken.append(error)

        thread = Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        if broken:
            raise DemoError(f"the application: {broken[0]}")


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    say(f"# A table with {ORDERED:,} orders, and an application that writes all the time")
    (prod,) = generated(aws, folder, "prod")
    shop = Shop(place=prod)
    shop.at(LOADED)
    deploy(prod, STACKS)
    shop.load()
    wrong = sorted(shop.random.sample(sorted(shop.held), WRONG))
    others = sorted(shop.held.keys() - set(wrong))
    since = shop.at(RIGHT)
    with shop.working(others):
        clean_up(shop, wrong)
        shop.at(0)
        undo(shop, since, wrong)
    compare(shop)


def clean_up(shop: Shop, wrong: Sequence[str]) -> None:
    """Delete orders that nobody ought to."""
    now = shop.at(SCRIPT)
    api = shop.place.client("dynamodb")
    for start in range(0, WRONG, BATCH):
        deletes = [{"DeleteRequest": {"Key": key(each)}} for each in wrong[start : start + BATCH]]
        api.batch_write_item(RequestItems={ORDERS: deletes})
    say(
        "",
        f"# {now}: a clean-up script deletes the wrong {WRONG}, seen {SCRIPT} minutes later",
    )
    say(f"$ ./clean_up.py --table {ORDERS}")


def undo(shop: Shop, since: str, wrong: Sequence[str]) -> None:
    """Look at what an undo would do, and let it do that."""
    command = f"holdfast undo prod {ORDERS} --since {since}"
    say("", f"# What was written since {since}? Some of it is the application's")
    show(shop.place, f"{command} --dry-run", until=("Next:",))
    say("", "# Only what was deleted, then")
    sample = f'  order_id="{wrong[1]}"'
    shown = show(shop.place, f"{command} --only change=deleted --dry-run", until=(sample,))
    lines = [each.strip() for each in shown.splitlines()]
    following = lines[lines.index("# to do it") + 1]

    say("", f"# {AGAIN} of them were ordered again by now: nobody overwrites these")
    for name in wrong[:AGAIN]:
        shop.put({**shop.order(int(name)), "status": {"S": "ORDERED AGAIN"}})
    show(shop.place, following, status=1, told=True)


def compare(shop: Shop) -> None:
    """Compare the table with what was written on purpose."""
    api = shop.place.client("dynamodb")
    pages = api.get_paginator("scan").paginate(TableName=ORDERS)
    items = {item["order_id"]["S"]: item for page in pages for item in page["Items"]}
    if items != shop.held:
        names = items.keys() | shop.held.keys()
        other = sorted(each for each in names if items.get(each) != shop.held.get(each))
        raise DemoError(f"{len(other)} orders are not as they should be: {other[:10]}")
    say(
        "",
        f"= {WRONG - AGAIN} of {WRONG} are back as they were, {AGAIN} as they were ordered again",
        f"= kept: {shop.changed} changes and {shop.placed} new orders of the application, which "
        "wrote until now",
    )


def key(name: str) -> Item:
    """Return the key of an order; each has one item."""
    return {"order_id": {"S": name}, "item_id": {"S": "1"}}


if __name__ == "__main__":
    play(run)
