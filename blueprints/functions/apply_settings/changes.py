"""Says which calls make a table as wanted; knows no client and no clock.

Nothing is deleted, and nothing that protects is switched off or loosened: that is for people, whom
FIXES tells so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from blueprints.functions.apply_settings.updates import updates
from blueprints.functions.common.settings import (
    DEFAULT_PERIOD_DAYS,
    DEFAULT_PRECISION,
    Settings,
    by_dimension,
)
from blueprints.functions.common.settings_comparing import comparable, tracking


class Change:
    """One call: `what` it does in words, and the operation as boto3 names it."""

    def __init__(
        self, setting: str, what: str, where: tuple[str, str, str], request: dict[str, Any]
    ) -> None:
        self.setting, self.what, self.request = setting, what, request
        self.service, self.operation, self.resource = where


class Case:
    """A setting that differs; `alarm_names` are all of the account and Region."""

    def __init__(
        self, setting: str, wanted: Settings, present: Settings, alarm_names: Collection[str]
    ) -> None:
        self.setting, self.alarm_names = setting, alarm_names
        self.wanted, self.present = wanted, present

    @property
    def values(self) -> tuple[Any, Any]:
        """What is wanted and what there is."""
        return self.wanted[self.setting], self.present[self.setting]

    def change(self, what: str, operation: str, **request: Any) -> Change:
        """Return a call of DynamoDB about the table, or the index that the request names."""
        arn, index = self.present["table_arn"], request.get("IndexName")
        if "ResourceArn" not in request:
            request["TableName"] = self.present["table_name"]
        resource = f"{arn}/index/{index}" if index else arn
        return Change(self.setting, what, ("dynamodb", operation, resource), request)


Steps = Iterator[Change]


def changes(
    wanted: Settings,
    present: Settings,
    differing: Collection[str],
    alarm_names: Collection[str],
) -> Steps:
    """Yield what to do about settings that differ: first what protects, last what watches."""
    for setting, make in _MAKERS.items():
        if setting in differing:
            yield from make(Case(setting, wanted, present, alarm_names))


def _updates(case: Case) -> Steps:
    for what, request in updates(case.setting, case.wanted, case.present):
        yield case.change(what, "update_table", **request)


def _deletion_protection(case: Case) -> Steps:
    if case.wanted[case.setting]:
        yield from _updates(case)


def _recovery(case: Case) -> Steps:
    full, own = case.values
    days = full.get("recovery_period_days") or DEFAULT_PERIOD_DAYS
    if full["enabled"] and not (own["enabled"] and days < own["recovery_period_days"]):
        on = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}
        what = f"point-in-time recovery of {days} days"
        yield case.change(what, "update_continuous_backups", PointInTimeRecoverySpecification=on)


def _time_to_live(case: Case) -> Steps:
    full, own = case.values
    # Another attribute has to wait until this one is off.
    attribute = (own or full)["attribute_name"]
    what = f"time to live by {attribute}{' off' if own else ''}"
    specification = {"Enabled": own is None, "AttributeName": attribute}
    yield case.change(what, "update_time_to_live", TimeToLiveSpecification=specification)


def _tags(case: Case) -> Steps:
    full, own = case.values
    tags = [
        {"Key": key, "Value": value}
        for key, value in sorted(full.items())
        if own.get(key) != value and not key.startswith("aws:")
    ]
    what = f"tags {', '.join(tag['Key'] for tag in tags)}"
    yield case.change(what, "tag_resource", ResourceArn=case.present["table_arn"], Tags=tags)


def _policy(case: Case) -> Steps:
    policy, arn = case.values[0], case.present["table_arn"]
    if policy is not None:
        text = json.dumps(policy)
        yield case.change("resource policy", "put_resource_policy", ResourceArn=arn, Policy=text)


def _insights(case: Case) -> Steps:
    on, off = (
        {*(["the table"] if each["table"] else []), *each["indexes"]} for each in case.values
    )
    for name in sorted(on ^ off):
        index = {} if name == "the table" else {"IndexName": name}
        if name in off or not index or name in case.present["global_indexes"]:
            action = "ENABLE" if name in on else "DISABLE"
            what = f"contributor insights of {name}: {action.lower()}"
            request = {**index, "ContributorInsightsAction": action}
            yield case.change(what, "update_contributor_insights", **request)


def _destinations(case: Case) -> Steps:
    full, own = ({each["stream_arn"]: each for each in value} for value in case.values)
    for arn in sorted(full.keys() - own.keys()):
        precision = full[arn].get("timestamp_precision") or DEFAULT_PRECISION
        yield case.change(
            f"changes go to {arn}",
            "enable_kinesis_streaming_destination",
            StreamArn=arn,
            EnableKinesisStreamingConfiguration={"ApproximateCreationDateTimePrecision": precision},
        )


def _scaling(case: Case) -> Steps:
    full, own = by_dimension(case.wanted), by_dimension(case.present)
    for place, scaled in full.items():
        if place[0] is None or place[0] in case.present["global_indexes"]:
            yield from _dimension(case, scaled, own.get(place, {}))


def _dimension(case: Case, full: Mapping[str, Any], own: Mapping[str, Any]) -> Steps:
    index = f"/index/{full['index']}" if full.get("index") else ""
    where = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{case.present['table_name']}{index}",
        "ScalableDimension": full["dimension"],
    }

    def change(what: str, operation: str, **request: Any) -> Change:
        on = f"{what} of {where['ResourceId']} {full['dimension'].rpartition(':')[2]}"
        scaling = ("application-autoscaling", operation, "*")
        return Change(case.setting, on, scaling, {**where, **request})

    low, high = full["min_capacity"], full["max_capacity"]
    if (own.get("min_capacity"), own.get("max_capacity")) != (low, high):
        what = f"scaling from {low} to {high}"
        yield change(what, "register_scalable_target", MinCapacity=low, MaxCapacity=high)
    policies = {each["name"]: tracking(each["configuration"]) for each in own.get("policies", ())}
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
        if comparable(action) not in map(comparable, own.get("scheduled_actions", ())):
            what = f"scheduled action {action['ScheduledActionName']}"
            yield change(what, "put_scheduled_action", **action)


def _alarms(case: Case) -> Steps:
    full, own = ({alarm["AlarmName"]: alarm for alarm in value} for value in case.values)
    for name in sorted(full.keys() - own.keys() - {*case.alarm_names}):
        alarm = ("cloudwatch", "put_metric_alarm", name)
        yield Change(case.setting, f"alarm {name}", alarm, full[name])


_RESTORE = "restore again, from a point that has it or with the wanted key"
FIXES = dict.fromkeys(("key_schema", "attributes", "local_indexes", "encryption"), _RESTORE)
FIXES["alarms"] = "an alarm of that name watches something else: rename one of them"
BY_HAND = "nothing is deleted or loosened here: change it by hand, or what the environment says"

# In the order in which they are changed.
_MAKERS: Mapping[str, Callable[[Case], Steps]] = {
    "deletion_protection": _deletion_protection,
    "point_in_time_recovery": _recovery,
    **dict.fromkeys(("billing_mode", "throughput", "on_demand_throughput"), _updates),
    **dict.fromkeys(("global_indexes", "table_class", "stream_view_type"), _updates),
    "time_to_live": _time_to_live,
    "tags": _tags,
    "resource_policy": _policy,
    "contributor_insights": _insights,
    "kinesis_destinations": _destinations,
    "scaling": _scaling,
    "alarms": _alarms,
}
