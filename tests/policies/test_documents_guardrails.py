"""Every guardrail document is sound by an IAM linter and small enough for AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from blueprints import guardrails
from generator import pipeline
from tests.policies.evaluation.world import environments
from tests.policies.linter import Kind, findings

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, without white space
MOST_CHARACTERS_OF_MANAGED, MOST_CHARACTERS_OF_INLINE, MOST_CHARACTERS_OF_TRUST = (
    6_144,
    10_240,
    2_048,
)
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html, with it
MOST_CHARACTERS_OF_SERVICE_CONTROL = 5_120
MOST_SERVICE_CONTROL_POLICIES, MOST_MANAGED_POLICIES = 5, 10
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (policies of a role)

# Document and finding (patterns) → why it is right as it is.
REVIEWED = {
    ("*", "Look: RESOURCE_STAR *"): "who works with copies may look at all of them",
    (
        "*/operator",
        "OperateTables: RESOURCE_MISMATCH *",
    ): "`Describe*` and `List*` name actions as well that act on no table; those are not meant",
    (
        "*",
        "FollowRestores: RESOURCE_MISMATCH *express*",
    ): "the state machine that restores is none of the express ones",
    (
        "*",
        "RunRestores: RESOURCE_MISMATCH *mapRun*",
    ): "nor does it map anything: executions are listed by their state machine",
    (
        "*/break-glass",
        "policy: RESOURCE_POLICY_PRIVILEGE_ESCALATION *",
    ): "to rewrite the policy of the exports' bucket is what break-glass is for",
    (
        "*/break-glass",
        "Allow*: RESOURCE_STAR *",
    ): "the same actions as are denied to others, on what they are denied on",
    (
        "*/break-glass",
        "Allow*: RESOURCE_MISMATCH *UpdateGlobalTable*",
    ): "global tables of 2017 and policies of streams are not what Holdfast renders",
    (
        "*/break-glass",
        "Allow*: RESOURCE_MISMATCH *kms:DeleteAlias*",
    ): "AWS asks for an alias and for its key: each has a statement",
    (
        "*/break-glass",
        "Allow*: RESOURCE_MISMATCH *sns:Unsubscribe*",
    ): "the link in every message unsubscribes, without IAM",
}


@cache
def facts() -> Mapping[str, Any]:
    """Return environment → the facts of its guardrails."""
    found = {}
    for name, environment in environments().items():
        found[name], *_ = guardrails.decide(environment)
    return found


def documents() -> Iterator[tuple[str, Kind, Mapping[str, Any]]]:
    for name, own in facts().items():
        for policy in own.policies:
            yield f"{name}/{policy.key.value}", "identity", policy.document
        for key, document in own.service_control_policies.items():
            yield f"{name}/{key}", "identity", document
        if own.break_glass_role is not None:
            yield f"{name}/break-glass", "identity", own.break_glass_role.policy
            yield f"{name}/break-glass:trust", "trust", own.break_glass_role.trust


@pytest.mark.usefixtures("linter")
def test_every_document_is_sound_but_for_what_was_reviewed() -> None:
    found = [
        (name, finding)
        for name, kind, document in documents()
        for finding in findings(document, kind)
    ]
    of_reason = {
        patterns: [one for one in found if all(map(fnmatchcase, one, patterns))]
        for patterns in REVIEWED
    }
    assert [patterns for patterns, ones in of_reason.items() if not ones] == []
    explained = {one for ones in of_reason.values() for one in ones}
    assert sorted({finding for finding in found if finding not in explained}) == []


def test_documents_fit() -> None:
    sizes = {}
    for name, kind, document in documents():
        limit = MOST_CHARACTERS_OF_MANAGED
        if "service-control" in name:
            continue
        if name.endswith("/break-glass"):
            limit = MOST_CHARACTERS_OF_INLINE
        elif kind == "trust":
            limit = MOST_CHARACTERS_OF_TRUST
        text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
        if len(text.encode()) > limit:
            sizes[name] = len(text.encode())
    assert sizes == {}


def test_service_control_policies_fit_as_they_are_written() -> None:
    for name, own in facts().items():
        files = {key: text for key, text in own.files.items() if "service-control-policy" in key}
        assert len(files) <= MOST_SERVICE_CONTROL_POLICIES - 1, "FullAWSAccess is one of them"
        too_long = {
            f"{name}/{key}": len(text.encode())
            for key, text in files.items()
            if len(text.encode()) > MOST_CHARACTERS_OF_SERVICE_CONTROL
        }
        assert too_long == {}


def test_whoever_gets_all_that_denies_has_room_for_more() -> None:
    for own in facts().values():
        denying = [one for one in own.policies if one.key.value.startswith("deny-")]
        assert len(denying) < MOST_MANAGED_POLICIES


@pytest.mark.parametrize("name", environments())
def test_files_and_templates_say_the_same(name: str) -> None:
    tree = pipeline.render(environments()[name], (pipeline.CLOUDFORMATION,))
    (part,) = (one for one in tree.parts if one.facts.template == "guardrails")
    assert part.cloudformation is not None
    rendered = {
        resource["Properties"]["ManagedPolicyName"]: resource["Properties"]["PolicyDocument"]
        for resource in part.cloudformation.template["Resources"].values()
        if resource["Type"] == "AWS::IAM::ManagedPolicy"
    }
    assert rendered == {
        policy.name: json.loads(tree.files[f"policies/{policy.file}.json"])
        for policy in part.facts.policies
    }


def test_every_statement_is_called_by_a_name_of_its_own() -> None:
    for name, _, document in documents():
        sids = sorted(one["Sid"] for one in document["Statement"])
        assert [a for a, b in pairwise(sids) if a == b] == [], name


def test_every_denial_exempts_break_glass_and_names_its_actions() -> None:
    for name, _, document in documents():
        break_glass = set(environments()[name.split("/")[0]].break_glass_arns)
        for statement in document["Statement"]:
            if statement["Effect"] == "Deny":
                exempt = statement["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
                assert break_glass <= set(exempt), (name, statement["Sid"])
                assert [one for one in statement["Action"] if "*" in one] == []


def test_service_control_policies_only_deny() -> None:
    for own in facts().values():
        for document in own.service_control_policies.values():
            assert {one["Effect"] for one in document["Statement"]} == {"Deny"}
            assert not any("Principal" in one for one in document["Statement"])
