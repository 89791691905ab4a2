"""The command against local accounts: what it plans, starts, follows and says when it cannot."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common.catalogue import compact, moment_of
from blueprints.names import catalogue_bucket_name
from generator.points.access import Access
from generator.points.text import WIDTH
from tests.moments import this_minute
from tests.restore.conftest import ROLE
from tests.restore.fakes import EXECUTION, Catalogue, Execution, entered, error, event
from tests.restore.reports import a_report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from tests.restore.conftest import Shop

pytestmark = pytest.mark.e2e

ORDERS = "order_transaction"
WAITING = {"Type": "Wait", "Seconds": 600, "End": True}
MACHINE = json.dumps({"StartAt": "A", "States": {"A": WAITING}})
EVENTS = [event(1, "ExecutionStarted"), entered(2, "Plan"), entered(3, "Verify")]


@pytest.fixture(scope="module")
def backed_up(shop: Shop) -> dict[str, str]:
    return shop.back_up_everywhere(ORDERS)


@pytest.fixture
def machine(shop: Shop) -> Any:
    """A state machine of the right name, which waits until it is stopped."""
    api = shop.client("stepfunctions", shop.prod)
    made = api.create_state_machine(name="shop-prod-restore", definition=MACHINE, roleArn=ROLE)
    yield api
    api.delete_state_machine(stateMachineArn=made["stateMachineArn"])


def restore(shop: Shop, *arguments: str, **how: Any) -> Result:
    return shop.holdfast("restore", "prod", ORDERS, *arguments, **how)


def planned(shop: Shop, *arguments: str, **how: Any) -> dict[str, Any]:
    result = restore(shop, *arguments, "--dry-run", "--json", **how)
    assert "Nothing was started." in result.stderr
    plan: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == (0 if plan["deployed"] else 1)
    return plan


def test_a_plan_fits_the_screen_and_says_all(
    shop: Shop, backed_up: dict[str, str], machine: Any
) -> None:
    result = restore(shop, "--latest", "--dry-run", "--repoint")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if len(line) > WIDTH] == []
    heads = [line.split(" ")[0] for line in result.stdout.splitlines() if line[:1].strip()]
    assert heads[1:] == ["FROM", "TO", "SETTINGS", "KEY", "STEPS", "COST", "TAKES", "MACHINE"]
    assert "points /shop/prod/tables/order_transaction at the table" in result.stdout
    assert machine.list_executions(stateMachineArn=_machine(machine))["executions"] == []


def test_each_point_can_be_asked_for(shop: Shop, backed_up: dict[str, str], machine: Any) -> None:
    sources = {}
    for point in shop.listed(ORDERS)["points"]:
        plan = planned(shop, "--point", point["id"])
        assert plan["input"]["point"]["id"] == point["id"] == plan["source"]["id"]
        sources[point["source"]] = plan["steps"]
    assert {source: steps[0] for source, steps in sources.items()} == {
        "point_in_time": "RestoreTableToPointInTime",
        "user_backup": "RestoreTableFromBackup",
        "recovery_point": "StartRestoreJob of AWS Backup",
        "copy": "copies the point from account 222222222222, eu-central-1 back into a vault here",
    }


def hours_ago(hours: float) -> str:
    return compact(this_minute() - timedelta(hours=hours))


@pytest.fixture
def chain(shop: Shop) -> Iterator[str]:
    """A full export of 50 days ago, which nothing else reaches, with two windows after it."""
    start = 50 * 24
    catalogues = (shop.prod, shop.archive)
    for where in catalogues:
        arn = shop.record(ORDERS, hours_ago(start), hours_ago(start), where, starts_chain=True)
        for hours in (start, start - 6):
            shop.record(ORDERS, hours_ago(hours), hours_ago(hours - 6), where)
    yield arn
    for where in catalogues:
        s3, name = shop.client("s3", where), catalogue_bucket_name(where)
        for each in s3.list_objects_v2(Bucket=name)["Contents"]:
            s3.delete_object(Bucket=name, Key=each["Key"])


def iso(hours: float) -> str:
    return f"{moment_of(hours_ago(hours)):%Y-%m-%dT%H:%M:%SZ}"


def test_a_time_that_nothing_else_reaches_comes_from_a_chain(
    shop: Shop, backed_up: dict[str, str], chain: str, machine: Any
) -> None:
    at = iso(50 * 24 - 7)
    for wanted in (("--at", at), ("--point", chain, "--at", at)):
        plan = planned(shop, *wanted)
        assert plan["input"]["point"] == {"id": chain, "at": iso(50 * 24 - 6)}
    assert plan["source"]["boundaries"]["count"] == 3
    assert plan["chain"] == {
        "load": "import",
        "why_no_import": None,
        "incremental_exports": 1,
        "thaw_hours": None,
    }
    assert plan["steps"][:2] == [
        f"ImportTable of the full export of {iso(50 * 24)}",
        f"writes 1 incremental export to {iso(50 * 24 - 6)} into it, by the state machine refill",
    ]
    result = restore(shop, "--at", at, "--dry-run")
    assert result.exit_code == 0
    assert [line for line in result.stdout.splitlines() if len(line) > WIDTH + len(chain)] == []
    text = " ".join(result.stdout.split())
    assert "less than 0.01 USD for the import of 1000 B; what is written, 0.625 USD" in text
    assert "not known before; docs/restore.md says what it depends on" in text


def test_a_destination_restores_from_the_replica_that_it_holds(
    shop: Shop, backed_up: dict[str, str], chain: str
) -> None:
    at = iso(50 * 24 - 24)
    plan = planned(shop, "--at", at, "--in", "archive", signed_in_to=shop.archive)
    assert plan["input"]["point"] == {"id": chain, "at": iso(50 * 24 - 12)}
    assert plan["source"]["bucket"] == "shop-archive-exports-prod-222222222222-eu-central-1"


def test_without_the_state_machine_it_says_what_to_deploy(
    shop: Shop, backed_up: dict[str, str]
) -> None:
    plan = planned(shop, "--latest")
    assert plan["deployed"] is False
    result = restore(shop, "--latest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "stateMachine:shop-prod-restore does not exist, so nothing was started" in result.stderr
    assert "deploy the template recovery of prod first" in result.stderr
    assert "under `Getting a table back`" in result.stderr


def test_a_started_restore_is_followed_until_somebody_stops_it(
    shop: Shop, backed_up: dict[str, str], machine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: float) -> None:
        running = machine.list_executions(stateMachineArn=_machine(machine))["executions"]
        for each in running:
            machine.stop_execution(executionArn=each["executionArn"], cause="by hand")

    monkeypatch.setattr("time.sleep", stop)
    result = restore(shop, "--point", backed_up["user"])
    assert result.exit_code == 1
    (each,) = machine.list_executions(stateMachineArn=_machine(machine))["executions"]
    assert each["name"].startswith(f"{ORDERS}-20")
    given = json.loads(machine.describe_execution(executionArn=each["executionArn"])["input"])
    assert given["point"] == {"id": backed_up["user"]}
    assert f"started {each['executionArn']}" in result.stderr
    assert "there is no report s3://shop-prod-catalog-111111111111" in result.stderr
    assert "status: ABORTED" in result.stdout


def test_the_destination_restores_with_its_own_credentials_only(
    shop: Shop, backed_up: dict[str, str]
) -> None:
    refused = restore(shop, "--latest", "--in", "archive", "--dry-run")
    assert refused.exit_code == 1
    assert "account 222222222222, eu-central-1 is not reached" in refused.stderr
    assert "sign in to account 222222222222" in refused.stderr
    plan = planned(shop, "--latest", "--in", "archive", signed_in_to=shop.archive)
    assert plan["restored_in"]["account_id"] == "222222222222"
    assert ":222222222222:stateMachine:shop-archive-restore" in plan["state_machine_arn"]
    assert plan["input"]["owner"] is None
    home = restore(shop, "--latest", signed_in_to=shop.archive)
    assert "restore elsewhere with --in (archive)" in home.stderr


def test_nobody_who_answers(shop: Shop) -> None:
    result = restore(shop, "--latest", endpoint="http://127.0.0.1:1")
    assert result.exit_code == 1
    assert "account 111111111111, eu-central-1 is not reached: Could not connect" in result.stderr
    assert "Traceback" not in result.output


# --- with an execution that does what a test says ---------------------------------------------


def fake(monkeypatch: pytest.MonkeyPatch, execution: Execution, body: Any) -> None:
    real = Access._client  # noqa: SLF001 - the one place where clients are made

    def client(self: Access, service: str, region: str, **credentials: str) -> Any:
        fakes = {"stepfunctions": execution, "s3": Catalogue(body=body)}
        return fakes.get(service) or real(self, service, region, **credentials)

    monkeypatch.setattr(Access, "_client", client)
    monkeypatch.setattr("time.sleep", lambda _: None)


def test_a_restore_that_went_right(
    shop: Shop, backed_up: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = [("RUNNING", 2), ("SUCCEEDED", 3)]
    fake(monkeypatch, Execution(events=EVENTS, looks=looks), a_report())
    result = restore(shop, "--latest")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"RESTORED  {ORDERS} of prod is back as {ORDERS}")
    assert "    0:20  choosing the source" in result.stderr
    fake(monkeypatch, Execution(events=EVENTS, looks=[("SUCCEEDED", 3)]), a_report())
    followed = restore(shop, "--follow", EXECUTION, "--json")
    assert (followed.exit_code, json.loads(followed.stdout)) == (0, a_report())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("FAILED", a_report(verification={"passed": False, "checks": []})),
        ("SUCCEEDED", a_report(verification={"passed": False, "checks": []})),
        ("FAILED", a_report()),
        ("TIMED_OUT", error("NoSuchKey", "GetObject")),
        ("SUCCEEDED", error("AccessDenied", "GetObject")),
        ("SUCCEEDED", "{}"),
    ],
)
def test_what_is_not_known_to_be_right_is_not(
    shop: Shop,
    backed_up: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    body: Any,
) -> None:
    fake(monkeypatch, Execution(events=EVENTS, looks=[(status, 3)]), body)
    assert restore(shop, "--latest").exit_code == 1
    as_json = restore(shop, "--follow", EXECUTION, "--json")
    assert as_json.exit_code == 1
    json.loads(as_json.stdout)


def test_an_interrupted_command_says_how_to_follow_again(
    shop: Shop, backed_up: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    fake(monkeypatch, Execution(events=EVENTS, looks=[("RUNNING", 2)]), a_report())
    monkeypatch.setattr("time.sleep", interrupt)
    result = restore(shop, "--latest")
    assert result.exit_code == 130
    started = result.stderr.partition("started ")[2].split()[0]
    assert "The restore goes on without you. To follow it again:" in result.stderr
    assert f"  holdfast restore prod {ORDERS} --follow {started}\n" in result.stderr


def test_a_start_without_an_answer_is_not_called_one(
    shop: Shop, backed_up: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = error("InternalFailure", "StartExecution", 500)
    fake(monkeypatch, Execution(events=[], looks=[("RUNNING", 0)], refuses=silent), "")
    result = restore(shop, "--latest")
    assert result.exit_code == 1
    assert "it is NOT KNOWN whether the restore was started" in result.stderr
    gone = error("ExecutionDoesNotExist", "DescribeExecution")
    fake(monkeypatch, Execution(events=[], looks=[gone]), "")
    followed = restore(shop, "--follow", EXECUTION)
    assert followed.exit_code == 1
    assert "nothing was started under that name" in followed.stderr


def test_the_table_stack_and_vaults_may_be_gone(shop: Shop, backed_up: dict[str, str]) -> None:
    for template in ("tables", "backup"):
        shop.client("cloudformation", shop.prod).delete_stack(StackName=template)
    shop.delete_table(ORDERS)
    plan = planned(shop, "--latest")
    assert plan["target"] == {"name": ORDERS, "why": "no table has that name now"}
    assert plan["source"]["source"] == "system_backup"
    assert plan["input"]["settings"]["key_schema"][0]["AttributeName"] == "order_id"


def _machine(api: Any) -> str:
    (machine,) = api.list_state_machines()["stateMachines"]
    return str(machine["stateMachineArn"])
