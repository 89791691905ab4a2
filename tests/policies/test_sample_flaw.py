"""Every cell of docs/sample-policies.md: the sample lets the last copy go, ours does not."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache

import pytest

from tests.conftest import ROOT
from tests.policies.evaluation.people import key_that_denies_nothing, thing
from tests.policies.evaluation.world import World, worlds
from tests.policies.simulator import Case, Document, Outcome, evaluate

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

PAGE = "docs/sample-policies.md"
WORDS: Mapping[str, Outcome] = {
    "allowed": "allow",
    "denied": "explicit_deny",
    "not allowed": "deny",
}
ORDINARY: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Ordinary",
            "Effect": "Allow",
            "NotAction": ["iam:*", "organizations:*", "account:*"],
            "Resource": "*",
        }
    ],
}
# What each action is asked for, in the words of the evaluation table.
ASKED_FOR = {
    "dynamodb:DeleteBackup": "backup of order_transaction",
    "backup:DeleteRecoveryPoint": "point in nowhere",
    "backup:UpdateRecoveryPointLifecycle": "point in nowhere",
    "backup:DeleteBackupVault": "vault critical",
    "backup:DeleteBackupVaultLockConfiguration": "vault critical",
    "kms:ScheduleKeyDeletion": "key of critical",
    "dynamodb:DeleteTable": "table order_transaction",
    "dynamodb:UpdateContinuousBackups": "table order_transaction",
    "backup:PutBackupVaultAccessPolicy": "vault critical",
    "backup:DeleteBackupSelection": "plan",
    "backup:UpdateBackupPlan": "plan",
    "backup:DeleteBackupPlan": "plan",
}
DESTROYS = tuple(ASKED_FOR)[1:8]
SAMPLE, ORDINARY_TOO, OURS = 0, 1, range(2, 6)


@cache
def page() -> str:
    return (ROOT / PAGE).read_text(encoding="utf-8")


@cache
def sample() -> tuple[Document, ...]:
    """Return the policies of the page itself."""
    blocks = re.findall(r"^```json\n(.*?)^```", page(), re.DOTALL | re.MULTILINE)
    assert len(blocks) == 2
    return tuple(json.loads(block) for block in blocks)


@cache
def cells() -> Mapping[str, tuple[str, ...]]:
    """Return action → what the page says of each kind of person."""
    rows = re.findall(r"^\| `([\w:]+)` \|(.*)\|$", page(), re.MULTILINE)
    return {
        action: tuple(cell.strip().strip("*") for cell in rest.split("|")) for action, rest in rows
    }


def people(world: World) -> tuple[tuple[Sequence[Document], Sequence[Document]], ...]:
    """Return the identity and the service control policies of each column."""
    named = world.documents
    denying = [document for name, document in named.items() if name.startswith("deny-")]
    control = [named[name] for name in world.service_control]
    return (
        (sample(), ()),
        ((*sample(), ORDINARY), ()),
        ((named["operator"],), ()),
        ((named["backup-administrator"],), ()),
        ((ORDINARY, *denying), ()),
        ((ORDINARY,), control),
    )


def test_every_cell_of_the_page_is_what_the_evaluator_says() -> None:
    world = worlds()["prod"]
    cases = []
    for action, said in cells().items():
        resource = thing(world, ASKED_FOR[action])
        of_key = key_that_denies_nothing(world) if ":key/" in resource.arn else None
        for (identity, control), words in zip(people(world), said, strict=True):
            cases.append(
                Case(
                    principal=world.arn("iam", "role/Person"),
                    action=action,
                    resource=resource.arn,
                    expected=WORDS[words],
                    why=f"{action}: {words}",
                    context=resource.context,
                    identity_policies=identity,
                    resource_policy=of_key,
                    service_control_policies=control,
                )
            )
    assert len(cases) == len(ASKED_FOR) * 6
    assert [
        f"{case.why}, but {decision}"
        for case, decision in zip(cases, evaluate(cases), strict=True)
        if decision.outcome != case.expected
    ] == []


def test_the_page_says_what_it_is_for() -> None:
    assert tuple(cells()) == tuple(ASKED_FOR)
    assert cells()["dynamodb:DeleteTable"][SAMPLE] == "allowed"
    for action in DESTROYS:
        assert cells()[action][ORDINARY_TOO] == "allowed"
        assert all(cells()[action][column] != "allowed" for column in OURS)
