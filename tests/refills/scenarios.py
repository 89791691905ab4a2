"""Tables that come back from their exports, in each of the ways; none needs another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.names import refill_machine_arn
from generator.recovery.files import request_file
from tests.exports.applying import in_order
from tests.exports.scenarios import recovery
from tests.exports.shop import exports_bucket
from tests.refills.shop import CARTS, EVENTS, HERE, LEDGER, ORDERS
from tests.restores.people import command
from tests.restores.scenarios import discarded, held

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from click.testing import Result

    from tests.refills.shop import Item, Shop
    from tests.restores.scenarios import Held
    from tests.restores.shop import Outcome, Place

# So many executions at once keep both cores busy, and do not wait for each other.
AT_ONCE = 4
STACK = "shop-prod-tables-orders"


@dataclass(frozen=True, kw_only=True)
class Back:
    """A table that came back as of a moment, and what it is to be like."""

    moment: str
    outcome: Outcome
    after: Held
    items: list[Item]
    settings: dict[str, Any]


def back(shop: Shop, place: Place, key: str, moments: Sequence[str]) -> list[Back]:
    """Restore a table beside the original as of each of these moments, and remove it again."""
    name = shop.past[key].place.table(key).name
    asked = [
        place.request(
            request_file(key), point=shop.point(key, moment), target_name=f"{name}-{number}"
        )
        for number, moment in enumerate(moments)
    ]
    outcomes: list[Outcome] = []
    for at in range(0, len(asked), AT_ONCE):
        started = [place.start(each) for each in asked[at : at + AT_ONCE]]
        outcomes += [place.outcome(each) for each in started]
    found = []
    for moment, outcome in zip(moments, outcomes, strict=True):
        assert outcome.status == "SUCCEEDED", outcome.errors
        target = outcome.report["target"]["name"]
        found.append(
            Back(
                moment=moment,
                outcome=outcome,
                after=held(place, target, name),
                items=shop.held(key, moment),
                settings=held(place, name, name).settings,
            )
        )
        discarded(place, target)
    return found


def imported(shop: Shop) -> list[Back]:
    """The full export is imported, and the windows after it are written into the table."""
    return back(shop, shop.prod, ORDERS, shop.moments(ORDERS))


def created(shop: Shop) -> list[Back]:
    """An import makes no local index: the table is created, and all of it is written."""
    return back(shop, shop.prod, CARTS, shop.moments(CARTS))


def in_ion(shop: Shop) -> list[Back]:
    return back(shop, shop.prod, EVENTS, shop.moments(EVENTS))


def of_another_account(shop: Shop) -> list[Back]:
    """The exports never lay in the account that restores."""
    return back(shop, shop.remote, LEDGER, shop.moments(LEDGER)[-1:])


def bucket_is_emptied(shop: Shop) -> list[Back]:
    """All exports of the environment's own bucket are gone: the replica has them."""
    s3, bucket = shop.prod.client("s3"), exports_bucket(shop.prod)
    marks = [
        (key, s3.delete_object(Bucket=bucket, Key=key)["VersionId"]) for key in _keys(s3, bucket)
    ]
    try:
        return [
            *back(shop, shop.prod, ORDERS, shop.moments(ORDERS)[-1:]),
            *back(shop, shop.prod, CARTS, shop.moments(CARTS)[:1]),
        ]
    finally:
        for key, version in marks:
            s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def _keys(s3: Any, bucket: str, prefix: str = "") -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        yield from (each["Key"] for each in page.get("Contents", ()))


@dataclass(frozen=True, kw_only=True)
class Thawed:
    """A table whose exports had to be thawed, and what was asked of S3 for it."""

    back: Back
    frozen: int
    asked: list[dict[str, Any]]


def from_a_deep_tier(shop: Shop) -> Thawed:
    """All data files of the table lie in a class that cannot be read at once."""
    # Those of incremental exports lie beside their manifests, and here they are of no other table.
    prefix = f"{shop.prod.table(EVENTS).protection_name}/"
    frozen = shop.freeze(exports_bucket(shop.prod), prefix, ".gz")
    shop.thaw_takes(1)
    seen = len(shop.calls())
    (found,) = back(shop, shop.prod, EVENTS, shop.moments(EVENTS)[-1:])
    asked = [each for each in shop.calls()[seen:] if each["operation"] == "RestoreObject"]
    return Thawed(back=found, frozen=frozen, asked=asked)


@dataclass(frozen=True, kw_only=True)
class Twice:
    """One restore that was ordered twice at once, and what was done for it."""

    outcomes: list[Outcome]
    items: list[Item]
    wanted: list[Item]
    made: list[dict[str, Any]]
    refills: list[str]


def ordered_twice(shop: Shop) -> Twice:
    """Two executions of the same restore run at once."""
    moment, name = shop.moments(ORDERS)[-1], f"{shop.prod.table(ORDERS).name}-twice"
    asked = shop.prod.request(
        request_file(ORDERS), point=shop.point(ORDERS, moment), target_name=name
    )
    seen, known = len(shop.calls()), set(_refills(shop.prod))
    outcomes = [shop.prod.outcome(each) for each in [shop.prod.start(asked) for _ in range(2)]]
    items = shop.prod.items(name)
    discarded(shop.prod, name)
    return Twice(
        outcomes=outcomes,
        items=sorted(items, key=in_order),
        wanted=shop.held(ORDERS, moment),
        made=[each for each in shop.calls()[seen:] if each["operation"] == "ImportTable"],
        refills=sorted(set(_refills(shop.prod)) - known),
    )


def _refills(place: Place) -> Iterator[str]:
    listed = place.client("stepfunctions").list_executions(
        stateMachineArn=refill_machine_arn(place.environment)
    )
    yield from (each["executionArn"] for each in listed["executions"])


def in_the_way(shop: Shop) -> Outcome:
    """The name that is asked for is another table's."""
    return shop.prod.restore(
        ORDERS,
        point=shop.point(ORDERS, shop.moments(ORDERS)[-1]),
        target_name=shop.prod.table(ORDERS).name,
    )


@dataclass(frozen=True, kw_only=True)
class Command:
    """What the command said, and the table that came back."""

    results: list[Result]
    after: Held
    items: list[Item]
    before: Held


def in_the_archive(shop: Shop) -> Command:
    """Production's account is out of reach: the archive restores from its replica."""
    moment, prod = shop.moments(ORDERS)[-1], shop.prod
    name = prod.table(ORDERS).name
    asked = ("restore", "prod", ORDERS, "--at", moment, "--in", "archive")
    results = [command(shop.archive, HERE.parent, *asked)]
    assert results[0].exit_code == 0, results[0].output
    after = held(shop.archive, name, name)
    discarded(shop.archive, name)
    return Command(
        results=results,
        after=after,
        items=shop.held(ORDERS, moment),
        before=held(prod, name, name),
    )


def worst_day(shop: Shop) -> Command:
    """Point-in-time recovery is off, the stack is deleted, and so is the table."""
    moment, prod = shop.moments(ORDERS)[-1], shop.prod
    name = prod.table(ORDERS).name
    before = held(prod, name, name)
    recovery(prod, ORDERS, on=False)
    prod.client("cloudformation").delete_stack(StackName=STACK)
    prod.delete_table(ORDERS)
    list(prod.told())
    asked = (("points", "prod", ORDERS), ("restore", "prod", ORDERS, "--at", moment))
    results = [command(prod, HERE.parent, *each) for each in asked]
    assert results[-1].exit_code == 0, results[-1].output
    return Command(
        results=results,
        after=held(prod, name, name),
        items=shop.held(ORDERS, moment),
        before=before,
    )
