"""Limits of AWS on what was rendered as a whole: templates and IAM documents."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.guardrails.documents import MOST_CHARACTERS_OF_CONTROL
from generator.errors import Mark, Mistake
from generator.pipeline import CLOUDFORMATION, POLICIES, Part, Tree, render
from generator.spec.resolved import Environment

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
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"): 6_144,
}
# As a file, because spaces count.
SERVICE_CONTROL_POLICIES = f"{POLICIES}/service-control-policy-"
_FEWER_PRINCIPALS = (
    "name fewer principals, or accept copies by `organization_id` instead of listing many files"
)
_NAMED = 3
_TITLE = re.compile(r"^  (\w+):$", re.MULTILINE)


def over_limits(tree: Tree) -> list[Mistake]:
    """Return a mistake for everything AWS would refuse for its size.

    Where only Terraform was asked for, the templates count too: tables keep their stack, so an
    environment must not outgrow one engine while it uses the other.
    """
    parts = tree.parts
    if CLOUDFORMATION not in tree.engines:
        parts = render(tree.environment, (CLOUDFORMATION,)).parts
    return [
        *_templates(tree.environment, parts),
        *_documents(tree.environment, parts),
        *_controls(tree),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weight:
    """How much of a template something takes."""

    resources: int
    size: int

    def fits(self) -> bool:
        return self.resources <= MOST_RESOURCES and self.size <= MOST_BYTES

    def plus(self, other: _Weight) -> _Weight:
        return _Weight(
            resources=self.resources + other.resources,
            size=self.size + other.size,
        )

    def share(self) -> float:
        """Return the part of a template that is taken, by whichever limit is nearer."""
        return max(self.resources / MOST_RESOURCES, self.size / MOST_BYTES)

    def __str__(self) -> str:
        return f"{self.resources:,} resources and {self.size:,} bytes"


def _templates(environment: Environment, parts: Iterable[Part]) -> Iterator[Mistake]:
    for part in parts:
        if part.cloudformation is None:
            continue
        resources: Mapping[str, Any] = part.cloudformation.template["Resources"]
        whole = _Weight(resources=len(resources), size=len(part.cloudformation.text.encode()))
        if whole.fits():
            continue
        tables = _tables(part)
        yield Mistake(
            f"the template {part.facts.template} would have {whole}; Holdfast stops at "
            f"{MOST_RESOURCES} and {MOST_BYTES:,}, short of CloudFormation's 500 and 1,000,000"
            f"{_heaviest(tables) if tables else _kinds(resources)}",
            _more_stacks(environment, whole, tables) if tables else _FEWER,
            mark=Mark(environment.file, 0, 0),
        )


_FEWER = (
    "have fewer of what makes them: subscriptions, vaults, or protection classes, each of which "
    "has a selection for every vault and `stack`"
)


def _tables(part: Part) -> Mapping[str, _Weight]:
    """Return name → weight of the tables that a template defines, scaling included."""
    sizes = _sizes(part)
    weights = {}
    for table in getattr(part.facts, "tables", ()):
        labels = [table.label]
        for scaling in table.scaling:
            labels += [scaling.label, scaling.policy_label]
        weights[table.name] = _Weight(
            resources=len(labels), size=sum(sizes[label.logical_id] for label in labels)
        )
    return weights


def _sizes(part: Part) -> Mapping[str, int]:
    """Return logical ID → bytes of each resource, its comment included: blank lines part them."""
    text = part.cloudformation.text if part.cloudformation is not None else ""
    sizes = {}
    for block in text.split("\n\n"):
        title = _TITLE.search(block)
        if title is not None:
            sizes[title[1]] = len(f"{block}\n\n".encode())
    return sizes


def _heaviest(tables: Mapping[str, _Weight]) -> str:
    named = sorted(tables, key=lambda name: (-tables[name].share(), name))[:_NAMED]
    each = "; ".join(f"{name}: {tables[name]}" for name in named)
    return f". The heaviest of its {len(tables)} tables: {each}"


def _kinds(resources: Mapping[str, Any]) -> str:
    counts = Counter(resource["Type"] for resource in resources.values())
    each = ", ".join(f"{count} {kind}" for kind, count in counts.most_common(_NAMED))
    return f". Most of them: {each}"


def _more_stacks(environment: Environment, whole: _Weight, tables: Mapping[str, _Weight]) -> str:
    """Return a split in the file's order; what tables share, each stack has again."""
    stack = next(table.stack for table in environment.tables if table.name in tables)
    total = _Weight(resources=0, size=0)
    for weight in tables.values():
        total = total.plus(weight)
    shared = _Weight(resources=whole.resources - total.resources, size=whole.size - total.size)
    alone = [name for name, weight in tables.items() if not shared.plus(weight).fits()]
    if alone:
        return f"{', '.join(alone)}: too large for a template of its own; give it fewer tags"
    groups = _groups(shared, tables)
    free = _free_names(environment, stack)
    others = "; ".join(
        f"`{next(free)}` to {len(group)}, from {group[0]} on" for group in groups[1:]
    )
    return (
        f"its {len(tables)} tables need {len(groups)} stacks: leave the first {len(groups[0])} "
        f"(to {groups[0][-1]}) in {stack} and give the rest another `stack`: {others}. Tables that "
        "are already deployed keep theirs: where they stand further down, move as many others "
        "instead"
    )


def _groups(shared: _Weight, tables: Mapping[str, _Weight]) -> list[list[str]]:
    groups: list[list[str]] = []
    taken = shared
    for name, weight in tables.items():
        taken = taken.plus(weight)
        if not groups or not taken.fits():
            groups.append([])
            taken = shared.plus(weight)
        groups[-1].append(name)
    return groups


def _free_names(environment: Environment, stack: str) -> Iterator[str]:
    taken = {table.stack for table in environment.tables}
    number = 2
    while True:
        if (name := f"{stack}-{number}") not in taken:
            yield name
        number += 1


def _documents(environment: Environment, parts: Iterable[Part]) -> Iterator[Mistake]:
    for part in parts:
        resources = part.cloudformation.template["Resources"] if part.cloudformation else {}
        for title, resource in resources.items():
            for (kind, name), most in MOST_CHARACTERS.items():
                if resource["Type"] != kind or name not in resource["Properties"]:
                    continue
                size = len(json.dumps(resource["Properties"][name], separators=(",", ":")))
                if size > most:
                    yield Mistake(
                        f"{name} of {title} would have {size:,} characters, and AWS takes {most:,}",
                        _FEWER_PRINCIPALS,
                        mark=Mark(environment.file, 0, 0),
                    )


def _controls(tree: Tree) -> Iterator[Mistake]:
    for path, text in tree.files.items():
        if path.startswith(SERVICE_CONTROL_POLICIES) and len(text) > MOST_CHARACTERS_OF_CONTROL:
            yield Mistake(
                f"{path} would have {len(text):,} characters, and AWS takes "
                f"{MOST_CHARACTERS_OF_CONTROL:,}",
                _FEWER_PRINCIPALS,
                mark=Mark(tree.environment.file, 0, 0),
            )
