"""What the settings of one table are for the table that is restored from it, and which that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings import (
    ALARM_DIMENSION,
    VERSION,
    Settings,
    complete,
    moment,
)

Plan = Mapping[str, Any]
Left = list[dict[str, str]]

_LONGEST_ALARM_NAME = 255  # of PutMetricAlarm
_HASH_CHARACTERS = 8
_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_A_DAY = timedelta(days=1)
_WHY_LEFT = {
    "scaling": "its stack registers it when deployed, and would fail if it were registered",
    "alarms": "the environment's templates have them, for the original name",
}


def check_is_restored(plan: Plan, table: Mapping[str, Any]) -> None:
    """Raise RefusedError unless the described table is the one that the plan restores.

    AWS documents no RestoreSummary of tables that AWS Backup restored: there the age alone counts
    (unverified). A day, because a restore may go on with a table that another one began. Of a table
    made of exports the plan names the id where it goes on with one.
    """
    target, created = plan["target"]["arn"], table["CreationDateTime"]
    if table["TableArn"] != target:
        raise RefusedError(f"{table['TableArn']} is not {target}, which this plan restores")
    recent = created >= datetime.fromisoformat(plan["started_at"]) - _A_DAY
    summary, parameters = table.get("RestoreSummary", {}), plan["parameters"]
    if plan["operation"] == "RestoreTableFromBackup":
        known = summary.get("SourceBackupArn") == parameters["BackupArn"]
    elif plan["operation"] == "RestoreTableToPointInTime":
        same_table = summary.get("SourceTableArn") == plan["table"]["arn"]
        known = same_table and (recent or _same_time(summary, parameters))
    elif plan["operation"] == "RestoreChain":
        known = recent or parameters["table_id"] == table["TableId"]
    else:
        known = recent
    if not known:
        raise RefusedError(
            f"{target}, of {created.isoformat()}, was not restored from what this plan names, and "
            "stays as it is: restore under another name"
        )


def _same_time(summary: Mapping[str, Any], parameters: Mapping[str, Any]) -> bool:
    asked, restored = parameters.get("RestoreDateTime"), summary.get("RestoreDateTime")
    return bool(asked and restored and abs(restored - moment(asked)) < timedelta(seconds=1))


def wanted(plan: Plan, now: datetime) -> tuple[dict[str, Any], Left]:
    """Return the settings that the restored table shall have, and what is left out of them and why.

    Raises RefusedError where their form is not known.
    """
    version = plan["settings"].get("version")
    if version != VERSION:
        raise RefusedError(
            f"the settings are of version {version}, not {VERSION}: deploy the recovery stack of "
            "the Holdfast that wrote them"
        )
    settings = for_target(plan["settings"], plan["target"]["arn"])
    left = [
        {"setting": each, "reason": _WHY_LEFT.get(each, "the plan leaves it out")}
        for each in plan["leave"]
        if each != "scaling" or settings[each]
    ]
    left += [{"setting": setting, "reason": why} for setting, why in _unreachable(settings, now)]
    encryption = plan["encryption"]
    settings["encryption"] = {"type": encryption["type"]}
    if encryption["type"] == "KMS":
        settings["encryption"]["key"] = encryption["key_arn"]
    return settings, left


def for_target(settings: Settings, target_arn: str) -> dict[str, Any]:
    """Return the settings of one table for another; of a table for itself, what they are.

    The policy then speaks of the other table, and so do the alarms, which get names of their own:
    those of the original stay.
    """
    renamed, own_arn = complete(settings), settings["table_arn"]
    original, name = (each.partition(":table/")[2] for each in (own_arn, target_arn))

    def arn(value: Any) -> Any:
        own = isinstance(value, str) and f"{value}/".startswith(f"{own_arn}/")
        return target_arn + value.removeprefix(own_arn) if own else value

    def dimension(value: Any) -> Any:
        own = value == {"Name": ALARM_DIMENSION, "Value": original}
        return {**value, "Value": name} if own else value

    renamed |= {"table_arn": target_arn, "table_name": name}
    renamed["resource_policy"] = _walked(renamed["resource_policy"], arn)
    if name != original:
        suffix = name.removeprefix(original) if name.startswith(f"{original}-") else f"-{name}"
        renamed["alarms"] = [
            _walked(alarm, dimension) | {"AlarmName": alarm_name(alarm["AlarmName"], suffix)}
            for alarm in renamed["alarms"]
        ]
    return renamed


def alarm_name(name: str, suffix: str) -> str:
    """Return the name with the suffix; what is too long ends in a hash of all of it."""
    full = name + suffix
    if len(full) <= _LONGEST_ALARM_NAME:
        return full
    digest = sha256(full.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{full[: _LONGEST_ALARM_NAME - _HASH_CHARACTERS - 1]}-{digest}"


def _walked(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return a document with a change made to each of its values, from the innermost outwards."""
    if isinstance(value, dict):
        return change({key: _walked(each, change) for key, each in value.items()})
    if isinstance(value, list):
        return [_walked(each, change) for each in value]
    return change(value)


def _unreachable(settings: dict[str, Any], now: datetime) -> Iterator[tuple[str, str]]:
    """Take out what AWS would not take, and yield what that is: what is over, or far away."""
    region, account = _place(settings["table_arn"])
    streams = settings["kinesis_destinations"]
    near = [each for each in streams if _place(each["stream_arn"]) == (region, account)]
    settings["kinesis_destinations"] = near
    for each in streams:
        if each not in near:
            yield "a Kinesis stream", f"{each['stream_arn']} is in another account or Region"
    scaling = []
    for each in settings["scaling"]:
        actions = each.get("scheduled_actions") or ()
        scaling.append({**each, "scheduled_actions": _to_come(actions, now)})
        for action in actions:
            if _is_over(action, now):
                yield "a scheduled action", f"{action['ScheduledActionName']} is over"
    settings["scaling"] = scaling
    alarms = []
    for alarm in settings["alarms"]:
        actions = {arn for name in _ACTIONS for arn in alarm.get(name, ())}
        far = {arn for arn in actions if _place(arn)[0] not in {"", region}}
        kept = {name: [arn for arn in alarm.get(name, ()) if arn not in far] for name in _ACTIONS}
        alarms.append({**alarm, **kept} if far else alarm)
        for arn in sorted(far):
            yield "an action", f"{arn} of alarm {alarm['AlarmName']} is in another Region"
    settings["alarms"] = alarms


def _to_come(actions: Sequence[Mapping[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Return scheduled actions without a start that has passed, which AWS would refuse."""
    kept = [dict(action) for action in actions if not _is_over(action, now)]
    for action in kept:
        if action.get("StartTime") and moment(action["StartTime"]) <= now:
            del action["StartTime"]
    return kept


def _is_over(action: Mapping[str, Any], now: datetime) -> bool:
    end, schedule = action.get("EndTime"), action["Schedule"]
    once = schedule.startswith("at(")
    # Its own time zone moves it by less than a day.
    at = once and moment(schedule.removeprefix("at(").removesuffix(")")) <= now - _A_DAY
    return at or bool(end and moment(end) <= now)


def _place(arn: str) -> tuple[str, str]:
    """Return the Region and account of an ARN, empty where it has none."""
    parts = [*arn.split(":", 5), *[""] * 5]
    return parts[3], parts[4]
