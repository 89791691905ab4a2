"""Environments with alerts, and what is rendered of them, for the tests of alerts."""

from __future__ import annotations

from copy import deepcopy
from importlib import resources as package_files
from typing import TYPE_CHECKING, Any

from blueprints import alerts
from blueprints.alerts import cloudformation as spelling
from generator.render import cloudformation, terraform
from generator.spec import EnvironmentSpec
from generator.spec.presets import BUILT_IN
from generator.spec.resolved import resolve

if TYPE_CHECKING:
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
