"""The command: what it starts, tells, keeps and prints, and its exit status."""

from __future__ import annotations

import json
import shlex
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from generator.cli import main
from generator.points.text import WIDTH
from generator.undo import report
from generator.undo.asked import Options, asked
from tests.conftest import ROOT
from tests.restore.fakes import START, Execution, Ticking, entered, error, event
from tests.restore.shop import prod
from tests.undo.fakes import CATALOGUE, EXECUTION, NAME, REPORT, SINCE, UNTIL, a_report, run, what

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

EVENTS = [
    event(1, "ExecutionStarted"),
    entered(2, "Plan"),
    entered(3, "Wait", "WaitStateEntered"),
    entered(4, "Plan"),
    entered(5, "Undo", "MapStateEntered"),
    entered(6, "Report"),
]
TOLD = [
    "    0:20  exporting the window",
    "    0:50  comparing every key that was written in it",
    "    1:00  writing the report",
]
KEPT = f"undo-{NAME}-20261125T030000Z.txt"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, with the project's environments."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ended(status: str = "SUCCEEDED") -> Execution:
    looks: list[Any] = [("RUNNING", 3), (status, len(EVENTS))]
    return Execution(events=EVENTS, looks=looks)


def bodies(document: Any, text: str = "") -> dict[str, Any]:
    return {f"{REPORT}.json": document, f"{REPORT}.txt": text}


def followed(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], *more: str, status: str = "SUCCEEDED"
) -> Result:
    result: Result = run(monkeypatch, ended(status), given, "--follow", EXECUTION, *more)
    assert "Traceback" not in result.output
    return result


def kept_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("undo-*"))


def test_an_undo_that_went_right(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    document, _ = a_report()
    monkeypatch.setattr(
        "generator.executions.starting.execution_name", lambda *_: EXECUTION.rpartition(":")[2]
    )
    monkeypatch.setattr("generator.undo.command.datetime", Frozen)
    execution = ended()
    result: Result = run(
        monkeypatch, execution, bodies(document), "--since", SINCE, "--until", UNTIL
    )
    assert result.exit_code == 0
    (request,) = execution.started
    assert json.loads(request["input"]) == what(until=UNTIL).request
    told = result.stderr.splitlines()
    assert told[0] == (
        f"Exports what was written to {NAME} from {SINCE} to {UNTIL}, and puts back what it "
        "changed. One export costs 0.1 USD for each GiB that DynamoDB processes, at least 10 MB "
        "each (list prices of us-east-1 of 2026-11-20)."
    )
    assert told[-3:] == TOLD
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"UNDONE     {NAME} of prod: what was written since {SINCE}")
    assert f"WINDOW     {SINCE} to {UNTIL}" in lines
    assert "      150  put back, attribute by attribute" in lines
    assert "ATTRIBUTES status: 150" in lines
    assert kept_in(folder) == []


class Frozen:
    """The clock of the day on which the tests play."""

    @staticmethod
    def now(_: Any) -> Any:
        return START


def test_what_it_costs_and_when_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from generator.undo.command import _told

    clock = Ticking().clock()
    days = _told(what(since="2026-11-22T03:00:00Z", old_images="full-export"), clock.now())
    assert "3 exports cost 0.1 USD" in days[0]
    assert "and 0.1 USD for each GiB of the whole table" in days[0]
    assert len(days) == 1
    deleting = _told(what(created_since="delete"), clock.now())
    assert "is not seen, and goes with it" in deleting[1]
    wanted = what(since="2026-11-25T02:50:00Z", until="2026-11-25T02:55:00Z", dry_run=True)
    short = _told(wanted, clock.now())
    assert "and writes nothing. One export costs" in short[0]
    assert short[1:] == [
        "An export covers 15 minutes at least: keys that are written from 2026-11-25T02:55:00Z to "
        "2026-11-25T03:05:00Z are conflicts.",
        "It begins after 2026-11-25T03:05:00Z, when that can be exported.",
    ]


def test_conflicts_are_told_first_and_are_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    document, _ = a_report(conflicts=30)
    result = followed(monkeypatch, bodies(document))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"CONFLICTS  {NAME} of prod: put back to {SINCE}, but for keys")
    counts = [line for line in lines if line[:9].strip().isdigit()]
    assert counts[0] == "       30  left alone: conflicts"
    assert "CONFLICTS  order_id=o-1: what the window changed was changed again later" in lines
    assert '             status: "PAID" | "LOST" | "\\x1b[2J"' in lines
    assert "           and 10 more" in lines
    assert f"holdfast undo prod {NAME} --since {SINCE}" in result.stdout
    assert "\x1b" not in result.output
    prose = result.stdout.partition("NEXT")[0].splitlines()
    assert [line for line in prose if len(line) > WIDTH and "s3://" not in line] == []


def test_a_dry_run_keeps_its_text_and_prints_its_beginning(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    document, text = a_report(dry_run=True, conflicts=2)
    result = followed(monkeypatch, bodies(document, text))
    assert result.exit_code == 1
    assert f"{KEPT} written" in result.stderr
    assert (folder / KEPT).read_text(encoding="utf-8") == text
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"DRY RUN: nothing was written to table {NAME}.")
    assert lines[:40] == text.splitlines()[:40]
    assert lines[-1].endswith(f"more lines in {KEPT}")
    assert len(lines) == 41
    document, text = a_report(dry_run=True)
    assert followed(monkeypatch, bodies(document, text)).exit_code == 0


def test_what_is_there_is_never_overwritten(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / KEPT).write_text("mine")
    document, text = a_report(dry_run=True)
    first = followed(monkeypatch, bodies(document, text))
    second = followed(monkeypatch, bodies(document, text), "--json")
    other = KEPT.replace(".txt", "-2.txt")
    assert f"{other} written" in first.stderr
    assert f"{other} holds the same already" in second.stderr
    assert json.loads(second.stdout) == document
    assert (folder / KEPT).read_text() == "mine"
    assert kept_in(folder) == sorted([KEPT, other])


def test_a_folder_that_takes_no_file_costs_nothing_but_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied", KEPT)

    monkeypatch.setattr(report, "saved", refuse)
    document, text = a_report(dry_run=True)
    result = followed(monkeypatch, bodies(document, text))
    assert result.exit_code == 0
    assert "the text of the dry run cannot be kept here" in result.stderr
    assert f"more lines in s3://{CATALOGUE}/{REPORT}.txt" in result.stdout


FAILED, _ = a_report(error={"Error": "RefusedError", "Cause": '{"errorMessage": "it is off"}'})
RIGHT, TEXT = a_report()


@pytest.mark.parametrize(
    ("status", "given"),
    [
        ("FAILED", bodies(FAILED)),
        ("SUCCEEDED", bodies(FAILED)),
        ("FAILED", bodies(RIGHT)),
        ("TIMED_OUT", {}),
        ("SUCCEEDED", bodies("{}")),
        ("SUCCEEDED", bodies("[]")),
        ("SUCCEEDED", bodies(RIGHT | {"counts": {}})),
        ("SUCCEEDED", bodies(error("AccessDenied", "GetObject"))),
        ("SUCCEEDED", {f"{REPORT}.json": a_report(dry_run=True)[0]}),
    ],
)
def test_what_is_not_known_to_be_right_is_not(
    monkeypatch: pytest.MonkeyPatch, status: str, given: dict[str, Any]
) -> None:
    assert followed(monkeypatch, given, status=status).exit_code == 1
    as_json = followed(monkeypatch, given, "--json", status=status)
    assert as_json.exit_code == 1
    json.loads(as_json.stdout)


def test_a_failure_says_what_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    result = followed(monkeypatch, bodies(FAILED), status="FAILED")
    assert result.stdout.startswith(f"FAILED     {NAME} of prod: what is put back stays so")
    assert "NOT RIGHT  - RefusedError: it is off" in result.stdout


def test_what_failed_before_it_began_says_that_nothing_was_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failed, _ = a_report(plan={}, error={"Error": "RefusedError", "Cause": "it is off"})
    result = followed(monkeypatch, bodies(failed), status="FAILED")
    assert result.stdout.startswith(f"FAILED     {NAME} of prod: nothing was put back;")
    assert "KEYS " not in result.stdout
    assert "None" not in result.stdout
    assert f"  holdfast undo prod {NAME} --since {SINCE} --until {UNTIL}" in result.stdout


def test_without_the_state_machine_it_says_what_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = error("StateMachineDoesNotExist", "StartExecution")
    execution = Execution(events=[], looks=[("RUNNING", 0)], refuses=gone)
    monkeypatch.setattr("generator.undo.command.datetime", Frozen)
    result = run(monkeypatch, execution, {}, "--since", SINCE)
    assert result.exit_code == 1
    assert "stateMachine:shop-prod-undo does not exist, so nothing was started" in result.stderr
    assert f"`holdfast restore prod {NAME} --at {SINCE}` brings" in result.stderr


def test_what_a_report_says_to_run_next_can_be_run() -> None:
    document, _ = a_report(dry_run=True, conflicts=1)
    commands = [shlex.split(line) for line in document["next"] if line.startswith("holdfast")]
    assert len(commands) == 2
    for _, name, *arguments in commands:
        options = main.commands[name].make_context(name, arguments).params
        wanted = asked(Options(**options), prod(), START)
        assert wanted.request is not None
        assert wanted.request["since"] == SINCE


@pytest.mark.parametrize("member", [*RIGHT, "none of them"])
def test_a_report_that_lacks_something_is_printed_all_the_same(member: str) -> None:
    lacking = {key: value for key, value in RIGHT.items() if key != member}
    assert "".join(report.lines(lacking, "s3://b/k"))
    assert report.is_right(lacking) is (member not in ("status", "counts"))
