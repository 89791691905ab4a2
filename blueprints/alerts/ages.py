"""Alarms on what the hourly look finds: points that are too old; and on what did not start.

They hold without the look as well: an age that is not measured is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterator

from blueprints.alerts.alarms import AlarmFacts, MetricFacts
from blueprints.alerts.names import alarm_name
from blueprints.names import (
    EXPORTS,
    RECOVERY,
    alerts_topic_arn,
    export_classes,
    recovers,
    state_machine_arn,
    unstarted_queue_name,
)
from blueprints.watching import METRIC, METRIC_NAMESPACE, FreshnessRule, freshness_rules
from generator.naming import label
from generator.spec.resolved import Environment

_HOUR_SECONDS = 3600
# One look may come late within the window of its schedule, or be lost; two are not.
_LOOKS = 2
_WAYS = {
    "aws_backup": "the newest recovery point",
    "export_full": "the newest full export",
    "export_incremental": "the end of the chain of exports",
    "point_in_time": "the latest restorable time",
    "snapshot": "the newest native backup",
}


def age_alarms(environment: Environment) -> Iterator[AlarmFacts]:
    """Yield an alarm for each rule of freshness; each says which class it is about."""
    for rule in freshness_rules(environment):
        yield _age_alarm(environment, rule)


def _age_alarm(environment: Environment, rule: FreshnessRule) -> AlarmFacts:
    topic, hours = alerts_topic_arn(environment), -(-rule.allowed_minutes // 60)
    machine = state_machine_arn(environment, "freshness")
    return AlarmFacts(
        label=label("age_alarm", *rule.keys),
        purpose=f"{rule.name}: {_WAYS[rule.source]} of a table is too old, or nobody measured it.",
        name=alarm_name(environment, "too-old", *rule.keys),
        explanation=(
            f"{_WAYS[rule.source].capitalize()} of a table of class {rule.protection} is older "
            f"than {hours} hours ({rule.name}), or was not measured for {_LOOKS} hours. Risk: the "
            "newest data of that table cannot come back this way; the message of the hourly look "
            f"names it. Next: aws stepfunctions list-executions --region {environment.region} "
            f"--state-machine-arn {machine} --max-items 3"
        ),
        metric=MetricFacts(
            namespace=METRIC_NAMESPACE,
            name=METRIC,
            dimensions={
                "Project": environment.project,
                "Environment": environment.name,
                "Rule": rule.name,
            },
            statistic="Maximum",
            period_seconds=_HOUR_SECONDS,
        ),
        threshold=rule.allowed_minutes * 60,
        evaluation_periods=_LOOKS,
        datapoints_to_alarm=_LOOKS,
        missing_data="breaching",
        alarm_actions=(topic,),
        ok_actions=(topic,),
        tags=environment.tags,
    )


def unstarted_alarms(environment: Environment) -> Iterator[AlarmFacts]:
    """Yield an alarm for each queue of what schedules could not start."""
    templates = {
        RECOVERY: recovers(environment) and bool(environment.tables),
        EXPORTS: bool(export_classes(environment)),
    }
    topic = alerts_topic_arn(environment)
    for template in (name for name, rendered in templates.items() if rendered):
        queue = unstarted_queue_name(environment, template)
        yield AlarmFacts(
            label=label("unstarted_alarm", template),
            purpose=f"A schedule of {template} started nothing.",
            name=alarm_name(environment, template, "unstarted"),
            explanation=(
                f"The queue {queue} holds what a schedule could not start. Risk: what it should "
                "have started did not run, exports or native backups for one. Next: aws sqs "
                f"get-queue-url --region {environment.region} --queue-name {queue}; receive the "
                "messages, mend what they name, and start the state machine with their input"
            ),
            metric=MetricFacts(
                namespace="AWS/SQS",
                name="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": queue},
                statistic="Maximum",
                period_seconds=300,
            ),
            alarm_actions=(topic,),
            ok_actions=(topic,),
            tags=environment.tags,
        )
