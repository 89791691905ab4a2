"""What Terraform and CloudFormation import, by the labels that the tables blueprint gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.tables import decide
from generator.adopt.described import SCALING_POLICIES, TAGS
from generator.recovery.imports import TABLE, import_blocks, terraform_imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blueprints.tables.capacity import ScalingFacts
    from blueprints.tables.facts import TableFacts, TablesFacts
    from generator.adopt.described import Described
    from generator.adopt.entries import Entry
    from generator.spec.resolved import Environment

SCALABLE_TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
SCALING_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalingPolicy:
    """A scaling policy as it is now, and the name it is to have."""

    facts: ScalingFacts
    name: str
    arn: str

    @property
    def renamed(self) -> bool:
        """Whether it has another name than Holdfast gives it; a name cannot be changed."""
        return self.name != self.facts.policy_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """One table to be imported, with its facts and its scaling policies by logical ID."""

    facts: TableFacts
    described: Described
    policies: Mapping[str, ScalingPolicy]

    @property
    def policy_names(self) -> Mapping[str, str]:
        """The names of its scaling policies by logical ID."""
        return {logical_id: policy.name for logical_id, policy in self.policies.items()}

    @property
    def own_tags(self) -> Mapping[str, str]:
        """The tags it has now, without those of AWS."""
        tags = self.described.answers.get(TAGS, {})
        return {key: value for key, value in sorted(tags.items()) if not key.startswith("aws:")}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedStack:
    """The facts of one template, and the tables in it that are to be imported."""

    facts: TablesFacts
    adopted: tuple[Adopted, ...]

    @property
    def renamed(self) -> tuple[ScalingPolicy, ...]:
        """The scaling policies that are replaced, for their name."""
        return tuple(
            policy for each in self.adopted for policy in each.policies.values() if policy.renamed
        )


def adopted_stack(environment: Environment, entries: Sequence[Entry]) -> AdoptedStack | None:
    """Return the template of `environment`, entries included, that holds the defined ones.

    All entries name one stack. None is returned where none of them defines a table.
    """
    described = {entry.described.name: entry.described for entry in entries if entry.defined}
    for facts in decide(environment):
        adopted = tuple(
            _adopted(table, described[table.name])
            for table in facts.tables
            if table.name in described
        )
        if adopted:
            return AdoptedStack(facts=facts, adopted=adopted)
    return None


def terraform_blocks(adopted: Sequence[Adopted]) -> str:
    """Return Terraform's `import` blocks for the adopted tables and all that hangs on them."""
    return import_blocks(
        pair
        for each in adopted
        for pair in terraform_imports(each.facts, each.described.arn, each.policy_names)
    )


def resources_to_import(adopted: Sequence[Adopted]) -> list[dict[str, Any]]:
    """Return CloudFormation's list of resources to import, by their primary identifiers."""
    return [
        {"ResourceType": kind, "LogicalResourceId": logical_id, "ResourceIdentifier": identifier}
        for each in adopted
        for kind, logical_id, identifier in _cloudformation(each)
    ]


def _adopted(facts: TableFacts, described: Described) -> Adopted:
    policies = {}
    now = {
        (policy["ResourceId"], policy["ScalableDimension"]): policy
        for policy in described.answers.get(SCALING_POLICIES, ())
    }
    for scaling in facts.scaling:
        policy = now[scaling.resource_id, scaling.dimension]
        policies[scaling.policy_label.logical_id] = ScalingPolicy(
            facts=scaling, name=policy["PolicyName"], arn=policy["PolicyARN"]
        )
    return Adopted(facts=facts, described=described, policies=policies)


def _cloudformation(adopted: Adopted) -> Iterator[tuple[str, str, dict[str, str]]]:
    yield TABLE, adopted.facts.label.logical_id, {"TableName": adopted.facts.name}
    for logical_id, policy in adopted.policies.items():
        scaling = policy.facts
        yield (
            SCALABLE_TARGET,
            scaling.label.logical_id,
            {
                "ResourceId": scaling.resource_id,
                "ScalableDimension": scaling.dimension,
                "ServiceNamespace": "dynamodb",
            },
        )
        if not policy.renamed:
            identifier = {"Arn": policy.arn, "ScalableDimension": scaling.dimension}
            yield SCALING_POLICY, logical_id, identifier
