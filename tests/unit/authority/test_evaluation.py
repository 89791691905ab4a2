"""What our evaluator does not read is unknown; the rest is compared in tests/policies."""

from __future__ import annotations

from typing import Any

import pytest

from generator.authority.conditions import NEGATED, OPERATORS
from generator.authority.evaluation import Policy, Request, evaluate
from generator.authority.world import ALL_RIGHTS

ROLE = "arn:aws:iam::111111111111:role/Operator"
TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders"
REQUEST = Request(
    principal=ROLE, action="dynamodb:DeleteTable", resource=TABLE, account_id="111111111111"
)


def document(**statement: Any) -> Policy:
    whole = {"Sid": "S", "Effect": "Deny", "Action": "dynamodb:*", "Resource": "*", **statement}
    left = {key: value for key, value in whole.items() if value is not None}
    return Policy(name="judged", document={"Version": "2012-10-17", "Statement": [left]})


UNREAD: dict[str, dict[str, Any]] = {
    "NotAction": {"Action": None, "NotAction": "s3:*"},
    "NotResource": {"Resource": None, "NotResource": "arn:aws:dynamodb:*:*:table/other"},
    "operator": {"Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01"}}},
    "key": {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}},
    "quantifier": {"Condition": {"ForAllValues:StringEquals": {"kms:ResourceAliases": "alias/a"}}},
    "quantifier that is missing": {"Condition": {"StringEquals": {"kms:ResourceAliases": "a"}}},
    "variable in a value": {"Condition": {"ArnLike": {"aws:PrincipalArn": "${aws:username}"}}},
    "variable in a resource": {"Resource": "arn:aws:dynamodb:*:*:table/${aws:username}"},
    "number": {"Condition": {"NumericLessThan": {"aws:PrincipalArn": "7"}}},
}


@pytest.mark.parametrize("what", UNREAD)
def test_a_denial_that_is_not_read_makes_an_allowed_request_unknown(what: str) -> None:
    request = Request(
        principal=ROLE,
        action=REQUEST.action,
        resource=TABLE,
        account_id=REQUEST.account_id,
        context={"kms:ResourceAliases": ("alias/a",)},
    )
    verdict = evaluate(request, identity=[ALL_RIGHTS, document(**UNREAD[what])])
    assert verdict.outcome == "unknown"
    assert verdict.unsure == ("judged",)


@pytest.mark.parametrize("what", UNREAD)
def test_what_is_not_read_changes_nothing_that_is_settled(what: str) -> None:
    unread = document(**UNREAD[what])
    denied = document(Sid="T")
    assert evaluate(REQUEST, identity=[ALL_RIGHTS, unread, denied]).outcome == "explicit_deny"
    assert evaluate(REQUEST, identity=[unread]).outcome == "deny"


def test_a_permission_that_is_not_read_is_unknown_not_granted() -> None:
    for unread in UNREAD.values():
        if "Condition" in unread:
            given = document(Effect="Allow", **unread)
            assert evaluate(REQUEST, identity=[given]).outcome in ("unknown", "deny")


def test_another_principal_element_is_unknown() -> None:
    excluding = document(NotPrincipal={"AWS": ROLE})
    federated = document(Principal={"Federated": "cognito-identity.amazonaws.com"})
    for policy in (excluding, federated):
        verdict = evaluate(REQUEST, identity=[ALL_RIGHTS], resource=policy)
        assert verdict.outcome == "unknown"


def test_a_policy_that_is_not_known_is_unknown() -> None:
    hidden = Policy(name="key elsewhere", document=None)
    verdict = evaluate(REQUEST, identity=[ALL_RIGHTS], resource=hidden)
    assert (verdict.outcome, verdict.unsure) == ("unknown", ("key elsewhere",))


def test_the_verdict_names_document_and_statement() -> None:
    control = Policy(name="control", document=document(Sid="Tables").document)
    verdict = evaluate(REQUEST, identity=[ALL_RIGHTS], service_control=[control])
    assert (verdict.outcome, verdict.by) == ("explicit_deny", ("control: Tables",))
    assert evaluate(REQUEST, identity=[ALL_RIGHTS]).by == ("all rights: Everything",)


def test_service_linked_roles_are_not_bound_by_service_control_policies() -> None:
    linked = "arn:aws:iam::111111111111:role/aws-service-role/backup.amazonaws.com/X"
    request = Request(
        principal=linked, action=REQUEST.action, resource=TABLE, account_id=REQUEST.account_id
    )
    given = evaluate(request, identity=[ALL_RIGHTS], service_control=[document()])
    assert given.outcome == "allow"


def test_negated_operators_negate_one_that_is_there() -> None:
    assert set(NEGATED.values()) <= OPERATORS.keys()
    assert not NEGATED.keys() & OPERATORS.keys()
