"""Both engines say the same: counterparts, edges, documents, comments, and what moves together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

from generator import pipeline, workspace
from tests.parity import bootstrap, oracle
from tests.parity.leaves import Leaves, of_cloudformation, of_terraform
from tests.parity.leaves import Path as LeafPath
from tests.parity.rendering import (
    TRACERS,
    Case,
    Part,
    all_names,
    cases,
    loaded,
    parts_of,
    rendered,
)
from tests.parity.rosetta import (
    LEFTOVERS,
    ROSETTA,
    field_of,
    learn,
    leftovers_text,
    reviewed_leftovers,
    reviewed_pairs,
    rosetta_text,
)
from tests.parity.test_tracer import NOT_IN_BOTH, fields, holds_a_value

Compare = Callable[[str, Path], None]
EXAMPLES = Path(__file__).parents[2] / "environments"


def test_rosetta_is_as_reviewed(as_reviewed: Compare) -> None:
    as_reviewed(rosetta_text(learn()), ROSETTA)
    reviewed_pairs.cache_clear()
    assert reviewed_pairs() == learn().pairs, "rosetta.txt does not list every pair"


def test_ci_updates_nothing(
    as_reviewed: Compare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOLDFAST_UPDATE_GOLDEN", "1")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI only compares"):
        as_reviewed("new", tmp_path / "new.txt")
    assert not (tmp_path / "new.txt").exists()


def test_leftovers_are_as_reviewed(as_reviewed: Compare) -> None:
    as_reviewed(leftovers_text(learn().pairs, map(parts_of, TRACERS)), LEFTOVERS)
    reviewed_leftovers.cache_clear()


@pytest.mark.parametrize("name", all_names())
def test_both_engines_say_the_same(name: str) -> None:
    parts = parts_of(name)
    assert any(part.terraform for part in parts.values())
    assert complaints(parts.values()) == []


def test_both_engines_say_the_same_of_the_worked_examples() -> None:
    examples = workspace.load([], EXAMPLES)
    assert len(examples) > 3
    for each in examples:
        assert complaints(rendered(each.environment, {}).values()) == []


@pytest.mark.parametrize("name", all_names())
def test_the_artifacts_bucket_is_as_reviewed(name: str) -> None:
    output = parts_of(name)["bootstrap"].cloudformation
    assert list(bootstrap.complaints(output, loaded(name).environment)) == []
    for case in cases(name) if name in TRACERS else ():
        part = case.parts.get("bootstrap")
        if part is not None:
            environment = case.variant.environment
            assert list(bootstrap.complaints(part.cloudformation, environment)) == []


def complaints(parts: Iterable[Part | None]) -> list[tuple[str, str]]:
    return [
        complaint
        for part in parts
        if part is not None and part.terraform is not None
        for complaint in oracle.complaints(
            part.cloudformation, part.terraform, reviewed_pairs(), reviewed_leftovers()
        )
    ]


@pytest.mark.parametrize("field", fields())
def test_both_engines_move_together(field: str) -> None:
    """Change, remove or rename what the file says of a field: both move by the same values."""
    something_moves = False
    for name in TRACERS:
        for case in cases(name):
            if field_of(case) == field:
                assert complaints(case.parts.values()) == [], case.variant.id
                assert moved(name, case, 0) == moved(name, case, 1), case.variant.id
                something_moves |= case.variant.kind != "removed" and moves(name, case)
    if holds_a_value(field):
        assert something_moves == (field not in NOT_IN_BOTH), f"nothing reads {field}"


def moves(name: str, case: Case) -> bool:
    return any(
        leaves(parts_of(name).get(template), engine) != leaves(part, engine)
        for template, part in case.parts.items()
        for engine in (0, 1)
    )


def moved(name: str, case: Case, engine: int) -> list[oracle.Moved]:
    only = frozenset(pair[engine] for pair in reviewed_pairs())
    return [
        oracle.moved(leaves(parts_of(name).get(template), engine), leaves(part, engine), only)
        for template, part in case.parts.items()
    ]


def leaves(part: Part | None, engine: int) -> Leaves:
    if part is None or part.terraform is None:
        return {}
    return (part.cloudformation, part.terraform)[engine].leaves


def test_edges_of_one_engine_are_reviewed_and_exist() -> None:
    one_sided = {
        edge.label
        for name in TRACERS
        for part in parts_of(name).values()
        if part.terraform is not None
        for edge in part.cloudformation.edges ^ part.terraform.edges
    }
    assert one_sided, "no edge is one-sided any more"
    assert all(label.startswith(oracle.ONE_SIDED_EDGES) for label in one_sided)


def test_documents_are_seen() -> None:
    """Equal they are anyway; this says that the comparison sees every one of them."""
    parts = [part for part in parts_of("tracer").values() if part.terraform is not None]
    documents = [text for part in parts for text in part.cloudformation.documents]
    assert sum('"Statement"' in text for text in documents) == sum(
        '"Statement"' in value
        for part in parts
        for at in part.cloudformation.leaves.values()
        for value in at.values()
    )
    rules = LeafPath("AWS::Events::Rule", "Name")
    count = sum(len(part.cloudformation.leaves.get(rules, ())) for part in parts)
    assert sum('"detail-type"' in text for text in documents) == count > 3


@pytest.mark.parametrize("name", all_names())
def test_what_is_judged_is_what_is_written(name: str) -> None:
    """The files of the pipeline, read back by other readers, have the very leaves compared here."""
    tree = pipeline.render(loaded(name).environment)
    parts = parts_of(name)
    assert [part.facts.template for part in tree.parts] == list(parts)
    folders = {part.facts.template: part.terraform_folder for part in tree.parts}
    for template, part in parts.items():
        read = of_cloudformation(template, _read(tree.files[f"cloudformation/{template}.yaml"]), {})
        assert read == replace(part.cloudformation, comments={})
        if part.terraform is not None:
            text = tree.files[f"{folders[template]}/{template}.tf"]
            assert of_terraform(template, text) == part.terraform


def _read(text: str) -> Any:
    return cfn_yaml.loads(text)  # type: ignore[no-untyped-call]


def test_a_leaf_is_found_by_its_path() -> None:
    """A known pair, spelled out, so that the machinery above cannot agree on nothing."""
    part = parts_of("tracer")["backup"]
    path = LeafPath("AWS::Backup::BackupVault", "LockConfiguration.MinRetentionDays")
    values = {place.label: value for place, value in part.cloudformation.leaves[path].items()}
    assert values == {"vaultmain": "8", "vaultgiven": "9", "vaultlow": "11"}
    assert f"{path} = aws_backup_vault_lock_configuration min_retention_days" in map(
        str, reviewed_pairs()
    )
