"""The evaluator understands copies, organizations, keys by alias, tables and trust as well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.policies.samples import (
    ACCOUNT,
    ARCHIVE_VAULT,
    ARCHIVE_VAULT_POLICY,
    BACKUP_ROLE,
    BREAK_GLASS,
    BY_ALIAS,
    DEPLOY,
    EMERGENCY_ADMIN,
    KEY,
    KEY_POLICY,
    POINT,
    REGION,
    RULE,
    SERVICE_CONTROL_POLICY,
    SERVICE_ROLE,
    STRANGER_ACCOUNT,
    TABLE,
    TABLE_POLICY,
    TOPIC,
    TOPIC_POLICY,
    TRUST,
    UNLESS_BREAK_GLASS,
    document,
)
from tests.policies.simulator import (
    ADMINISTRATOR,
    Case,
    Document,
    Outcome,
    evaluate,
    mismatches,
)

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]


def test_a_copy_needs_both_accounts() -> None:
    both = Case(
        principal=BACKUP_ROLE,
        action="backup:CopyIntoBackupVault",
        resource=ARCHIVE_VAULT,
        identity_policies=(ADMINISTRATOR,),
        resource_policy=ARCHIVE_VAULT_POLICY,
        expected="allow",
        why="both sides agree",
    )
    stranger = BACKUP_ROLE.replace(ACCOUNT, STRANGER_ACCOUNT)
    assert (
        mismatches(
            [
                both,
                replace(both, identity_policies=(), expected="deny", why="the role has no right"),
                replace(both, resource_policy=None, expected="deny", why="the vault says nothing"),
                replace(both, principal=stranger, expected="deny", why="an account not named"),
                replace(
                    both, action="backup:DescribeBackupVault", expected="deny", why="another action"
                ),
            ]
        )
        == []
    )


def test_a_role_of_another_account_is_named_by_condition() -> None:
    way_back = document(
        {
            "Sid": "WayBack",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{STRANGER_ACCOUNT}:root"},
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {
                "ArnEquals": {"aws:PrincipalArn": f"arn:aws:iam::{STRANGER_ACCOUNT}:role/Recovery"}
            },
        }
    )
    named = Case(
        principal=f"arn:aws:iam::{STRANGER_ACCOUNT}:role/Recovery",
        action="kms:Decrypt",
        resource=KEY,
        identity_policies=(ADMINISTRATOR,),
        resource_policy=way_back,
        expected="allow",
        why="the role that the condition names",
    )
    other = f"arn:aws:iam::{STRANGER_ACCOUNT}:role/Deploy"
    same_name = f"arn:aws:iam::{ACCOUNT}:role/Recovery"
    assert (
        mismatches(
            [
                named,
                replace(named, identity_policies=(), expected="deny", why="no right of its own"),
                replace(named, principal=other, expected="deny", why="another role over there"),
                replace(named, principal=same_name, expected="deny", why="same name at home"),
            ]
        )
        == []
    )


def test_the_organization_decides_who_copies() -> None:
    by_organization = document(
        {
            **ARCHIVE_VAULT_POLICY["Statement"][0],
            "Principal": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        }
    )
    member = Case(
        principal=BACKUP_ROLE,
        action="backup:CopyIntoBackupVault",
        resource=ARCHIVE_VAULT,
        context={"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        identity_policies=(ADMINISTRATOR,),
        resource_policy=by_organization,
        expected="allow",
        why="member of the organization",
    )
    stranger = {"aws:PrincipalOrgID": "o-zzzzzzzzzz"}
    assert (
        mismatches(
            [
                member,
                replace(member, context=stranger, expected="deny", why="another organization"),
                replace(
                    member,
                    context={"aws:PrincipalOrgID": None},
                    expected="deny",
                    why="no organization",
                ),
            ]
        )
        == []
    )


def test_service_control_policies_bind_all_but_service_linked_roles() -> None:
    bound = Case(
        principal=DEPLOY,
        action="backup:DeleteRecoveryPoint",
        resource=POINT,
        identity_policies=(ADMINISTRATOR,),
        service_control_policies=(SERVICE_CONTROL_POLICY,),
        expected="explicit_deny",
        why="deploy is bound",
    )
    assert (
        mismatches(
            [
                bound,
                replace(
                    bound, principal=BREAK_GLASS, expected="allow", why="break-glass is exempt"
                ),
                replace(bound, principal=SERVICE_ROLE, expected="allow", why="service-linked role"),
                replace(bound, action="dynamodb:DeleteTable", resource=TABLE, why="another action"),
                replace(
                    bound,
                    action="dynamodb:UpdateTable",
                    resource=TABLE,
                    expected="allow",
                    why="another team's deploy",
                ),
            ]
        )
        == []
    )


def test_service_control_policies_do_not_decide_what_is_allowed() -> None:
    exempt = Case(
        principal=BREAK_GLASS,
        action="backup:DeleteRecoveryPoint",
        resource=POINT,
        identity_policies=(ADMINISTRATOR,),
        service_control_policies=(SERVICE_CONTROL_POLICY,),
        expected="allow",
        why="break-glass is exempt",
    )
    assert evaluate([exempt])[0].statements == ("identity 1:Everything",)


@pytest.mark.parametrize(
    ("condition", "principal", "expected"),
    [
        (UNLESS_BREAK_GLASS, "events.amazonaws.com", "explicit_deny"),
        (
            {**UNLESS_BREAK_GLASS, "Bool": {"aws:PrincipalIsAWSService": "false"}},
            "events.amazonaws.com",
            "allow",
        ),
        (
            {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1"}},
            "events.amazonaws.com",
            "explicit_deny",
        ),
        ({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}, DEPLOY, "allow"),
        ({"ArnNotEquals": {"aws:SourceArn": RULE}}, DEPLOY, "explicit_deny"),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, DEPLOY, "explicit_deny"),
    ],
)
def test_denial_by_a_key_that_the_request_lacks_applies(
    condition: Document, principal: str, expected: Outcome
) -> None:
    guard = {
        "Sid": "Guard",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sns:Publish",
        "Resource": TOPIC,
        "Condition": condition,
    }
    source = {"aws:SourceArn": RULE} if principal == "events.amazonaws.com" else {}
    case = Case(
        principal=principal,
        action="sns:Publish",
        resource=TOPIC,
        context=source,
        identity_policies=() if source else (ADMINISTRATOR,),
        resource_policy=document(*TOPIC_POLICY["Statement"], guard),
        expected=expected,
        why="the guard",
    )
    assert mismatches([case]) == []


def test_a_key_is_found_by_alias_and_by_way_of_a_service() -> None:
    via = f"dynamodb.{REGION}.amazonaws.com"
    by_alias = Case(
        principal=DEPLOY,
        action="kms:Decrypt",
        resource=KEY,
        resource_policy=KEY_POLICY,
        expected="allow",
        identity_policies=(BY_ALIAS,),
        context={
            "kms:ResourceAliases": ["alias/other", "alias/shop-prod-tables"],
            "kms:ViaService": via,
        },
        why="one of the aliases fits",
    )
    other_alias = {"kms:ResourceAliases": ["alias/other"], "kms:ViaService": via}
    assert (
        mismatches(
            [
                by_alias,
                replace(by_alias, context=other_alias, expected="deny", why="no alias fits"),
                replace(
                    by_alias,
                    context={**by_alias.context, "kms:ViaService": None},
                    expected="deny",
                    why="the role calls KMS itself",
                ),
            ]
        )
        == []
    )


def test_table_and_trust_policies_decide() -> None:
    table = Case(
        principal=DEPLOY,
        action="dynamodb:DeleteTable",
        resource=TABLE,
        identity_policies=(ADMINISTRATOR,),
        resource_policy=TABLE_POLICY,
        expected="explicit_deny",
        why="the table's own policy",
    )
    trust = Case(
        principal="backup.amazonaws.com",
        action="sts:AssumeRole",
        resource=BACKUP_ROLE,
        context={"aws:SourceAccount": ACCOUNT},
        resource_policy=TRUST,
        expected="allow",
        why="AWS Backup for our account",
    )
    confused = {"aws:SourceAccount": STRANGER_ACCOUNT}
    assert (
        mismatches(
            [
                table,
                replace(table, principal=EMERGENCY_ADMIN, expected="allow", why="break-glass"),
                trust,
                replace(trust, context=confused, expected="deny", why="confused deputy"),
            ]
        )
        == []
    )
