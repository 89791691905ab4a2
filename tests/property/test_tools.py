"""Random environments before the judges: our own leaf check, cfn-lint, terraform."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from generator.lint.leaves import check_leaves
from generator.lint.templates import lint_templates
from generator.lint.terraform_tool import lint_roots
from generator.schema import schema
from tests.conftest import ROOT, missing
from tests.property.batches import renamed, told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.property.batches import Case

AT_ONCE = 40
# An attribute may well be called `AWS::Region`; cfn-lint supposes that somebody forgot a `!Ref`.
MISUNDERSTOOD = {"W1054"}
# Reads every folder named and prints one digest of all that its environments become.
DIGESTS = """
import json, sys
from hashlib import sha256
from pathlib import Path
from generator import workspace
from generator.generate import rendered
print(json.dumps([
    [sha256(json.dumps([*tree.files.items()]).encode()).hexdigest()
     for tree in rendered(workspace.load((), Path(folder)))]
    for folder in sys.argv[1:]
]))
"""


def digests(batch: list[Case], seed: str) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", DIGESTS, *(str(case.directory) for case in batch)],
        env={**os.environ, "PYTHONHASHSEED": seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_leaf_of_the_facts_stands_in_both_outputs(batch: list[Case]) -> None:
    findings = [
        (case.number, str(finding))
        for case in batch
        for tree in case.trees
        for finding in check_leaves(tree)
    ]
    assert findings == []


def test_another_process_with_another_hash_seed_writes_the_same_bytes(batch: list[Case]) -> None:
    first = digests(batch, "1")
    assert [len(found) for found in first] == [len(case.trees) for case in batch]
    assert digests(batch, "2") == first


def test_the_schema_for_editors_accepts_everything(batch: list[Case]) -> None:
    validator = Draft202012Validator(schema())
    for case in batch:
        for written in case.folder.values():
            errors = [best_match([error]) for error in validator.iter_errors(written)]
            assert [error.message for error in errors if error] == [], case.text


def test_cfn_lint_finds_nothing(batch: list[Case], tmp_path: Path) -> None:
    trees = renamed(batch)
    # It keeps all that it has read, so hundreds of environments at once would fill the memory.
    for start in range(0, len(trees), AT_ONCE):
        findings = lint_templates(trees[start : start + AT_ONCE], tmp_path)
        assert told([each for each in findings if each.rule not in MISUNDERSTOOD], batch) == ""
        gc.collect()


@pytest.mark.terraform
@pytest.mark.usefixtures("terraform")
def test_terraform_accepts_everything(batch: list[Case], tmp_path: Path) -> None:
    findings = lint_roots(renamed(batch), tmp_path)
    if findings and findings[0].rule == "terraform-init":
        missing(f"the AWS provider of Terraform is not at hand: {findings[0].message}")
    assert told(findings, batch) == ""
