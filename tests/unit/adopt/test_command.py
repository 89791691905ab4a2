"""`holdfast adopt` as a person calls it: files, pipes and options in, entries out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from click.testing import CliRunner, Result

from generator.adopt import command
from generator.cli import main
from tests.unit.adopt.samples import (
    ACCOUNT_ID,
    ENVIRONMENT,
    REGION,
    account,
    answered,
    attributes,
    backups,
    keys,
    printed,
    provisioned,
    scaling_policy,
    table,
    table_arn,
    tags,
    target,
)

HEADER = f"""\
# Tables of account {ACCOUNT_ID} in {REGION}, as `holdfast adopt` found them. Yours to
# edit: name this file under `include` in an environment file, or move the entries there.
tables:
"""


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def adopt(*arguments: str, given: bytes = b"") -> Result:
    result = CliRunner().invoke(main, ["adopt", *arguments], input=given, catch_exceptions=False)
    assert not list(Path().glob(".holdfast-*"))
    return result


def write_environment(**more: Any) -> None:
    Path("environments").mkdir()
    Path("environments/prod.yaml").write_text(yaml.safe_dump({**ENVIRONMENT, **more}))


def test_a_pipe_gives_entries_and_nothing_else_on_stdout() -> None:
    done = adopt("-", given=printed(table(), backups(35), table("users")))
    assert done.exit_code == 0
    assert done.stdout == HEADER + (
        "  orders: {existing: true, point_in_time_recovery: {managed: false}}\n"
        "  users: {existing: true}\n"
    )
    assert done.stderr == "2 adopted: 0 defined, 2 as existing\n"


def test_files_and_pipe_go_together() -> None:
    Path("orders.json").write_bytes(printed(table()))
    done = adopt("orders.json", "-", given=printed(table("users")))
    assert done.stdout == HEADER + "  orders: {existing: true}\n  users: {existing: true}\n"


def test_losses_are_said_on_stderr_once_for_all_tables() -> None:
    warm = {"ReadUnitsPerSecond": 24000, "WriteUnitsPerSecond": 4000}
    many = [answered(table(f"table-{each}", WarmThroughput=warm)) for each in range(7)]
    done = adopt("-", "--define", given=printed(*(answer for each in many for answer in each)))
    assert done.exit_code == 0
    assert done.stderr == (
        "table-0, table-1, table-2, table-3, table-4 and 2 more: lost: warm throughput, 24000 read "
        "units a second: this table keeps it, one created anew does not have it\n"
        "7 adopted: 7 defined, 0 as existing\n"
    )
    assert done.stdout.count("# lost: warm throughput") == 7


def test_tables_that_are_gone_are_skipped_with_a_word() -> None:
    gone = [
        table("one", TableStatus="DELETING"),
        table("two", TableStatus="ARCHIVED"),
        table("three", TableStatus="ARCHIVING"),
    ]
    done = adopt("-", given=printed(*gone, table()))
    assert done.exit_code == 0
    assert done.stderr == (
        "one: skipped, it is being deleted\n"
        "two: skipped, it is archived\n"
        "three: skipped, it is being archived\n"
        "1 adopted: 0 defined, 1 as existing\n"
    )
    assert list(yaml.safe_load(done.stdout)["tables"]) == ["orders"]


def test_when_nothing_is_left_nothing_is_written() -> None:
    done = adopt("-", "--output", "new.yaml", given=printed(table(TableStatus="DELETING")))
    assert (done.exit_code, done.stdout) == (0, "")
    assert not Path("new.yaml").exists()
    assert "0 adopted" in done.stderr


def test_an_output_file_is_new() -> None:
    done = adopt("-", "--output", "tables/prod.yaml", given=printed(table()))
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr == "tables/prod.yaml written\n1 adopted: 0 defined, 1 as existing\n"
    assert Path("tables/prod.yaml").read_text() == HEADER + "  orders: {existing: true}\n"
    assert [path.name for path in Path("tables").iterdir()] == ["prod.yaml"]


@pytest.mark.parametrize("kind", ["file", "link"])
def test_an_output_file_that_exists_stays_as_it_is(kind: str) -> None:
    path = Path("prod.yaml")
    if kind == "file":
        path.write_text("mine")
    else:
        path.symlink_to("nowhere")
    done = adopt("-", "--output", "prod.yaml", given=printed(table()))
    assert done.exit_code == 2
    assert done.stderr == (
        "prod.yaml exists, and adopt overwrites nothing\n    fix: name another file\n"
        "1 mistake; nothing was written\n"
    )
    assert path.is_symlink() if kind == "link" else path.read_text() == "mine"


def test_a_file_that_appears_meanwhile_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    real = command.yaml_of

    def slow(*arguments: Any) -> str:
        Path("prod.yaml").write_text("mine")
        return real(*arguments)

    monkeypatch.setattr(command, "yaml_of", slow)
    done = adopt("-", "--output", "prod.yaml", given=printed(table()))
    assert done.exit_code == 2
    assert "prod.yaml exists" in done.stderr
    assert Path("prod.yaml").read_text() == "mine"


def test_a_file_that_cannot_be_written_is_a_mistake() -> None:
    Path("tables").write_text("a file, not a folder")
    done = adopt("-", "--output", "tables/prod.yaml", given=printed(table()))
    assert done.exit_code == 2
    assert done.stderr.startswith("tables/prod.yaml cannot be written: tables is a file\n    fix: ")


BAD_INPUT = {
    "empty": (("-",), b"", "standard input is empty\n    fix: "),
    "nonsense": (("-",), b"%PDF-1.4", "standard input:1:1: this is not JSON: expecting value\n"),
    "cut off": (
        ("-",),
        printed(table())[:100],
        "standard input:5:34: the JSON ends in the middle of a document\n",
    ),
    "no such file": (
        ("none.json",),
        b"",
        "none.json cannot be read: No such file or directory\n    fix: give files with the JSON",
    ),
    "a folder": ((".",), b"", ". cannot be read: Is a directory\n"),
    "two places": (
        ("-",),
        printed(table(), table("users", TableArn=table_arn("users").replace(REGION, "us-east-1"))),
        f"these tables lie in several places: {ACCOUNT_ID} {REGION}, {ACCOUNT_ID} us-east-1\n",
    ),
    "nowhere": (
        ("-",),
        printed(table(TableArn=table_arn("orders").replace(REGION, "ddblocal"))),
        "`ddblocal` is not an AWS Region of the partitions aws, aws-us-gov and aws-cn",
    ),
    "stack": (("-", "--stack", "Big_One"), printed(table()), "--stack: `Big_One` cannot be used"),
    "class": (("-", "--protection", "A!"), printed(table()), "--protection: `A!` cannot be used"),
    "environment": (
        ("-", "--environment", "prod"),
        printed(table()),
        "no file in environments/ has `environment: prod`\n",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_a_mistake(name: str) -> None:
    arguments, given, said = BAD_INPUT[name]
    done = adopt(*arguments, "--output", "new.yaml", given=given)
    assert done.exit_code == 2
    assert done.stderr.startswith(said)
    assert done.stderr.endswith("1 mistake; nothing was written\n")
    assert done.stdout == ""
    assert not Path("new.yaml").exists()


WRONG_OPTIONS = {
    "give either --live or FILE": [(), ("--live", "-")],
    "--region goes with --live": [("-", "--region", REGION)],
    "--profile goes with --live": [("-", "--profile", "me")],
    "--name goes with --live": [("-", "--name", "x*")],
    "--tag goes with --live": [("-", "--tag", "a=b")],
    "--tag a: write KEY=VALUE": [("--live", "--tag", "a")],
    "--import-into needs --define and --environment": [
        ("-", "--import-into", "x"),
        ("-", "--import-into", "x", "--define"),
        ("-", "--import-into", "x", "--environment", "prod"),
    ],
}


@pytest.mark.parametrize(
    ("said", "arguments"), [(said, each) for said, all_ in WRONG_OPTIONS.items() for each in all_]
)
def test_options_that_do_not_go_together_are_refused(said: str, arguments: tuple[str, ...]) -> None:
    done = adopt(*arguments)
    assert done.exit_code == 2
    assert f"Error: {said}" in done.stderr


def test_entries_are_for_an_environment() -> None:
    write_environment(table_name_pattern="shop-{table}", tables={"users": {"existing": True}})
    done = adopt(
        *("-", "--define", "--environment", "prod", "--stack", "orders"),
        given=printed(
            *answered(table("shop-orders"), tags(owner="payments", team="checkout")),
            table("shop-users"),
        ),
    )
    assert done.exit_code == 0
    assert done.stdout == HEADER + (
        "  orders:\n    stack: orders\n    partition_key: {name: id, type: S}\n"
        "    tags: {team: checkout}\n"
    )
    assert done.stderr == (
        "shop-users: skipped, it is `users` in environments/prod.yaml already\n"
        "1 adopted: 1 defined, 0 as existing\n"
    )


def test_an_environment_elsewhere_is_a_mistake() -> None:
    write_environment(account_id="222222222222")
    done = adopt("-", "--environment", "prod", "--protection", "gold", given=printed(table()))
    assert done.exit_code == 2
    assert done.stderr == (
        "environments/prod.yaml has no protection class gold\n    fix: it has standard, critical\n"
        f"orders: in account {ACCOUNT_ID}, {REGION}; environments/prod.yaml is for account "
        f"222222222222, {REGION}\n    fix: name the environment file of that account and Region\n"
        "2 mistakes; nothing was written\n"
    )


def test_three_hundred_tables_stay_readable() -> None:
    names = [f"table-{number:03}" for number in range(300)]
    simple = [table(name) for name in reversed(names)]
    done = adopt("-", given=printed(*simple))
    assert done.stdout.splitlines()[3:] == [f"  {name}: {{existing: true}}" for name in names]
    everything = [answer for each in simple for answer in answered(each, tags(a="b"))]
    defined = adopt("-", "--define", given=printed(*everything))
    assert defined.stderr == "300 adopted: 300 defined, 0 as existing\n"
    assert max(map(len, defined.stdout.splitlines())) <= 100
    assert len(defined.stdout.splitlines()) == 3 + 300 * 4 - 1
    again = adopt("-", "--define", given=printed(*everything))
    assert again.stdout == defined.stdout


def test_long_comments_are_wrapped() -> None:
    odd = scaling_policy("table/orders", "Read", "odd\nname", DisableScaleIn=True)
    scaled = account([target("table/orders", "Read")], [odd])
    done = adopt("-", "--define", given=printed(*answered(provisioned(), *scaled)))
    comments = [line for line in done.stdout.splitlines() if line.startswith("  #")]
    assert " ".join(line.removeprefix("  # ") for line in comments) == (
        "existing: scaling policy odd\\nname never scales in (auto scaling of the read capacity of "
        "the table)"
    )
    assert len(comments) == 2
    assert max(map(len, comments)) <= 100


@pytest.mark.usefixtures("aws")
def test_a_live_account_is_adopted() -> None:
    dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
    for name in ("orders", "users"):
        dynamodb.create_table(
            TableName=name,
            KeySchema=keys("id"),
            AttributeDefinitions=attributes(id="S"),
            BillingMode="PAY_PER_REQUEST",
            Tags=[{"Key": "team", "Value": name}],
        )
    write_environment(account_id="123456789012", region="eu-west-1")
    done = adopt("--live", "--environment", "prod", "--define", "--tag", "team=users")
    assert done.exit_code == 0
    assert yaml.safe_load(done.stdout)["tables"] == {
        "users": {
            "partition_key": {"name": "id", "type": "S"},
            "point_in_time_recovery": {"enabled": False},
            "tags": {"team": "users"},
        }
    }


@pytest.mark.usefixtures("aws")
def test_an_account_without_tables_is_a_mistake() -> None:
    done = adopt("--live", "--region", REGION)
    assert done.exit_code == 2
    assert done.stderr.startswith("there is no table at all\n    fix: check the account")
    done = adopt("--live", "--region", REGION, "--name", "x*")
    assert done.stderr.startswith("there is no table that --name and --tag choose\n")


@pytest.mark.usefixtures("aws")
def test_tables_that_cannot_be_read_are_named_and_make_the_status_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from generator.adopt import live

    found = live.Live(tables=(), unreadable={"orders": "denied", "users": "denied"})
    monkeypatch.setattr(live, "read_live", lambda *_, **__: found)
    done = adopt("--live")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr == "orders, users: not adopted, for it could not be read: denied\n"


def test_help_tells_how_documents_find_their_table() -> None:
    done = adopt("--help")
    said = re.sub(r"\s+", " ", done.stdout)
    assert "it belongs to the describe-table output before it in the same file" in said
    assert "Exit status: 0 done, 1 a table could not be read, 2 bad input." in said
