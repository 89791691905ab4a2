"""The part of the guide for a restore: real names, files that are there, and no dead ends."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from blueprints.functions.plan_refill.case import case_of
from blueprints.functions.plan_undo.request import span_of
from blueprints.names import (
    export_classes,
    exports_machine,
    refill_machine_arn,
    restore_machine_arn,
    state_machine_arn,
    undo_machine_arn,
)
from generator import pipeline, workspace
from generator.generate import rendered
from generator.guide import guide
from tests.conftest import ROOT
from tests.unit.command import TABLE, environment, write
from tests.unit.test_guide import commands

if TYPE_CHECKING:
    from pathlib import Path

    from generator.pipeline import Tree

EXAMPLES = ("archive", "dev", "prod", "staging")


@pytest.fixture(scope="module")
def examples() -> dict[str, Tree]:
    trees = rendered(workspace.load((), ROOT / "environments"))
    return {tree.environment.name: tree for tree in trees}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_file_below_recovery_that_is_named_is_written(
    examples: dict[str, Tree], name: str
) -> None:
    tree = examples[name]
    text = tree.files["README.md"]
    named = set(re.findall(r"recovery/[\w./-]+\.(?:json|yaml|tf)\b", text))
    assert named - {"recovery/TABLE.json"} <= tree.files.keys()
    assert named


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_execution_is_of_the_environments_machine(
    examples: dict[str, Tree], name: str
) -> None:
    tree = examples[name]
    starts = [
        dict(zip(words[3::2], words[4::2], strict=True))
        for words in commands(tree.files["README.md"])
        if words[:3] == ["aws", "stepfunctions", "start-execution"]
    ]
    machines = {each["--state-machine-arn"] for each in starts}
    classes = export_classes(tree.environment)
    exporting = (state_machine_arn(tree.environment, exports_machine(key)) for key in classes)
    writing = [refill_machine_arn, undo_machine_arn] if tree.environment.tables else []
    assert machines == {
        restore_machine_arn(tree.environment),
        *exporting,
        *(machine(tree.environment) for machine in writing),
    }
    for each in starts:
        given = each["--input"]
        if not given.startswith("file://"):
            json.loads(given.replace("$NOW", "now"))


@pytest.mark.parametrize("name", ["dev", "prod", "staging"])
def test_inputs_of_refills_and_undos_are_what_the_functions_take(
    examples: dict[str, Tree], name: str
) -> None:
    """Word for word: who copies them on a bad day has no time to mend them."""
    tree = examples[name]
    requests = {
        words[words.index("--state-machine-arn") + 1]: words[words.index("--input") + 1]
        for words in commands(tree.files["README.md"])
        if words[:3] == ["aws", "stepfunctions", "start-execution"]
    }
    undo = json.loads(requests[undo_machine_arn(tree.environment)])
    execution = {"started_at": "2026-02-01T00:00:00Z", "name": "by-hand"}
    span = span_of({"request": undo, "execution": execution}, datetime(2026, 2, 1, tzinfo=UTC))
    assert span.until - span.since == timedelta(hours=1)
    assert undo["dry_run"] is True
    refill = json.loads(requests[refill_machine_arn(tree.environment)])
    place = {"catalogue_bucket": "any"}
    event = {"request": refill, "place": place, "execution": execution}
    case = case_of(lambda *_: None, event, datetime(2026, 2, 1, tzinfo=UTC), lambda: True)
    assert case.folder.prefix == "work/refills/by-hand/"
    known = {table.arn for table in tree.environment.tables}
    assert {undo["table"]["arn"], refill["table"]["arn"]} <= known


def test_what_a_refill_may_read_is_said(examples: dict[str, Tree]) -> None:
    texts = {
        name: tree.files["README.md"].split("## Refilling")[1:] for name, tree in examples.items()
    }
    assert texts["archive"] == []
    assert "--from s3://shop-data-pipeline/dynamodb/FOLDER/ --overwrite" in texts["prod"][0]
    assert "holdfast refill prod order_transaction --chain" in texts["prod"][0]
    assert "--chain" not in texts["dev"][0]
    assert "no exports, and no other bucket: `recovery.refill_sources` names" in texts["dev"][0]


def test_a_destination_says_how_its_sources_tables_come_back_there(
    examples: dict[str, Tree],
) -> None:
    text = examples["archive"].files["README.md"]
    assert "holdfast restore prod order_transaction --latest --in archive" in text
    assert "## Getting a table back" not in text
    assert "- pointer: `order_transaction`" in text


def test_without_recovery_the_direct_commands_are_left(tmp_path: Path) -> None:
    text = text_of(tmp_path, more="recovery: {enabled: false}\n")
    assert "start-execution" not in text
    assert "holdfast restore" not in text
    assert "holdfast refill" not in text
    assert "holdfast undo" not in text
    assert "aws dynamodb restore-table-to-point-in-time" in text
    assert "role/service-role/AWSBackupDefaultServiceRole" in text
    assert "### Owned again" in text


@pytest.mark.parametrize("engine", pipeline.ENGINES)
def test_an_engine_that_is_not_used_is_not_spoken_of(tmp_path: Path, engine: str) -> None:
    text = text_of(tmp_path, engines=(engine,)).partition("### Owned again")[2]
    assert ("#### By its stack" in text) == (engine == pipeline.CLOUDFORMATION)
    assert ("#### By its state" in text) == (engine == pipeline.TERRAFORM)


def test_a_long_template_goes_by_way_of_the_bucket(tmp_path: Path) -> None:
    many = ", ".join(f"t{number:03}: {TABLE}" for number in range(90))
    text = text_of(tmp_path, tables=f"{{{many}}}")
    assert "--template-url https://" in text
    assert "aws s3 cp recovery/import-tables.yaml s3://shop-dev-artifacts-" in text


def test_many_templates_are_named_and_not_all_spelled_out(tmp_path: Path) -> None:
    stacks = ", ".join(
        f"tab{number}: {TABLE.replace('{', f'{{stack: part-{number}, ', 1)}" for number in range(6)
    )
    text = text_of(tmp_path, tables=f"{{{stacks}}}")
    imports = [words for words in commands(text) if "create-change-set" in words]
    assert len(imports) == 4  # three templates, and one table into a stack that is there
    assert "- `recovery/import-tables-part-5.yaml` into `shop-dev-tables-part-5`" in text


def test_a_key_of_the_template_is_imported_with_its_tables(tmp_path: Path) -> None:
    keyed = TABLE.replace("{", "{encryption: {key: customer_managed}, ", 1)
    text = text_of(tmp_path, tables=f"{{orders: {keyed}}}")
    assert "--key-id alias/shop-dev-tables" in text
    assert "recovery/import-tables-resources.json > resources.json" in text
    assert """sed 's/"KeyId": "KEY_ID"/"KeyId": "'$KEY_ID'"/' recovery/""" in text


def text_of(folder: Path, *, engines: tuple[str, ...] = pipeline.ENGINES, **given: str) -> str:
    write(folder, dev=environment("dev", **given))
    (loaded,) = workspace.load((), folder / "environments")
    return guide(pipeline.render(loaded.environment, engines))
