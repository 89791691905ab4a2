"""CloudWatch alarms: missing backups, alerts that got lost, and tables in trouble.

Each states what is at risk and the next command; a mail of CloudWatch carries that text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from blueprints.alerts.names import (
    alarm_name,
    queue_name,
    queue_url,
    topic_name,
    watchdog_topic_arn,
)
from blueprints.names import ALERTS, alerts_topic_arn
from generator.naming import Label, label, physical, vault_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blueprints.alerts.freshness import Watched
    from blueprints.alerts.rules import RuleFacts
    from generator.spec.resolved import Environment, Table

AT_LEAST, LESS_THAN = "GreaterThanOrEqualToThreshold", "LessThanThreshold"
# Trouble of a table is worth a message when three of five minutes have it: retries of the SDK
# get over a single one.
TABLE_PERIOD_SECONDS, TABLE_PERIODS, TABLE_DATAPOINTS = 60, 5, 3
METRICS_PER_ALARM = 10
# SystemErrors exists per table and operation only; an alarm can add up ten metrics at most.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
OPERATIONS = (
    "GetItem",
    "BatchGetItem",
    "Query",
    "Scan",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """One metric and how it is read."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]
    statistic: str
    period_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """One metric of a sum."""

    id: str
    metric: MetricFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SumFacts:
    """Metric math over several metrics."""

    id: str
    expression: str
    title: str
    parts: tuple[PartFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFacts:
    """One alarm, on either a metric or a sum."""

    label: Label
    purpose: str
    name: str
    explanation: str
    metric: MetricFacts | None = None
    total: SumFacts | None = None
    comparison_operator: str = AT_LEAST
    threshold: int = 1
    evaluation_periods: int = 1
    datapoints_to_alarm: int = 1
    missing_data: str = "notBreaching"
    alarm_actions: tuple[str, ...]
    ok_actions: tuple[str, ...] = ()
    tags: Mapping[str, str]


def undelivered_alarm(environment: Environment) -> AlarmFacts:
    """Return the alarm of the queue of undelivered alerts; it also says when the queue is empty."""
    queue = queue_name(environment)
    watchdog = watchdog_topic_arn(environment)
    return AlarmFacts(
        label=label("alarm_of_undelivered_alerts"),
        purpose="An alert reached nobody.",
        name=alarm_name(environment, "alerts-undelivered"),
        explanation=(
            f"The queue {queue} holds alerts that could not be delivered. Risk: a backup, copy "
            "or restore may have failed unnoticed. Next: aws sqs receive-message --region "
            f"{environment.region} --queue-url {queue_url(environment)}"
        ),
        metric=MetricFacts(
            namespace="AWS/SQS",
            name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue},
            statistic="Maximum",
            period_seconds=300,
        ),
        alarm_actions=(watchdog,),
        ok_actions=(watchdog,),
        tags=environment.tags,
    )


def lost_alarms(environment: Environment, rules: Mapping[str, RuleFacts]) -> Iterator[AlarmFacts]:
    """Yield the alarms for alerts that did not even reach the queue.

    FailedInvocations would also count what the queue took, and so report it a second time.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
    https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    """
    region = environment.region
    for kind, rule in rules.items():
        yield _lost(
            environment,
            f"{kind}-job-failed",
            _lost_metric("AWS/Events", "InvocationsFailedToBeSentToDlq", "RuleName", rule.name),
            f"aws events list-targets-by-rule --region {region} --rule {rule.name}",
        )
    yield _lost(
        environment,
        ALERTS,
        _lost_metric(
            "AWS/SNS",
            "NumberOfNotificationsFailedToRedriveToDlq",
            "TopicName",
            topic_name(environment, ALERTS),
        ),
        f"aws sns list-subscriptions-by-topic --region {region} "
        f"--topic-arn {alerts_topic_arn(environment)}",
    )


def lost_tripwires(
    environment: Environment, rules: Sequence[str], part: str
) -> Iterator[AlarmFacts]:
    """Yield alarms for messages of tripwires that not even the queue took, ten rules in each.

    An alarm adds up ten metrics at most. `part` is the part of the template that the rules are in.
    """
    for start in range(0, len(rules), METRICS_PER_ALARM):
        some = rules[start : start + METRICS_PER_ALARM]
        number = "-".join([*([part] if part else []), str(start // METRICS_PER_ALARM + 1)])
        yield AlarmFacts(
            label=label("lost_tripwires_alarm", number),
            purpose="A message of a tripwire got lost: not even the queue took it.",
            name=alarm_name(environment, f"tripwires-lost-{number}"),
            explanation=(
                f"A message of a tripwire of {environment.project}-{environment.name} reached "
                f"neither its receivers nor the queue {queue_name(environment)}. Risk: somebody "
                "may have destroyed or silenced backups unnoticed. Next: aws cloudtrail "
                f"lookup-events --region {environment.region} --lookup-attributes "
                "AttributeKey=ReadOnly,AttributeValue=false"
            ),
            total=SumFacts(
                id="lost",
                expression="SUM(FILL(METRICS(), 0))",
                title="Lost messages of tripwires",
                parts=tuple(
                    PartFacts(
                        id=f"rule{position}",
                        metric=_lost_metric(
                            "AWS/Events", "InvocationsFailedToBeSentToDlq", "RuleName", rule
                        ),
                    )
                    for position, rule in enumerate(some, 1)
                ),
            ),
            alarm_actions=(watchdog_topic_arn(environment),),
            tags=environment.tags,
        )


def _lost_metric(namespace: str, name: str, dimension: str, value: str) -> MetricFacts:
    return MetricFacts(
        namespace=namespace,
        name=name,
        dimensions={dimension: value},
        statistic="Sum",
        period_seconds=300,
    )


def _lost(
    environment: Environment, what: str, metric: MetricFacts, next_command: str
) -> AlarmFacts:
    source = physical(environment, what)
    return AlarmFacts(
        label=label("lost_alerts_alarm", what.replace("-", "_")),
        purpose=f"An alert of {source} got lost: not even the queue took it.",
        name=alarm_name(environment, f"{what}-lost"),
        explanation=(
            f"An alert of {source} reached neither its receivers nor the queue "
            f"{queue_name(environment)}. Risk: a failure went unnoticed and its message is gone. "
            f"Next: {next_command}"
        ),
        metric=metric,
        alarm_actions=(watchdog_topic_arn(environment),),
        tags=environment.tags,
    )


def freshness_alarm(environment: Environment, watched: Watched) -> AlarmFacts:
    """Return the alarm of a vault in which no backup has completed for too long."""
    vault = vault_name(environment, watched.vault)
    topic = alerts_topic_arn(environment)
    return AlarmFacts(
        label=label("freshness_alarm", watched.vault),
        purpose=f"Vault {watched.vault}: no backup has completed for {watched.hours} hours.",
        name=alarm_name(environment, "no-backup", watched.vault),
        explanation=(
            f"No backup into the vault {vault} has completed for {watched.hours} hours; "
            f"{watched.rule} should have. Risk: the newest data is in no recovery point. Next: "
            f"aws backup list-backup-jobs --region {environment.region} "
            f"--by-backup-vault-name {vault}"
        ),
        metric=MetricFacts(
            namespace="AWS/Backup",
            name="NumberOfBackupJobsCompleted",
            dimensions={"BackupVaultName": vault},
            statistic="Sum",
            period_seconds=3600,
        ),
        comparison_operator=LESS_THAN,
        evaluation_periods=watched.hours,
        datapoints_to_alarm=watched.hours,
        missing_data="breaching",  # the metric is only there in hours with a completed backup
        alarm_actions=(topic,),
        ok_actions=(topic,),
        tags=environment.tags,
    )


def table_alarms(environment: Environment, table: Table) -> Iterator[AlarmFacts]:
    """Yield the alarms that a table asks for, its global indexes' among them."""
    if table.alarms.throttling:
        for direction in ("read", "write"):
            yield _throttling(environment, table, direction)
            for index in table.spec.global_indexes:
                yield _index_throttling(environment, table, index, direction)
    if table.alarms.system_errors:
        yield _system_errors(environment, table)


def _throttling(environment: Environment, table: Table, direction: str) -> AlarmFacts:
    return _of_table(
        environment,
        own_label=label(f"{direction}_throttling_alarm", table.key),
        purpose=f"Table {table.name}: {direction} requests are throttled.",
        name=alarm_name(environment, f"{direction}-throttling", table.name),
        explanation=_throttled(environment, table, direction, f"of the table {table.name}"),
        metric=_table_metric(f"{direction.capitalize()}ThrottleEvents", {"TableName": table.name}),
    )


def _index_throttling(
    environment: Environment, table: Table, index: str, direction: str
) -> AlarmFacts:
    where = f"of the index {index} of the table {table.name}"
    return _of_table(
        environment,
        own_label=label(f"index_{direction}_throttling_alarm", table.key, index),
        purpose=f"Table {table.name}, index {index}: {direction} requests are throttled.",
        # A slash stands in no name, so table and index cannot be mistaken for another pair.
        name=alarm_name(environment, f"{direction}-throttling", f"{table.name}/{index}"),
        explanation=_throttled(environment, table, direction, where),
        metric=_table_metric(
            f"{direction.capitalize()}ThrottleEvents",
            {"TableName": table.name, "GlobalSecondaryIndexName": index},
        ),
    )


def _throttled(environment: Environment, table: Table, direction: str, where: str) -> str:
    return (
        f"{direction.capitalize()} requests {where} were throttled in {TABLE_DATAPOINTS} of "
        f"{TABLE_PERIODS} minutes. Risk: requests of applications fail. Next: aws dynamodb "
        f"describe-table --region {environment.region} --table-name {table.name}"
    )


def _system_errors(environment: Environment, table: Table) -> AlarmFacts:
    parts = tuple(
        PartFacts(
            id=f"{operation[0].lower()}{operation[1:]}",
            metric=_table_metric("SystemErrors", {"TableName": table.name, "Operation": operation}),
        )
        for operation in OPERATIONS
    )
    return _of_table(
        environment,
        own_label=label("system_errors_alarm", table.key),
        purpose=f"Table {table.name}: DynamoDB answers with HTTP 500.",
        name=alarm_name(environment, "system-errors", table.name),
        explanation=(
            f"DynamoDB answered requests to the table {table.name} with HTTP 500 in "
            f"{TABLE_DATAPOINTS} of {TABLE_PERIODS} minutes. Risk: requests of applications fail. "
            f"Next: aws cloudwatch list-metrics --region {environment.region} --namespace "
            "AWS/DynamoDB --metric-name SystemErrors --dimensions "
            f"Name=TableName,Value={table.name}"
        ),
        total=SumFacts(
            id="errors",
            expression="SUM(FILL(METRICS(), 0))",
            title="System errors of all operations",
            parts=parts,
        ),
    )


def _table_metric(name: str, dimensions: Mapping[str, str]) -> MetricFacts:
    return MetricFacts(
        namespace="AWS/DynamoDB",
        name=name,
        dimensions=dimensions,
        statistic="Sum",
        period_seconds=TABLE_PERIOD_SECONDS,
    )


def _of_table(  # noqa: PLR0913 - what alarms of tables differ in
    environment: Environment,
    *,
    own_label: Label,
    purpose: str,
    name: str,
    explanation: str,
    metric: MetricFacts | None = None,
    total: SumFacts | None = None,
) -> AlarmFacts:
    """Return an alarm of a table; it tells nobody when trouble is over, which would be noise."""
    return AlarmFacts(
        label=own_label,
        purpose=purpose,
        name=name,
        explanation=explanation,
        metric=metric,
        total=total,
        evaluation_periods=TABLE_PERIODS,
        datapoints_to_alarm=TABLE_DATAPOINTS,
        alarm_actions=(alerts_topic_arn(environment),),
        tags=environment.tags,
    )
