"""Every call of every scenario is allowed to the role that makes it; nothing is granted idly.

What services then ask KMS with the rights of that role is judged too: the endpoints do not ask it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import missing
from tests.policies import simulator
from tests.policies.simulator import Case, mismatches
from tests.restores import scenarios
from tests.restores.asked import Asked, asked, asked_by_services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.restores.shop import Place, Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = [pytest.mark.e2e, pytest.mark.node]

SCENARIOS = (
    scenarios.second_of_a_living_table,
    scenarios.native_backup,
    scenarios.system_backup_of_a_deleted_table,
    scenarios.point_in_an_own_vault,
    scenarios.point_in_the_archive,
    scenarios.copy_where_it_lies,
    scenarios.interrupted_copy_and_job,
    scenarios.table_that_is_defined_elsewhere,
    scenarios.settings_of_every_day,
    scenarios.settings_after_changes,
    scenarios.native_backups_by_schedule,
    scenarios.native_backup_that_fails,
)
# Roles with which services act out of sight of the endpoints.
OF_SERVICES = {
    "restore": "AWS Backup restores with it",
    "copy-back": "AWS Backup copies with it",
    "backup": "AWS Backup takes backups with it",
    "catalog-replication": "S3 replicates with it",
    "recovery-schedules": "EventBridge and its Scheduler start state machines with it",
    "tripwires": "EventBridge forwards events with it",
}
ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
STREAMS = ("kinesis:DescribeStream", "kinesis:DescribeStreamSummary")
# Lambda writes the log of a function with the function's role.
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
WITH_RIGHTS = "DynamoDB does it with the rights of whoever restores"
NO_STREAM = "no table of the scenarios has a Kinesis destination; unit tests restore one"
# What a role may beyond what the scenarios make it call: role → action → why.
NOT_CALLED: dict[str, dict[str, str]] = {
    "restore-table": {
        "backup:GetRestoreJobMetadata": "of a job that still runs; unit tests restore beside one",
        **{f"dynamodb:{name}": WITH_RIGHTS for name in ITEMS},
    },
    "apply-settings": {
        **dict.fromkeys(STREAMS, NO_STREAM),
        "dynamodb:EnableKinesisStreamingDestination": NO_STREAM,
        "kinesis:ListStreams": NO_STREAM,
        "kinesis:PutRecords": NO_STREAM,
        "application-autoscaling:PutScheduledAction": "templates define none; unit tests set some",
        "cloudwatch:PutMetricAlarm": "alarms are in templates; Auto Scaling makes its own with it",
        "cloudwatch:DeleteAlarms": "Application Auto Scaling, with the rights of whoever asks",
        "iam:CreateServiceLinkedRole": "the first time that an account scales or streams",
    },
    "verify-restore": dict.fromkeys(STREAMS, NO_STREAM),
    "settings-snapshot": dict.fromkeys(STREAMS, NO_STREAM),
    "recovery": {
        "backup:DescribeBackupVault": "for people who copy a point back by hand",
        "backup:DescribeRecoveryPoint": "the same",
        "backup:GetRecoveryPointRestoreMetadata": "the same",
    },
}


@pytest.fixture(scope="module")
def questions(ran: Ran, shop: Shop) -> list[Asked]:
    """What IAM was asked in all scenarios, once each."""
    for scenario in SCENARIOS:
        ran(scenario)
    found = {each.key: each for call in shop.calls() for each in asked(call)}
    for each in list(found.values()):
        then = asked_by_services(each, place_of(each, shop).environment)
        found |= {other.key: other for other in then}
    return list(found.values())


def place_of(each: Asked, shop: Shop) -> Place:
    return shop.archive if ":222222222222:" in each.role_arn else shop.prod


@pytest.fixture(scope="module")
def roles(shop: Shop) -> dict[str, dict[str, Any]]:
    """Role ARN → its properties, as the templates have them."""
    return {
        arn: properties for place in (shop.prod, shop.archive) for arn, properties in _roles(place)
    }


def _roles(place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    for part in place.tree.parts:
        if part.cloudformation is None:
            continue
        for resource in part.cloudformation.template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Role":
                properties = json.loads(json.dumps(resource["Properties"]))
                name = f"{properties.get('Path', '/')}{properties['RoleName']}"
                yield f"arn:aws:iam::{place.environment.account_id}:role{name}", properties


def policies(properties: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["PolicyDocument"] for each in properties["Policies"]]


def what(role_arn: str) -> str:
    """Return what a role is for: its name without project, environment and Region."""
    name = role_arn.rpartition("/")[2].removesuffix("-eu-central-1")
    return name.removeprefix("shop-prod-").removeprefix("shop-archive-")


def granted(properties: dict[str, Any]) -> set[str]:
    documents = policies(properties)
    return {action for each in documents for one in each["Statement"] for action in actions_of(one)}


def actions_of(statement: dict[str, Any]) -> set[str]:
    actions = statement["Action"]
    return {actions} if isinstance(actions, str) else set(actions)


def case(each: Asked, shop: Shop, roles: dict[str, dict[str, Any]]) -> Case:
    resource = each.resource
    where = place_of(each, shop)
    policy = None
    if each.action.startswith("kms:"):
        key = where.client("kms").describe_key(KeyId=resource)["KeyMetadata"]
        resource = key["Arn"]
        policy = _key_policy(where, key)
    if each.action == "sts:AssumeRole":
        policy = trusting(roles[resource]["AssumeRolePolicyDocument"])
    bucket = resource.startswith("arn:aws:s3:::")
    return Case(
        principal=each.role_arn,
        action=each.action,
        resource=resource,
        expected="allow",
        why=f"{what(each.role_arn)} called it",
        context=dict(each.context),
        identity_policies=policies(roles[each.role_arn]),
        resource_policy=policy,
        resource_account=where.environment.account_id if bucket else None,
    )


def _key_policy(place: Place, key: dict[str, Any]) -> dict[str, Any]:
    """Return the key's policy; that of AWS's own keys leaves DescribeKey to the account's."""
    if key["KeyManager"] == "AWS":
        root = {"AWS": f"arn:aws:iam::{place.environment.account_id}:root"}
        statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
        return {"Version": "2012-10-17", "Statement": [statement]}
    shown = place.client("kms").get_key_policy(KeyId=key["KeyId"], PolicyName="default")
    policy: dict[str, Any] = json.loads(shown["Policy"])
    return policy


def trusting(document: dict[str, Any]) -> dict[str, Any]:
    """Return a trust policy as the policy of a resource."""
    return {
        **document,
        "Statement": [{**each, "Resource": "*"} for each in document["Statement"]],
    }


def test_every_call_is_allowed_by_the_role_that_makes_it(
    questions: list[Asked], shop: Shop, roles: dict[str, dict[str, Any]]
) -> None:
    try:
        simulator.install()
    except simulator.UnavailableError as error:
        missing(str(error))
    made = {each.role_arn for each in questions}
    assert len({what(arn) for arn in made}) >= 9
    assert mismatches([case(each, shop, roles) for each in questions]) == []


def test_what_is_granted_is_used_or_has_its_reason(
    questions: list[Asked], roles: dict[str, dict[str, Any]]
) -> None:
    used: dict[str, set[str]] = defaultdict(set)
    for each in questions:
        used[what(each.role_arn)].add(each.action)
    idle: dict[str, set[str]] = defaultdict(set)
    for arn, properties in roles.items():
        if what(arn) not in OF_SERVICES:
            idle[what(arn)] |= granted(properties) - used[what(arn)]
    reviewed = {name: set(actions) for name, actions in NOT_CALLED.items()}
    found = {name: actions - LOGS for name, actions in idle.items() if actions - LOGS}
    assert found == reviewed


def test_no_statement_can_be_taken_away(
    questions: list[Asked], shop: Shop, roles: dict[str, dict[str, Any]]
) -> None:
    simulator.install()
    cases, about = [], []
    for arn, properties in roles.items():
        mine = [each for each in questions if each.role_arn == arn]
        for sid, rest in without_one(properties):
            needed = [each for each in mine if each.action in actions_of(sid[1])]
            cases += [replace(case(each, shop, roles), identity_policies=rest) for each in needed]
            about += [(what(arn), sid[0])] * len(needed)
    denied = {
        name
        for name, decision in zip(about, simulator.evaluate(cases), strict=True)
        if decision.outcome != "allow"
    }
    assert len(denied) > 30
    assert set(about) == denied


def without_one(
    properties: dict[str, Any],
) -> Iterator[tuple[tuple[str, dict[str, Any]], list[dict[str, Any]]]]:
    """Yield each statement with its Sid, and the role's policies without it."""
    for document in policies(properties):
        for left_out in document["Statement"]:
            rest = [each for each in document["Statement"] if each is not left_out]
            yield (left_out["Sid"], left_out), [{**document, "Statement": rest}]
