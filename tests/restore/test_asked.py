"""What is wrong with a command line is said at once, with the fix, before AWS is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import Mistakes
from generator.restore.asked import Options, asked
from generator.restore.planning import settings_text
from tests.conftest import ROOT
from tests.restore.fakes import EXECUTION, MACHINE, START, what
from tests.restore.shop import prod
from tests.unit.command import environment, holdfast, write

if TYPE_CHECKING:
    from pathlib import Path

LONG = "x" * 400
EXPORT = "arn:aws:dynamodb:eu-central-1:111111111111:table/orders/export/0148-b308"
NONSENSE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"latest": False}, "nothing says which data to restore", "give --latest, --at TIME"),
    ({"at": "2026-01-31T12:34:56Z"}, "--latest and --at ask for different data", "only one of"),
    ({"point": "x"}, "--latest and --point ask for different data", "only one of"),
    ({"latest": False, "at": ""}, "--at  is no time", "2026-01-31T12:34:56Z"),
    ({"latest": False, "at": "yesterday"}, "--at yesterday is no time", "ISO form with a zone"),
    ({"latest": False, "at": "2026-02-30T00:00:00Z"}, "is no time", "ISO form"),
    ({"latest": False, "at": "0001-01-01T00:00:00+14:00"}, "is no time", "ISO form"),
    ({"latest": False, "at": "9999-12-31T23:59:59-14:00"}, "is no time", "ISO form"),
    ({"latest": False, "at": "2026-11-24T03:00"}, "names no zone", "write 2026-11-24T03:00:00Z"),
    ({"latest": False, "at": "2026-11-24"}, "names no zone", "2026-11-24T00:00:00+01:00"),
    ({"latest": False, "at": "2030-01-01T00:00:00Z"}, "lies in the future", "--latest restores"),
    ({"latest": False, "at": "2026\x1b[31m"}, "--at 2026\\x1b[31m is no time", "ISO form"),
    ({"latest": False, "point": " "}, "--point is empty", "holdfast points"),
    (
        {"latest": False, "point": "arn:x", "at": "2026-11-20T00:00:00Z"},
        "--at and --point ask for different data",
        "go together where that is point-in-time or a chain of exports",
    ),
    ({"point": EXPORT, "at": "2026-11-20T00:00:00Z"}, "ask for different data", "only one of"),
    ({"target_name": "other"}, "names that begin with order_transaction- only", "-other"),
    ({"target_name": "order_transaction2"}, "begin with order_transaction- only", "write --as"),
    ({"target_name": "order_transaction-ä"}, "is not a DynamoDB table name", "3 to 255 letters"),
    ({"target_name": LONG}, "is not a DynamoDB table name", "3 to 255 letters"),
    ({"target_name": ""}, "is not a DynamoDB table name", "3 to 255 letters"),
    ({"destination": "nowhere"}, "copies nothing to an environment `nowhere`", "archive"),
    ({"destination": ""}, "copies nothing to an environment ``", "archive"),
    (
        {"table": "employee", "destination": "archive"},
        "neither backups nor exports of employee go to archive",
        "leave out --in; class standard",
    ),
    ({"table": "employee", "repoint": True}, "employee has no pointer", "write `pointer: {}`"),
    (
        {"destination": "archive", "repoint": True},
        "the pointer of order_transaction lies in account 111111111111",
        "leave out --repoint",
    ),
    ({"table": "order_transactions"}, "has no table `order_transactions`", "order_transaction"),
)


@pytest.mark.parametrize(("options", "cause", "fix"), NONSENSE)
def test_nonsense_is_refused_with_its_fix(options: dict[str, Any], cause: str, fix: str) -> None:
    with pytest.raises(Mistakes) as refused:
        what(**options)
    (mistake,) = refused.value.mistakes
    assert cause in mistake.cause
    assert fix in mistake.fix
    assert "\x1b" not in str(mistake)


@pytest.mark.parametrize(
    "option", [{"latest": True}, {"at": "x"}, {"point": "x"}, {"target_name": "x"}, {"dry_run": 1}]
)
def test_to_follow_asks_for_nothing_else(option: dict[str, Any]) -> None:
    given = Options(environment="prod", table="order_transaction", follow=EXECUTION, **option)
    with pytest.raises(Mistakes, match="--follow only looks at an execution"):
        asked(given, prod(), START)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(Mistakes) as refused:
        what(at="2026-01-31", target_name="x", destination="nowhere")
    assert len(refused.value.mistakes) == 4


@pytest.mark.parametrize(
    ("given", "asked_for"),
    [
        ({"latest": True}, {"latest": True}),
        ({"at": "2026-11-24T03:00:00+01:00"}, {"at": "2026-11-24T02:00:00Z"}),
        ({"at": "2026-11-24T03:00:00.999Z"}, {"at": "2026-11-24T03:00:00Z"}),
        ({"point": "point-in-time"}, {"id": "point-in-time"}),
    ],
)
def test_the_request_asks_for_what_was_given(
    given: dict[str, Any], asked_for: dict[str, Any]
) -> None:
    wanted = what(**({"latest": False} | given))
    assert wanted.request["point"] == asked_for
    assert wanted.machine_arn == MACHINE


def test_a_destination_gets_its_own_request_and_machine() -> None:
    wanted = what(destination="archive", target_name="order_transaction-x", profile="break glass")
    assert wanted.machine_arn == MACHINE.replace("111111111111", "222222222222").replace(
        "prod", "archive"
    )
    assert (wanted.request["owner"], wanted.request["target_name"]) == (None, "order_transaction-x")
    assert wanted.again("--follow", "A") == (
        "holdfast restore prod order_transaction --follow A --in archive --profile 'break glass'"
    )


def test_settings_that_no_file_has_lie_below_whose_they_are() -> None:
    wanted = what(table="legacy_sessions")
    folder = "catalog/settings/111111111111/eu-central-1/legacy_sessions/"
    assert settings_text(wanted).endswith(
        f" in s3://shop-prod-catalog-111111111111-eu-central-1/{folder}"
    )
    there = replace(wanted, where=prod().destinations["archive"])
    assert settings_text(there).endswith(
        f" in s3://shop-archive-catalog-222222222222-eu-central-1/{folder}"
    )


def test_without_recovery_nothing_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, dev=environment("dev", more="recovery: {enabled: false}\n"))
    monkeypatch.chdir(tmp_path)
    result = holdfast("restore", "dev", "orders", "--latest")
    assert result.exit_code == 2
    assert "says `recovery: {enabled: false}`, so no state machine restores" in result.stderr
    assert "output/dev/README.md says under `Getting a table back`" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "x",
        "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-restore:",
        "arn:aws:states:eu-central-1:111111111111:execution:shop-prod-restore:a:b",
        "arn:aws:states:eu-central-1:111111111111:execution:other:one",
        "arn:aws:states:eu-central-1:222222222222:execution:shop-archive-restore:one",
    ],
)
def test_executions_of_others_are_not_followed(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = holdfast("restore", "prod", "order_transaction", "--follow", arn)
    assert result.exit_code == 2
    assert f"is no execution of {MACHINE}" in result.stderr
    assert "with --in, if it was started in a destination" in result.stderr


@pytest.mark.parametrize("point", ["point-in-time", EXPORT])
def test_of_what_has_several_moments_one_is_asked_for_by_its_time(point: str) -> None:
    found = what(latest=False, point=point, at="2026-11-20T01:00:00+01:00")
    assert found.request["point"] == {"id": point, "at": "2026-11-20T00:00:00Z"}
    assert what(latest=False, point=point).request["point"] == {"id": point}
