"""Odd texts arrive byte for byte: what each engine reads is what a person wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.property.evaluated import cloudformation_values, terraform_values, texts_in
from tests.property.texts import ODD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from generator.pipeline import Tree
    from generator.spec import Projection
    from generator.spec.resolved import Environment, Table
    from tests.property.batches import Case

# What a spelling says itself, without a fact behind it.
PLAIN = re.compile(r"[A-Za-z0-9_:./*-]+")


def written_by_a_person(environment: Environment) -> Iterator[str]:
    for table in environment.tables:
        if not table.existing:
            yield table.name
            yield from texts_in(dict(table.tags))
            yield from texts_in(table.spec.resource_policy)
            yield from _attributes(table)
    for vault in environment.vaults.values():
        yield from texts_in(vault.tags)
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            yield from texts_in(backup.recovery_point_tags)
    if environment.spec.alerts is not None and environment.vaults:
        for subscription in environment.spec.alerts.subscriptions.values():
            yield from subscription.model_dump(exclude_none=True).values()


def _attributes(table: Table) -> Iterator[str]:
    yield from table.attributes
    if table.spec.time_to_live is not None:
        yield table.spec.time_to_live.attribute_name
    projections: list[Projection] = []
    for indexes in (table.spec.global_indexes, table.spec.local_indexes):
        yield from indexes
        projections += [index.projection for index in indexes.values()]
    for projection in projections:
        yield from projection.non_key_attributes


def recorded(rendered: Iterable[Any]) -> set[str]:
    """Return what went into the spellings of one engine."""
    return {
        text for each in rendered for text in (*each.literals, *each.keys) if isinstance(text, str)
    }


def compare(tree: Tree, read: set[str], printed: set[str], engine: str) -> list[str]:
    lost = set(written_by_a_person(tree.environment)) - read
    changed = printed - read
    unknown = {text for text in read - printed if not PLAIN.fullmatch(text)}
    found = {"lost": lost, "changed": changed, "unknown": unknown}
    return [f"{engine} {what}: {sorted(texts)!a}" for what, texts in found.items() if texts]


def test_cloudformation_reads_what_was_written(batch: list[Case]) -> None:
    for case in batch:
        for tree in case.trees:
            spelled = [part.cloudformation for part in tree.parts if part.cloudformation]
            read = cloudformation_values(each.text for each in spelled)
            assert compare(tree, read, recorded(spelled), "CloudFormation") == [], case.text


@pytest.mark.terraform
def test_terraform_reads_what_was_written(
    batch: list[Case], tmp_path: Path, terraform: str
) -> None:
    trees = [(case, tree) for case in batch for tree in case.trees]
    spelled = [[part.terraform for part in tree.parts if part.terraform] for _, tree in trees]
    configurations = ("".join(each.text for each in parts) for parts in spelled)
    values = terraform_values(configurations, tmp_path, terraform)
    for (case, tree), parts, found in zip(trees, spelled, values, strict=True):
        # Terraform puts the folder of the root, here ".", before a file that lies beside it.
        read = {text[2:] if text.startswith("./../functions/") else text for text in found}
        assert compare(tree, read, recorded(parts), "Terraform") == [], case.text


def test_the_batch_holds_every_odd_text(batch: list[Case]) -> None:
    seen = {text for case in batch for text in texts_in(case.folder)}
    assert set(ODD) - seen == set()
