"""Limits of AWS on what was rendered as a whole: templates and IAM documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from generator.errors import Mistake
from generator.pipeline import Tree

# CloudFormation's own limits are 500 resources and 1,000,000 bytes; the rest is room to grow.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_RESOURCES, MOST_BYTES = 450, 900_000
# Default quota of a role's trust policy, and sizes of other documents, in characters.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
# https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
MOST_CHARACTERS: Mapping[tuple[str, str], int] = {
    ("AWS::IAM::Role", "AssumeRolePolicyDocument"): 2_048,
    ("AWS::IAM::Role", "Policies"): 10_240,
    ("AWS::KMS::Key", "KeyPolicy"): 32_768,
}


def over_limits(tree: Tree) -> list[Mistake]:
    """Return a mistake for everything AWS would refuse for its size."""
    return [*_templates(tree), *_documents(tree)]


def _templates(tree: Tree) -> Iterator[Mistake]:
    for part in tree.parts:
        if part.cloudformation is None:
            continue
        resources = len(part.cloudformation.template["Resources"])
        size = len(part.cloudformation.text)
        if resources > MOST_RESOURCES or size > MOST_BYTES:
            yield Mistake(
                f"{tree.environment.file}: the template {part.facts.template} would have "
                f"{resources} resources and {size} bytes; Holdfast stops at {MOST_RESOURCES} "
                f"and {MOST_BYTES}, short of CloudFormation's 500 and 1,000,000",
                "give some of its tables another `stack`; tables that are already deployed "
                "keep theirs, so let new tables begin the next stack",
            )


def _documents(tree: Tree) -> Iterator[Mistake]:
    for part in tree.parts:
        resources = part.cloudformation.template["Resources"] if part.cloudformation else {}
        for title, resource in resources.items():
            for (kind, name), most in MOST_CHARACTERS.items():
                document: Any = (
                    resource["Properties"].get(name) if resource["Type"] == kind else None
                )
                size = len(json.dumps(document, separators=(",", ":")))
                if size > most:
                    yield Mistake(
                        f"{tree.environment.file}: {name} of {title} would have {size:,} "
                        f"characters, and AWS takes {most:,}",
                        "name fewer principals, or accept copies by `organization_id` instead of "
                        "listing many files",
                    )
