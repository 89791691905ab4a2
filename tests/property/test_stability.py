"""Entries stay themselves: other tables may come, go or move without touching a table's resources.

Names and labels are addresses of data that lives on: a change of one is a replacement.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator import pipeline, workspace
from tests.property.environments import WORKLOAD, Folder, folders, write
from tests.property.test_rendering import SLOW_TO_DRAW

# Template and logical id, or file and address.
Place = tuple[str, str]
NEW = "brand_new"
SELECTION = "AWS::Backup::BackupSelection"


def rendered(folder: Folder, tables: dict[str, Any]) -> pipeline.Tree:
    with TemporaryDirectory(prefix="holdfast-") as name:
        path = write({**folder, WORKLOAD: {**folder[WORKLOAD], "tables": tables}}, Path(name))
        (loaded,) = workspace.load([str(path)])
    return pipeline.render(loaded.environment)


def of_tables(tree: pipeline.Tree) -> dict[Place, Any]:
    """Return what CloudFormation and Terraform make of tables: themselves, scaling, alarms."""
    found: dict[Place, Any] = {}
    for part in tree.parts:
        assert part.cloudformation is not None
        for logical_id, body in part.cloudformation.template["Resources"].items():
            if body["Type"].startswith(("AWS::DynamoDB::", "AWS::ApplicationAutoScaling::")) or (
                "TableName" in str(body) and body["Type"] == "AWS::CloudWatch::Alarm"
            ):
                found[part.facts.template, logical_id] = body
        if part.blueprint.NAME == "tables":
            assert part.terraform is not None
            found |= blocks(part.facts.template, part.terraform.text)
    return found


def blocks(template: str, text: str) -> dict[Place, Any]:
    """Return address → text of resources; those of the key that tables share are left out."""
    found: dict[Place, Any] = {}
    for block in text.split('\nresource "')[1:]:
        kind, label = block.split('"')[0:3:2]
        if not kind.startswith("aws_kms_"):
            found[f"{template}.tf", f"{kind}.{label}"] = block.split("\n}\n")[0]
    return found


def selections(tree: pipeline.Tree) -> dict[Place, Any]:
    """Return template, selection and member of every selection that names its members."""
    return {
        (part.facts.template, f"{logical_id} {arn}"): True
        for part in tree.parts
        if part.cloudformation is not None
        for logical_id, body in part.cloudformation.template["Resources"].items()
        if body["Type"] == SELECTION
        for arn in body["Properties"]["BackupSelection"].get("Resources", ())
        if not arn.endswith("*")
    }


def own(tree: pipeline.Tree) -> dict[Place, Any]:
    return {**of_tables(tree), **selections(tree)}


def check(folder: Folder, data: st.DataObject) -> None:
    tables = folder[WORKLOAD]["tables"]
    whole = own(rendered(folder, tables))
    moved = dict(data.draw(st.permutations(list(tables.items()))))
    assert own(rendered(folder, moved)) == whole
    more = own(rendered(folder, {NEW: {"partition_key": {"name": "id", "type": "S"}}, **tables}))
    assert {place: more.get(place) for place in whole} == whole
    together: dict[Place, Any] = {}
    for key, table in tables.items():
        alone = own(rendered(folder, {key: table}))
        assert {place: whole.get(place) for place in alone} == alone
        assert not together.keys() & alone.keys()
        together |= alone
    assert together == whole


@settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(folders(least_tables=2), st.data())
def test_tables_do_not_depend_on_each_other(folder: Folder, data: st.DataObject) -> None:
    check(folder, data)


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(folders(least_tables=2), st.data())
def test_tables_do_not_depend_on_each_other_at_length(folder: Folder, data: st.DataObject) -> None:
    check(folder, data)
