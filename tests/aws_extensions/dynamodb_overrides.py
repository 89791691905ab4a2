"""DynamoDB: what a restore may change of capacity and indexes."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import JsonRESTError

if TYPE_CHECKING:
    from moto.dynamodb.models.table import SecondaryIndex, Table

    Request = dict[str, Any]

PROVISIONED, ON_DEMAND = "PROVISIONED", "PAY_PER_REQUEST"
UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")


def capacity(source: Table, request: Request) -> dict[str, Any]:
    """Return billing mode and throughput of the restored table."""
    mode = request.get("BillingModeOverride", source.billing_mode)
    override = request.get("ProvisionedThroughputOverride")
    if mode == ON_DEMAND:
        if override:
            raise _invalid("ProvisionedThroughputOverride cannot be given with PAY_PER_REQUEST")
        return {"billing_mode": mode, "throughput": None}
    if "OnDemandThroughputOverride" in request:
        raise _invalid("OnDemandThroughputOverride cannot be given with PROVISIONED")
    return {"billing_mode": mode, "throughput": _units(override or source.throughput, "the table")}


def indexes(source: Table, request: Request, mode: str) -> tuple[list[Any], list[Any]]:
    """Return the global and local indexes of the restored table.

    An override lists the indexes that are kept, each as it is; only throughput may differ.
    """
    kept = _listed(source.global_indexes, request.get("GlobalSecondaryIndexOverride"))
    local = _listed(source.indexes, request.get("LocalSecondaryIndexOverride"))
    restored = []
    for index, override in kept:
        units = override.get("ProvisionedThroughput")
        if mode == ON_DEMAND:
            index.throughput = dict.fromkeys(UNITS, 0)
        else:
            index.throughput = _units(units or index.throughput, f"index {index.name}")
        restored.append(index)
    return restored, [index for index, _ in local]


def _listed(
    before: list[SecondaryIndex], override: list[Request] | None
) -> list[tuple[Any, Request]]:
    copies = {index.name: deepcopy(index) for index in before}
    if override is None:
        return [(index, {}) for index in copies.values()]
    for wanted in override:
        index = copies.get(wanted["IndexName"])
        if index is None:
            raise _invalid(f"the source has no index {wanted['IndexName']}")
        if (wanted["KeySchema"], _projection(wanted["Projection"])) != (
            index.schema,
            _projection(index.projection),
        ):
            raise _invalid(f"index {index.name} differs from that of the source")
    return [(copies[wanted["IndexName"]], wanted) for wanted in override]


def _projection(projection: dict[str, Any]) -> tuple[str, list[str]]:
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))


def _units(throughput: dict[str, Any], what: str) -> dict[str, int]:
    units = {unit: throughput.get(unit, 0) for unit in UNITS}
    if 0 in units.values():
        raise _invalid(f"ReadCapacityUnits and WriteCapacityUnits must be given for {what}")
    return units


def _invalid(message: str) -> JsonRESTError:
    return JsonRESTError(
        "ValidationException", f"One or more parameter values were invalid: {message}"
    )
