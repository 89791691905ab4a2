from __future__ import annotations

import json
import os
import pty
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from generator import __version__
from generator.cli import main
from tests.conftest import ROOT
from tests.unit.command import MAIN, environment, holdfast, lies, process, write

HEAVY = ("boto3", "botocore", "cfnlint", "jinja2", "pydantic", "rich", "troposphere", "yaml")
ESCAPE = "\x1b"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two environments, in which commands run."""
    write(tmp_path, dev=environment("dev"), prod=environment("prod", account="2"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def change(project: Path, name: str, text: str) -> None:
    (project / "environments" / f"{name}.yaml").write_text(text, encoding="utf-8")


# --- help and what it costs -----------------------------------------------------------------------


def test_version_and_help() -> None:
    assert holdfast("--version").stdout == f"holdfast, version {__version__}\n"
    helped = holdfast("--help")
    assert helped.exit_code == 0
    assert "Exit status: 0 fine, 1 findings or stale output, 2 bad input" in helped.stdout
    assert [name for name in main.commands if f"\n  {name} " not in helped.stdout] == []


def loaded_by(*arguments: str, cwd: Path) -> list[str]:
    code = (
        "import sys\nfrom generator.cli import main\n"
        "try:\n    main(prog_name='holdfast')\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = process(*arguments, cwd=cwd, code=code)
    found = json.loads(done.stderr.splitlines()[-1].replace("'", '"'))
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize("arguments", [("--help",), ("generate", "--help"), ("--version",)])
def test_help_imports_nothing_it_does_not_use(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded_by(*arguments, cwd=tmp_path) == []


def test_commands_import_what_they_use(project: Path) -> None:
    assert loaded_by("init", "new", cwd=project) == ["pydantic"]
    assert loaded_by("explain", cwd=project) == ["pydantic", "yaml"]
    assert loaded_by("generate", cwd=project) == ["jinja2", "pydantic", "troposphere", "yaml"]


def test_help_takes_less_than_a_tenth_of_a_second_of_cpu(tmp_path: Path) -> None:
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process("--help", cwd=tmp_path).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(5)) < 0.1


# --- streams, statuses, colours -------------------------------------------------------------------


def test_results_go_to_stdout_and_mistakes_to_stderr(project: Path) -> None:
    fine = process("generate", cwd=project)
    assert (fine.returncode, fine.stderr) == (0, "")
    assert fine.stdout.splitlines() == [
        "output/dev: 48 files, 48 new",
        "output/prod: 48 files, 48 new",
    ]
    change(project, "dev", environment("dev", more="bogus: 1\n"))
    wrong = process("generate", cwd=project)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.splitlines()[0].startswith("environments/dev.yaml:5:1: ")
    assert wrong.stderr.splitlines()[-1] == "1 mistake; nothing was written"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "--engine", "pulumi"], "'pulumi' is not one of"),
        (["generate", "--bogus"], "No such option"),
        (["bogus"], "No such command"),
        (["schema", "one"], "unexpected extra argument"),
        (["init", "one", "two"], "unexpected extra argument"),
    ],
)
def test_a_wrong_call_is_bad_input(arguments: list[str], said: str) -> None:
    result = holdfast(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_pipes_and_no_color_give_no_escape_codes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ESCAPE not in process("explain", "dev", cwd=project).stdout
    assert ESCAPE not in holdfast("explain", "dev", color=True).stdout
    monkeypatch.delenv("NO_COLOR")
    assert f"{ESCAPE}[1mshop dev" in holdfast("explain", "dev", color=True).stdout
    assert ESCAPE not in process("explain", "dev", cwd=project).stdout


@pytest.mark.parametrize(("no_color", "styled"), [("1", False), ("", True)])
def test_a_terminal_shows_colours_unless_told_not_to(
    project: Path, no_color: str, *, styled: bool
) -> None:
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "explain", "dev"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": no_color, "TERM": "xterm"},
        stdout=theirs,
        check=False,
    )
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "shop dev" in shown
    assert (ESCAPE in shown) is styled


# --- init -----------------------------------------------------------------------------------------


def test_init_writes_a_starter_that_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = holdfast("init", "new")
    assert result.exit_code == 0
    assert "new/environments/dev.yaml written" in result.stdout
    assert "  cd new\n" in result.stdout
    assert set(lies(tmp_path)) == {"new/environments/dev.yaml", "new/environments/schema.json"}
    monkeypatch.chdir(tmp_path / "new")
    assert holdfast("generate", "--check").exit_code == 1
    assert holdfast("generate").exit_code == 0
    assert holdfast("generate", "--check").exit_code == 0
    explained = holdfast("explain")
    assert explained.exit_code == 0
    assert "shop-dev-main, governance lock" in explained.stdout


def test_init_never_overwrites(project: Path) -> None:
    change(project, "dev", "mine")
    before = lies(project)
    result = holdfast("init")
    assert result.exit_code == 0
    assert "environments/dev.yaml exists and stays as it is" in result.stdout
    assert lies(project) == {**before, "environments/schema.json": holdfast("schema").stdout}
    assert "  cd " not in result.stdout


def test_init_says_so_when_it_cannot_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    result = holdfast("init", "file")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("file/environments cannot be written: Not a directory\n")


# --- schema ---------------------------------------------------------------------------------------


def test_schema_prints_a_json_schema_and_nothing_else(tmp_path: Path) -> None:
    done = process("schema", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["title"] == "Holdfast environment file"


# --- explain --------------------------------------------------------------------------------------


def test_where_shows_the_file_that_gave_a_value_and_those_it_overrides(project: Path) -> None:
    change(project, "prod", environment("prod", account="2", more="region: eu-west-1\n"))
    result = holdfast("explain", "prod", "--where", "region")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        'region = "eu-west-1"',
        "  given by environments/prod.yaml:5:1",
        "  instead of the value from environments/base.yaml:2:1",
    ]


def test_where_takes_quoted_keys_and_names_what_is_built_in(project: Path) -> None:
    tables = "{orders.v2: {existing: true}}"
    change(project, "dev", environment("dev", tables=tables))
    result = holdfast("explain", "dev", "--where", 'tables."orders.v2".existing')
    assert result.stdout.splitlines()[0] == 'tables."orders.v2".existing = true'
    result = holdfast("explain", "dev", "--where", "defaults.protection")
    assert result.stdout.splitlines() == [
        'defaults.protection = "standard"',
        "  given by built-in",
    ]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("tables.order", "nearest: tables.orders"),
        ("alerts", "`alerts` was removed at environments/dev.yaml:5:1"),
        ("", "write the dotted path of a key in the file"),
    ],
)
def test_where_of_nothing_is_bad_input(project: Path, key: str, said: str) -> None:
    change(project, "dev", environment("dev", more="alerts: null\n"))
    result = holdfast("explain", "dev", "--where", key)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_explain_as_json_holds_every_table_of_every_environment(project: Path) -> None:
    result = holdfast("explain", "--json")
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert list(report) == ["dev", "prod"]
    (table,) = report["prod"]
    assert table["arn"] == "arn:aws:dynamodb:eu-central-1:222222222222:table/orders"
    assert [backup["name"] for backup in table["backups"]] == ["daily"]
    assert any("eu-central-1" in gap for gap in table["not_protected_against"])


EXPORTED = """\
protections:
  standard:
    exports: {full_schedule: rate(7 days), incremental_every_hours: 24, delete_after_days: 2557,
      tiers: {standard_ia_after_days: 30, glacier_ir_after_days: 90}}
export_bucket:
  replicas: {far: {to: archive, object_lock: {retention_days: 400}}}
"""
ARCHIVE = "kind: destination\naccepts: [prod.yaml]\nvaults: {archive: {}}\n"


def test_explain_shows_how_long_exports_are_kept_why_and_where(project: Path) -> None:
    change(project, "prod", environment("prod", account="2", more=EXPORTED))
    change(project, "archive", environment("archive", account="9", tables="{}", more=ARCHIVE))
    lines = holdfast("explain", "prod").stdout.splitlines()
    start = lines.index(next(line for line in lines if line.startswith("  exports of")))
    bucket = "shop-prod-exports-222222222222-eu-central-1"
    replica = "shop-archive-exports-prod-999999999999-eu-central-1"
    assert [line.strip() for line in lines[start : start + 6]] == [
        "exports of standard     every moment of the last 2557 days comes back, to the end of the "
        "incremental export before it",
        "full rate(7 days) Etc/UTC, incremental every 24 hours",
        "standard/full/ and standard/incremental/ kept 2572 days: 2557 promised, 7 between two "
        "full exports, 7 to catch up, 1 for late starts",
        "cheaper storage: standard_ia_after_days 30, glacier_ir_after_days 90",
        f"exports go to           {bucket} in 222222222222 eu-central-1 (not locked)",
        f"replica far: {replica} in 999999999999 eu-central-1 (governance lock, 400 days)",
    ]
    assert "  exports                 the last 2557 days" in lines
    (table,) = json.loads(holdfast("explain", "prod", "--json").stdout)["prod"]
    assert table["exports"]["keep_days"] == 2572


def test_explain_shows_a_bucket_of_exports_in_another_account(project: Path) -> None:
    exports = EXPORTED.partition("export_bucket")[0].replace(
        "incremental_every_hours: 24", "incremental_every_minutes: 90"
    )
    name = "p" + "x" * 30
    more = f"{exports}export_bucket: {{to: archive}}\ndefaults: {{protection: {name}}}\n"
    more = more.replace("  standard:", f"  {name}:\n    point_in_time_recovery: {{}}")
    change(project, "prod", environment("prod", account="2", more=more))
    change(project, "archive", environment("archive", account="9", tables="{}", more=ARCHIVE))
    shown = holdfast("explain", "prod").stdout
    assert f"  exports of {name} every moment of" in shown
    assert "incremental every 90 minutes" in shown
    assert (
        "  exports go to           shop-archive-exports-prod-999999999999-eu-central-1 in" in shown
    )
    assert "replica" not in shown
