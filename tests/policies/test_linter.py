"""The linter finds slips in every kind of document and accepts the sound ones."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest

from tests.policies import samples
from tests.policies.linter import NEWER_ACTIONS, Document, Kind, findings
from tests.policies.samples import ACCOUNT, KEY, POINT, REGION, TABLE, VAULT, document
from tests.policies.simulator import ADMINISTRATOR, Case, mismatches

pytestmark = pytest.mark.usefixtures("linter")

BUCKET = "arn:aws:s3:::shop-prod-exports"


def statement(effect: str, action: str, resource: str, **more: Any) -> Document:
    return document({"Sid": "S", "Effect": effect, "Action": action, "Resource": resource, **more})


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("VAULT_POLICY", "resource"),
        ("ARCHIVE_VAULT_POLICY", "resource"),
        ("KEY_POLICY", "resource"),
        ("TOPIC_POLICY", "resource"),
        ("TABLE_POLICY", "resource"),
        ("BY_ALIAS", "identity"),
        ("SERVICE_CONTROL_POLICY", "identity"),
        ("TRUST", "trust"),
    ],
)
def test_sound_documents_have_no_findings(name: str, kind: Kind) -> None:
    assert findings(getattr(samples, name), kind) == []


@pytest.mark.parametrize(
    ("found", "slip"),
    [
        ("UNKNOWN_ACTION Unknown action dynamodb:DeleteTabel", ("dynamodb:DeleteTabel", TABLE)),
        ("UNKNOWN_PREFIX", ("dynamo:DeleteTable", TABLE)),
        ("RESOURCE_MISMATCH", ("dynamodb:DeleteTable", VAULT)),
        ("RESOURCE_MISMATCH", ("kms:Decrypt", KEY.replace("key/", "alias/"))),
        ("INVALID_ARN", ("dynamodb:DeleteTable", "table/employee")),
    ],
)
@pytest.mark.parametrize("effect", ["Allow", "Deny"])
def test_slip_in_action_or_resource(effect: str, found: str, slip: tuple[str, str]) -> None:
    lines = findings(statement(effect, *slip))
    assert [line.startswith(f"S: {found}") for line in lines] == [True]


@pytest.mark.parametrize(
    ("operator", "key", "value", "found"),
    [
        ("ArnNotLike", "aws:PrincipleArn", "arn:aws:iam::1:role/x", "UNKNOWN_CONDITION_FOR_ACTION"),
        ("ArnNotAlike", "aws:PrincipalArn", f"{samples.BREAK_GLASS}", "UNKNOWN_OPERATOR"),
        ("ArnNotLike", "aws:PrincipalArn", "BreakGlass", "MISMATCHED_TYPE"),
        ("StringEquals", "kms:ViaService", "x", "UNKNOWN_CONDITION_FOR_ACTION"),
    ],
)
def test_slip_in_a_condition(operator: str, key: str, value: str, found: str) -> None:
    slip = statement("Deny", "dynamodb:DeleteTable", TABLE, Condition={operator: {key: value}})
    assert [line.split(" ")[1] for line in findings(slip)] == [found]


@pytest.mark.parametrize(
    ("slip", "kind", "found"),
    [
        (samples.VAULT_POLICY, "identity", "an identity policy names no Principal"),
        (samples.BY_ALIAS, "resource", "Principal is missing"),
        (document({**samples.TRUST["Statement"][0], "Resource": "*"}), "trust", "has a Resource"),
        ({"Version": "2012-10-17"}, "identity", "required element Statement"),
        (statement("Permit", "sns:Publish", samples.TOPIC), "identity", "Unknown Effect"),
        (document(*samples.BY_ALIAS["Statement"] * 2), "identity", "Duplicate Statement Id"),
        (statement("Allow", "dynamodb:DeleteTable", "*"), "identity", "RESOURCE_STAR"),
    ],
)
def test_document_that_does_not_suit_its_kind(slip: Document, kind: Kind, found: str) -> None:
    assert [found in line for line in findings(slip, kind)] == [True]


def test_denial_bites_with_one_of_the_resources_of_its_action() -> None:
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/shop-prod-tables"
    assert findings(statement("Deny", "kms:DeleteAlias", alias)) == []
    assert len(findings(statement("Allow", "kms:DeleteAlias", alias))) == 1
    assert len(findings(statement("Deny", "kms:DeleteAlias", TABLE))) == 2
    assert len(findings(statement("Deny", "backup:UpdateGlobalSettings", VAULT))) == 1
    assert len(findings(statement("Deny", "iam:DeleteRole", VAULT))) == 1


def test_star_is_the_resource_itself_in_a_resource_policy() -> None:
    everything = statement("Allow", "backup:CopyIntoBackupVault", "*", Principal={"AWS": ACCOUNT})
    assert findings(everything, "resource") == []


NEWER_SAMPLES = {
    "backup:DisassociateBackupVaultMpaApprovalTeam": VAULT,
    "backup:RevokeRestoreAccessBackupVault": VAULT,
    "cloudwatch:PutAlarmMuteRule": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm-mute-rule:night",
    "dynamodb:DeleteGlobalTableWitness": TABLE,
    "s3:UpdateObjectEncryption": f"{BUCKET}/data",
}


@pytest.mark.parametrize("action", NEWER_ACTIONS)
def test_newer_action_is_accepted_on_its_resource_only(action: str) -> None:
    assert findings(statement("Deny", action, NEWER_SAMPLES[action])) == []
    assert "RESOURCE_MISMATCH" in findings(statement("Deny", action, POINT))[0]


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
def test_newer_actions_exist_by_the_newer_data_of_the_evaluator() -> None:
    cases = [
        Case(
            principal=samples.DEPLOY,
            action=action,
            resource=resource,
            identity_policies=(ADMINISTRATOR,),
            resource_account=ACCOUNT,
            expected="allow",
            why="exists",
        )
        for action, resource in NEWER_SAMPLES.items()
    ]
    assert mismatches(cases) == []


def test_parliament_itself_still_lacks_the_newer_actions() -> None:
    data = json.loads(files("parliament").joinpath("iam_definition.json").read_text("utf-8"))
    known = {f"{one['prefix']}:{name['privilege']}" for one in data for name in one["privileges"]}
    assert known.isdisjoint(NEWER_ACTIONS), "delete these rows of NEWER_ACTIONS"
