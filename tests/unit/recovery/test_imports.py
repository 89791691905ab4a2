"""What gives tables back to stack and state, judged statically: no endpoint here checks imports."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import loads

from blueprints import tables
from generator import pipeline, workspace
from generator.generate import rendered
from generator.recovery import files as recovery
from generator.recovery.files import list_file, template_file, terraform_file
from generator.recovery.imports import KEY_ID, MOST_RESOURCES_OF_IMPORT
from tests.unit.command import TABLE, environment, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.pipeline import Part, Tree

IDENTIFIERS = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::KMS::Alias": "AliasName",
    "AWS::KMS::Key": "KeyId",
}
RETAIN = "Retain"


def parts(tree: Tree) -> Iterator[Part]:
    return (part for part in tree.parts if part.blueprint is tables)


def plain(value: Any) -> Any:
    """Return what cfn-lint decoded without the places in the file."""
    return json.loads(json.dumps(value))


def test_the_import_template_holds_what_is_kept_as_the_real_one_has_it(tree: Tree) -> None:
    for part in parts(tree):
        assert part.cloudformation is not None
        real = plain(part.cloudformation.template)
        wanted = plain(loads(tree.files[template_file(part.facts.template)]))
        assert wanted.keys() == {"AWSTemplateFormatVersion", "Description", "Resources"}
        kept = {
            logical_id: body
            for logical_id, body in real["Resources"].items()
            if body["Type"] in IDENTIFIERS
        }
        for body in kept.values():
            assert body["DeletionPolicy"] == "RetainExceptOnCreate"
            body["DeletionPolicy"] = RETAIN
        assert wanted["Resources"] == kept
        assert list(wanted["Resources"]) == list(kept)


def test_every_resource_is_kept_and_has_a_literal_name(tree: Tree) -> None:
    for part in parts(tree):
        text = tree.files[template_file(part.facts.template)]
        for body in plain(loads(text))["Resources"].values():
            assert (body["DeletionPolicy"], body["UpdateReplacePolicy"]) == (RETAIN, RETAIN)
            name = IDENTIFIERS[body["Type"]]
            if name != "KeyId":
                assert isinstance(body["Properties"][name], str)


def test_the_keys_are_those_of_the_facts(tree: Tree) -> None:
    for part in parts(tree):
        found = plain(loads(tree.files[template_file(part.facts.template)]))["Resources"]
        for table in part.facts.tables:
            own = found[table.label.logical_id]["Properties"]
            schema = [(each["AttributeName"], each["KeyType"]) for each in own["KeySchema"]]
            sort = [(table.sort_key, "RANGE")] if table.sort_key is not None else []
            assert schema == [(table.partition_key, "HASH"), *sort]
            types = {
                each["AttributeName"]: each["AttributeType"] for each in own["AttributeDefinitions"]
            }
            assert types == {each.name: each.type for each in table.attributes}


def test_the_list_names_every_resource_of_the_template_once(tree: Tree) -> None:
    for part in parts(tree):
        found = plain(loads(tree.files[template_file(part.facts.template)]))["Resources"]
        listed = json.loads(tree.files[list_file(part.facts.template)])
        assert [each["LogicalResourceId"] for each in listed] == list(found)
        for each in listed:
            body = found[each["LogicalResourceId"]]
            assert each["ResourceType"] == body["Type"]
            name = IDENTIFIERS[body["Type"]]
            value = KEY_ID if name == "KeyId" else body["Properties"][name]
            assert each["ResourceIdentifier"] == {name: value}


def test_terraform_imports_the_table_and_all_that_hangs_on_it(tree: Tree) -> None:
    by_name = {table.name: table for table in tree.environment.tables}
    for part in parts(tree):
        real = tree.files[f"terraform/{part.facts.template}.tf"]
        addresses = [
            f"{kind}.{label}"
            for kind, label in re.findall(r'^resource "(\w+)" "(\w+)" {$', real, re.MULTILINE)
            if not kind.startswith("aws_kms_")
        ]
        found = []
        for table in part.facts.tables:
            text = tree.files[terraform_file(by_name[table.name].key)]
            found += re.findall(r"^  to = (\S+)$", text, re.MULTILINE)
            assert text.count("import {") == text.count("  id = ")
        assert sorted(found) == sorted(addresses)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    many = "".join(f"t{number:03}: {TABLE}, " for number in range(230))
    key = TABLE.replace("{", "{encryption: {key: customer_managed}, ", 1)
    write(tmp_path, dev=environment("dev", tables=f"{{{many} keyed: {key}}}"))
    return tmp_path


def test_more_than_an_import_takes_is_spread(project: Path) -> None:
    (tree,) = rendered(workspace.load((), project / "environments"))
    first = json.loads(tree.files[list_file("tables")])
    second = json.loads(tree.files[list_file("tables", ".2")])
    assert len(first) == MOST_RESOURCES_OF_IMPORT
    assert len(first) + len(second) == 233
    assert list_file("tables", ".3") not in tree.files
    held = [
        set(yaml.safe_load(without_tags(tree.files[template_file("tables", suffix)]))["Resources"])
        for suffix in ("", ".2")
    ]
    assert held[0] == {each["LogicalResourceId"] for each in first}
    # The second holds what the first brought in, or it would ask to remove it.
    assert held[1] == held[0] | {each["LogicalResourceId"] for each in second}


def without_tags(text: str) -> str:
    return re.sub(r"!(Ref|GetAtt) ", "", text)


@pytest.mark.parametrize("engine", pipeline.ENGINES)
def test_an_engine_has_its_own_files_only(project: Path, engine: str) -> None:
    (tree,) = rendered(workspace.load((), project / "environments"), (engine,))
    engines = {recovery.engine_of(path) for path in tree.files if path.startswith("recovery/")}
    assert engines == {None, engine}
