from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from generator import pipeline, workspace
from generator.generate import rendered
from generator.guide import guide
from generator.pipeline import Part, Tree
from generator.spec.resolved import stack_name
from tests.conftest import ROOT
from tests.unit.command import environment, write

SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TextOf = Callable[..., str]
EXAMPLES = ("archive", "archive-west", "dev", "prod", "staging")


@pytest.fixture(scope="module")
def examples() -> dict[str, Tree]:
    trees = rendered(workspace.load((), ROOT / "environments"))
    return {tree.environment.name: tree for tree in trees}


def commands(text: str) -> list[list[str]]:
    """Return the words of every command in the shell blocks, as a shell would split them."""
    found = []
    for block in SHELL.findall(text):
        joined = block.replace("\\\n", " ")
        found += [shlex.split(line) for line in joined.splitlines() if line.strip()]
    return found


def deployments(text: str) -> list[dict[str, str]]:
    """Return the options of every `aws cloudformation deploy`, in order."""
    found = []
    for words in commands(text):
        if words[:3] == ["aws", "cloudformation", "deploy"]:
            options = [word for word in words[3:] if word != "--no-fail-on-empty-changeset"]
            found.append(dict(zip(options[::2], options[1::2], strict=True)))
    return found


def packaged(part: Part) -> bool:
    """Return whether a template names local files, which the CLI has to upload first."""
    assert part.cloudformation is not None
    return "/functions/" in part.cloudformation.text


@pytest.mark.parametrize("name", EXAMPLES)
def test_what_names_local_code_is_packaged_right_before(
    examples: dict[str, Tree], name: str
) -> None:
    tree = examples[name]
    words = commands(guide(tree))
    for part in tree.parts:
        template = f"cloudformation/{part.facts.template}.yaml"
        options = ["--template-file", template, "--s3-bucket", tree.environment.artifacts_bucket]
        result = f"functions/{part.facts.template}.packaged.yaml"
        found = [
            number
            for number, each in enumerate(words)
            if each[:3] == ["aws", "cloudformation", "package"] and template in each
        ]
        assert len(found) == (1 if packaged(part) else 0)
        for number in found:
            command = words[number]
            assert command[3:] == [
                *("--region", tree.environment.region),
                *options,
                *("--output-template-file", result),
            ]
            assert words[number + 1][:3] == ["aws", "cloudformation", "deploy"]
            assert result in words[number + 1]


@pytest.mark.parametrize("managed", [True, False])
def test_the_region_is_switched_on_by_a_function_or_by_hand(
    examples: dict[str, Tree], *, managed: bool
) -> None:
    text = guide(examples["dev" if managed else "prod"])
    by_hand = "aws backup update-region-settings" in text
    by_function = "aws lambda invoke --region eu-central-1 --function-name shop-dev-" in text
    assert (by_function, by_hand) == (managed, not managed)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_template_is_deployed_once_and_in_order(examples: dict[str, Tree], name: str) -> None:
    tree = examples[name]
    environment_ = tree.environment
    first, *rest = deployments(guide(tree))
    assert "--s3-bucket" not in first  # it makes the bucket
    assert [each["--template-file"] for each in (first, *rest)] == [
        f"functions/{part.facts.template}.packaged.yaml"
        if packaged(part)
        else f"cloudformation/{part.facts.template}.yaml"
        for part in tree.parts
    ]
    for part, each in zip(tree.parts, (first, *rest), strict=True):
        assert each["--stack-name"] == stack_name(environment_, part.facts.template)
        there = part.elsewhere
        assert each["--region"] == (environment_.region if there is None else there.region)
        assert each["--template-file"] in tree.files or packaged(part)
    for part, each in zip(tree.parts[1:], rest, strict=True):
        # CloudFormation reads templates from buckets of its own Region only.
        bucket = environment_.artifacts_bucket if part.elsewhere is None else None
        assert each.get("--s3-bucket") == bucket
        assert each["--capabilities"] == "CAPABILITY_NAMED_IAM"
        if bucket is None:
            assert len(tree.files[each["--template-file"]].encode()) <= 51_200


@pytest.mark.parametrize("name", EXAMPLES)
def test_tables_have_as_many_cells_as_their_headings(examples: dict[str, Tree], name: str) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", guide(examples[name]), re.MULTILINE)
    assert tables
    for table in tables:
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


@pytest.mark.parametrize("name", EXAMPLES)
def test_blocks_are_closed_and_headings_descend(examples: dict[str, Tree], name: str) -> None:
    text = guide(examples[name])
    assert text.count("```") % 2 == 0
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    headings = re.findall(r"^(#+) (.+)$", prose, re.MULTILINE)
    assert headings[0] == ("#", f"shop {name}")
    depths = [len(marks) for marks, _ in headings]
    assert all(below - above <= 1 for above, below in pairwise(depths))
    assert len({title for _, title in headings}) == len(headings)


def test_destinations_come_first_on_both_sides(examples: dict[str, Tree]) -> None:
    assert "Destinations come first: `archive` (`../archive/`)." in guide(examples["prod"])
    assert "deploy it before `prod`" in guide(examples["archive"])
    assert "Destinations come first" not in guide(examples["dev"])


def test_the_way_back_names_the_vaults_that_copies_go_to(examples: dict[str, Tree]) -> None:
    prod = examples["prod"].environment
    starts = [words for words in commands(guide(examples["prod"])) if "start-copy-job" in words]
    ways = {
        (target.vault_arn.rpartition(":")[2], prod.vault_arn(backup.vault))
        for protection in prod.protections.values()
        for backup in protection.backups.values()
        for target in prod.copies(backup)
    }
    named = {
        (
            words[words.index("--source-backup-vault-name") + 1],
            words[words.index("--destination-backup-vault-arn") + 1],
        )
        for words in starts
    }
    assert named == ways
    assert len(ways) > 0


def test_every_table_and_vault_of_the_environment_is_in_the_guide(
    examples: dict[str, Tree],
) -> None:
    for tree in examples.values():
        text = guide(tree)
        assert [each.name for each in tree.environment.tables if f"`{each.name}`" not in text] == []
        vaults = (tree.environment.vault_arn(key) for key in tree.environment.vaults)
        assert [arn for arn in vaults if f"`{arn.rpartition(':')[2]}`" not in text] == []


@pytest.fixture
def text_of(tmp_path: Path) -> TextOf:
    def of(more: str = "", tables: str | None = None) -> str:
        given = {} if tables is None else {"tables": tables}
        write(tmp_path, dev=environment("dev", more=more, **given))
        (loaded,) = workspace.load((), tmp_path / "environments")
        return guide(pipeline.render(loaded.environment))

    return of


def test_an_empty_environment_has_a_guide(text_of: TextOf) -> None:
    text = text_of(tables="{}", more="alerts: null\n")
    assert text.startswith("<!-- Written by Holdfast")
    assert "## What protects what" not in text
    assert len(deployments(text)) == 2  # the bucket and the guardrails


def test_what_cannot_be_undone_is_said(text_of: TextOf) -> None:
    lock = "{mode: compliance, min_retention_days: 7, cooling_off_days: 5, "
    lock += "i_understand_this_cannot_be_undone: true}"
    text = text_of(f"vaults: {{main: {{lock: {lock}}}}}\n")
    assert "**Cannot be undone:** 5 days after deployment the lock of `shop-dev-main`" in text
    assert "Cannot be undone" not in text_of()


def test_the_trail_is_asked_for_where_there_are_tripwires(text_of: TextOf) -> None:
    assert "get-event-selectors" in text_of()
    assert "get-event-selectors" not in text_of("alerts: null\n")


def test_receivers_are_proven_where_there_are_some(text_of: TextOf) -> None:
    assert "aws sns publish" in text_of()
    assert "aws sns publish" not in text_of("alerts: null\n")
