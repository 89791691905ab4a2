"""Three deployed environments with chains of exports behind them, and an old dump."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from blueprints.functions.common import catalogue
from blueprints.names import catalogue_bucket_name, refill_machine_arn
from generator.naming import arn
from tests.e2e.moto_api import ask, set_clock
from tests.exports import shop as exports
from tests.exports.histories import History
from tests.exports.scenarios import passed
from tests.exports.shop import Record, lend_alias, records
from tests.restores.shop import STACKS, Place, deploy_places, written_places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tests.e2e.local_aws import LocalAws

    Item = dict[str, Any]

HERE = Path(__file__).parent / "environments"
ORDERS, CARTS, EVENTS, LEDGER, PAYMENTS = "orders", "carts", "events", "ledger", "payments"
DUMPS, PREFIX = "shop-old-dumps-111111111111", "dumps"
OWN_STACK = "tables-orders"
SEED = 20_261_125
DAY = 24 * 3600
# Each gives a moment of the chain: a full export, then incremental ones.
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Refill:
    """What became of a refill: how its execution ended, its report, and who was told."""

    arn: str
    status: str
    report: Mapping[str, Any]
    messages: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True, kw_only=True)
class Shop(exports.Shop):
    """Environments whose tables have a past: what they held at each moment, and its exports."""

    past: dict[str, History] = field(default_factory=dict)

    def records(self, key: str) -> list[Record]:
        """Return what is recorded of the exports of a table, in order."""
        return records(self.past[key].place, key)

    def moments(self, key: str) -> list[str]:
        return [each["to"] for each in self.records(key)]

    def point(self, key: str, moment: str) -> dict[str, str]:
        """Return what a restore to a moment of the table's chain asks for."""
        return {"id": self.records(key)[0]["export_arn"], "at": moment}

    def held(self, key: str, moment: str) -> list[Item]:
        """Return what a table held at a moment."""
        return self.past[key].at(catalogue.moment_of(moment))

    # Faults

    def throttle(self, **how: Any) -> None:
        """Let DynamoDB leave requests of batches unprocessed; without settings, no more."""
        ask(self.aws, "batches", how or None, method="POST" if how else "DELETE")

    def thaw_takes(self, seconds: float | None) -> None:
        ask(self.aws, "thaw", {"seconds": seconds})

    def freeze(self, bucket: str, prefix: str, suffix: str) -> int:
        """Move objects to a tier that has to be thawed, as a lifecycle rule does."""
        asked = {"bucket": bucket, "prefix": prefix, "suffix": suffix, "storage_class": "GLACIER"}
        return int(ask(self.aws, "transitions", asked)["moved"])

    def time_out(self, function: str) -> int:
        """End the calls of a function that run now, as Lambda does when their time is over."""
        return int(ask(self.aws, "timeouts", {"function": function})["ended"])


# Refills


def request(place: Place, target: str, source: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return the input of the machine that refills."""
    table_arn = arn(place.environment, "dynamodb", f"table/{target}")
    return {"table": {"name": target, "arn": table_arn}, "source": dict(source), **more}


def start(place: Place, asked: Mapping[str, Any], name: str = "") -> str:
    """Start a refill, with nobody told of anything yet; return the execution's ARN."""
    list(place.told())
    started = place.client("stepfunctions").start_execution(
        stateMachineArn=refill_machine_arn(place.environment),
        input=json.dumps(asked),
        **({"name": name} if name else {}),
    )
    return str(started["executionArn"])


def ended(place: Place, execution_arn: str) -> Refill:
    """Wait for the end of a refill."""
    shown = place.ended(execution_arn)
    table = json.loads(shown["input"])["table"]["name"]
    key = f"refills/{table}/{execution_arn.rpartition(':')[2]}.json"
    return Refill(
        arn=execution_arn,
        status=shown["status"],
        report=document(place, key),
        messages=tuple(place.told()),
    )


def refilled(place: Place, target: str, source: Mapping[str, Any], **more: Any) -> Refill:
    """Refill a table to the end."""
    return ended(place, start(place, request(place, target, source, **more)))


def document(place: Place, key: str) -> dict[str, Any]:
    """Return a document of the catalogue's bucket, nothing where it is not there."""
    if key not in place.keys(key):
        return {}
    bucket = catalogue_bucket_name(place.environment)
    found: dict[str, Any] = json.load(place.client("s3").get_object(Bucket=bucket, Key=key)["Body"])
    return found


def progress(place: Place, folder: str) -> list[dict[str, Any]]:
    """Return how far each child of a refill came."""
    keys = place.keys(f"work/refills/{folder}/")
    return [document(place, key) for key in keys if "/progress/" in key]


# Deploying


def deployed(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop with all that it needs, and its past; its machines wait a moment only."""
    set_clock(aws, -5 * DAY)
    files = [HERE / f"{name}.yaml" for name in ("prod", "remote", "archive")]
    shop = Shop(aws=aws, **written_places(aws, folder, files))
    deploy_places(shop.archive, shop.prod, shop.remote, stacks=_stacks(shop))
    lend_alias(shop)
    shop.wait_at_most(0.05)
    _make_dumps(shop.prod)
    _live(shop)
    shop.wait_at_most(0.3)
    return shop


def _stacks(shop: Shop) -> Sequence[str]:
    at = STACKS.index("tables")
    return (*STACKS[:at], OWN_STACK, *STACKS[at:])


def _make_dumps(prod: Place) -> None:
    s3 = prod.client("s3")
    where = {"LocationConstraint": prod.environment.region}
    s3.create_bucket(Bucket=DUMPS, CreateBucketConfiguration=where)
    statement = {
        "Sid": "OnlyEncrypted",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{DUMPS}", f"arn:aws:s3:::{DUMPS}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=DUMPS, Policy=json.dumps(policy))


def _live(shop: Shop) -> None:
    """Let tables change at random, and be exported."""
    random = Random(SEED)
    for place, keys in ((shop.prod, (ORDERS, CARTS, EVENTS)), (shop.remote, (LEDGER,))):
        shop.past.update({key: History(shop=shop, place=place, key=key) for key in keys})
    for number in range(ROUNDS):
        for each in shop.past.values():
            each.change(random, 12)
        passed(shop, hours=8)
        _export(shop, "incremental" if number else "full")
    for place in (shop.prod, shop.remote):
        list(place.told())


def _export(shop: Shop, kind: str) -> None:
    classes: Iterable[tuple[Place, str]] = (
        (shop.prod, "critical"),
        (shop.prod, "archived"),
        (shop.remote, "critical"),
    )
    runs = [(place, shop.start(place, of_class, kind)) for place, of_class in classes]
    for place, execution in runs:
        run = shop.end(place, execution)
        assert set(run.ends) == {"EXPORTED"}, run
