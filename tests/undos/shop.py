"""A deployed environment on local endpoints whose tables somebody spoils, and what undoes that."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from blueprints.functions.common import catalogue
from blueprints.names import catalogue_bucket_name, undo_machine_arn
from tests.e2e.moto_api import ask, set_clock
from tests.exports import shop as exports
from tests.exports.shop import until
from tests.restores.shop import deploy_places, written_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.e2e.local_aws import LocalAws

    Item = dict[str, Any]

HERE = Path(__file__).parent / "environments"
# Of these the first has ranges and a key of its stack, and nothing is recorded of the last.
ORDERS, CUSTOMERS, CARTS, DRAFTS = "orders", "customers", "carts", "drafts"
DAY = 24 * 3600
# Undone is what lies behind the clock on the wall, by which functions go.
DAYS_BEHIND = 10
WRITES = ("PutItem", "UpdateItem", "DeleteItem")


@dataclass(frozen=True, kw_only=True)
class Undo:
    """What became of an undo: how its execution ended, what it left behind, and who was told."""

    arn: str
    status: str
    report: Mapping[str, Any]
    text: str
    messages: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]

    @property
    def counts(self) -> dict[str, int]:
        """What became of how many keys."""
        return {name: count for name, count in self.report["counts"].items() if count}

    @property
    def conflicts(self) -> dict[str, str]:
        """Key as text → why it was left alone."""
        return {each["text"]: each["reason"] for each in self.report["conflicts"]}

    @property
    def errors(self) -> str:
        """All that the report says is not right."""
        return "\n".join(self.report["not_right"])


@dataclass(frozen=True, kw_only=True)
class Shop(exports.Shop):
    """Production; there is nothing else."""

    # Undos

    def request(self, key: str, since: str, **more: Any) -> dict[str, Any]:
        """Return what `holdfast undo` asks for, unless more is said."""
        table = self.prod.table(key)
        return {
            "table": {"key": key, "name": table.name, "arn": table.arn},
            "since": since,
            "until": None,
            "only": None,
            "created_since": "report",
            "overwrite_conflicts": False,
            "dry_run": False,
            "old_images": "incremental",
            "write_units": None,
            "poll_seconds": 1,
            **more,
        }

    def begin(self, key: str, since: str, **more: Any) -> str:
        """Start an undo; return the execution's ARN. What was told before is forgotten."""
        list(self.prod.told())
        started = self.prod.client("stepfunctions").start_execution(
            stateMachineArn=undo_machine_arn(self.prod.environment),
            input=json.dumps(self.request(key, since, **more)),
        )
        return str(started["executionArn"])

    def came_of(self, execution_arn: str) -> Undo:
        """Wait for the end of an undo."""
        shown = self.prod.ended(execution_arn)
        table = json.loads(shown["input"])["table"]["name"]
        before = f"undos/{table}/{execution_arn.rpartition(':')[2]}"
        return Undo(
            arn=execution_arn,
            status=shown["status"],
            report=json.loads(self.written(f"{before}.json") or "{}"),
            text=self.written(f"{before}.txt"),
            messages=tuple(self.prod.told()),
        )

    def undo(self, key: str, since: str, **more: Any) -> Undo:
        """Undo to the end."""
        return self.came_of(self.begin(key, since, **more))

    def written(self, key: str) -> str:
        """Return an object of the catalogue's bucket, nothing where it is not there."""
        if key not in self.prod.keys(key):
            return ""
        s3, bucket = self.prod.client("s3"), catalogue_bucket_name(self.prod.environment)
        return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode())

    def is_waiting(self, execution_arn: str, times: int = 2) -> bool:
        """Wait until an undo has waited some times; tell whether it has."""
        api = self.prod.client("stepfunctions")

        def waits() -> bool:
            events = api.get_execution_history(executionArn=execution_arn)["events"]
            return sum(each["type"] == "WaitStateEntered" for each in events) >= times

        return bool(until(waits, 60))

    # Time

    def moment(self, **passed: float) -> str:
        """Let time pass, and a second begin; return it: what is written now is not before it."""
        self.later(**passed)
        now = self.now()
        whole = now.replace(microsecond=0) + timedelta(seconds=1)
        self._move((whole - now).total_seconds() + 0.001)
        return catalogue.iso(whole)

    # Faults

    def throttle(self, **how: Any) -> None:
        """Let DynamoDB refuse writes above a rate; without settings, no more."""
        ask(self.aws, "batches", how or None, method="POST" if how else "DELETE")

    def time_out(self, function: str) -> int:
        """End the calls of a function that run now, as Lambda does when their time is over."""
        return int(ask(self.aws, "timeouts", {"function": function})["ended"])

    def role(self, what: str) -> str:
        """Return the ARN of the role that is for this."""
        return next(
            each["Arn"]
            for each in self.prod.client("iam").list_roles()["Roles"]
            if f"role/shop-prod-{what}" in each["Arn"]
        )

    # What is held, and who writes

    def put(self, key: str, **items: Mapping[str, Any]) -> None:
        """Put items by the names of their keys."""
        for name, attributes in items.items():
            self.prod.put(key, {**self.key(key, name), **attributes})

    def set(self, key: str, name: str, attribute: str, value: Any) -> None:
        """Change one attribute of an item."""
        self.prod.client("dynamodb").update_item(
            TableName=self.prod.table(key).name,
            Key=self.key(key, name),
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": value},
        )

    def delete(self, key: str, *names: str) -> None:
        for name in names:
            self.prod.client("dynamodb").delete_item(
                TableName=self.prod.table(key).name, Key=self.key(key, name)
            )

    def key(self, key: str, name: str) -> Item:
        """Return the key of an item; all orders have one line."""
        if key == ORDERS:
            return {"order_id": {"S": name}, "line": {"N": "1"}}
        return {f"{key.removesuffix('s')}_id": {"S": name}}

    def held(self, key: str) -> dict[str, Item]:
        """Return the items by the names of their keys, without these."""
        table = self.prod.table(key)
        pages = self.prod.client("dynamodb").get_paginator("scan").paginate(TableName=table.name)
        found = {}
        for item in (item for page in pages for item in page["Items"]):
            names = self.key(key, "")
            (name,) = (item[each]["S"] for each in names if "S" in item[each])
            found[name] = {k: v for k, v in item.items() if k not in names}
        return found

    @contextmanager
    def writing(self, write: Callable[[int], None]) -> Iterator[None]:
        """Let an application write, again and again, as long as this lasts."""
        ended, broken = Event(), []

        def work() -> None:
            number = 0
            try:
                while not ended.is_set():
                    write(number)
                    number += 1
                    ended.wait(0.05)
            except Exception as error:  # noqa: BLE001 - raised where it is waited for
                broken.append(error)

        thread = Thread(target=work)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        for error in broken:
            raise error

    def writes(self, what: str) -> list[str]:
        """Return the writes to tables that the role for this made."""
        role = self.role(what)
        return [
            each["operation"]
            for each in self.calls()
            if each["role_arn"] == role and each["operation"] in WRITES
        ]


def text(value: object) -> dict[str, str]:
    return {"S": str(value)}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def deployed(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop with all that it needs; its machines wait a moment only."""
    set_clock(aws, -DAYS_BEHIND * DAY)
    (prod,) = written_places(aws, folder, [HERE / "prod.yaml"]).values()
    shop = Shop(aws=aws, prod=prod, archive=prod, remote=prod)
    deploy_places(prod, stacks=("bootstrap", "alerts", "tables", "recovery"))
    shop.wait_at_most(0.05)
    return shop
