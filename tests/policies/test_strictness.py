"""What cannot be judged is an error with a reason, never a denial."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import Any

import pytest

from tests.policies import conftest
from tests.policies.samples import (
    ACCOUNT,
    BREAK_GLASS,
    DEPLOY,
    IAM,
    KEY,
    POINT,
    REGION,
    TOPIC,
    TOPIC_POLICY,
    VAULT,
    VAULT_POLICY,
    document,
)
from tests.policies.simulator import (
    ADMINISTRATOR,
    Case,
    Context,
    Document,
    EvaluationError,
    UnavailableError,
    evaluate,
    install,
)

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/ci"
NATIVE_POINT = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/employee/backup/01489602797149-73d8d5bc"


def vault_case(**changes: Any) -> Case:
    request: dict[str, Any] = {
        "principal": DEPLOY,
        "action": "backup:DeleteRecoveryPoint",
        "resource": POINT,
        "identity_policies": (ADMINISTRATOR,),
        "resource_policy": VAULT_POLICY,
        "expected": "explicit_deny",
        "why": "sample",
    }
    return Case(**{**request, **changes})


def topic_case(context: Context) -> Case:
    return Case(
        principal="events.amazonaws.com",
        action="sns:Publish",
        resource=TOPIC,
        context=context,
        resource_policy=TOPIC_POLICY,
        expected="deny",
        why="sample",
    )


def vault_policy(*dropped: str, **changes: Any) -> Document:
    statement = {**VAULT_POLICY["Statement"][0], **changes}
    return document({key: value for key, value in statement.items() if key not in dropped})


def condition(operator: str, key: str, value: Any) -> Document:
    return vault_policy(Condition={operator: {key: value}})


def test_the_samples_are_sound() -> None:
    assert vault_policy() == VAULT_POLICY


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"action": "backup:DeleteRecoveryPoints"}, "unknown action backup:DeleteRecoveryPoints"),
        ({"action": "backupp:DeleteBackupVault"}, "unknown service in action backupp:"),
        ({"action": "backup:Delete*"}, "name one action"),
        ({"principal": "BreakGlass"}, "BreakGlass is not a principal"),
        ({"resource": POINT.replace("1eb3", "*")}, "name one resource, no pattern"),
        ({"resource": "*"}, "acts on a resource; name it"),
        ({"resource": "shop-prod-main"}, "shop-prod-main is not an ARN"),
        ({"resource": VAULT}, "acts on a recovery point, not on"),
        ({"resource": NATIVE_POINT}, "no.resource.types"),
        ({"resource_account": "222222222222"}, "does not belong to account 222222222222"),
        ({"action": "s3:DeleteBucket", "resource": "arn:aws:s3:::b"}, "name the account that owns"),
        (
            {"action": "kms:Decrypt", "resource": KEY, "resource_policy": None},
            "always has a policy; give it",
        ),
        (
            {"action": "sts:AssumeRole", "resource": BREAK_GLASS, "resource_policy": None},
            "always has a policy; give it",
        ),
    ],
)
def test_request_that_makes_no_sense(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(EvaluationError, match=r"^sample \[") as error:
        evaluate([vault_case(**changes)])
    assert reason in str(error.value)


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ({"aws:PrincipleOrgID": "o-a1b2c3d4e5"}, "unknown context key aws:PrincipleOrgID"),
        ({"aws:MultiFactorAuthPresent": "yes"}, "takes Bool, not"),
        ({"aws:SourceArn": "rule"}, "takes ARN, not"),
        ({"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}, "aws:PrincipalOrgID takes one value"),
        ({"aws:CalledVia": "backup.amazonaws.com"}, "aws:CalledVia takes a list"),
        ({"kms:ViaService": "dynamodb"}, "never carries the context key kms:ViaService"),
    ],
)
def test_context_that_makes_no_sense(context: Context, reason: str) -> None:
    with pytest.raises(EvaluationError) as error:
        evaluate([vault_case(context=context)])
    assert reason in str(error.value)


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
@pytest.mark.parametrize(
    ("policy", "reason"),
    [
        ({"Version": "2012-10-17"}, "Statement is required"),
        ({**VAULT_POLICY, "Version": "2008-10-17"}, "Version must be 2012-10-17"),
        (vault_policy("Principal"), "OnlyBreakGlassDestroys: Principal is missing"),
        (vault_policy("Resource"), "OnlyBreakGlassDestroys: Resource is missing"),
        (vault_policy(Effect="Forbid"), "Effect"),
        (vault_policy(Actions="backup:DeleteBackupVault"), "Invalid key Actions"),
        (vault_policy(Action="backup:DeleteVault"), "unknown action backup:DeleteVault"),
        (vault_policy(Action="backup:Destroy*"), "unknown action backup:Destroy*"),
        (condition("ArnUnlike", "aws:PrincipalArn", DEPLOY), "unknown condition operator"),
        (
            condition("ArnNotLike", "aws:PrincipleArn", DEPLOY),
            "unknown condition key aws:Principle",
        ),
        (condition("ArnNotLike", "aws:PrincipalArn", "Deploy"), "something that is no ARN"),
        (condition("Bool", "aws:PrincipalIsAWSService", "no"), "takes true or false, not no"),
        (condition("StringEquals", "aws:CalledVia", "x"), "needs ForAnyValue or ForAllValues"),
    ],
)
def test_policy_that_makes_no_sense(policy: Document, reason: str) -> None:
    with pytest.raises(EvaluationError) as error:
        evaluate([vault_case(resource_policy=policy)])
    assert reason in str(error.value)


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
def test_all_broken_cases_are_reported_at_once() -> None:
    cases = [vault_case(action="backup:A", why="first"), vault_case(), vault_case(action="b:B")]
    with pytest.raises(EvaluationError) as error:
        evaluate(cases)
    assert [line.split(" [")[0] for line in str(error.value).splitlines()] == ["first", "sample"]


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
def test_forgotten_context_key_is_an_error_and_an_absent_one_is_not() -> None:
    with pytest.raises(EvaluationError, match="resource:RulesPublish asks for aws:SourceArn"):
        evaluate([topic_case({})])
    assert evaluate([topic_case({"aws:SourceArn": None})])[0].outcome == "deny"


@pytest.mark.node
@pytest.mark.usefixtures("evaluator")
def test_statement_out_of_reach_asks_for_nothing() -> None:
    elsewhere = replace(topic_case({}), resource=f"{TOPIC}-of-another-team")
    assert evaluate([elsewhere])[0].statements == ()


@pytest.mark.parametrize(
    ("principal", "context", "reason"),
    [
        (SESSION, {}, "give the ARN of its role"),
        (SESSION, {"aws:PrincipalArn": BREAK_GLASS}, "give the ARN of its role"),
        (SESSION, {"aws:PrincipalArn": f"{IAM}:role/Deploy".replace("1", "2")}, "give the ARN of"),
        (DEPLOY, {"aws:PrincipalArn": BREAK_GLASS}, "follows from the principal; leave it out"),
    ],
)
def test_principal_and_its_context_agree(principal: str, context: Context, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        evaluate([vault_case(principal=principal, context=context)])


@pytest.mark.parametrize("tool", ["node", "npm"])
def test_missing_tool_is_named(tool: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"node": "/usr/bin/node", "npm": "/usr/bin/npm"} | {tool: None}
    monkeypatch.setattr(shutil, "which", found.get)
    with pytest.raises(UnavailableError, match=f"^{tool} is not installed"):
        install()


@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_missing_tool_skips_locally_and_fails_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    # Both are caught: a skip that is not expected would hide itself.
    with pytest.raises((pytest.fail.Exception, pytest.skip.Exception)) as raised:
        conftest.absent("node is not installed")
    assert raised.type is outcome
