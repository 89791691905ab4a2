"""The request of each table's restore, against what its template says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from blueprints import tables
from blueprints.names import export_owner, export_replicas, exporting
from generator import workspace
from generator.generate import rendered
from generator.recovery.files import request_file
from generator.recovery.requests import destinations, left_out, requests, requests_in
from generator.spec.resolved import stack_name
from tests.conftest import ROOT
from tests.unit.command import environment, write
from tests.unit.recovery.conftest import tree_of
from tests.unit.recovery.template_settings import AWS_MANAGED, settings_in

if TYPE_CHECKING:
    from pathlib import Path

    from generator.pipeline import Tree

MEMBERS = [
    "table",
    "target_name",
    "point",
    "settings",
    "encryption",
    "owner",
    "pointer",
    "repoint",
    "poll_seconds",
]
NOT_IN_TEMPLATES = {"version": 1, "table_id": None, "taken_at": None, "alarms": []}
TRACER, ARCHIVE = "tests/environments/tracer.yaml", "tests/environments/tracer-archive.yaml"


def written(tree: Tree) -> dict[str, Any]:
    """Return table key → the document in the tree."""
    return {
        table.key: json.loads(tree.files[request_file(table.key)])
        for table in tree.environment.tables
    }


def test_every_table_has_a_request_with_all_members(tree: Tree) -> None:
    for key, request in written(tree).items():
        (table,) = (each for each in tree.environment.tables if each.key == key)
        assert list(request) == MEMBERS
        assert request["table"] == {"key": key, "name": table.name, "arn": table.arn}
        assert (request["target_name"], request["repoint"]) == (None, False)
        assert (request["point"], request["poll_seconds"]) == ({"latest": True}, 30)
    assert len(written(tree)) == len(tree.environment.tables)


def test_settings_are_those_of_the_template(tree: Tree) -> None:
    requests_by_name = {each["table"]["name"]: each for each in written(tree).values()}
    seen = 0
    for part in tree.parts:
        if part.blueprint is not tables or part.cloudformation is None:
            continue
        template = part.cloudformation.template
        for logical_id, body in template["Resources"].items():
            if body["Type"] != "AWS::DynamoDB::Table":
                continue
            seen += 1
            request = requests_by_name[body["Properties"]["TableName"]]
            wanted = json.loads(json.dumps(settings_in(template, logical_id)))
            wanted |= NOT_IN_TEMPLATES | {"table_arn": request["table"]["arn"]}
            assert request["settings"] == wanted
            assert request["encryption"] == wanted["encryption"]
            assert request["owner"] == {
                "stack_name": stack_name(tree.environment, part.facts.template),
                "logical_id": logical_id,
            }
    assert seen == sum(not table.existing for table in tree.environment.tables)
    assert seen > 0


def test_every_kind_of_encryption_is_explicit() -> None:
    kinds = {json.dumps(each["encryption"]) for each in written(tree_of(TRACER)).values()}
    assert kinds >= {
        json.dumps({"type": "AWS_OWNED"}),
        json.dumps(AWS_MANAGED),
        json.dumps(
            {"type": "KMS", "key": "arn:aws:kms:eu-central-1:100000000002:key/tracer-table"}
        ),
    }
    assert any("alias/parity-tracer-" in each for each in kinds)


def test_a_table_defined_elsewhere_has_no_settings_and_no_owner() -> None:
    request = written(tree_of("environments/prod.yaml"))["legacy_sessions"]
    assert (request["settings"], request["owner"]) == (None, None)
    assert request["encryption"] == AWS_MANAGED


def test_a_pointer_is_named_where_the_file_has_one(tmp_path: Path) -> None:
    key = "partition_key: {name: id, type: S}"
    given = f"{{orders: {{{key}, pointer: {{}}}}, carts: {{{key}}}}}"
    write(tmp_path, dev=environment("dev", tables=given))
    (loaded,) = workspace.load((), tmp_path / "environments")
    found = requests(loaded.environment)
    assert found["orders"]["pointer"] == {"parameter_name": "/shop/dev/tables/orders"}
    assert found["carts"]["pointer"] is None


def test_a_destination_has_requests_for_the_tables_whose_copies_or_exports_it_holds() -> None:
    (tree,) = rendered(workspace.load([str(ROOT / ARCHIVE)]))
    source, remote = tree.environment.sources
    assert not any(each.protection.backups for each in remote.tables)
    assert export_owner(remote).name == tree.environment.name
    exported = {table.key for table in source.tables if table.protection_name in exporting(source)}
    assert tree.environment.name in {each.name for each, _ in export_replicas(source).values()}
    copied = {
        table.key
        for table in source.tables
        if any(
            target.environment is not None and target.environment.name == tree.environment.name
            for backup in table.protection.backups.values()
            for target in source.copies(backup)
        )
    }
    paths = {path for path in tree.files if path.startswith("recovery/")}
    assert paths == {
        *(request_file(key, "tracer") for key in copied | exported),
        *(request_file(table.key, "tracer-remote") for table in remote.tables),
    }
    assert copied
    assert copied | exported != {table.key for table in source.tables}


@pytest.mark.parametrize(
    ("exports", "names"),
    [
        ("", []),
        ("export_bucket: {to: archive}\n", ["archive"]),
        ("export_bucket: {replicas: {far: {to: archive}}}\n", ["archive"]),
    ],
)
def test_a_destination_that_holds_exports_alone_is_one_to_come_back_in(
    tmp_path: Path, exports: str, names: list[str]
) -> None:
    protections = (
        "protections: {old: {point_in_time_recovery: {}, exports: {full_schedule: rate(7 days), "
        "incremental_every_hours: 24, delete_after_days: 90}}}\n"
    )
    key = "partition_key: {name: id, type: S}"
    tables = f"{{orders: {{{key}, protection: old}}, carts: {{{key}}}}}"
    write(
        tmp_path,
        dev=environment("dev", tables=tables, more=f"{protections}{exports}"),
        archive=(
            "project: shop\nkind: destination\nenvironment: archive\n"
            'account_id: "222222222222"\nregion: eu-west-1\naccepts: [dev.yaml]\n'
            "principals: {break_glass: [{role: BreakGlass}]}\n"
            "vaults: {archive: {lock: {min_retention_days: 7}}}\n"
        ),
    )
    (loaded,) = workspace.load([str(tmp_path / "environments" / "dev.yaml")])
    source = loaded.environment
    there = source.destinations
    assert list(destinations(source)) == names
    for name in names:
        assert list(requests_in(there[name], source)) == ["orders"]


def test_nothing_of_the_sources_account_is_asked_of_a_destination() -> None:
    (loaded,) = workspace.load([str(ROOT / TRACER)])
    source = loaded.environment
    own, archive = requests(source), source.destinations["tracer-archive"]
    away = requests_in(archive, source)
    for key, request in away.items():
        text = json.dumps({**request, "table": None, "settings": None})
        assert source.account_id not in text
        assert (request["owner"], request["pointer"]) == (None, None)
        settings = request["settings"]
        if settings is None:
            continue
        arn = own[key]["table"]["arn"]
        rest = json.dumps(settings).replace(f'"table_arn": "{arn}"', "")
        assert source.account_id not in rest
        assert settings["encryption"] == request["encryption"]
        changed = {name for name in settings if settings[name] != own[key]["settings"][name]}
        assert changed <= {"encryption", "kinesis_destinations", "resource_policy"}
    out = ("Kinesis destination", "resource policy", "encryption key", "pointer")
    assert left_out(own["full"]) == out
    assert away["full"]["encryption"] == AWS_MANAGED


def test_an_environment_without_recovery_has_no_requests(tmp_path: Path) -> None:
    write(tmp_path, dev=environment("dev", more="recovery: {enabled: false}\n"))
    (tree,) = rendered(workspace.load((), tmp_path / "environments"))
    lying = {path for path in tree.files if path.startswith("recovery/")}
    assert lying == {
        "recovery/import-orders.tf",
        "recovery/import-tables.yaml",
        "recovery/import-tables-resources.json",
    }


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("orders", "recovery/orders.json"),
        ("a.b-c_D", "recovery/a.b-c_D.json"),
        ("import-tables-resources", "recovery/import-tables-resources-"),
        ("x" * 255, "recovery/xxx"),
    ],
)
def test_a_key_is_a_file_name_and_never_that_of_an_import(key: str, path: str) -> None:
    assert request_file(key).startswith(path)
    assert request_file(key) != "recovery/import-tables-resources.json"
    assert len(request_file(key).rpartition("/")[2]) < 255
