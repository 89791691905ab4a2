"""Every rendered document is sound by an IAM linter, small enough for AWS, and judged by cases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from tests.policies import (
    test_documents_catalogue,
    test_documents_exports,
    test_documents_functions,
    test_documents_keys,
    test_documents_queues,
    test_documents_recovery,
    test_documents_roles,
    test_documents_topics,
    test_documents_tripwires,
    test_documents_vault,
)
from tests.policies.linter import findings
from tests.policies.rendered import PLACES, attached, document

# Document and finding (patterns) → why it is right as it is.
REVIEWED = {
    (
        "*/RoleFor*:policy",
        "CopyOutOfVaults: RESOURCE_STAR *",
    ): "points have ids that AWS chooses; AWS's own policy names none, and only AWS Backup assumes"
    " the role",
    (
        "*/RoleForRecovery:policy",
        "CopyBack: RESOURCE_STAR *",
    ): "points have ids that AWS chooses; reading and copying back is what the role is for",
    (
        "*/RoleOf*Machine:policy",
        "FollowChildren: RESOURCE_MISMATCH *DescribeExecution*",
    ): "it may describe express executions too, of which there are none: children are standard",
    (
        "*/RoleForFunctionRestoreTable:policy",
        "FollowRefills: RESOURCE_MISMATCH *DescribeExecution*",
    ): "refills are standard executions as well",
    (
        "*PolicyOf*Bucket*",
        "DenyPlainHttp: RESOURCE_MISMATCH s3:* acts on *",
    ): "s3:* names actions as well that act on no bucket; to deny those here does nothing",
}
# Documents (pattern) → the most characters AWS takes, and where it says so. AWS publishes none for
# vaults: theirs are held to the smallest of the other resources' that hold several statements.
LIMITS = {
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    "*KeyOf*": 32_768,
    "*/Vault*": 8_192,
    # https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
    "*/PolicyOfAlertTopic*": 30_720,
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    "*/PolicyOfUndeliveredAlerts": 8_192,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    "*PolicyOf*Bucket*": 20_480,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "*/Role*:trust": 2_048,
    "*/Role*:policy": 10_240,  # all inline policies of a role together, and ours have one
}
JUDGED = (
    test_documents_functions,
    test_documents_vault,
    test_documents_keys,
    test_documents_topics,
    test_documents_queues,
    test_documents_roles,
    test_documents_tripwires,
    test_documents_catalogue,
    test_documents_exports,
    test_documents_recovery,
)


@pytest.mark.usefixtures("linter")
def test_every_document_is_sound_but_for_what_was_reviewed() -> None:
    found = [
        (name, finding)
        for name, one in attached().items()
        for finding in findings(one.document, one.kind)
    ]
    of_reason = {
        patterns: [one for one in found if all(map(fnmatchcase, one, patterns))]
        for patterns in REVIEWED
    }
    assert [patterns for patterns, ones in of_reason.items() if not ones] == []
    explained = {one for ones in of_reason.values() for one in ones}
    assert [one for one in found if one not in explained] == []


@pytest.mark.parametrize("name", attached())
def test_document_fits(name: str) -> None:
    (limit,) = (limit for pattern, limit in LIMITS.items() if fnmatchcase(name, pattern))
    text = json.dumps(document(name), separators=(",", ":"), ensure_ascii=False)
    assert len(text.encode()) <= limit


def test_queue_policies_keep_to_what_sqs_counts() -> None:
    for name in ("prod/PolicyOfUndeliveredAlerts", "archive/PolicyOfUndeliveredAlerts"):
        statements = document(name)["Statement"]
        assert len(statements) <= 20
        assert sum("Condition" in one for one in statements) <= 10
        assert max(len(_listed(one["Action"])) for one in statements) <= 7


def test_topic_policies_name_their_topic_and_nothing_else() -> None:
    for name in test_documents_topics.TOPICS:
        named = {str(one["Resource"]) for one in document(name)["Statement"]}
        place, what = test_documents_topics.TOPICS[name]
        assert named == {place.arn("sns", f"shop-{place.name}-{what}")}


def test_vault_policies_name_actions_in_full() -> None:
    """AWS Backup takes no wildcard among the actions of a vault's policy."""
    of_vaults = [name for name in attached() if name.split("/")[1].startswith("Vault")]
    assert len(of_vaults) >= 8
    actions = [action for name in of_vaults for action in _actions(name)]
    assert [action for action in actions if "*" in action] == []


FOR_BREAK_GLASS = (
    "OnlyBreakGlassDestroys",
    "OnlyBreakGlassDestroysBucket",
    "OnlyBreakGlassDestroysObjects",
    "OnlyBreakGlassLocksShorter",
    "OnlyBreakGlassLocksLonger",
    "OnlyBreakGlassLocksForEver",
)


REPLICATING = (
    "shop-prod-catalog-replication-eu-central-1",
    "shop-prod-exports-replication-eu-central-1",
    "shop-*-catalog-replication-*",
)


def test_only_break_glass_and_deploy_are_exempt_anywhere() -> None:
    exempt = {
        (statement["Sid"], role.split("/")[-1])
        for name in attached()
        for statement in document(name)["Statement"]
        if "ArnNotLike" in statement.get("Condition", {})
        for role in statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    }
    people = {"BreakGlass", "ArchiveBreakGlass", "AWSReservedSSO_EmergencyAdmin_????????????????"}
    assert exempt == {
        *((sid, one) for one in people for sid in FOR_BREAK_GLASS),
        *(("OnlyDeployChanges", one) for one in {*people, "Deploy", "ArchiveDeploy"}),
        *(("OnlySourcesReplicate", one) for one in {*people, *REPLICATING}),
    }


def test_every_document_is_judged_by_cases() -> None:
    """A document has cases, or says nothing but what a document with cases says."""
    judged = {name for module in JUDGED for name in module.TABLES}
    known = {piece for name in judged for piece in _pieces(name)}
    news = {
        name: [piece for piece in _pieces(name) if piece not in known]
        for name in attached()
        if name not in judged
    }
    assert {name: pieces for name, pieces in news.items() if pieces} == {}
    assert judged <= set(attached())


def _pieces(name: str) -> Iterator[str]:
    """Yield each statement for each of its resources, as if the environment were called prod."""
    environment, logical_id = name.split("/")
    place, prod = PLACES[environment], PLACES["prod"]
    family = logical_id.removesuffix(":trust")[:5]
    for statement in document(name)["Statement"]:
        for resource in _listed(statement.get("Resource", "none")):
            text = json.dumps({**statement, "Resource": resource}, sort_keys=True)
            text = text.replace(place.account, prod.account).replace(place.region, prod.region)
            yield f"{family} {text.replace(f'shop-{environment}-', 'shop-prod-')}"


def _actions(name: str) -> Iterator[str]:
    for statement in document(name)["Statement"]:
        yield from _listed(statement["Action"])


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
