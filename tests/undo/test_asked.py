"""What is wrong with a command line is said at once, with the fix, before AWS is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from generator.errors import Mistakes
from generator.undo.asked import Options, asked
from tests.conftest import ROOT
from tests.restore.fakes import START
from tests.restore.shop import prod
from tests.undo.fakes import EXECUTION, MACHINE, NAME, SINCE, UNTIL, what
from tests.unit.command import environment, holdfast, write

if TYPE_CHECKING:
    from pathlib import Path

NONSENSE: tuple[tuple[dict[str, Any], str, str], ...] = (
    ({"since": None}, "nothing says which time", "give --since TIME, the last moment"),
    ({"since": ""}, "--since  is no time", "ISO form with a zone"),
    ({"since": "yesterday"}, "--since yesterday is no time", "2026-01-31T12:34:56Z"),
    ({"since": "2026-11-24T03:00"}, "--since 2026-11-24T03:00 names no zone", "03:00:00Z for UTC"),
    ({"since": "2030-01-01T00:00:00Z"}, "--since 2030", "cannot be undone"),
    ({"since": "2026-11-25T01:00:00.5Z"}, "is no whole second", "write 2026-11-25T01:00:00Z"),
    ({"since": "2026-10-01T00:00:00Z"}, "more than 35 days ago", "`holdfast restore --at`"),
    ({"until": "x"}, "--until x is no time", "ISO form"),
    ({"until": "2030-01-01T00:00:00Z"}, "--until 2030", "leave it out to undo everything"),
    ({"until": SINCE}, f"--until {SINCE} is not later than --since", "when the wrong writes had"),
    ({"until": "2026-11-25T00:00:00Z"}, "is not later than --since", "--since is when all was"),
    ({"write_units": 0}, "--write-units 0 would write nothing", "1 or more"),
    ({"only": ("status",)}, "--only status has no `=`", "change=deleted"),
    ({"only": ("",)}, "--only  has no `=`", "write one of change=deleted"),
    ({"only": ("change=delete",)}, "changes no key in that way", "nearest: deleted; write change="),
    ({"only": ("change=",)}, "changes no key in that way", "one of deleted, updated, created"),
    ({"only": ("chnage=deleted",)}, "is no filter", "nearest: change=deleted; it is change="),
    ({"only": ("atribute=x",)}, "is no filter", "nearest: attribute=x; "),
    ({"only": ("olds.status=x",)}, "is no filter", "nearest: old.status=x; "),
    ({"only": ("new=x",)}, "is no filter", "nearest: new.NAME=x; "),
    ({"only": ("12=x",)}, "is no filter", "it is change=deleted"),
    ({"only": ("attribute=",)}, "names no attribute", "write attribute=NAME"),
    ({"only": ("old.=x",)}, "names no attribute", "write old.NAME=VALUE"),
    ({"only": ("key.=x",)}, "names no attribute", "write key.NAME=VALUE"),
    ({"only": ("key.orderid=x",)}, "is no key of order_transaction", "nearest: order_id; its keys"),
    ({"only": ("key.status=x",)}, "is no key of order_transaction", "write old.status=x or new."),
    ({"only": ("old.a=1", "old.a=2")}, "hold for no item together", "undo the other in a second"),
    ({"only": ("\x1b[2J=1",)}, "--only \\x1b[2J=1 is no filter", "change=deleted"),
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


def test_all_that_is_wrong_is_said_at_once() -> None:
    result = holdfast(
        *("undo", str(ROOT / "environments" / "prod.yaml"), NAME),
        *("--since", "2026-01-31", "--until", "x", "--only", "y", "--only", "change=z"),
        *("--write-units", "0"),
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "5 mistakes"


@pytest.mark.parametrize(
    "option",
    [
        {"since": "x"},
        {"until": "x"},
        {"only": ("x",)},
        {"created_since": "keep"},
        {"overwrite_conflicts": True},
        {"old_images": "full-export"},
        {"write_units": 1},
        {"dry_run": True},
    ],
)
def test_to_follow_asks_for_nothing_else(option: dict[str, Any]) -> None:
    given = Options(environment="prod", table=NAME, follow=EXECUTION, **option)
    with pytest.raises(Mistakes, match="--follow only looks at an execution"):
        asked(given, prod(), START)


def test_the_request_has_what_was_asked() -> None:
    wanted = what(
        since="2026-11-25T02:00:00+01:00",
        until=UNTIL,
        only=(
            *("change=deleted", "change=updated", "attribute=status", "attribute=a.b"),
            *("key.order_id=o=1", "old.status=PAID", "new.st.atus=", "change=deleted"),
        ),
        created_since="delete",
        overwrite_conflicts=True,
        old_images="full-export",
        write_units=100,
        dry_run=True,
    )
    assert wanted.machine_arn == MACHINE
    assert wanted.request == {
        "table": {
            "key": NAME,
            "name": NAME,
            "arn": f"arn:aws:dynamodb:eu-central-1:111111111111:table/{NAME}",
        },
        "since": SINCE,
        "until": UNTIL,
        "only": {
            "change": ["deleted", "updated"],
            "attributes": ["status", "a.b"],
            "where": [
                {"image": "key", "attribute": "order_id", "equals": "o=1"},
                {"image": "old", "attribute": "status", "equals": "PAID"},
                {"image": "new", "attribute": "st.atus", "equals": ""},
            ],
        },
        "created_since": "delete",
        "overwrite_conflicts": True,
        "dry_run": True,
        "old_images": "full_export",
        "write_units": 100,
        "poll_seconds": 30,
    }
    again = what(until="2026-11-25T02:00:00.123000+00:00").request
    assert again is not None
    assert again["until"] == "2026-11-25T02:00:00.123000Z"
    plain = what().request
    assert plain is not None
    assert (plain["until"], plain["only"], plain["created_since"]) == (None, None, "report")


def test_keys_of_tables_that_are_defined_elsewhere_are_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = "{existing: true, point_in_time_recovery: {enabled: false}}"
    tables = f"{{orders: {{existing: true}}, carts: {off}}}"
    write(tmp_path, dev=environment("dev", tables=tables))
    monkeypatch.chdir(tmp_path)
    result = holdfast("undo", "dev", "orders", "--only", "key.anything=1")
    assert result.stderr.splitlines()[-1] == "1 mistake"
    assert "nothing says which time" in result.stderr
    result = holdfast("undo", "dev", "carts", "--since", "2026-11-25T01:00:00Z")
    assert "point-in-time recovery of carts is off" in result.stderr


def test_without_recovery_nothing_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, dev=environment("dev", more="recovery: {enabled: false}\n"))
    monkeypatch.chdir(tmp_path)
    result = holdfast("undo", "dev", "orders", "--follow", EXECUTION)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "says `recovery: {enabled: false}`, so no state machine undoes" in result.stderr


@pytest.mark.parametrize("arn", ["", "x", f"{EXECUTION}:b", EXECUTION.replace("undo", "restore")])
def test_executions_of_others_are_not_followed(arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = holdfast("undo", "prod", NAME, "--follow", arn)
    assert result.exit_code == 2
    assert f"is no execution of {MACHINE}" in result.stderr
    assert "--in" not in result.stderr
