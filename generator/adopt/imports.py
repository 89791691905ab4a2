"""What Terraform and CloudFormation import, by the labels that the tables blueprint gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.tables import decide
from generator.adopt.described import SCALING_POLICIES, TAGS
from generator.render.hcl import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from blueprints.tables.capacity import ScalingFacts
    from blueprints.tables.facts import TableFacts, TablesFacts
    from generator.adopt.described import Described
    from generator.adopt.entries import Entry
    from generator.spec.resolved import Environment

TABLE = "AWS::DynamoDB::Table"
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


def import_blocks(adopted: Sequence[Adopted]) -> str:
    """Return Terraform's `import` blocks for the adopted tables and all that hangs on them.

    The forms of the ids are those of hashicorp/aws 5.100.
    """
    blocks = (
        f"import {{\n  to = {address}\n  id = {literal(imported)}\n}}\n"
        for each in adopted
        for address, imported in _terraform(each)
    )
    return "\n".join(blocks)


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


def _terraform(adopted: Adopted) -> Iterator[tuple[str, str]]:
    table = adopted.facts
    own = table.label.terraform
    account_id, _ = adopted.described.place
    yield f"aws_dynamodb_table.{own}", table.name
    if table.kinesis_destination is not None:
        stream = table.kinesis_destination.stream_arn
        yield f"aws_dynamodb_kinesis_streaming_destination.{own}", f"{table.name},{stream}"
    if table.resource_policy is not None:
        yield f"aws_dynamodb_resource_policy.{own}", adopted.described.arn
    for insights in table.insights:
        yield (
            f"aws_dynamodb_contributor_insights.{insights.label.terraform}",
            f"name:{table.name}/index:{insights.index_name or ''}/{account_id}",
        )
    for policy in adopted.policies.values():
        scaling = policy.facts
        target = f"dynamodb/{scaling.resource_id}/{scaling.dimension}"
        yield f"aws_appautoscaling_target.{scaling.label.terraform}", target
        yield (
            f"aws_appautoscaling_policy.{scaling.policy_label.terraform}",
            f"{target}/{policy.name}",
        )


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
