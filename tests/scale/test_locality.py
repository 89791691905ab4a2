"""What a table's coming or going touches: its own stack's files, and where it must be named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from contextlib import chdir
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml

from generator import workspace
from generator.generate import rendered
from generator.pipeline import Tree

STACKS = ("tables", "ledger", "orders", "stock")
ARN = f"arn:aws:dynamodb:eu-central-1:{'1' * 12}:table/"
RANGE = {"min_capacity_units": 5, "max_capacity_units": 50}
SCALED = {"auto_scaling": {"read": RANGE, "write": RANGE}}
COPIES = {"far": {"to": "archive", "delete_after_days": 35}}
WORKLOAD: Mapping[str, Any] = {
    "project": "shop",
    "environment": "prod",
    "account_id": "1" * 12,
    "region": "eu-central-1",
    "principals": {"break_glass": [{"role": "BreakGlass"}], "deploy": [{"role": "Deploy"}]},
    "alerts": {"subscriptions": {"oncall": {"email": "oncall@shop.test"}}},
    "defaults": {
        "protection": "standard",
        "billing": {"mode": "provisioned", **SCALED},
        "encryption": {"key": "customer_managed"},
        "alarms": {"throttling": True, "system_errors": True},
    },
    "protections": {
        "standard": {"backups": {"daily": {"copies": COPIES}}},
        "bare": {"deletion_protection": False},
    },
}
ARCHIVE: Mapping[str, Any] = {
    "kind": "destination",
    "project": "shop",
    "environment": "archive",
    "account_id": "2" * 12,
    "region": "eu-central-1",
    "principals": WORKLOAD["principals"],
    "accepts": ["prod.yaml"],
    "vaults": {"archive": {}},
}
# Keys whose labels differ by a hash alone, and keys that read alike.
AWKWARD = ("a-b", "a_b", "a__b", "table-001", "table_1", "Table_001", "9lives")
SELECTIONS = {"cloudformation/backup.yaml", "terraform/backup.tf"}
# Tripwires name the tables they watch, recovery those whose settings it keeps.
NAMED_IN = {
    "README.md",
    *SELECTIONS,
    *(f"cloudformation/{name}.yaml" for name in ("tripwires", "recovery")),
    *(f"terraform/{name}.tf" for name in ("tripwires", "recovery")),
}


def table(stack: str, **more: Any) -> dict[str, Any]:
    index = {"partition_key": {"name": "owner", "type": "S"}, **SCALED}
    return {
        "stack": stack,
        "partition_key": {"name": "id", "type": "S"},
        "global_indexes": {"by_owner": index},
        **more,
    }


TABLES = {f"table_{number:03}": table(STACKS[number % 4]) for number in range(60)}


def render(tables: Mapping[str, Any]) -> tuple[Tree, ...]:
    """Return the workload and its destination, both with their guides."""
    with TemporaryDirectory(prefix="holdfast-") as name, chdir(name):
        for path, content in (
            ("prod.yaml", {**WORKLOAD, "tables": tables}),
            ("archive.yaml", ARCHIVE),
        ):
            Path(path).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return rendered(workspace.load(["prod.yaml", "archive.yaml"]))


@cache
def whole() -> tuple[Tree, ...]:
    return render(TABLES)


def changed(before: Tree, after: Tree) -> set[str]:
    paths = {*before.files, *after.files}
    return {path for path in paths if before.files.get(path) != after.files.get(path)}


def own_files(stack: str) -> set[str]:
    suffix = "" if stack == "tables" else f"-{stack}"
    names = (f"tables{suffix}", f"alarms{suffix}")
    return {
        path for name in names for path in (f"cloudformation/{name}.yaml", f"terraform/{name}.tf")
    } | imports(stack)


def imports(stack: str) -> set[str]:
    """Return what imports the tables of a stack."""
    template = f"recovery/import-tables{'' if stack == 'tables' else f'-{stack}'}"
    return {f"{template}.yaml", f"{template}-resources.json"}


def files_of(name: str) -> set[str]:
    """Return the files of one table alone."""
    return {f"recovery/{name}.json", f"recovery/import-{name}.tf"}


def moved_words(before: Tree, after: Tree, path: str) -> list[str]:
    """Return the words that one of the two lacks, whatever their order."""
    old, new = (
        Counter(re.findall(r"\w[\w:/.*-]*", tree.files.get(path, ""))) for tree in (before, after)
    )
    return sorted(((old - new) + (new - old)).elements())


def selections(tree: Tree) -> Mapping[str, list[str]]:
    """Return name → members of every selection."""
    return {
        body["Properties"]["BackupSelection"]["SelectionName"]: body["Properties"][
            "BackupSelection"
        ]["Resources"]
        for part in tree.parts
        if part.cloudformation is not None
        for body in part.cloudformation.template["Resources"].values()
        if body["Type"] == "AWS::Backup::BackupSelection"
    }


def check(before: Tree, after: Tree, stack: str, name: str) -> None:
    touched = changed(before, after)
    assert own_files(stack) | files_of(name) | {"README.md", *SELECTIONS} <= touched
    for path in SELECTIONS:
        assert moved_words(before, after, path) == [f"{ARN}{name}"]
    old, new = selections(before), selections(after)
    assert old.keys() == new.keys()
    assert [key for key in old if old[key] != new[key]] == [f"shop-prod-standard.main.{stack}"]
    # Stacks are listed in the order of their first tables: the first of all decides which leads.
    reordered = touched - own_files(stack) - files_of(name) - NAMED_IN
    assert reordered == set()
    assert [word for path in reordered for word in moved_words(before, after, path)] == []


@pytest.mark.parametrize("number", [0, 29, 59], ids=["first", "middle", "last"])
def test_removing_a_table_changes_its_own_stack_and_where_it_is_named(number: int) -> None:
    name = f"table_{number:03}"
    before, archive = whole()
    after, archive_after = render({key: entry for key, entry in TABLES.items() if key != name})
    check(before, after, STACKS[number % 4], name)
    assert changed(archive, archive_after) - {"README.md"} == {f"recovery/prod/{name}.json"}


@pytest.mark.parametrize(("stack", "place"), [("tables", 0), ("ledger", 30), ("stock", 60)])
def test_adding_a_table_changes_its_own_stack_and_where_it_is_named(stack: str, place: int) -> None:
    entries = list(TABLES.items())
    more = dict([*entries[:place], ("brand_new", table(stack)), *entries[place:]])
    check(whole()[0], render(more)[0], stack, "brand_new")


@cache
def with_awkward_names() -> Tree:
    return render({**TABLES, **{key: table("ledger") for key in AWKWARD}})[0]


@pytest.mark.parametrize("name", AWKWARD)
def test_a_table_whose_name_reads_like_others_changes_no_more(name: str) -> None:
    rest = {key: table("ledger") for key in AWKWARD if key != name}
    check(render({**TABLES, **rest})[0], with_awkward_names(), "ledger", name)


def test_a_table_with_neither_backups_nor_alarms_changes_its_own_template_alone() -> None:
    more = table("stock", protection="bare", alarms={"throttling": False, "system_errors": False})
    before = render({**TABLES, "plain_one": more})[0]
    after = render({**TABLES, "plain_one": more, "plain_two": more})[0]
    assert changed(before, after) - NAMED_IN == {
        "cloudformation/tables-stock.yaml",
        "terraform/tables-stock.tf",
        *imports("stock"),
        *files_of("plain_two"),
    }
    assert SELECTIONS.isdisjoint(changed(before, after))


def test_the_first_table_of_a_stack_leaves_the_files_of_other_stacks_alone() -> None:
    before, after = whole()[0], render({**TABLES, "brand_new": table("fresh")})[0]
    touched = changed(before, after)
    assert own_files("fresh") <= touched
    assert all(touched.isdisjoint(own_files(stack)) for stack in STACKS)
