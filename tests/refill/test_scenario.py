"""The command: what it plans, refuses, starts, follows and says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common.refills import nothing
from blueprints.functions.report_refill.report import report_of
from blueprints.recovery.place import refill_place
from generator.cli import main
from generator.points.access import Access
from generator.points.text import WIDTH
from generator.refill import report
from generator.refill.asked import Options, asked
from tests.refill.fakes import CATALOGUE, EXECUTION, EXPORTS, NAME, URI, World, run, what
from tests.restore.fakes import START, Execution, entered, error, event
from tests.restore.shop import prod

if TYPE_CHECKING:
    from click.testing import Result

EVENTS = [
    event(1, "ExecutionStarted"),
    entered(2, "Plan"),
    entered(3, "Wait", "WaitStateEntered"),
    entered(4, "Plan"),
    entered(5, "Wait", "WaitStateEntered"),
    entered(6, "Plan"),
    entered(7, "Load", "MapStateEntered"),
    entered(8, "Plan"),
    entered(9, "Report"),
]
TOLD = [
    "    0:20  listing the files of the next round",
    "    0:30  waiting for files to thaw, for the table, or for earlier calls to end",
    "    1:10  writing items",
    "    1:20  listing the files of the next round",
    "    1:30  writing the report",
]
RIGHT: dict[str, Any] = {
    "status": "SUCCEEDED",
    "environment": "prod",
    "table": {"name": NAME},
    "from": "full export of 2026-11-24T01:00:00Z",
    "written": 7,
    "deleted": 0,
    "files": 3,
    "units": 14.0,
    "at_least": False,
    "rounds": {"done": 1, "total": 1},
    "started_at": "2026-11-25T03:00:00+00:00",
    "seconds": 90,
    "not_right": [],
    "next": ["# look", "aws dynamodb scan"],
}
WRONG = RIGHT | {
    "status": "FAILED",
    "not_right": ["s3://b/k, line 3: BadDataError: it is no JSON\x1b[2J: mend it"],
    "next": ["# go on", f"holdfast refill prod {NAME} --resume one"],
}
ITEM = {"order_id": "a", "item_id": "b"}


def refill(monkeypatch: pytest.MonkeyPatch, world: World, *arguments: str) -> Result:
    result: Result = run(monkeypatch, world, "refill", "prod", NAME, *arguments)
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def ready(world: World) -> World:
    """An export of seven items in three files, and an empty table."""
    world.buckets()
    world.export([3, 0, 4])
    world.table()
    return world


def ends(world: World, status: str, document: Any, name: str = "one") -> None:
    """Let the execution run to its end with a report, or without one."""
    if document is not None:
        world.put(CATALOGUE, f"refills/{NAME}/{name}.json", document)
    looks: list[Any] = [("RUNNING", 4), (status, len(EVENTS))]
    world.execution = Execution(events=EVENTS, looks=looks)


# --- the plan -------------------------------------------------------------------------------------


def test_a_plan_fits_the_screen_and_says_all(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    result = refill(monkeypatch, ready, "--from", URI, "--dry-run")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line for line in lines if len(line) > WIDTH and "s3://" not in line] == []
    heads = [line[:11].strip() for line in lines if line[:1].strip()][1:]
    assert heads == [
        *("FROM", "OVERWRITES", "FILES", "ROUNDS", "UNITS", "COST", "TAKES", "REPORT", "MACHINE")
    ]
    assert f"{NAME} is empty, so nothing is overwritten" in result.stdout
    assert "3 with 7 items, 14 KiB in full" in result.stdout
    assert "1 round; 3 files at once" in result.stdout
    assert "about 18 write units" in result.stdout
    assert "Nothing was started." in result.stderr
    assert ready.execution.started == []


def test_a_plan_as_json(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = json.loads(refill(monkeypatch, ready, "--from", URI, "--dry-run", "--json").stdout)
    assert (plan["started"], plan["has_items"], plan["deployed"]) == (False, False, True)
    assert plan["estimate"]["units"] == 18
    assert plan["input"] == what().request(what().source.request)  # type: ignore[union-attr]


def test_a_plan_of_a_dump_says_what_it_cannot_know(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready.put(EXPORTS, "old/part-0", "x" * 100)
    result = refill(monkeypatch, ready, "--from", f"s3://{EXPORTS}/old/", "--dry-run")
    assert result.exit_code == 0
    assert "1 with an unknown number of items, 100 B as stored" in result.stdout
    assert "unknown: items are counted while they are written" in result.stdout
    assert "0.625 USD for a million write units" in result.stdout


def test_a_plan_for_a_provisioned_table_says_that_its_units_are_paid_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 20}
    world.table(BillingMode="PROVISIONED", ProvisionedThroughput=units)
    world.buckets()
    world.put(EXPORTS, "old/part-0", "x" * 100)
    result = refill(monkeypatch, world, "--from", f"s3://{EXPORTS}/old/", "--dry-run")
    told = " ".join(result.stdout.split())
    assert "unknown: 0.00065 USD an hour for each of its 20 write units, paid for anyway" in told


def test_a_plan_without_the_state_machine_cannot_be_started(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = error("StateMachineDoesNotExist", "DescribeStateMachine")
    ready.execution = Execution(events=[], looks=[("RUNNING", 0)], refuses=gone)
    result = refill(monkeypatch, ready, "--from", URI, "--dry-run")
    assert result.exit_code == 1
    assert "IS NOT DEPLOYED" in result.stdout
    assert "deploy the template recovery of prod first" in result.stderr
    assert "docs/refill.md" in result.stderr


# --- what would be overwritten --------------------------------------------------------------------


def test_items_are_not_overwritten_unless_that_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.buckets()
    world.export([7])
    world.table(ITEM)
    refused = refill(monkeypatch, world, "--from", URI)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert f"items are in {NAME}: those with the same keys are replaced whole" in refused.stderr
    assert "give --overwrite if that is meant" in refused.stderr
    assert world.execution.started == []
    planned = refill(monkeypatch, world, "--from", URI, "--dry-run")
    assert planned.exit_code == 0
    assert "so the refill itself needs --overwrite" in planned.stdout
    ends(world, "SUCCEEDED", None)
    refill(monkeypatch, world, "--from", URI, "--overwrite")
    assert len(world.execution.started) == 1


def test_deletions_of_windows_are_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.buckets()
    world.record("2026-11-24T01:00:00Z", "2026-11-24T01:00:00Z")
    world.record("2026-11-24T01:00:00Z", "2026-11-24T07:00:00Z")
    world.table(ITEM)
    result = refill(monkeypatch, world, "--chain", "--dry-run")
    assert "items that its windows say were deleted are deleted" in " ".join(result.stdout.split())
    assert "--overwrite" in result.stdout


# --- started and followed -------------------------------------------------------------------------


def test_a_refill_that_went_right(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ends(ready, "SUCCEEDED", None)
    monkeypatch.setattr("generator.executions.starting.execution_name", lambda *_: "one")
    ready.put(CATALOGUE, f"refills/{NAME}/one.json", RIGHT)
    result = refill(monkeypatch, ready, "--from", URI, "--write-units", "50")
    assert result.exit_code == 0
    (request,) = ready.execution.started
    given = json.loads(request["input"])
    assert (given["write_units"], given["source"]["kind"]) == (50, "export")
    told = result.stderr.splitlines()
    assert told[1].startswith("From full export of arn:aws:dynamodb")
    assert told[2] == f"What is overwritten: {NAME} is empty, so nothing is overwritten."
    assert told[4:] == TOLD
    assert result.stdout.startswith(f"REFILLED  {NAME} of prod, to the end.")
    assert (
        "WRITTEN   7 items put, 0 deleted; 3 files to their end; 14.0 write units" in result.stdout
    )


def test_a_refill_that_stopped_says_how_to_go_on(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends(ready, "FAILED", WRONG)
    result = refill(monkeypatch, ready, "--follow", EXECUTION)
    assert result.exit_code == 1
    assert f"FAILED    {NAME} of prod: it holds a part" in result.stdout
    assert "NOT RIGHT - s3://b/k, line 3: BadDataError: it is no JSON\\x1b[2J" in result.stdout
    assert f"holdfast refill prod {NAME} --resume one" in result.stdout
    assert "\x1b" not in result.output
    as_json = refill(monkeypatch, ready, "--follow", EXECUTION, "--json")
    assert (as_json.exit_code, json.loads(as_json.stdout)) == (1, WRONG)


@pytest.mark.parametrize(
    ("status", "document"),
    [
        ("FAILED", RIGHT),
        ("SUCCEEDED", WRONG),
        ("TIMED_OUT", None),
        ("SUCCEEDED", "{}"),
        ("SUCCEEDED", "[]"),
    ],
)
def test_what_is_not_known_to_be_right_is_not(
    ready: World, monkeypatch: pytest.MonkeyPatch, status: str, document: Any
) -> None:
    ends(ready, status, document)
    assert refill(monkeypatch, ready, "--follow", EXECUTION).exit_code == 1
    ends(ready, status, document)
    as_json = refill(monkeypatch, ready, "--follow", EXECUTION, "--json")
    assert as_json.exit_code == 1
    json.loads(as_json.stdout)


def test_without_a_report_it_says_how_to_go_on(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends(ready, "ABORTED", None)
    result = refill(monkeypatch, ready, "--follow", EXECUTION)
    assert f"there is no report s3://{CATALOGUE}/refills/{NAME}/one.json" in result.stderr
    assert f"  holdfast refill prod {NAME} --resume one\n" in result.stderr
    assert "status: ABORTED" in result.stdout


def test_the_report_of_another_target_is_found_by_its_input(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = f"{NAME}-x"
    ready.put(CATALOGUE, f"refills/{other}/one.json", RIGHT)

    class Named(Execution):
        def describe_execution(self, executionArn: str) -> Any:  # noqa: N803 - of AWS
            answer = super().describe_execution(executionArn)
            return {**answer, "input": json.dumps({"table": {"name": self.refills}})}

        refills = other

    ready.execution = Named(events=EVENTS, looks=[("SUCCEEDED", 9)])
    assert refill(monkeypatch, ready, "--follow", EXECUTION).exit_code == 0
    Named.refills = "employee"
    stranger = refill(monkeypatch, ready, "--follow", EXECUTION)
    assert stranger.exit_code == 2
    assert f"that execution refills employee, not {NAME}" in stranger.stderr


def test_a_resumed_refill_asks_the_execution_what_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.buckets()
    world.export([7])
    world.table(ITEM)
    before = what(write_units=9)
    assert before.source is not None
    first = json.dumps(before.request(before.source.request))

    class First(Execution):
        def describe_execution(self, executionArn: str) -> Any:  # noqa: N803 - of AWS
            return {**super().describe_execution(executionArn), "input": first}

    world.execution = First(events=EVENTS, looks=[("FAILED", 9)])
    refill(monkeypatch, world, "--resume", "one")
    (request,) = world.execution.started
    assert json.loads(request["input"]) == json.loads(first) | {"resume": "one"}
    gone = error("ExecutionDoesNotExist", "DescribeExecution")
    world.execution = Execution(events=[], looks=[gone])
    result = refill(monkeypatch, world, "--resume", "two")
    assert result.exit_code == 1
    assert "there is no execution" in result.stderr
    assert "start the refill again" in result.stderr


@pytest.mark.parametrize("more", [(), ("--from", URI, "--overwrite")])
def test_a_refill_that_still_runs_is_not_resumed(
    ready: World, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    ready.execution = Execution(events=[], looks=[("RUNNING", 0)])
    result = refill(monkeypatch, ready, "--resume", "one", *more)
    assert result.exit_code == 2
    assert f"that refill is still RUNNING as {EXECUTION}" in " ".join(result.stderr.split())
    assert ready.execution.started == []
    # Whoever resumed it before runs under another name.
    two = EXECUTION.replace(":one", ":two")
    ready.put(CATALOGUE, "work/refills/one/fence.json", {"execution_arn": two})
    result = refill(monkeypatch, ready, "--resume", "one", *more)
    assert f"still RUNNING as {two}" in " ".join(result.stderr.split())


def test_whether_it_runs_may_stay_unknown(ready: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state machine waits for what may be at work."""
    gone = error("ExecutionDoesNotExist", "DescribeExecution")
    looks: list[Any] = [gone, ("SUCCEEDED", 9)]
    ready.execution = Execution(events=EVENTS, looks=looks)
    result = refill(monkeypatch, ready, "--resume", "one", "--from", URI)
    assert f"NOT READ: whether {EXECUTION} has ended" in result.stderr
    assert len(ready.execution.started) == 1


def test_an_interrupted_command_says_how_to_follow_again(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    ready.execution = Execution(events=EVENTS, looks=[("RUNNING", 2)])
    monkeypatch.setattr(Access, "clients", lambda _self, _place, _role: ready.client)
    monkeypatch.setattr("time.sleep", interrupt)
    from tests.unit.command import holdfast

    result = holdfast("refill", "prod", NAME, "--from", URI)
    assert result.exit_code == 130
    assert "The refill goes on without you. To follow it again:" in result.stderr
    assert f"  holdfast refill prod {NAME} --follow arn:aws:states" in result.stderr


def test_a_start_without_an_answer_is_not_called_one(
    ready: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = error("InternalFailure", "StartExecution", 500)
    ready.execution = Execution(events=[], looks=[("RUNNING", 0)], refuses=silent)
    result = refill(monkeypatch, ready, "--from", URI)
    assert result.exit_code == 1
    assert "it is NOT KNOWN whether the refill was started" in result.stderr


def test_the_report_as_its_function_writes_it() -> None:
    wanted = what()
    assert wanted.source is not None
    event = {
        "state": {
            "request": wanted.request(wanted.source.request),
            "plan": {
                "action": "report",
                "rounds_total": 3,
                "source": "full export",
                "error": {
                    "type": "RoundNotLoadedError",
                    "message": "1 of 4",
                    "files": [
                        {"file": "s3://b/k", "line": 3, "type": "BadDataError", "message": "x"}
                    ],
                },
            },
        },
        "place": refill_place(prod()),
        "execution": {
            "arn": EXECUTION,
            "name": "one",
            "started_at": START.isoformat(),
        },
    }
    sums = nothing() | {"rounds_done": 1, "at_least": False, "written": 9}
    document = report_of(event, START, sums, "")
    text = "\n".join(report.lines(document, "s3://b/k"))
    assert "ROUNDS    1 of 3 done" in text
    assert "NOT RIGHT - s3://b/k, line 3: BadDataError: x" in text
    assert f"holdfast refill prod {NAME} --resume one" in text
    options = main.commands["refill"].make_context("refill", ["prod", NAME, "--resume", "one"])
    assert asked(Options(**options.params), prod(), START).is_as_before


@pytest.mark.parametrize("member", [*RIGHT, "none of them"])
def test_a_report_that_lacks_something_is_printed_all_the_same(member: str) -> None:
    lacking = {key: value for key, value in RIGHT.items() if key != member}
    assert "".join(report.lines(lacking, "s3://b/k"))
    assert report.is_right(lacking) is (member != "status")
