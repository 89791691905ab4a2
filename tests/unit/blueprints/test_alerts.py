"""Alerts: who is told what, judged with AWS's example events, cfn-lint and the real terraform."""

from __future__ import annotations

import json
import os
import re
import shutil
from copy import deepcopy
from importlib import resources as package_files
from typing import TYPE_CHECKING, Any

import pytest
from moto.events.models import EventPattern

from blueprints import alerts
from blueprints.alerts import cloudformation as spelling
from blueprints.alerts.facts import ALARMS_PER_TEMPLATE
from blueprints.alerts.freshness import uncovered_rules
from generator.render import cloudformation, terraform
from generator.spec import EnvironmentSpec
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import resolve
from tests.e2e.terraform_root import TerraformRoot, provider_mirror

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blueprints.alerts.alarms import AlarmFacts
    from blueprints.alerts.facts import AlertsFacts
    from blueprints.alerts.rules import RuleFacts
    from generator.spec.resolved import Environment

MAIN = "arn:aws:backup:eu-central-1:111111111111:backup-vault:shop-prod-main"
ELSEWHERE = "arn:aws:backup:eu-central-1:222222222222:backup-vault:shop-archive-archive"
TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
TOPIC = "arn:aws:sns:eu-central-1:111111111111:shop-prod-alerts"
WATCHDOG = "arn:aws:sns:eu-central-1:111111111111:shop-prod-watchdog"
RULES = [
    f"arn:aws:events:eu-central-1:111111111111:rule/shop-prod-{kind}-job-failed"
    for kind in ("backup", "copy", "restore")
]
DAILY = {"schedule": "cron(0 3 * * ? *)", "delete_after_days": 35}
MONTHLY = {"schedule": "cron(0 4 1 * ? *)", "delete_after_days": 366}
EVERY_RECEIVER = {
    "mail": {"email": "oncall@example.com"},
    "pager": {"https": "https://pager.example.com/hook?team=${shop}"},
    "phone": {"sms": "+491701234567"},
    "function": {"lambda_arn": "arn:aws:lambda:eu-central-1:111111111111:function:pager"},
    "far_function": {"lambda_arn": "arn:aws:lambda:eu-west-1:111111111111:function:pager"},
    "queue": {"sqs_arn": "arn:aws:sqs:eu-central-1:111111111111:alerts"},
}


def environment(**changes: Any) -> Environment:
    """An environment with one table and its daily backup, changed at the top level."""
    document = {
        **deepcopy(dict(BUILT_IN)),
        "project": "shop",
        "environment": "prod",
        "account_id": "111111111111",
        "region": "eu-central-1",
        "principals": {"break_glass": [{"role": "BreakGlass"}], "deploy": [{"role": "Deploy"}]},
        "alerts": {"subscriptions": {"mail": {"email": "oncall@example.com"}}},
        "tables": {"orders": {"partition_key": {"name": "id", "type": "S"}}},
        **changes,
    }
    return resolve(EnvironmentSpec.model_validate(document), "prod.yaml")


def rich() -> Environment:
    index = {"partition_key": {"name": "by", "type": "S"}}
    return environment(
        alerts={
            "subscriptions": EVERY_RECEIVER,
            "watchdog_subscriptions": {"manager": {"email": "manager@example.com"}},
        },
        defaults={"protection": "standard", "alarms": {"throttling": True, "system_errors": True}},
        tables={
            "orders": {
                "partition_key": {"name": "id", "type": "S"},
                "global_indexes": {"by.day": index},
            },
            "legacy": {"existing": True, "name": "Legacy.Sessions", "stack": "old"},
        },
    )


def destination() -> Environment:
    return environment(
        kind="destination",
        environment="archive",
        account_id="222222222222",
        accepts={"organization_id": "o-exampleorgid"},
        vaults={"archive": {"lock": {"min_retention_days": 7}}},
        tables={},
    )


def decided(place: Environment) -> AlertsFacts:
    return alerts.decide(place)[0]


def rule(place: Environment, kind: str) -> RuleFacts:
    return next(each for each in decided(place).rules if each.name.endswith(f"{kind}-job-failed"))


def alarm(facts: AlertsFacts, name: str) -> AlarmFacts:
    return next(each for each in facts.alarms if each.name == name)


def as_template(facts: AlertsFacts) -> cloudformation.Rendered:
    return cloudformation.render(
        spelling.resources(facts),
        description=facts.description,
        header="Test",
        comments=spelling.comments(facts),
    )


def as_terraform(facts: AlertsFacts) -> terraform.Rendered:
    template = package_files.files("blueprints.alerts") / "terraform.tf.j2"
    return terraform.render(template, facts, header="Test")


# --- events and messages: examples from the guide of AWS Backup, with DynamoDB's values ---

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


@pytest.mark.parametrize(
    ("kind", "named", "command"),
    [
        ("backup", {"table": TABLE, "vault": MAIN}, "backup-job --region eu-central-1 --backup-job-id 34176239-e96d-4e1d-9fad-529dbb3c3556"),
        ("copy", {"table": TABLE, "vault": MAIN, "destination": ELSEWHERE}, "copy-job --region eu-central-1 --copy-job-id 47C8EF56-74D8-059D-1301-C5BE1D5C926E"),
        ("restore", {"table": "table not in the event: the next command shows it"}, "restore-job --region eu-central-1 --restore-job-id 1B234A56-789B-01CD-2A34-4567A08901FD"),
    ],
)  # fmt: skip
def test_message_names_table_vault_reason_and_next_command(
    kind: str, named: dict[str, str], command: str
) -> None:
    text = transformed(rule(environment(), kind), event(kind))
    message = json.loads(text)
    assert message["alert"].startswith("shop-prod: the ")
    assert message["state"] == "FAILED"
    assert message["next"] == f"aws backup describe-{command}"
    assert message["reason"] == "job.statusMessage"
    assert message["job"]["statusMessage"] == DETAILS[kind]["statusMessage"]
    assert {name: message[name] for name in named} == named
    assert list(message).index("next") < list(message).index("job")
    assert len(text) < 1600  # what SNS takes as an SMS


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


# --- topics, policies, subscriptions ---


def statement(policy: Mapping[str, Any], service: str) -> Any:
    principal = {"Service": service}
    return next((each for each in policy["Statement"] if each["Principal"] == principal), None)


def test_only_the_key_of_the_alert_topic_lets_eventbridge_in_and_without_conditions() -> None:
    topic, watchdog = decided(environment()).topics
    allowed = statement(topic.key.policy, "events.amazonaws.com")
    assert allowed["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert "Condition" not in allowed  # with one, EventBridge cannot publish
    assert statement(watchdog.key.policy, "events.amazonaws.com") is None
    for key in (topic.key, watchdog.key):
        condition = statement(key.policy, "cloudwatch.amazonaws.com")["Condition"]
        assert condition == {"StringEquals": {"aws:SourceAccount": "111111111111"}}
    assert topic.key.alias_name == "alias/shop-prod-alerts"
    assert watchdog.key.alias_name == "alias/shop-prod-alerts-watchdog"


def test_topic_policies_confine_services_to_what_is_ours() -> None:
    topic, watchdog = decided(environment()).topics
    from_rules = statement(topic.policy, "events.amazonaws.com")
    assert from_rules["Condition"] == {"ArnEquals": {"aws:SourceArn": RULES}}
    assert statement(watchdog.policy, "events.amazonaws.com") is None
    for facts, arn in ((topic, TOPIC), (watchdog, WATCHDOG)):
        from_alarms = statement(facts.policy, "cloudwatch.amazonaws.com")
        assert from_alarms["Resource"] == arn
        assert from_alarms["Condition"]["ArnLike"] == {
            "aws:SourceArn": "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:shop-prod-*"
        }
        last = facts.policy["Statement"][-1]
        assert (last["Effect"], last["Condition"]) == (
            "Deny",
            {"Bool": {"aws:SecureTransport": "false"}},
        )


def test_every_alarm_has_a_name_that_the_topic_policies_match() -> None:
    for facts in alerts.decide(rich()):
        assert facts.alarms
        assert all(re.fullmatch(r"shop-prod-.{1,245}", each.name) for each in facts.alarms)


def test_queue_takes_from_our_rules_and_topics_only() -> None:
    queue = decided(environment()).queue
    assert queue is not None
    from_rules = statement(queue.policy, "events.amazonaws.com")
    assert from_rules["Condition"] == {"ArnEquals": {"aws:SourceArn": RULES}}
    from_topics = statement(queue.policy, "sns.amazonaws.com")
    assert from_topics["Condition"] == {"ArnEquals": {"aws:SourceArn": [TOPIC, WATCHDOG]}}
    assert queue.retention_seconds == 14 * 24 * 3600


def test_receivers_of_every_kind() -> None:
    topic, watchdog = decided(rich()).topics
    received = {each.protocol: each.endpoint for each in topic.subscriptions[:4]}
    assert received == {
        "email": "oncall@example.com",
        "https": "https://pager.example.com/hook?team=${shop}",
        "sms": "+491701234567",
        "lambda": "arn:aws:lambda:eu-central-1:111111111111:function:pager",
    }
    assert topic.subscriptions[5].protocol == "sqs"
    permitted = [each.endpoint for each in topic.subscriptions if each.permission is not None]
    assert permitted == ["arn:aws:lambda:eu-central-1:111111111111:function:pager"]
    assert [each.endpoint for each in watchdog.subscriptions] == ["manager@example.com"]
    assert "owner has to let sns.amazonaws.com send" in topic.subscriptions[5].purpose


def test_watchdog_writes_to_the_same_receivers_unless_told_otherwise() -> None:
    topic, watchdog = decided(environment()).topics
    assert [each.endpoint for each in watchdog.subscriptions] == ["oncall@example.com"]
    assert topic.subscriptions[0].label != watchdog.subscriptions[0].label


def test_undelivered_alerts_are_kept_and_watched() -> None:
    facts = decided(environment())
    template = as_template(facts).template["Resources"]
    queue = {"Fn::GetAtt": ["UndeliveredAlerts", "Arn"]}
    targets = [
        each["Properties"]["Targets"][0]
        for each in template.values()
        if each["Type"] == "AWS::Events::Rule"
    ]
    assert [each["DeadLetterConfig"] for each in targets] == [{"Arn": queue}] * 3
    assert [each["Arn"] for each in targets] == [{"Ref": "AlertTopicAlerts"}] * 3
    subscription = template["AlertSubscriptionAlertsMail"]["Properties"]
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": queue}
    undelivered = alarm(facts, "shop-prod-alerts-undelivered")
    assert undelivered.alarm_actions == undelivered.ok_actions == (WATCHDOG,)
    assert undelivered.metric is not None
    assert undelivered.metric.dimensions == {"QueueName": "shop-prod-alerts-undelivered"}
    lost = [each for each in facts.alarms if each.name.endswith("-lost")]
    assert [list((each.metric and each.metric.dimensions or {}).values()) for each in lost] == [
        ["shop-prod-backup-job-failed"],
        ["shop-prod-copy-job-failed"],
        ["shop-prod-restore-job-failed"],
        ["shop-prod-alerts"],
    ]
    assert {each.alarm_actions for each in lost} == {(WATCHDOG,)}


# --- freshness ---


def with_backups(**backups: dict[str, Any]) -> Environment:
    vaults = {
        backup["vault"]: {"lock": {"min_retention_days": 7}}
        for backup in backups.values()
        if "vault" in backup
    }
    return environment(protections={"standard": {"backups": backups}}, vaults=vaults)


@pytest.mark.parametrize(
    ("backup", "hours"),
    [
        (DAILY, 24 + 1 + 12),
        ({**DAILY, "start_window_minutes": 61}, 24 + 1 + 12 + 1),
        ({**DAILY, "schedule": "cron(0 3 ? * MON,THU *)"}, 4 * 24 + 1 + 12),
        ({**DAILY, "schedule": "cron(0 3 ? * MON,TUE *)", "completion_window_minutes": 1380}, 168),
        ({**DAILY, "schedule": "cron(0 3 ? * MON,TUE *)", "completion_window_minutes": 1381}, None),
        ({**DAILY, "schedule": "cron(0 3 ? * MON *)"}, None),
    ],
)
def test_freshness_alarm_waits_for_the_longest_gap_and_both_windows(
    backup: dict[str, Any], hours: int | None
) -> None:
    place = with_backups(only=backup)
    found = [each for each in decided(place).alarms if each.name == "shop-prod-no-backup.main"]
    assert [each.evaluation_periods for each in found] == ([] if hours is None else [hours])
    assert len(uncovered_rules(place)) == (1 if hours is None else 0)


def test_freshness_alarm_reads_the_metric_of_the_vault() -> None:
    facts = alarm(decided(environment()), "shop-prod-no-backup.main")
    assert facts.metric is not None
    assert facts.metric.name == "NumberOfBackupJobsCompleted"
    assert facts.metric.dimensions == {"BackupVaultName": "shop-prod-main"}
    assert (facts.metric.statistic, facts.metric.period_seconds) == ("Sum", 3600)
    assert (facts.comparison_operator, facts.threshold) == ("LessThanThreshold", 1)
    assert facts.datapoints_to_alarm == facts.evaluation_periods == 37
    assert facts.missing_data == "breaching"
    assert facts.alarm_actions == facts.ok_actions == (TOPIC,)


def uncovered(place: Environment) -> dict[str, str]:
    return {f"{each.class_name}.{each.backup_name}": each.reason for each in uncovered_rules(place)}


def test_a_rule_that_is_too_rare_is_named() -> None:
    found = uncovered(with_backups(daily=DAILY, monthly={**MONTHLY, "vault": "long"}))
    assert list(found) == ["standard.monthly"]
    assert "757 hours" in found["standard.monthly"]


def test_rules_that_keep_each_others_vault_busy_are_named() -> None:
    found = uncovered(with_backups(morning=DAILY, noon={**DAILY, "schedule": "cron(0 12 * * ? *)"}))
    assert list(found) == ["standard.morning", "standard.noon"]
    assert "standard.noon, which also goes there" in found["standard.morning"]


def test_the_busiest_rule_is_covered_where_the_others_are_too_rare_to_hide_it() -> None:
    twice_a_week = {**DAILY, "schedule": "cron(0 3 ? * MON,THU *)"}
    found = uncovered(with_backups(daily=DAILY, seldom=twice_a_week))
    assert list(found) == ["standard.seldom"]
    assert "standard.daily, which also goes there" in found["standard.seldom"]


def test_without_alerts_or_freshness_alarms_every_rule_is_named_with_the_reason() -> None:
    assert uncovered(environment(alerts=None)) == {
        "standard.daily": "the environment has no alerts"
    }
    off = {"subscriptions": {"mail": {"email": "a@b.example"}}, "freshness_alarms": False}
    place = environment(alerts=off)
    assert uncovered(place) == {"standard.daily": "alerts.freshness_alarms is false"}
    assert not [each for each in decided(place).alarms if "no-backup" in each.name]


# --- templates ---


def test_without_alerts_nothing_is_rendered() -> None:
    assert alerts.decide(environment(alerts=None)) == ()


def test_without_a_vault_only_restores_can_fail() -> None:
    place = environment(protections={"standard": {}})
    assert [each.name for each in decided(place).rules] == ["shop-prod-restore-job-failed"]


def test_a_destination_has_alerts_for_its_own_vaults() -> None:
    (facts,) = alerts.decide(destination())
    detail = next(each for each in facts.rules if "copy" in each.name).event_pattern["detail"]
    assert detail["sourceBackupVaultArn"] == [ELSEWHERE]
    assert not [each for each in facts.alarms if "no-backup" in each.name]


def test_alarms_of_tables_stand_in_templates_of_their_stacks_with_real_dimensions() -> None:
    _, ours, old = alerts.decide(rich())
    assert (ours.template, old.template) == ("alarms", "alarms-old")
    index = {"TableName": "orders", "GlobalSecondaryIndexName": "by.day"}
    read = {each.metric.name: each.metric.dimensions for each in ours.alarms[:2] if each.metric}
    assert read == {"ReadThrottleEvents": index}
    assert [each.name for each in ours.alarms] == [
        "shop-prod-read-throttling.orders",
        "shop-prod-read-throttling.orders/by.day",
        "shop-prod-write-throttling.orders",
        "shop-prod-write-throttling.orders/by.day",
        "shop-prod-system-errors.orders",
    ]
    assert old.alarms[0].metric is not None
    assert old.alarms[0].metric.dimensions == {"TableName": "Legacy.Sessions"}
    total = ours.alarms[-1].total
    assert total is not None
    assert len(total.parts) == 10  # all that one alarm takes
    assert {"TableName": "orders", "Operation": "Query"} in [
        part.metric.dimensions for part in total.parts
    ]
    assert {each.alarm_actions for each in ours.alarms} == {(TOPIC,)}


def many(count: int) -> tuple[AlertsFacts, ...]:
    tables = {f"table_{number}": {"existing": True} for number in range(count)}
    defaults = {"protection": "standard", "alarms": {"system_errors": True}}
    return alerts.decide(environment(defaults=defaults, tables=tables))[1:]


def test_many_alarms_are_split_by_their_names_and_stay_where_they_are() -> None:
    (single,) = many(ALARMS_PER_TEMPLATE)
    assert len(as_template(single).text) < 900_000
    split, grown = many(ALARMS_PER_TEMPLATE + 1), many(ALARMS_PER_TEMPLATE + 2)
    assert [each.template for each in split] == ["alarms-1of2", "alarms-2of2"]
    for before, after in zip(split, grown, strict=True):
        assert {each.name for each in before.alarms} <= {each.name for each in after.alarms}


def test_every_alarm_explains_the_risk_and_the_next_command() -> None:
    for facts in alerts.decide(rich()):
        for each in facts.alarms:
            assert re.search(r"\. Risk: .+\. Next: aws [a-z]+ ", each.explanation), each.name
            assert len(each.explanation) <= 1024


CLOUDFORMATION_WORDS = {
    *("lambda:InvokeFunction", "sns.amazonaws.com", "Delete"),
    *("QueueName", "RuleName", "TopicName", "BackupVaultName"),
    *("TableName", "Operation", "GlobalSecondaryIndexName"),
}


@pytest.mark.parametrize("place", [rich(), destination()], ids=["rich", "destination"])
def test_both_engines_say_the_same(place: Environment) -> None:
    for facts in alerts.decide(place):
        ours, theirs = as_template(facts).literals, as_terraform(facts).literals
        assert set(theirs) <= set(ours)
        assert {
            each for each in set(ours) - set(theirs) if each is not False
        } <= CLOUDFORMATION_WORDS


def test_cfn_lint_has_nothing_to_say() -> None:
    from cfnlint import lint_all  # noqa: PLC0415 - slow to import

    findings = [
        str(found) for facts in alerts.decide(rich()) for found in lint_all(as_template(facts).text)
    ]
    assert findings == []


@pytest.mark.terraform
def test_terraform_formats_and_validates(tmp_path: Path) -> None:
    mirror = provider_mirror()
    if shutil.which("terraform") is None or mirror is None:
        missing = "terraform or a mirror of hashicorp/aws is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.tf").write_text(
        'terraform {\n  required_providers {\n    aws = {\n      source = "hashicorp/aws"\n    }\n'
        '  }\n}\n\nprovider "aws" {\n  region = "eu-central-1"\n}\n'
    )
    for facts in alerts.decide(rich()):
        (source / f"{facts.template}.tf").write_text(as_terraform(facts).text)
    root = TerraformRoot.copy(source, tmp_path / "root", dict(os.environ))
    assert root._run("fmt", "-check", "-diff", str(source), timeout_seconds=60) == ""  # noqa: SLF001
    root.init(mirror)
    assert "The configuration is valid" in root.validate()
