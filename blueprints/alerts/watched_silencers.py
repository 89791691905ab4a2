"""What the tripwires watch of our own machinery: rules, functions, topics, alarms and the like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from blueprints.alerts.names import queue_name
from blueprints.alerts.patterns import Case, Detail, Matcher
from blueprints.alerts.watched import Concern, Place, prefix, request
from generator.naming import arn

if TYPE_CHECKING:
    from generator.spec.resolved import Environment


def silencers(environment: Environment) -> Iterator[Concern]:
    """Yield what would keep backups from running or people from hearing of it."""
    ours = prefix(environment)
    by_arn: Mapping[str, list[Any]] = {
        service: [{"prefix": arn(environment, service, f"{kind}{ours}")}]
        for service, kind in (("sns", ""), ("lambda", "function:"))
    }
    function = f"{environment.account_id}:function:{ours}"
    machines, executions = (
        [{"prefix": arn(environment, "states", f"{kind}:{ours}")}]
        for kind in ("stateMachine", "execution")
    )
    # Rules of ours stand in the Region of global services too.
    yield _silencer(
        "rule",
        "events",
        (("PutRule", "DeleteRule", "DisableRule"), request(name=[{"prefix": ours}])),
        (("PutTargets", "RemoveTargets"), request(rule=[{"prefix": ours}])),
        place="both",
    )
    yield _silencer(
        "schedule",
        "scheduler",
        (
            ("UpdateSchedule", "DeleteSchedule", "DeleteScheduleGroup"),
            request(name=[{"prefix": ours}]),
        ),
    )
    # Lambda's event names end in the version of the API.
    yield _silencer(
        "function",
        "lambda",
        (
            tuple(
                {"prefix": start}
                for start in (
                    "DeleteFunction",
                    "UpdateFunctionCode",
                    "UpdateFunctionConfiguration",
                    "PutFunctionConcurrency",
                    "RemovePermission",
                )
            ),
            request(functionName=[{"prefix": ours}, *by_arn["lambda"], {"prefix": function}]),
        ),
    )
    yield _silencer(
        "state_machine",
        "states",
        (("UpdateStateMachine", "DeleteStateMachine"), request(stateMachineArn=machines)),
        (("StopExecution",), request(executionArn=executions)),
    )
    yield _silencer(
        "topic",
        "sns",
        (
            ("DeleteTopic", "SetTopicAttributes", "RemovePermission"),
            request(topicArn=by_arn["sns"]),
        ),
        (("Unsubscribe", "SetSubscriptionAttributes"), request(subscriptionArn=by_arn["sns"])),
    )
    # The address of a queue has an older form that ends alike.
    queue = f"/{environment.account_id}/{queue_name(environment)}"
    yield _silencer(
        "queue",
        "sqs",
        (
            ("DeleteQueue", "PurgeQueue", "SetQueueAttributes"),
            request(queueUrl=[{"suffix": queue}]),
        ),
    )
    yield _silencer(
        "alarm",
        "monitoring",
        (("DeleteAlarms", "DisableAlarmActions"), request(alarmNames=[{"prefix": ours}])),
        (("PutMetricAlarm", "SetAlarmState"), request(alarmName=[{"prefix": ours}])),
        (
            ("PutAlarmMuteRule",),
            request(muteTargets={"alarmNames": [{"prefix": ours}]}),
        ),
    )


def _silencer(
    key: str, source: str, *calls: tuple[tuple[Matcher, ...], Detail], place: Place = "own"
) -> Concern:
    """Return a concern of calls that deployments make too."""
    return Concern(
        key=key,
        sources=(source,),
        place=place,
        cases=tuple(Case(events=events, where=where, expected="deploy") for events, where in calls),
    )
