"""The evaluator honours conditions, resources and principals, in both directions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.policies.samples import (
    ACCOUNT,
    ALARM,
    BREAK_GLASS,
    DEPLOY,
    EMERGENCY_ADMIN,
    IAM,
    KEY,
    KEY_POLICY,
    POINT,
    RULE,
    SERVICE_ROLE,
    STRANGER_ACCOUNT,
    TOPIC,
    TOPIC_POLICY,
    VAULT,
    VAULT_POLICY,
    document,
)
from tests.policies.simulator import (
    ADMINISTRATOR,
    Case,
    Document,
    evaluate,
    mismatches,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]


def vault_case(principal: str, **changes: Any) -> Case:
    return replace(
        Case(
            principal=principal,
            action="backup:DeleteRecoveryPoint",
            resource=POINT,
            identity_policies=(ADMINISTRATOR,),
            resource_policy=VAULT_POLICY,
            expected="allow",
            why="deletes a recovery point",
        ),
        **changes,
    )


VAULT_CASES = (
    vault_case(BREAK_GLASS, why="break-glass role"),
    vault_case(BREAK_GLASS, identity_policies=(), expected="deny", why="no right of its own"),
    vault_case(EMERGENCY_ADMIN, why="break-glass permission set"),
    vault_case(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/BreakGlass/alice",
        context={"aws:PrincipalArn": BREAK_GLASS},
        why="session of the break-glass role",
    ),
    vault_case(DEPLOY, expected="explicit_deny", why="deploy role"),
    vault_case(f"{IAM}:root", expected="explicit_deny", why="root user"),
    vault_case(DEPLOY, action="backup:DescribeRecoveryPoint", why="deploy may look"),
    vault_case(
        DEPLOY,
        action="backup:DeleteBackupVault",
        resource=VAULT,
        expected="explicit_deny",
        why="deploy deletes the vault",
    ),
)

KEY_BASE = Case(
    principal=DEPLOY,
    action="kms:Decrypt",
    resource=KEY,
    resource_policy=KEY_POLICY,
    expected="allow",
    why="key policy",
)
KEY_CASES = (
    replace(KEY_BASE, identity_policies=(ADMINISTRATOR,), why="the account delegates"),
    replace(KEY_BASE, expected="deny", why="delegation alone gives nothing"),
    replace(
        KEY_BASE,
        resource_policy=document(KEY_POLICY["Statement"][1]),
        identity_policies=(ADMINISTRATOR,),
        expected="deny",
        why="without delegation an administrator gets nothing",
    ),
    replace(KEY_BASE, principal="events.amazonaws.com", why="EventBridge encrypts"),
    replace(
        KEY_BASE,
        principal="backup.amazonaws.com",
        expected="deny",
        why="a service that the key does not name",
    ),
    replace(
        KEY_BASE,
        principal="cloudwatch.amazonaws.com",
        context={"aws:SourceAccount": ACCOUNT},
        why="our alarms encrypt",
    ),
    replace(
        KEY_BASE,
        principal="cloudwatch.amazonaws.com",
        context={"aws:SourceAccount": STRANGER_ACCOUNT},
        expected="deny",
        why="a stranger's alarms",
    ),
    replace(
        KEY_BASE,
        principal=SERVICE_ROLE,
        action="kms:CreateGrant",
        context={"kms:GrantIsForAWSResource": "true"},
        why="AWS Backup grants for itself",
    ),
    replace(
        KEY_BASE,
        principal=SERVICE_ROLE,
        action="kms:CreateGrant",
        context={"kms:GrantIsForAWSResource": "false"},
        expected="deny",
        why="a grant to somebody else",
    ),
    replace(
        KEY_BASE,
        principal=SERVICE_ROLE.replace("/aws-service-role/backup.amazonaws.com", ""),
        action="kms:CreateGrant",
        context={"kms:GrantIsForAWSResource": "true"},
        expected="deny",
        why="same name, other path",
    ),
    replace(
        KEY_BASE,
        action="kms:ScheduleKeyDeletion",
        identity_policies=(ADMINISTRATOR,),
        expected="explicit_deny",
        why="deploy deletes the key",
    ),
    replace(
        KEY_BASE,
        principal=BREAK_GLASS,
        action="kms:ScheduleKeyDeletion",
        identity_policies=(ADMINISTRATOR,),
        why="break-glass deletes the key",
    ),
)

TOPIC_BASE = Case(
    principal="events.amazonaws.com",
    action="sns:Publish",
    resource=TOPIC,
    context={"aws:SourceArn": RULE, "aws:SourceAccount": ACCOUNT},
    resource_policy=TOPIC_POLICY,
    expected="allow",
    why="our rule publishes",
)
TOPIC_CASES = (
    TOPIC_BASE,
    replace(
        TOPIC_BASE,
        context={**TOPIC_BASE.context, "aws:SourceArn": RULE + "-of-another-team"},
        expected="deny",
        why="another rule",
    ),
    replace(TOPIC_BASE, resource=f"{TOPIC}-of-another-team", expected="deny", why="another topic"),
    replace(TOPIC_BASE, action="sns:DeleteTopic", expected="deny", why="only publishing"),
    replace(TOPIC_BASE, principal="backup.amazonaws.com", expected="deny", why="not named"),
    replace(
        TOPIC_BASE,
        principal="cloudwatch.amazonaws.com",
        context={"aws:SourceArn": ALARM, "aws:SourceAccount": ACCOUNT},
        why="our alarm publishes",
    ),
    replace(
        TOPIC_BASE,
        principal="cloudwatch.amazonaws.com",
        context={"aws:SourceArn": ALARM, "aws:SourceAccount": STRANGER_ACCOUNT},
        expected="deny",
        why="a stranger's alarm",
    ),
)

TABLES: Mapping[str, tuple[Case, ...]] = {
    "vault": VAULT_CASES,
    "key": KEY_CASES,
    "topic": TOPIC_CASES,
}


@pytest.mark.parametrize("name", TABLES)
def test_hand_written_policy_decides_as_written(name: str) -> None:
    assert mismatches(TABLES[name]) == []


def _without_condition(statement: dict[str, Any]) -> None:
    del statement["Condition"]


def _for_anyone(statement: dict[str, Any]) -> None:
    statement["Principal"] = "*"


def _on_anything(statement: dict[str, Any]) -> None:
    statement["Resource"] = "*"


def _changed(policy: Document, sid: str, change: Callable[[dict[str, Any]], None]) -> Document:
    statements = [dict(one) for one in policy["Statement"]]
    change(next(one for one in statements if one["Sid"] == sid))
    return document(*statements)


@pytest.mark.parametrize(
    ("name", "sid", "change", "tells"),
    [
        ("vault", "OnlyBreakGlassDestroys", _without_condition, "break-glass role"),
        ("key", "OnlyBreakGlassDestroys", _without_condition, "break-glass deletes the key"),
        ("key", "AlarmsEncrypt", _without_condition, "a stranger's alarms"),
        ("key", "BackupServiceGrants", _without_condition, "a grant to somebody else"),
        ("key", "BackupServiceGrants", _for_anyone, "same name, other path"),
        ("key", "EventBridgeEncrypts", _for_anyone, "delegation alone gives nothing"),
        ("topic", "RulesPublish", _without_condition, "another rule"),
        ("topic", "RulesPublish", _for_anyone, "not named"),
        ("topic", "RulesPublish", _on_anything, "another topic"),
        ("topic", "AlarmsPublish", _without_condition, "a stranger's alarm"),
    ],
)
def test_loosened_policy_is_noticed(
    name: str, sid: str, change: Callable[[dict[str, Any]], None], tells: str
) -> None:
    whole = TABLES[name][0].resource_policy
    assert whole is not None
    loosened = _changed(whole, sid, change)
    cases = [
        replace(case, resource_policy=loosened)
        for case in TABLES[name]
        if case.resource_policy is whole
    ]
    assert [line for line in mismatches(cases) if line.startswith(f"{tells} [")]


def test_decisions_name_their_statements_in_the_order_of_the_cases() -> None:
    cases = [VAULT_CASES[4], TOPIC_CASES[1], KEY_CASES[0]] * 50
    decisions = [(one.outcome, one.statements) for one in evaluate(cases)]
    assert (
        decisions
        == [
            ("explicit_deny", ("resource:OnlyBreakGlassDestroys",)),
            ("deny", ("resource:RulesPublish",)),
            ("allow", ("identity 1:Everything", "resource:AccountDecides")),
        ]
        * 50
    )
