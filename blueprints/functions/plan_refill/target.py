"""The table that is refilled: whether it is there and takes writes, its keys and its capacity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.plan_refill.case import CHILDREN, Case

_READY = ("ACTIVE", "UPDATING")
# Less makes children wait for each other: so many units a second are some 10 small items.
_LEAST_SHARE = 10


class Target(NamedTuple):
    """A table; `units` is what it takes a second where it is provisioned, else None."""

    id: str
    keys: list[str]
    is_ready: bool
    units: int | None


def look(case: Case) -> Target:
    """Return the table; raises RefusedError where it is not there or can take no writes."""
    asked = case.request["table"]
    region = case.place["region"]
    found = _described(case, asked["name"], region)
    if found["TableArn"] != asked["arn"]:
        raise RefusedError(
            f"table {asked['name']} is {found['TableArn']} here, not {asked['arn']}: start the "
            "refill in the account and Region of the table"
        )
    status = found["TableStatus"]
    if status not in {*_READY, "CREATING"}:
        raise RefusedError(
            f"table {asked['name']} is {status} and takes no writes: see what became of it with "
            f"aws dynamodb describe-table --table-name {asked['name']} --region {region}"
        )
    schema = {each["KeyType"]: each["AttributeName"] for each in found["KeySchema"]}
    keys = [schema[kind] for kind in ("HASH", "RANGE") if kind in schema]
    return Target(found["TableId"], keys, status in _READY, _units(found))


def _described(case: Case, name: str, region: str) -> Mapping[str, Any]:
    try:
        answer = call(case.connect("dynamodb"), "describe_table", f"table/{name}", TableName=name)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        raise RefusedError(
            f"there is no table {name} in {region}: a refill writes into a table that is there. "
            "Create it first, with the keys of the source; `holdfast restore` does both"
        ) from error
    found: Mapping[str, Any] = answer["Table"]
    return found


def children_of(case: Case, target: Target, items: int) -> tuple[int, float | None]:
    """Return how many children load a round at once, and the write units a second of each."""
    most = min(case.request.get("most_children") or CHILDREN, items)
    units = case.request.get("write_units") or target.units
    if units is None:
        return most, None
    children = max(1, min(most, int(units // _LEAST_SHARE)))
    return children, units / children


def _units(table: Mapping[str, Any]) -> int | None:
    """Return write capacity units; DescribeTable shows 0 of them where the table is on-demand."""
    mode = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    units = table.get("ProvisionedThroughput", {}).get("WriteCapacityUnits", 0)
    return int(units) if mode == "PROVISIONED" and units else None
