"""What gives restored tables back to their owner: Terraform's blocks, CloudFormation's templates.

Only for tables that exist and that nothing owns any more; where the stack or the state still owns
the name, there is nothing to import.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.tables.facts import KeyFacts, TableFacts, TablesFacts
from generator.render import Recorder
from generator.render.cloudformation import Rendered, excerpt
from generator.render.hcl import printed

TABLE = "AWS::DynamoDB::Table"
KEY, ALIAS = "AWS::KMS::Key", "AWS::KMS::Alias"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html
MOST_RESOURCES_OF_IMPORT = 200
# A longer template has to lie in S3.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MOST_BYTES_OF_BODY = 51_200
# Stands in a list of resources for what AWS chose, until the guide's command fills it in.
KEY_ID = "KEY_ID"
_KEPT = "\n    DeletionPolicy: Retain\n"
_KEPT_AFTER_CREATION = "\n    DeletionPolicy: RetainExceptOnCreate\n"

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One import into a stack: a template and the list of resources; `suffix` tells steps apart."""

    suffix: str
    template: str
    resources: str


def terraform_imports(
    table: TableFacts, table_arn: str, policy_names: Mapping[str, str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield address and id of the table and of all that hangs on it.

    `policy_names` are the names that scaling policies have now, by logical ID, where they are not
    ours. The forms of the ids are those of hashicorp/aws 5.100.
    """
    own, names = table.label.terraform, policy_names or {}
    account_id = table_arn.split(":")[4]
    yield f"aws_dynamodb_table.{own}", table.name
    if table.kinesis_destination is not None:
        stream = table.kinesis_destination.stream_arn
        yield f"aws_dynamodb_kinesis_streaming_destination.{own}", f"{table.name},{stream}"
    if table.resource_policy is not None:
        yield f"aws_dynamodb_resource_policy.{own}", table_arn
    for insights in table.insights:
        yield (
            f"aws_dynamodb_contributor_insights.{insights.label.terraform}",
            f"name:{table.name}/index:{insights.index_name or ''}/{account_id}",
        )
    for scaling in table.scaling:
        target = f"dynamodb/{scaling.resource_id}/{scaling.dimension}"
        name = names.get(scaling.policy_label.logical_id, scaling.policy_name)
        yield f"aws_appautoscaling_target.{scaling.label.terraform}", target
        yield f"aws_appautoscaling_policy.{scaling.policy_label.terraform}", f"{target}/{name}"


def import_blocks(imports: Iterable[tuple[str, str]]) -> str:
    """Return Terraform's `import` blocks of addresses and ids."""
    recorder = Recorder()
    return "\n".join(
        f"import {{\n  to = {address}\n  id = {printed(imported, recorder)}\n}}\n"
        for address, imported in imports
    )


def cloudformation_imports(facts: TablesFacts, rendered: Rendered, header: str) -> Iterator[Step]:
    """Yield the imports that bring a template's tables under their stack again, in their order.

    The stack is made by the first. Scaling is left to the deployment that follows: CloudFormation
    cannot make a scalable target that is registered, and AWS chooses the ARN that an import of its
    policy asks for, so a restore leaves scaling alone while the stack is gone. The key and its
    alias are retained like the tables, and in the way of the next deployment unless imported.
    """
    titles: list[str] = []
    for number, batch in enumerate(_batches(facts), 1):
        titles += [logical_id for _, logical_id, _ in batch]
        text = excerpt(rendered, frozenset(titles), description=facts.description, header=header)
        yield Step(
            suffix=_suffix(number),
            # An import that is rolled back must not take the table with it.
            template=text.replace(_KEPT_AFTER_CREATION, _KEPT),
            resources=_list(batch),
        )


def suffixes(facts: TablesFacts) -> tuple[str, ...]:
    """Return what tells the imports of a template apart, in their order."""
    return tuple(_suffix(number) for number, _ in enumerate(_batches(facts), 1))


def _suffix(number: int) -> str:
    # No stack has a dot in its name, so none is taken for a step of another.
    return "" if number == 1 else f".{number}"


def _batches(facts: TablesFacts) -> Iterator[list[tuple[str, str, Mapping[str, str]]]]:
    found = [
        *(_of_key(facts.key) if facts.key is not None else ()),
        *((TABLE, table.label.logical_id, {"TableName": table.name}) for table in facts.tables),
    ]
    for start in range(0, len(found), MOST_RESOURCES_OF_IMPORT):
        yield found[start : start + MOST_RESOURCES_OF_IMPORT]


def _of_key(key: KeyFacts) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    yield KEY, key.label.logical_id, {"KeyId": KEY_ID}
    yield ALIAS, key.alias_label.logical_id, {"AliasName": key.alias_name}


def _list(batch: Iterable[tuple[str, str, Mapping[str, str]]]) -> str:
    lines = ",\n".join(
        "  "
        + json.dumps(
            {"ResourceType": kind, "LogicalResourceId": logical_id, "ResourceIdentifier": identity}
        )
        for kind, logical_id, identity in batch
    )
    return f"[\n{lines}\n]\n"
