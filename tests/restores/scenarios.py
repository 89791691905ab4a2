"""What happens to the shop's tables, and how they come back; each leaves all as it found it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.names import state_machine_arn
from generator.recovery.files import request_file
from tests.restores.shop import now

if TYPE_CHECKING:
    from tests.restores.shop import Item, Outcome, Place, Shop

ORDERS, CART, SESSIONS = "order_transaction", "cart", "sessions"
SETTINGS = "catalog/settings/111111111111/eu-central-1/"  # of these tables, in both accounts
ITEMS: dict[str, list[Item]] = {
    ORDERS: [
        {"order_id": {"S": order}, "item_id": {"S": item}, "amount": {"N": amount}}
        for order, item, amount in (("3801", "23", "2756"), ("9999", "25", "4427.5"))
    ],
    CART: [
        {
            "cart_id": {"S": "c1"},
            "line": {"N": str(line)},
            "customer_id": {"S": "421"},
            "product": {"S": "Salmon"},
            "updated_at": {"N": str(1_600_000_000 + line)},
            "expires_at": {"N": "4102444800"},
        }
        for line in range(30)
    ],
    SESSIONS: [{"id": {"S": "s1"}, "until": {"N": "4102444800"}, "data": {"B": b"\x00\x01"}}],
}
LATE = {
    ORDERS: {"order_id": {"S": "late"}, "item_id": {"S": "1"}},
    CART: {"cart_id": {"S": "late"}, "line": {"N": "1"}},
    SESSIONS: {"id": {"S": "late"}},
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """A table's items and settings, spelled as if it had the original's name and place."""

    items: list[Item]
    settings: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Restore:
    """A table as it was and as it came back, and the execution that did so."""

    outcome: Outcome
    before: Held
    after: Held
    pointer: str = ""


def held(place: Place, name: str, original: str) -> Held:
    settings = json.dumps(place.settings(name)).replace(name, original)
    return Held(items=place.items(name), settings=json.loads(settings))


def filled(place: Place, key: str) -> Held:
    """Return the table as the point that follows has it."""
    name = place.table(key).name
    place.put(key, *ITEMS[key])
    return held(place, name, name)


def changed(place: Place, key: str) -> None:
    """Change the table after the point."""
    place.put(key, LATE[key])


def emptied(place: Place, key: str) -> None:
    """Delete the items, so that the next scenario begins anew."""
    name, api = place.table(key).name, place.client("dynamodb")
    keys = [each["AttributeName"] for each in place.settings(name)["key_schema"]]
    for item in place.items(name):
        api.delete_item(TableName=name, Key={each: item[each] for each in keys})


def restored(
    place: Place, key: str, before: Held, *, file: str | None = None, **changes: Any
) -> Restore:
    """Restore a table, look at it, and remove it again where it stands beside the original."""
    name = place.table(key).name if file is None else before.settings["table_name"]
    request = place.request(file or request_file(key), **changes)
    outcome = place.outcome(place.start(request))
    assert outcome.status == "SUCCEEDED", outcome.errors
    target = outcome.report["target"]["name"]
    after = held(place, target, name)
    pointer = _pointer(place, request)
    if target != name or file is not None:
        discarded(place, target)
        if pointer == target:
            _repoint(place, request, name)
    if file is None:
        emptied(place, key)
    return Restore(outcome=outcome, before=before, after=after, pointer=pointer)


def discarded(place: Place, name: str) -> None:
    api = place.client("dynamodb")
    api.update_table(TableName=name, DeletionProtectionEnabled=False)
    api.delete_table(TableName=name)


def _pointer(place: Place, request: dict[str, Any]) -> str:
    if not request["pointer"]:
        return ""
    ssm, name = place.client("ssm"), request["pointer"]["parameter_name"]
    return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])


def _repoint(place: Place, request: dict[str, Any], value: str) -> None:
    name = request["pointer"]["parameter_name"]
    place.client("ssm").put_parameter(Name=name, Value=value, Overwrite=True)


# From each source


def second_of_a_living_table(shop: Shop) -> Restore:
    """The second before a mistake, restored beside the table that has it."""
    before = filled(shop.prod, CART)
    time.sleep(1)
    second = now()
    time.sleep(1.1)
    changed(shop.prod, CART)
    return restored(shop.prod, CART, before, point={"at": second})


def native_backup(shop: Shop) -> Restore:
    before = filled(shop.prod, ORDERS)
    backup = shop.prod.native_backup(ORDERS)
    changed(shop.prod, ORDERS)
    shop.prod.delete_table(ORDERS)
    return restored(shop.prod, ORDERS, before, point={"id": backup})


def system_backup_of_a_deleted_table(shop: Shop) -> Restore:
    before = filled(shop.prod, CART)
    shop.prod.delete_table(CART)
    return restored(shop.prod, CART, before)


def point_in_an_own_vault(shop: Shop) -> Restore:
    """Beside the original, and the pointer is to name it in the end."""
    before = filled(shop.prod, ORDERS)
    point = shop.prod.recovery_point(ORDERS, "critical")
    changed(shop.prod, ORDERS)
    name = f"{shop.prod.table(ORDERS).name}-proven"
    asked: dict[str, Any] = {"point": {"id": point}, "target_name": name, "repoint": True}
    return restored(shop.prod, ORDERS, before, **asked)


def point_in_the_archive(shop: Shop) -> Restore:
    """The copy is all that is left: no point in production, and no table."""
    before = filled(shop.prod, ORDERS)
    copy = _copy(shop)
    changed(shop.prod, ORDERS)
    shop.prod.delete_table(ORDERS)
    return restored(shop.prod, ORDERS, before, point={"id": copy})


def copy_where_it_lies(shop: Shop) -> Restore:
    """Production's account is out of reach: the archive restores its table itself."""
    before = filled(shop.prod, ORDERS)
    copy = _copy(shop)
    emptied(shop.prod, ORDERS)
    return restored(
        shop.archive,
        ORDERS,
        before,
        file=request_file(ORDERS, "prod"),
        point={"id": copy},
    )


@dataclass(frozen=True, kw_only=True)
class Interrupted:
    """Executions of one request, and what they called together."""

    outcomes: list[Outcome]
    items: list[Item]
    operations: list[str]


def interrupted_copy_and_job(shop: Shop) -> Interrupted:
    """A copy and a restore job are started, and nobody hears that they were."""
    filled(shop.prod, ORDERS)
    name = f"{shop.prod.table(ORDERS).name}-interrupted"
    request: dict[str, Any] = {"point": {"id": _copy(shop)}, "target_name": name}
    seen, outcomes = len(shop.calls()), []
    for operation in ("StartCopyJob", "StartRestoreJob", None):
        if operation is not None:
            shop.fail(operation, after_effect=True)
        outcomes.append(shop.prod.restore(ORDERS, **request))
    items = shop.prod.items(name)
    discarded(shop.prod, name)
    emptied(shop.prod, ORDERS)
    operations = [each["operation"] for each in shop.calls()[seen:]]
    return Interrupted(outcomes=outcomes, items=items, operations=operations)


def _copy(shop: Shop) -> str:
    point = shop.prod.recovery_point(ORDERS, "critical")
    to = shop.archive.environment.vault_arn("archive")
    return shop.prod.copied(point, "critical", to)


def table_that_is_defined_elsewhere(shop: Shop) -> Restore:
    """Its settings are known from the snapshot of the day alone."""
    before = filled(shop.prod, SESSIONS)
    shop.prod.run_machine("settings-snapshot", {})
    shop.prod.delete_table(SESSIONS)
    return restored(shop.prod, SESSIONS, before)


# By the clock, and after changes


def settings_of_every_day(shop: Shop) -> dict[str, Any]:
    return shop.prod.run_machine("settings-snapshot", {})


def settings_after_changes(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """Return what each event led to: a change, the same one again, and one of another table."""
    shop.prod.run_machine("settings-snapshot", {})
    name, api = shop.prod.table(SESSIONS).name, shop.prod.client("dynamodb")
    arn = shop.prod.table(SESSIONS).arn
    time.sleep(1)  # a key has seconds
    api.tag_resource(ResourceArn=arn, Tags=[{"Key": "changed", "Value": "yes"}])
    tag = {"eventName": "TagResource", "requestParameters": {"resourceArn": arn}}
    update = {"eventName": "UpdateTimeToLive", "requestParameters": {"tableName": name}}
    foreign = {"eventName": "UpdateTable", "requestParameters": {"tableName": "another"}}
    events = {"changed": tag, "same": update, "another": foreign}
    source = {"detail-type": "AWS API Call via CloudTrail", "source": "aws.dynamodb"}
    ends = {
        what: shop.prod.run_machine("settings-snapshot", {**source, "detail": detail})
        for what, detail in events.items()
    }
    api.untag_resource(ResourceArn=arn, TagKeys=["changed"])
    return {what: json.loads(end["output"]) for what, end in ends.items()}


def native_backups_by_schedule(shop: Shop) -> dict[str, Any]:
    """Take them twice for one time, then for three others, and once with what prunes at once."""
    machine = "snapshots-critical"
    hours = ("2026-01-01T06:00:00Z", "2026-01-01T06:00:00Z", "2026-01-02T06:00:00Z")
    taken = [shop.prod.run_machine(machine, {"scheduled_at": hour}) for hour in hours]
    payload = {
        **_payload(shop, machine),
        "keep_last": 1,
        "keep_days": 0,
        "scheduled_at": "2026-01-03T06:00:00Z",
    }
    pruned = shop.prod.client("lambda").invoke(
        FunctionName="shop-prod-take-snapshots", Payload=json.dumps(payload)
    )
    found = [json.loads(each["output"]) for each in taken]
    return {"taken": found, "pruned": json.load(pruned["Payload"])}


def _payload(shop: Shop, machine: str) -> dict[str, Any]:
    """Return what the state machine gives to its function."""
    arn = state_machine_arn(shop.prod.environment, machine)
    shown = shop.prod.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
    parameters = json.loads(shown["definition"])["States"]["Run"]["Parameters"]
    return {name: value for name, value in parameters.items() if not name.endswith(".$")}


def native_backup_that_fails(shop: Shop) -> list[str]:
    """Return the messages of a run that may not create backups."""
    list(shop.prod.told())
    shop.fail("CreateBackup", times=None)
    shop.wait_at_most(0.1)  # the state machine tries again four times
    end = shop.prod.run_machine("snapshots-critical", {"scheduled_at": "2026-01-04T06:00:00Z"})
    shop.fail_no_more()
    shop.wait_at_most(None)
    return [end["status"], *shop.prod.told()]
