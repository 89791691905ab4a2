"""Says which calls make a table as wanted, and what no call can: knows no client and no clock.

Nothing is deleted, and nothing that protects is switched off or loosened: that is for people.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from blueprints.functions.apply_settings import updates
from blueprints.functions.common.settings import Settings
from blueprints.functions.common.settings_comparing import by_dimension, tracking
from blueprints.functions.common.settings_reading import DEFAULT_PERIOD_DAYS, DEFAULT_PRECISION
from blueprints.functions.common.settings_scaling import NAMESPACE, comparable, resource_id

DYNAMODB, SCALING, CLOUDWATCH = "dynamodb", "application-autoscaling", "cloudwatch"


class Change(NamedTuple):
    """One call: `what` it does in words, and the operation as boto3 names it."""

    setting: str
    what: str
    service: str
    operation: str
    resource: str
    request: dict[str, Any]


class Failure(NamedTuple):
    """What cannot be set, why, and what a person can do."""

    setting: str
    reason: str
    fix: str


class Case(NamedTuple):
    """A setting that differs, in words; `alarm_names` are all of the account and Region."""

    wanted: Settings
    present: Settings
    words: list[str]
    alarm_names: Collection[str]

    @property
    def name(self) -> str:
        """The table's name."""
        return str(self.present["table_name"])

    @property
    def arn(self) -> str:
        """The table's ARN."""
        return str(self.present["table_arn"])


Steps = Iterator[Change | Failure]


def changes(
    wanted: Settings,
    present: Settings,
    differing: Mapping[str, list[str]],
    alarm_names: Collection[str],
) -> Steps:
    """Yield what to do about the settings that differ: first what protects, last what watches."""
    for setting, make in _MAKERS.items():
        if setting in differing:
            yield from make(Case(wanted, present, differing[setting], alarm_names))


def _unchangeable(setting: str, fix: str) -> Callable[[Case], Steps]:
    def make(case: Case) -> Steps:
        yield Failure(setting, "; ".join(case.words), fix)

    return make


def _updates(setting: str) -> Callable[[Case], Steps]:
    """Return what makes the calls of UpdateTable for a setting."""

    def make(case: Case) -> Steps:
        for what, request in updates.OF[setting](case.wanted, case.present):
            whole = {"TableName": case.name, **request}
            yield Change(setting, what, DYNAMODB, "update_table", case.arn, whole)

    return make


def _of_table(case: Case, setting: str, what: str, operation: str, **request: Any) -> Change:
    whole = {"TableName": case.name, **request}
    return Change(setting, what, DYNAMODB, operation, case.arn, whole)


def _deletion_protection(case: Case) -> Steps:
    if not case.wanted["deletion_protection"]:
        fix = "switch it off, if it should be: aws dynamodb update-table --table-name "
        fix += f"{case.name} --no-deletion-protection-enabled"
        yield Failure("deletion_protection", "it is on, and off is wanted", fix)
    else:
        yield from _updates("deletion_protection")(case)


def _recovery(case: Case) -> Steps:
    setting = "point_in_time_recovery"
    own, full = case.present[setting], case.wanted[setting]
    days = full.get("recovery_period_days") or DEFAULT_PERIOD_DAYS
    own_days = own.get("recovery_period_days") or DEFAULT_PERIOD_DAYS
    if own["enabled"] and (not full["enabled"] or days < own_days):
        fix = "this would throw recovery points away; do it by hand, if it should be: "
        fix += f"aws dynamodb update-continuous-backups --table-name {case.name}"
        yield Failure(setting, "; ".join(case.words), fix)
        return
    specification = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
    what = f"point-in-time recovery of {days} days"
    yield _of_table(
        case,
        setting,
        what,
        "update_continuous_backups",
        PointInTimeRecoverySpecification=specification,
    )


def _extra_indexes(case: Case) -> Steps:
    """Yield the missing indexes, then what only deleting an index could change."""
    yield from _updates("global_indexes")(case)
    for words in case.words:
        if not words.endswith("is missing"):
            fix = "delete the index if nothing uses it, and apply the settings again: aws dynamodb "
            fix += f"update-table --table-name {case.name} --global-secondary-index-updates"
            yield Failure("global_indexes", words, fix)


def _time_to_live(case: Case) -> Steps:
    own, full = case.present["time_to_live"], case.wanted["time_to_live"]
    if own:  # another attribute has to wait until this one is off
        what, attribute = f"time to live by {own['attribute_name']} off", own
    else:
        what, attribute = f"time to live by {full['attribute_name']}", full
    specification = {"Enabled": own is None, "AttributeName": attribute["attribute_name"]}
    yield _of_table(
        case, "time_to_live", what, "update_time_to_live", TimeToLiveSpecification=specification
    )


def _tags(case: Case) -> Steps:
    own = case.present["tags"]
    tags = [
        {"Key": key, "Value": value}
        for key, value in sorted(case.wanted["tags"].items())
        if own.get(key) != value and not key.startswith("aws:")
    ]
    request = {"ResourceArn": case.arn, "Tags": tags}
    what = f"tags {', '.join(tag['Key'] for tag in tags)}"
    yield Change("tags", what, DYNAMODB, "tag_resource", case.arn, request)


def _policy(case: Case) -> Steps:
    policy = case.wanted["resource_policy"]
    if policy is None:
        fix = f"delete it, if it should be: aws dynamodb delete-resource-policy for {case.arn}"
        yield Failure("resource_policy", "there is one, and none is wanted", fix)
        return
    request = {"ResourceArn": case.arn, "Policy": json.dumps(policy)}
    what = "resource policy"
    yield Change("resource_policy", what, DYNAMODB, "put_resource_policy", case.arn, request)


def _insights(case: Case) -> Steps:
    own, full = case.present["contributor_insights"], case.wanted["contributor_insights"]
    on = [*([None] if full["table"] else []), *full["indexes"]]
    off = [*([None] if own["table"] else []), *own["indexes"]]
    for index in on:
        missing = index is not None and index not in case.present["global_indexes"]
        if index not in off and not missing:
            yield _insight(case, index, "ENABLE")
    for index in off:
        if index not in on:
            yield _insight(case, index, "DISABLE")


def _insight(case: Case, index: str | None, action: str) -> Change:
    request = {"TableName": case.name, "ContributorInsightsAction": action}
    what = f"contributor insights {'on' if action == 'ENABLE' else 'off'}"
    operation, setting = "update_contributor_insights", "contributor_insights"
    if index is None:
        return Change(setting, what, DYNAMODB, operation, case.arn, request)
    request["IndexName"], resource = index, f"{case.arn}/index/{index}"
    return Change(setting, f"{what} for index {index}", DYNAMODB, operation, resource, request)


def _destinations(case: Case) -> Steps:
    setting = "kinesis_destinations"
    own = {each["stream_arn"] for each in case.present[setting]}
    full = {each["stream_arn"]: each for each in case.wanted[setting]}
    for arn in sorted(full.keys() - own):
        precision = full[arn].get("timestamp_precision") or DEFAULT_PRECISION
        yield _of_table(
            case,
            setting,
            f"changes go to {arn}",
            "enable_kinesis_streaming_destination",
            StreamArn=arn,
            EnableKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": precision},
        )
    for words in case.words:
        if not words.endswith("is missing"):
            fix = "change it by hand: aws dynamodb update-kinesis-streaming-destination or "
            fix += f"disable-kinesis-streaming-destination --table-name {case.name}"
            yield Failure(setting, words, fix)


def _scaling(case: Case) -> Steps:
    own, full = by_dimension(case.present), by_dimension(case.wanted)
    for place, scaled in full.items():
        if place[0] is None or place[0] in case.present["global_indexes"]:
            yield from _dimension(case, scaled, own.get(place, {}))
    for words in case.words:
        if words.endswith("not wanted"):
            fix = "remove it by hand: aws application-autoscaling deregister-scalable-target, "
            fix += "delete-scaling-policy or delete-scheduled-action"
            yield Failure("scaling", words, fix)


def _dimension(case: Case, full: Mapping[str, Any], own: Mapping[str, Any]) -> Steps:
    where = {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource_id(case.name, full.get("index")),
        "ScalableDimension": full["dimension"],
    }
    on = f"{where['ResourceId']} {full['dimension'].rpartition(':')[2]}"

    def change(what: str, operation: str, **request: Any) -> Change:
        return Change("scaling", f"{what} of {on}", SCALING, operation, "*", {**where, **request})

    low, high = full["min_capacity"], full["max_capacity"]
    if (own.get("min_capacity"), own.get("max_capacity")) != (low, high):
        what = f"scaling from {low} to {high}"
        yield change(what, "register_scalable_target", MinCapacity=low, MaxCapacity=high)
    policies = {each["name"]: tracking(each["configuration"]) for each in own.get("policies") or ()}
    for policy in full.get("policies") or ():
        name, configuration = policy["name"], policy["configuration"]
        if policies.get(name) != tracking(configuration):
            yield change(
                f"scaling policy {name}",
                "put_scaling_policy",
                PolicyName=name,
                PolicyType="TargetTrackingScaling",
                TargetTrackingScalingPolicyConfiguration=configuration,
            )
    for action in full.get("scheduled_actions") or ():
        if comparable(action) not in map(comparable, own.get("scheduled_actions") or ()):
            what = f"scheduled action {action['ScheduledActionName']}"
            yield change(what, "put_scheduled_action", **action)


def _alarms(case: Case) -> Steps:
    own = {alarm["AlarmName"] for alarm in case.present["alarms"]}
    for alarm in case.wanted["alarms"]:
        name = alarm["AlarmName"]
        if name in own:
            continue
        if name in case.alarm_names:
            reason = f"an alarm of the name {name} watches something else"
            fix = f"rename that one, or create this under another name: {json.dumps(alarm)}"
            yield Failure("alarms", reason, fix)
        else:
            yield Change("alarms", f"alarm {name}", CLOUDWATCH, "put_metric_alarm", name, alarm)


_KEYS = "keys and local indexes are those of the moment restored: choose another point, or change "
_MAKERS: Mapping[str, Callable[[Case], Steps]] = {
    "key_schema": _unchangeable("key_schema", f"{_KEYS}what the environment says"),
    "attributes": _unchangeable("attributes", f"{_KEYS}what the environment says"),
    "local_indexes": _unchangeable("local_indexes", f"{_KEYS}what the environment says"),
    "encryption": _unchangeable(
        "encryption",
        "the key is chosen when a restore starts: restore again, with the key that is wanted",
    ),
    "deletion_protection": _deletion_protection,
    "point_in_time_recovery": _recovery,
    "billing_mode": _updates("billing_mode"),
    "throughput": _updates("throughput"),
    "on_demand_throughput": _updates("on_demand_throughput"),
    "global_indexes": _extra_indexes,
    "table_class": _updates("table_class"),
    "stream_view_type": _updates("stream_view_type"),
    "time_to_live": _time_to_live,
    "tags": _tags,
    "resource_policy": _policy,
    "contributor_insights": _insights,
    "kinesis_destinations": _destinations,
    "scaling": _scaling,
    "alarms": _alarms,
}
