"""The names and ARNs of alerts; other templates use the ARNs as they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.naming import arn, physical

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

WATCHDOG, CHANGES = "watchdog", "changes"
TRIPWIRE, CHANGE, FORWARD = "tripwire", "change", "forward"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
ALARM_LENGTH = 255


def watchdog_topic_arn(environment: Environment) -> str:
    """Return the ARN of the topic that says that alerts themselves are not delivered."""
    return topic_arn(environment, WATCHDOG)


def topic_arn(environment: Environment, key: str) -> str:
    """Return the ARN of the topic `key`: ALERTS, WATCHDOG or CHANGES."""
    return arn(environment, "sns", topic_name(environment, key))


def topic_name(environment: Environment, key: str) -> str:
    """Return the name of the topic `key`: ALERTS, WATCHDOG or CHANGES."""
    return physical(environment, key)


def queue_name(environment: Environment) -> str:
    """Return the name of the queue of undelivered alerts."""
    return physical(environment, "alerts-undelivered")


def queue_arn(environment: Environment) -> str:
    """Return the ARN of the queue of undelivered alerts."""
    return arn(environment, "sqs", queue_name(environment))


def queue_url(environment: Environment) -> str:
    """Return the URL of the queue of undelivered alerts."""
    domain = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
    place = f"sqs.{environment.region}.{domain}/{environment.account_id}"
    return f"https://{place}/{queue_name(environment)}"


def rule_name(environment: Environment, key: str) -> str:
    """Return the name of the EventBridge rule of one kind of job: backup, copy or restore."""
    return physical(environment, f"{key}-job-failed")


def rule_arn(environment: Environment, key: str) -> str:
    """Return the ARN of the EventBridge rule of one kind of job: backup, copy or restore."""
    return arn(environment, "events", f"rule/{rule_name(environment, key)}")


def tripwire_name(environment: Environment, kind: str, *what: str) -> str:
    """Return the name of a rule; those of a `kind` (TRIPWIRE, CHANGE, FORWARD) begin alike."""
    return physical(environment, "-".join((kind, *what)))


def tripwires_arn(environment: Environment, kind: str) -> str:
    """Return the pattern of the ARNs of all rules of a `kind`: TRIPWIRE or CHANGE.

    A pattern, because the rules stand in a template of their own and grow with the tables.
    """
    return arn(environment, "events", f"rule/{environment.project}-{environment.name}-{kind}-*")


def alarm_name(environment: Environment, *what: str) -> str:
    """Return the name of an alarm; all of them share the prefix that `alarms_arn` matches."""
    return physical(environment, *what, length=ALARM_LENGTH)


def alarms_arn(environment: Environment) -> str:
    """Return the pattern of the ARNs of all alarms of this environment."""
    prefix = f"{environment.project}-{environment.name}-"
    return arn(environment, "cloudwatch", f"alarm:{prefix}*")
