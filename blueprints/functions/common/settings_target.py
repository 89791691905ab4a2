"""What the settings of one table are for the table that is restored from it, and which that is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.settings import VERSION, Settings, complete
from blueprints.functions.common.settings_alarms import DIMENSION
from blueprints.functions.common.settings_scaling import moment

Plan = Mapping[str, Any]
Left = list[dict[str, str]]

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_LONGEST_ALARM_NAME = 255
_HASH_CHARACTERS = 8
# A restore that is started again goes on with a table that an earlier one began.
_EARLIER = timedelta(days=1)
_WHY_LEFT = {
    "scaling": "left to the next deployment of its stack: CloudFormation creates no scalable "
    "target that is registered already",
    "alarms": "the environment defines its own alarms, and deploys them",
}


def check_is_restored(plan: Plan, table: Mapping[str, Any]) -> None:
    """Raise RefusedError unless the described table is the one that the plan restores.

    AWS does not document RestoreSummary for tables that AWS Backup restored, so there only the age
    counts (unverified).
    """
    target = plan["target"]["arn"]
    if table["TableArn"] != target:
        raise RefusedError(f"{table['TableArn']} is not {target}, which this plan restores")
    if not _is_source(plan, table.get("RestoreSummary", {}), _age_allows(plan, table)):
        raise RefusedError(
            f"{target} was created at {table['CreationDateTime'].isoformat()} and was not restored "
            "from what this plan names: its settings are not touched. Restore under another name"
        )


def _age_allows(plan: Plan, table: Mapping[str, Any]) -> bool:
    started: datetime = datetime.fromisoformat(plan["started_at"])
    created: datetime = table["CreationDateTime"]
    return created >= started - _EARLIER


def _is_source(plan: Plan, summary: Mapping[str, Any], recent: bool) -> bool:  # noqa: FBT001 - private
    parameters = plan["parameters"]
    if plan["operation"] == "RestoreTableToPointInTime":
        if summary.get("SourceTableArn") != plan["table"]["arn"]:
            return False
        asked, told = parameters.get("RestoreDateTime"), summary.get("RestoreDateTime")
        same_time = asked and told and abs(told - moment(asked)) < timedelta(seconds=1)
        return recent or bool(same_time)
    if plan["operation"] == "RestoreTableFromBackup":
        return bool(summary.get("SourceBackupArn") == parameters["BackupArn"])
    return recent


def wanted(plan: Plan, now: datetime) -> tuple[dict[str, Any], Left]:
    """Return the settings that the restored table shall have, and what is left out of them and why.

    Raises RefusedError where the settings are of a form that this function does not know.
    """
    settings = plan["settings"]
    if settings.get("version") != VERSION:
        raise RefusedError(
            f"the settings are of version {settings.get('version')}, and version {VERSION} is "
            "known: deploy the recovery stack of the Holdfast that wrote them"
        )
    target = plan["target"]["arn"]
    renamed = for_target(settings, target)
    left = list(_left_to_others(plan))
    renamed["scaling"], over = _still_to_come(renamed["scaling"], now)
    renamed["kinesis_destinations"], streams = _reachable(renamed["kinesis_destinations"], target)
    renamed["alarms"], actions = _with_own_actions(renamed["alarms"], target)
    renamed["encryption"] = _encryption(plan["encryption"])
    return renamed, left + over + streams + actions


def for_target(settings: Settings, target_arn: str) -> dict[str, Any]:
    """Return the settings of one table for another; of a table for itself, what they are.

    The policy then speaks of the other table, and so do the alarms, which get names of their own:
    those of the original stay.
    """
    renamed = complete(settings)
    own_arn, name = settings["table_arn"], target_arn.partition(":table/")[2]
    if own_arn == target_arn:
        return renamed
    original = own_arn.partition(":table/")[2]
    renamed["table_arn"], renamed["table_name"], renamed["table_id"] = target_arn, name, None
    renamed["resource_policy"] = _replaced(renamed["resource_policy"], own_arn, target_arn)
    if name != original:
        suffix = name.removeprefix(original) if name.startswith(f"{original}-") else f"-{name}"
        renamed["alarms"] = [
            _alarm_of(alarm, original, name, suffix) for alarm in renamed["alarms"]
        ]
    return renamed


def _replaced(document: Any, old: str, new: str) -> Any:
    if isinstance(document, str):
        own = document == old or document.startswith(f"{old}/")
        return new + document.removeprefix(old) if own else document
    if isinstance(document, Mapping):
        return {key: _replaced(value, old, new) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [_replaced(value, old, new) for value in document]
    return document


def _alarm_of(alarm: Mapping[str, Any], old: str, new: str, suffix: str) -> dict[str, Any]:
    return {**_with_dimension(alarm, old, new), "AlarmName": alarm_name(alarm["AlarmName"], suffix)}


def alarm_name(name: str, suffix: str) -> str:
    """Return the name with the suffix; what is too long ends in a hash of all of it."""
    full = name + suffix
    if len(full) <= _LONGEST_ALARM_NAME:
        return full
    digest = sha256(full.encode()).hexdigest()[:_HASH_CHARACTERS]
    return f"{full[: _LONGEST_ALARM_NAME - _HASH_CHARACTERS - 1]}-{digest}"


def _with_dimension(value: Any, old: str, new: str) -> Any:
    """Return an alarm or a part of one, with the table's dimension changed wherever it stands."""
    if isinstance(value, Mapping):
        if (value.get("Name"), value.get("Value")) == (DIMENSION, old):
            return {**value, "Value": new}
        return {key: _with_dimension(each, old, new) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_dimension(each, old, new) for each in value]
    return value


def _left_to_others(plan: Plan) -> Iterator[dict[str, str]]:
    for setting in plan["leave"]:
        yield {"setting": setting, "reason": _WHY_LEFT.get(setting, "the plan leaves it out")}


def _still_to_come(
    scaling: Sequence[Mapping[str, Any]], now: datetime
) -> tuple[list[dict[str, Any]], Left]:
    """Return scaling without what is over: AWS takes no time that has passed."""
    kept, left = [], []
    for each in scaling:
        actions = []
        for action in each.get("scheduled_actions") or ():
            if _is_over(action, now):
                name = action["ScheduledActionName"]
                reason = f"scheduled action {name} of {each['dimension']} is over"
                left.append({"setting": "scaling: scheduled action", "reason": reason})
                continue
            begun = action.get("StartTime") and moment(action["StartTime"]) <= now
            actions.append(
                {name: value for name, value in action.items() if name != "StartTime" or not begun}
            )
        kept.append({**each, "scheduled_actions": actions})
    return kept, left


def _is_over(action: Mapping[str, Any], now: datetime) -> bool:
    if action.get("EndTime") and moment(action["EndTime"]) <= now:
        return True
    schedule = action["Schedule"]
    if not schedule.startswith("at("):
        return False
    # Its own time zone moves it by less than a day.
    return moment(schedule[len("at(") : -1]) <= now - timedelta(days=1)


def _reachable(
    destinations: Sequence[Mapping[str, Any]], target: str
) -> tuple[list[Mapping[str, Any]], Left]:
    """Return the Kinesis streams that lie where the table does: others cannot be destinations."""
    kept = [each for each in destinations if _place(each["stream_arn"]) == _place(target)]
    left = [
        {
            "setting": "kinesis_destinations: stream",
            "reason": f"{each['stream_arn']} lies in another account or Region than the table",
        }
        for each in destinations
        if each not in kept
    ]
    return kept, left


def _with_own_actions(
    alarms: Sequence[Mapping[str, Any]], target: str
) -> tuple[list[dict[str, Any]], Left]:
    """Return alarms without actions in another Region, which CloudWatch does not take."""
    kept, left = [], []
    region = _place(target)[0]
    for alarm in alarms:
        own = dict(alarm)
        for member in ("OKActions", "AlarmActions", "InsufficientDataActions"):
            actions = own.get(member, ())
            far = [each for each in actions if _place(each)[0] not in {"", region}]
            if far:
                own[member] = [each for each in actions if each not in far]
                reason = f"alarm {alarm['AlarmName']} acts without {', '.join(far)}: another Region"
                left.append({"setting": "alarms: action", "reason": reason})
        kept.append(own)
    return kept, left


def _place(arn: str) -> tuple[str, str]:
    """Return the Region and account of an ARN; `arn:aws:automate:REGION:...` has no account."""
    parts = [*arn.split(":", 5), *[""] * 5]
    return parts[3], parts[4]


def _encryption(plan: Mapping[str, Any]) -> dict[str, Any]:
    if plan["type"] != "KMS":
        return {"type": plan["type"]}
    return {"type": "KMS", "key": plan["key_arn"]}
