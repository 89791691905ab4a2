"""The files of an import: Terraform's blocks, and CloudFormation's templates and lists."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from troposphere import Retain, Tags

from blueprints.tables import cloudformation as spelling
from generator import __version__
from generator.adopt.imports import adopted_stack, resources_to_import, terraform_blocks
from generator.recovery.imports import MOST_RESOURCES_OF_IMPORT
from generator.render import cloudformation, commented

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from troposphere import AWSObject

    from generator.adopt.entries import Entry
    from generator.adopt.imports import Adopted, AdoptedStack
    from generator.spec.resolved import Environment

IMPORTS_TF = "imports.tf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One import into the stack: the names of its files, and what lies in them."""

    template_name: str
    template: str
    resources_name: str
    resources: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """All that an import needs; `steps` follow one another."""

    stack: AdoptedStack
    imports_tf: str
    steps: tuple[Step, ...]


def import_of(environment: Environment, entries: Sequence[Entry]) -> Import | None:
    """Return the import of the defined entries, None where there are none.

    `environment` holds the entries already.
    """
    stack = adopted_stack(environment, entries)
    if stack is None:
        return None
    header = (
        f"Written by Holdfast {__version__} for {environment.project} {environment.name}.\n"
        "Needed once, to import what exists: see README.md beside it."
    )
    top = "\n".join(commented(header))
    return Import(
        stack=stack,
        imports_tf=f"{top}\n\n{terraform_blocks(stack.adopted)}",
        steps=tuple(_steps(stack, header)),
    )


def _steps(stack: AdoptedStack, header: str) -> Iterator[Step]:
    until = 0
    for number, batch in enumerate(_batches(stack.adopted), start=1):
        until += len(batch)
        suffix = "" if number == 1 else f"-{number}"
        yield Step(
            template_name=f"template{suffix}.yaml",
            template=_template(stack, until, header),
            resources_name=f"resources-to-import{suffix}.json",
            resources=json.dumps(resources_to_import(batch), indent=2) + "\n",
        )


def _template(stack: AdoptedStack, until: int, header: str) -> str:
    """Return the template that imports the first `until` adopted tables: what exists, as it is.

    CloudFormation takes its word for how a resource is, and later applies only what a template
    changes. So it has the tags of today, no scaling policy that does not exist yet, and on every
    resource the DeletionPolicy that an import asks for.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
    """
    resources = tuple(_resources(stack, until))
    titles = {resource.title for resource in resources}
    purposes = spelling.comments(stack.facts)
    return cloudformation.render(
        resources,
        description=stack.facts.description,
        header=header,
        comments={title: purpose for title, purpose in purposes.items() if title in titles},
    ).text


def _resources(stack: AdoptedStack, until: int) -> Iterator[AWSObject]:
    tables = {each.facts.label.logical_id: each for each in stack.adopted}
    later = {logical_id for each in stack.adopted[until:] for logical_id in _logical_ids(each)}
    ours = {logical_id for each in stack.adopted for logical_id in _logical_ids(each)}
    renamed = {policy.facts.policy_label.logical_id for policy in stack.renamed}
    for resource in spelling.resources(stack.facts):
        title = str(resource.title)
        if title in later or title in renamed:
            continue
        if title in ours:
            resource.DeletionPolicy = resource.UpdateReplacePolicy = Retain
            resource.properties.pop("Tags", None)
        if title in tables and tables[title].own_tags:
            resource.Tags = Tags(dict(tables[title].own_tags))
        yield resource


def _logical_ids(adopted: Adopted) -> Iterator[str]:
    yield adopted.facts.label.logical_id
    for scaling in adopted.facts.scaling:
        yield scaling.label.logical_id
        yield scaling.policy_label.logical_id


def _batches(adopted: Sequence[Adopted]) -> list[list[Adopted]]:
    """Return the tables in parts that one import takes; a table stays with its auto scaling."""
    batches: list[list[Adopted]] = [[]]
    count = 0
    for each in adopted:
        own = len(resources_to_import([each]))
        if batches[-1] and count + own > MOST_RESOURCES_OF_IMPORT:
            batches.append([])
            count = 0
        batches[-1].append(each)
        count += own
    return batches
