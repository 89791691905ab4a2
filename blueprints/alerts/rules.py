"""EventBridge rules for failed jobs of AWS Backup: which events, and what the message says.

Only fields are used that the example events of
https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.alerts.names import rule_arn, rule_name
from blueprints.names import ALERTS
from generator.naming import Label, label

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.spec.resolved import Environment

# "Completed with issues" is COMPLETED with a message and not among them.
FAILURES = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")
# A target that is out of order for an hour is the watchdog's business, so what could not be
# delivered must not be retried quietly for the default of a whole day.
MAXIMUM_EVENT_AGE_SECONDS = 3600
MAXIMUM_RETRY_ATTEMPTS = 185


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """One rule with its one target, the alert topic."""

    label: Label
    purpose: str
    name: str
    arn: str
    description: str
    state: str
    event_pattern: Mapping[str, Any]
    target_id: str
    topic: Label
    input_paths: Mapping[str, str]
    input_template: str
    maximum_event_age_seconds: int
    maximum_retry_attempts: int
    tags: Mapping[str, str]


def failure_rules(environment: Environment, topic: Label) -> Mapping[str, RuleFacts]:
    """Return kind of job → its rule: backup, copy and restore, without a vault the last alone.

    A copy job is an event of the account and Region of the vault that it copies from, so matching
    the source finds each failure in exactly one environment: a copy to a destination where its
    source is, the copy back in the destination. Matching destinations too could only add a second
    mail. Restore events may lack vault and table, so that rule matches every DynamoDB restore of
    the account and Region.
    """
    vaults = [environment.vault_arn(key) for key in environment.vaults]
    details: dict[str, Mapping[str, Any]] = {}
    if vaults:
        details["backup"] = {**_any_of("state"), **_DYNAMODB, "backupVaultArn": vaults}
        details["copy"] = {**_any_of("state"), **_DYNAMODB, "sourceBackupVaultArn": vaults}
    # Restore events have `status`, the example of a created one `state`.
    details["restore"] = {**_DYNAMODB, "$or": [_any_of("status"), _any_of("state")]}
    return {kind: _rule(environment, topic, kind, detail) for kind, detail in details.items()}


_DYNAMODB = {"resourceType": ["DynamoDB"]}


def _any_of(field: str) -> dict[str, list[str]]:
    return {field: list(FAILURES)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """Variables of the event by name, and the lines of the message."""

    paths: Mapping[str, str]
    lines: Mapping[str, str]


def _rule(
    environment: Environment, topic: Label, kind: str, detail: Mapping[str, Any]
) -> RuleFacts:
    message = _MESSAGES[kind](environment)
    return RuleFacts(
        label=label("failed_job_rule", kind),
        purpose=f"One alert for each {kind} job of DynamoDB that fails.",
        name=rule_name(environment, kind),
        arn=rule_arn(environment, kind),
        description=f"Failed, aborted, expired and partial {kind} jobs of DynamoDB",
        state="ENABLED",
        event_pattern={
            "source": ["aws.backup"],
            "detail-type": [f"{kind.capitalize()} Job State Change"],
            "detail": detail,
        },
        target_id=ALERTS,
        topic=topic,
        input_paths=message.paths,
        input_template=_template(message.lines),
        maximum_event_age_seconds=MAXIMUM_EVENT_AGE_SECONDS,
        maximum_retry_attempts=MAXIMUM_RETRY_ATTEMPTS,
        tags=environment.tags,
    )


def _template(lines: Mapping[str, str]) -> str:
    """Return the input template: a JSON object of texts, and the event's detail as it came.

    EventBridge does not escape a value that it puts into a text, and the reason of a failed backup
    job, `statusMessage`, starts and ends with a quotation mark in AWS's own examples: within a text
    it would break the message of every failure. So texts only take ids, ARNs and states, and the
    reason comes with the whole detail, an object, which EventBridge keeps valid JSON. A variable
    that the event lacks leaves an empty text.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    """
    texts = [f"{json.dumps(name)}: {json.dumps(text)}" for name, text in lines.items()]
    return f"{{{', '.join([*texts, _REASON])}}}"


_REASON = '"reason": "job.statusMessage", "job": <job>'


def _backup_message(environment: Environment) -> _Message:
    return _Message(
        paths={
            "id": "$.detail.backupJobId",
            "state": "$.detail.state",
            "table": "$.detail.resourceArn",
            "vault": "$.detail.backupVaultArn",
            "job": "$.detail",
        },
        lines={
            "alert": f"{_place(environment)}: the backup of a DynamoDB table did not complete",
            "state": "<state>",
            "table": "<table>",
            "vault": "<vault>",
            "risk": "No recovery point from this run: a restore has to use an older one.",
            "next": _describe(environment, "backup"),
        },
    )


def _copy_message(environment: Environment) -> _Message:
    return _Message(
        paths={
            "id": "$.detail.copyJobId",
            "state": "$.detail.state",
            "table": "$.detail.resourceArn",
            "vault": "$.detail.sourceBackupVaultArn",
            "destination": "$.detail.destinationBackupVaultArn",
            "job": "$.detail",
        },
        lines={
            "alert": f"{_place(environment)}: the copy of a DynamoDB backup did not complete",
            "state": "<state>",
            "table": "<table>",
            "vault": "<vault>",
            "destination": "<destination>",
            "risk": "The destination lacks this recovery point: it would have to use an older one.",
            "next": _describe(environment, "copy"),
        },
    )


def _restore_message(environment: Environment) -> _Message:
    return _Message(
        paths={
            "id": "$.detail.restoreJobId",
            "state": "$.detail.status",
            "job": "$.detail",
        },
        lines={
            "alert": f"{_place(environment)}: the restore of a DynamoDB table did not complete",
            "state": "<state>",
            "table": "table not in the event: the next command shows it",
            "risk": "The restored table is missing or incomplete; its backup is untouched.",
            "next": _describe(environment, "restore"),
        },
    )


def _place(environment: Environment) -> str:
    return f"{environment.project}-{environment.name}"


def _describe(environment: Environment, kind: str) -> str:
    region = environment.region
    return f"aws backup describe-{kind}-job --region {region} --{kind}-job-id <id>"


_MESSAGES = {"backup": _backup_message, "copy": _copy_message, "restore": _restore_message}
