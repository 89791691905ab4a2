"""Alerts: topics, policies, alarms and templates, judged by cfn-lint and the real terraform too."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from cfnlint import lint
from cfnlint.config import ManualArgs

from blueprints import alerts
from blueprints.alerts.freshness import uncovered_rules
from tests.e2e.terraform_root import TerraformRoot
from tests.unit.blueprints.alerts_samples import (
    DAILY,
    ELSEWHERE,
    MONTHLY,
    RULES,
    TOPIC,
    WATCHDOG,
    alarm,
    as_template,
    as_terraform,
    decided,
    destination,
    environment,
    rich,
)
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blueprints.alerts.facts import AlertsFacts
    from generator.spec.resolved import Environment


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
        assert facts.alarms or facts.elsewhere is not None
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
    dimensions = [each.metric.dimensions for each in lost if each.metric is not None]
    assert dimensions == [
        {"RuleName": "shop-prod-backup-job-failed"},
        {"RuleName": "shop-prod-copy-job-failed"},
        {"RuleName": "shop-prod-restore-job-failed"},
        {"TopicName": "shop-prod-alerts"},
    ]
    assert {each.alarm_actions for each in lost} == {(WATCHDOG,)}


def with_backups(*, looked_at: bool = False, **backups: dict[str, Any]) -> Environment:
    """Return an environment with these backups, whose points are looked at hourly or not."""
    vaults = {
        backup["vault"]: {"lock": {"min_retention_days": 7}}
        for backup in backups.values()
        if "vault" in backup
    }
    return environment(
        protections={"standard": {"backups": backups}},
        vaults=vaults,
        recovery={"enabled": looked_at},
    )


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


def test_the_hourly_look_covers_every_rule() -> None:
    place = with_backups(looked_at=True, daily=DAILY, monthly={**MONTHLY, "vault": "long"})
    assert uncovered(place) == {}
    ages = {each.name: each for each in decided(place).alarms if "too-old" in each.name}
    assert len(ages) == 2
    for each in ages.values():
        assert each.missing_data == "breaching"
        assert each.alarm_actions == each.ok_actions == (TOPIC,)
    monthly = ages["shop-prod-too-old.standard.backups.monthly"]
    assert monthly.metric is not None
    assert monthly.threshold == 757 * 3600
    assert monthly.metric.dimensions == {
        "Project": "shop",
        "Environment": "prod",
        "Rule": "standard.backups.monthly",
    }


def test_without_alerts_or_freshness_alarms_every_rule_is_named_with_the_reason() -> None:
    assert uncovered(environment(alerts=None)) == {
        "standard.daily": "the environment has no alerts"
    }
    off = {"subscriptions": {"mail": {"email": "a@b.example"}}, "freshness_alarms": False}
    place = environment(alerts=off)
    assert uncovered(place) == {"standard.daily": "alerts.freshness_alarms is false"}
    assert not [each for each in decided(place).alarms if "no-backup" in each.name]


def test_without_alerts_nothing_is_rendered() -> None:
    assert alerts.decide(environment(alerts=None)) == ()


def test_without_a_vault_only_restores_can_fail() -> None:
    place = environment(protections={"standard": {}})
    assert [each.name for each in decided(place).rules] == ["shop-prod-restore-job-failed"]


def test_a_destination_has_alerts_for_its_own_vaults() -> None:
    facts = decided(destination())
    detail = next(each for each in facts.rules if "copy" in each.name).event_pattern["detail"]
    assert detail["sourceBackupVaultArn"] == [ELSEWHERE]
    assert not [each for each in facts.alarms if "no-backup" in each.name]


def test_alarms_of_tables_stand_in_templates_of_their_stacks_with_real_dimensions() -> None:
    ours, old = of_tables(rich())
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


def of_tables(place: Environment) -> tuple[AlertsFacts, ...]:
    return tuple(each for each in alerts.decide(place) if each.template.startswith("alarms"))


def many(count: int, **changes: Any) -> tuple[AlertsFacts, ...]:
    """The templates of `count` tables with an alarm for system errors, their names long ones."""
    tables = {
        f"table_{number}": {"existing": True, "name": f"{number}".rjust(200, "x")}
        for number in range(count)
    }
    defaults = {"protection": "standard", "alarms": {"system_errors": True}}
    return of_tables(environment(defaults=defaults, tables=tables, **changes))


@pytest.mark.parametrize("tags", [{}, {f"tag-{number}": "v" * 256 for number in range(40)}])
def test_many_alarms_are_split_so_that_each_template_fits(tags: dict[str, str]) -> None:
    templates = many(110, tags=tags)
    assert len(templates) > 1
    assert sum(len(each.alarms) for each in templates) == 110
    count = len(templates)
    assert [each.template for each in templates] == [
        f"alarms-{number + 1}of{count}" for number in range(count)
    ]
    assert max(len(as_template(each).text) for each in templates) < 900_000


def test_more_alarms_than_resources_in_a_template_are_split() -> None:
    tables = {f"table_{number}": {"existing": True} for number in range(201)}
    place = environment(
        defaults={"protection": "standard", "alarms": {"throttling": True}}, tables=tables
    )
    assert [each.template for each in of_tables(place)] == ["alarms-1of2", "alarms-2of2"]
    fitting = environment(
        defaults={"protection": "standard", "alarms": {"throttling": True}},
        tables={f"table_{number}": {"existing": True} for number in range(200)},
    )
    assert [len(each.alarms) for each in of_tables(fitting)] == [400]


def test_an_alarm_stays_in_its_template_when_tables_are_added() -> None:
    before, after = many(110), many(115)
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        assert {each.name for each in old.alarms} <= {each.name for each in new.alarms}


def test_every_alarm_explains_the_risk_and_the_next_command() -> None:
    for facts in alerts.decide(rich()):
        for each in facts.alarms:
            assert re.search(r"\. Risk: .+\. Next: aws [a-z]+ ", each.explanation), each.name
            assert len(each.explanation) <= 1024


# Dimensions are a map in Terraform, and what never varies stands in its template as it is.
CLOUDFORMATION_WORDS = {
    *("lambda:InvokeFunction", "sns.amazonaws.com", True, False),
    *("QueueName", "RuleName", "TopicName", "BackupVaultName"),
    *("TableName", "Operation", "GlobalSecondaryIndexName"),
    *("Project", "Environment", "Rule"),
}


@pytest.mark.parametrize("place", [rich(), destination()], ids=["rich", "destination"])
def test_both_engines_say_the_same_and_as_often(place: Environment) -> None:
    for facts in alerts.decide(place):
        ours = Counter(map(_typed, as_template(facts).literals))
        theirs = Counter(map(_typed, as_terraform(facts).literals))
        assert not theirs - ours
        assert {value for _, value in ours - theirs} <= CLOUDFORMATION_WORDS


def _typed(value: Any) -> tuple[type, Any]:
    return type(value), value  # or True would count as 1


def test_cfn_lint_has_nothing_to_say() -> None:
    for facts in alerts.decide(rich()):
        text = as_template(facts).text
        found = lint(text, regions=["eu-central-1"], config=ManualArgs(include_checks=["I"]))
        assert [str(each) for each in found] == []


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
        '\nprovider "aws" {\n  alias  = "us_east_1"\n  region = "us-east-1"\n}\n'
    )
    for facts in alerts.decide(rich()):
        (source / f"{facts.template}.tf").write_text(as_terraform(facts).text)
    root = TerraformRoot.copy(source, tmp_path / "root", dict(os.environ))
    assert root._run("fmt", "-check", "-diff", str(source), timeout_seconds=60) == ""  # noqa: SLF001
    root.init(mirror)
    assert "The configuration is valid" in root.validate()
