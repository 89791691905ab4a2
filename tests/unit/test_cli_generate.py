from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tests.unit.command import TABLE, environment, holdfast, lies, process, write

DESTINATION = """\
kind: destination
accepts: [prod.yaml]
vaults: {archive: {}}
"""
COPY = "{daily: {copies: {far: {to: archive, delete_after_days: 35}}}}"
COPIES = f"protections: {{standard: {{backups: {COPY}}}}}\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two environments, in which commands run."""
    write(tmp_path, dev=environment("dev"), prod=environment("prod", account="2"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(project: Path, name: str, text: str) -> None:
    (project / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")


def written(project: Path) -> set[str]:
    return set(lies(project / "output")) if (project / "output").exists() else set()


# --- which environments ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        ([], {"dev", "prod"}),
        (["prod"], {"prod"}),
        (["environments/dev.yaml"], {"dev"}),
        (["./environments/dev.yaml", "prod"], {"dev", "prod"}),
        (["dev", "dev", "environments/dev.yaml"], {"dev"}),
    ],
)
def test_names_and_paths_choose_environments(
    project: Path, names: list[str], folders: set[str]
) -> None:
    result = holdfast("generate", *names)
    assert result.exit_code == 0
    assert {name.partition("/")[0] for name in written(project)} == folders
    assert len(result.stdout.splitlines()) == len(folders)


def test_a_path_may_lie_anywhere(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    write(elsewhere, other=environment("other", account="3"))
    path = elsewhere / "environments" / "other.yaml"
    assert holdfast("generate", str(path)).exit_code == 0
    assert "other/README.md" in written(project)


def test_an_unknown_name_is_told_the_known_ones(project: Path) -> None:
    result = holdfast("generate", "prd", "dev", "environments/nope.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no file in environments/ has `environment: prd`" in result.stderr
    assert "environments there: dev, prod" in result.stderr
    assert "there is no file environments/nope.yaml" in result.stderr
    assert result.stderr.splitlines()[-1] == "2 mistakes; nothing was written"
    assert written(project) == set()


def test_without_a_folder_of_environments_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = holdfast("generate")
    assert result.exit_code == 2
    assert "there is no folder environments/ here" in result.stderr
    assert "run `holdfast init`" in result.stderr


# --- engines and output ---------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ["cloudformation", "terraform"])
def test_one_engine_writes_that_engine_and_the_guide(project: Path, engine: str) -> None:
    assert holdfast("generate", "dev", "--engine", engine).exit_code == 0
    tops = {name.split("/")[1] for name in written(project)}
    files = {"README.md", "functions.json", ".holdfast.json"}
    assert tops == {engine, "policies", "recovery", *files}


def test_one_engine_leaves_the_output_of_the_other(project: Path) -> None:
    holdfast("generate", "dev")
    before = written(project)
    assert holdfast("generate", "dev", "--engine", "terraform").exit_code == 0
    assert written(project) == before


def test_output_names_the_folder(project: Path) -> None:
    assert holdfast("generate", "dev", "--output", "a/b").exit_code == 0
    assert (project / "a" / "b" / "dev" / "README.md").is_file()
    assert written(project) == set()


# --- check ----------------------------------------------------------------------------------------


def test_check_prints_the_diff_and_writes_nothing(project: Path) -> None:
    holdfast("generate")
    fresh = holdfast("generate", "--check")
    assert fresh.exit_code == 0
    assert fresh.stdout.splitlines() == [
        "output/dev: 48 files, up to date",
        "output/prod: 48 files, up to date",
    ]
    change(project, "dev", environment("dev", more="tags: {owner: payments}\n"))
    before = lies(project / "output")
    stale = holdfast("generate", "--check")
    assert stale.exit_code == 1
    lines = stale.stdout.splitlines()
    assert "--- a/output/dev/terraform/tables.tf" in lines
    assert "+++ b/output/dev/terraform/tables.tf" in lines
    assert '+    owner       = "payments"' in lines
    assert any(re.fullmatch(r"output/dev: 48 files, \d+ changed \(stale\)", line) for line in lines)
    assert "output/prod: 48 files, up to date" in lines
    assert lies(project / "output") == before


def test_check_of_new_and_removed_files(project: Path) -> None:
    missing = holdfast("generate", "dev", "--check")
    assert missing.exit_code == 1
    assert "+++ b/output/dev/cloudformation/tables.yaml" in missing.stdout.splitlines()
    assert written(project) == set()
    holdfast("generate", "dev")
    change(project, "dev", environment("dev", tables="{orders: {existing: true}}"))
    gone = holdfast("generate", "dev", "--check")
    assert gone.exit_code == 1
    lines = gone.stdout.splitlines()
    assert lines[lines.index("--- a/output/dev/cloudformation/tables.yaml") + 1] == "+++ /dev/null"
    assert "dev/cloudformation/tables.yaml" in written(project)
    holdfast("generate", "dev")
    assert "dev/cloudformation/tables.yaml" not in written(project)


def test_what_terraform_would_destroy_is_a_warning_on_stderr(project: Path) -> None:
    holdfast("generate", "dev")
    two = f"{{orders: {TABLE}, users: {TABLE}}}"
    change(project, "dev", environment("dev", tables=two))
    assert holdfast("generate", "dev").stderr == ""
    change(project, "dev", environment("dev"))
    result = holdfast("generate", "dev")
    assert result.exit_code == 0
    assert "state rm aws_dynamodb_table.table_users" in result.stderr
    assert "aws_dynamodb_table.table_orders" not in result.stderr


# --- mistakes leave everything as it is -----------------------------------------------------------


def test_a_mistake_anywhere_stops_everything_and_all_are_told(project: Path) -> None:
    change(project, "dev", environment("dev", more="bogus: 1\nregion: mars\n"))
    change(project, "prod", environment("prod", account="3", more="alerts: 1\n"))
    result = holdfast("generate")
    assert (result.exit_code, result.stdout) == (2, "")
    places = [line.split(": ")[0] for line in result.stderr.splitlines() if ".yaml" in line]
    assert places == [
        "environments/dev.yaml:5:1",
        "environments/dev.yaml:6:1",
        "environments/prod.yaml:5:1",
    ]
    assert result.stderr.splitlines()[-1] == "3 mistakes; nothing was written"
    assert written(project) == set()


def test_a_broken_file_disturbs_only_those_who_need_it(project: Path) -> None:
    change(project, "broken", "environment: broken\n  region: [")
    assert holdfast("generate", "prod").exit_code == 0
    everything = holdfast("generate")
    assert everything.exit_code == 2
    assert "environments/broken.yaml:2:" in everything.stderr
    assert {name.partition("/")[0] for name in written(project)} == {"prod"}


def test_a_broken_destination_is_needed_only_where_copies_go_there(project: Path) -> None:
    change(project, "archive", environment("archive", tables="{}", more=f"{DESTINATION}oops: 1\n"))
    change(project, "prod", environment("prod", account="2", more=COPIES))
    assert holdfast("generate", "dev").exit_code == 0
    result = holdfast("generate", "prod")
    assert result.exit_code == 2
    assert result.stderr.startswith("environments/archive.yaml:")
    change(project, "archive", environment("archive", tables="{}", more=DESTINATION))
    assert holdfast("generate", "prod").exit_code == 0


def test_a_strangers_file_in_the_way_stops_everything(project: Path) -> None:
    holdfast("generate", "dev")
    stranger = project / "output" / "prod" / "terraform" / "tables.tf"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("# by hand\n")
    change(project, "dev", environment("dev", more="tags: {owner: payments}\n"))
    before = lies(project / "output")
    result = holdfast("generate")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == (
        "output/prod/terraform/tables.tf is in the way and was not written by Holdfast"
    )
    assert lies(project / "output") == before


@pytest.mark.parametrize(
    ("file", "output"),
    [
        ("afile", "afile/below"),
        ("out/dev", "out"),
        ("out/dev/cloudformation", "out"),
    ],
)
def test_a_file_where_a_folder_is_needed_is_in_the_way(
    project: Path, file: str, output: str
) -> None:
    path = project / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    result = process("generate", "dev", "--output", output, cwd=project)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[0] == (
        f"{file} is in the way and was not written by Holdfast"
    )
    assert len(result.stderr.splitlines()) == 3
    assert path.read_text() == "mine"


def test_an_output_that_is_a_file_is_bad_input(project: Path) -> None:
    (project / "afile").write_text("mine")
    result = holdfast("generate", "--output", "afile")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "'afile' is a file" in result.stderr


@pytest.mark.parametrize("refused", ["mkdir", "replace"])
def test_an_output_that_cannot_be_written_gives_one_message(
    project: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    def permission_denied(*_: Any, **__: Any) -> NoReturn:
        raise PermissionError(13, "Permission denied")

    where = {"mkdir": Path, "replace": os}[refused]
    monkeypatch.setattr(where, refused, permission_denied)
    result = holdfast("generate", "dev")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "output/dev cannot be written: Permission denied",
        "    fix: correct its permissions, or give another folder with --output",
        "1 mistake; nothing was written",
    ]


def test_an_output_that_cannot_be_read_gives_one_message(project: Path) -> None:
    (project / "output" / "dev").mkdir(parents=True)
    loop = project / "output" / "dev" / ".holdfast.json"
    loop.symlink_to(loop)
    result = holdfast("generate", "dev")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("output/dev cannot be read: Too many levels of symbolic links")


def test_environments_that_cannot_be_read_give_one_message(project: Path) -> None:
    (project / "environments" / "dev.yaml").unlink()
    (project / "environments" / "dev.yaml").mkdir()
    named = holdfast("generate", "environments/dev.yaml")
    assert (named.exit_code, named.stdout) == (2, "")
    assert named.stderr.startswith("there is no file environments/dev.yaml\n")
    assert holdfast("generate").exit_code == 0
    assert {name.partition("/")[0] for name in written(project)} == {"prod"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"{{resolve:ssm:x}}"', "CloudFormation would look up"),
        (r'"e\u0301"', "is not in Unicode's composed form"),
    ],
)
def test_text_that_an_engine_would_not_keep_is_bad_input(
    project: Path, text: str, said: str
) -> None:
    tables = f"{{orders: {{partition_key: {{name: {text}, type: S}}}}}}"
    change(project, "dev", environment("dev", tables=tables))
    result = process("generate", "dev", cwd=project)
    assert (result.returncode, result.stdout) == (2, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_template_too_large_to_grow_is_refused_with_the_way_out(project: Path) -> None:
    tables = ", ".join(f"t{number:03}: {TABLE}" for number in range(451))
    change(project, "dev", environment("dev", tables=f"{{{tables}}}"))
    result = holdfast("generate", "dev")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the template tables would have 451 resources" in result.stderr
    assert "another `stack`" in result.stderr
    assert written(project) == set()
