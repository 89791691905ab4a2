"""Which events of AWS Backup become alerts, and what the message says: AWS's examples decide."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from moto.events.models import EventPattern

from tests.unit.blueprints.alerts_samples import (
    ELSEWHERE,
    MAIN,
    TABLE,
    destination,
    environment,
    rule,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from blueprints.alerts.rules import RuleFacts
    from generator.spec.resolved import Environment

# Examples of https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html with the
# values of a DynamoDB table; the quotation marks within the first reason are AWS's.
BACKUP_DETAIL = {
    "backupJobId": "34176239-e96d-4e1d-9fad-529dbb3c3556",
    "backupVaultArn": MAIN,
    "backupVaultName": "shop-prod-main",
    "bytesTransferred": "0",
    "creationDate": "2026-07-29T20:13:07.392Z",
    "iamRoleArn": "arn:aws:iam::111111111111:role/shop-prod-backup-eu-central-1",
    "resourceArn": TABLE,
    "resourceType": "DynamoDB",
    "state": "FAILED",
    "statusMessage": '"Backup job failed because backup vault shop-prod-main does not exist."',
    "startBy": "2026-07-30T04:13:07.392Z",
    "percentDone": 0,
    "retryCount": 3,
}
COPY_DETAIL = {
    "copyJobId": "47C8EF56-74D8-059D-1301-C5BE1D5C926E",
    "backupSizeInBytes": 22548578304,
    "resourceArn": TABLE,
    "resourceType": "DynamoDB",
    "sourceBackupVaultArn": MAIN,
    "state": "FAILED",
    "statusMessage": "Access denied exception while trying to list tags",
    "destinationBackupVaultArn": ELSEWHERE,
    "destinationRecoveryPointArn": {},
}
RESTORE_DETAIL = {
    "restoreJobId": "1B234A56-789B-01CD-2A34-4567A08901FD",
    "backupSizeInBytes": "22548578304",
    "percentDone": 0,
    "resourceType": "DynamoDB",
    "status": "FAILED",
    "statusMessage": "Table already exists: orders",
}
DETAILS = {"backup": BACKUP_DETAIL, "copy": COPY_DETAIL, "restore": RESTORE_DETAIL}


def event(kind: str, **changes: Any) -> dict[str, Any]:
    """An event of AWS Backup; a field changed to None is not in it."""
    detail = {
        name: value for name, value in {**DETAILS[kind], **changes}.items() if value is not None
    }
    return {
        "version": "0",
        "id": "710b0398-d48e-f3c3-afca-cfeb2fdaa656",
        "detail-type": f"{kind.capitalize()} Job State Change",
        "source": "aws.backup",
        "account": "111111111111",
        "time": "2026-07-29T20:15:26Z",
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }


def matches(place: Environment, kind: str, given: Mapping[str, Any]) -> bool:
    pattern = json.dumps(rule(place, kind).event_pattern)
    return bool(EventPattern.load(pattern).matches_event(given))


@pytest.mark.parametrize("state", ["FAILED", "ABORTED", "EXPIRED", "PARTIAL"])
@pytest.mark.parametrize(
    ("kind", "field"),
    [("backup", "state"), ("copy", "state"), ("restore", "status")],
)
def test_a_failed_job_matches_its_rule_and_no_other(kind: str, field: str, state: str) -> None:
    given = event(kind, **{field: state})
    assert [each for each in DETAILS if matches(environment(), each, given)] == [kind]


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("backup", {"state": "COMPLETED"}),
        ("backup", {"state": "COMPLETED", "statusMessage": "with issues"}),
        ("backup", {"state": "RUNNING"}),
        ("backup", {"backupVaultArn": ELSEWHERE}),
        ("backup", {"backupVaultArn": f"{MAIN}-2"}),
        ("backup", {"resourceType": "EBS"}),
        ("backup", {"resourceType": None}),
        ("copy", {"state": "COMPLETED"}),
        ("copy", {"resourceType": "RDS"}),
        ("copy", {"sourceBackupVaultArn": ELSEWHERE}),
        ("copy", {"sourceBackupVaultArn": ELSEWHERE, "destinationBackupVaultArn": MAIN}),
        ("restore", {"status": "COMPLETED"}),
        ("restore", {"resourceType": "EC2"}),
        ("restore", {"status": None, "state": "CREATED"}),
    ],
)
def test_other_events_do_not_match(kind: str, changes: dict[str, Any]) -> None:
    assert not matches(environment(), kind, event(kind, **changes))


def test_a_restore_matches_without_a_vault_and_with_state_in_place_of_status() -> None:
    assert "backupVaultArn" not in RESTORE_DETAIL
    assert matches(environment(), "restore", event("restore", status=None, state="FAILED"))


def test_a_failed_copy_is_reported_in_one_environment_only() -> None:
    there, back = event("copy"), event("copy", sourceBackupVaultArn=ELSEWHERE)
    assert (matches(environment(), "copy", there), matches(destination(), "copy", there)) == (
        True,
        False,
    )
    assert (matches(environment(), "copy", back), matches(destination(), "copy", back)) == (
        False,
        True,
    )


def transformed(facts: RuleFacts, given: Mapping[str, Any]) -> str:
    """What EventBridge delivers: nothing in a text is escaped, and what the event lacks is empty.

    Recorded from AWS: a missing variable leaves an empty text, within a text and in its place.
    """

    def value(path: str) -> Any:
        found: Any = given
        for step in path.removeprefix("$.").split("."):
            found = found.get(step, "") if isinstance(found, dict) else ""
        return found

    def insert(match: re.Match[str]) -> str:
        found = value(facts.input_paths[match[1]])
        in_text = facts.input_template.count('"', 0, match.start()) % 2 == 1
        if in_text:
            return json.dumps(found).replace('"', "") if isinstance(found, dict) else str(found)
        return json.dumps(found)

    return re.sub(r"<(\w+)>", insert, facts.input_template)


NAMED = {
    "backup": {"table": TABLE, "vault": MAIN},
    "copy": {"table": TABLE, "vault": MAIN, "destination": ELSEWHERE},
    "restore": {"table": "table not in the event: the next command shows it"},
}


@pytest.mark.parametrize("kind", DETAILS)
def test_message_names_table_vault_reason_and_next_command(kind: str) -> None:
    text = transformed(rule(environment(), kind), event(kind))
    message = json.loads(text)
    job = DETAILS[kind][f"{kind}JobId"]
    command = f"describe-{kind}-job --region eu-central-1 --{kind}-job-id {job}"
    assert message["alert"].startswith("shop-prod: the ")
    assert message["state"] == "FAILED"
    assert {name: message[name] for name in NAMED[kind]} == NAMED[kind]
    assert message["next"] == f"aws backup {command}"
    assert message["reason"] == "job.statusMessage"
    assert message["job"]["statusMessage"] == DETAILS[kind]["statusMessage"]
    assert list(message)[-1] == "job"
    assert len(text) < 1600  # what SNS takes as an SMS


@mock_aws
def test_rules_deliver_one_readable_message_for_each_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    events = boto3.client("events", "eu-central-1")
    queues = boto3.client("sqs", "eu-central-1")
    url = queues.create_queue(QueueName="alerts")["QueueUrl"]
    arn = "arn:aws:sqs:eu-central-1:123456789012:alerts"
    for kind in DETAILS:
        facts = rule(environment(), kind)
        events.put_rule(Name=facts.name, EventPattern=json.dumps(facts.event_pattern))
        transformer = {
            "InputPathsMap": dict(facts.input_paths),
            "InputTemplate": facts.input_template,
        }
        target = {"Id": facts.target_id, "Arn": arn, "InputTransformer": transformer}
        events.put_targets(Rule=facts.name, Targets=[target])
    for each in map(event, DETAILS):
        entry = {"Source": each["source"], "DetailType": each["detail-type"]}
        events.put_events(Entries=[{**entry, "Detail": json.dumps(each["detail"])}])
    received = queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    reasons = [json.loads(each["Body"])["job"]["statusMessage"] for each in received]
    assert sorted(reasons) == sorted(detail["statusMessage"] for detail in DETAILS.values())


@pytest.mark.parametrize("reason", ['a "quoted" word', "two\nlines", "back\\slash", None])
def test_message_survives_any_reason(reason: str | None) -> None:
    text = transformed(rule(environment(), "backup"), event("backup", statusMessage=reason))
    assert json.loads(text)["job"].get("statusMessage") == reason


def test_message_of_an_event_that_lacks_the_table_is_still_valid() -> None:
    text = transformed(rule(environment(), "copy"), event("copy", resourceArn=None))
    assert json.loads(text)["table"] == ""


@pytest.mark.parametrize("kind", DETAILS)
def test_template_keeps_within_what_eventbridge_takes(kind: str) -> None:
    facts = rule(environment(), kind)
    assert set(re.findall(r"<([^>]*)>", facts.input_template)) == set(facts.input_paths)
    assert len(facts.input_template) <= 8192
    texts = facts.input_template.replace("<job>", '""')
    assert all("<" not in name for name in json.loads(texts))
