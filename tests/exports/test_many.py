"""One run exports 300 tables, so many at once as the state machine lets."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.exports.machines import MOST_CHILDREN
from blueprints.names import exports_machine, state_machine_arn
from tests.e2e.local_aws import local_aws_server
from tests.exports.scenarios import passed
from tests.exports.shop import Shop
from tests.restores.shop import deploy_places, written_places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.restores.shop import Place

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TABLES = 300
NAMES = [f"tenant-{number:03}" for number in range(TABLES)]
FAILING = NAMES[7]
# Each step starts Python anew, which takes most of the time here.
SECONDS = 900
FILE = """\
project: shop
environment: many
account_id: "444444444444"
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
alerts: {subscriptions: {queue: {sqs_arn: "arn:aws:sqs:eu-central-1:444444444444:told"}}}
defaults: {protection: tenant}
protections:
  tenant:
    point_in_time_recovery: {recovery_period_days: 7}
    exports:
      full_schedule: "rate(7 days)"
      incremental_every_hours: 24
      delete_after_days: 7
guardrails: {}
lint: {accept: {HF009: a test, HF015: a test}}
tables:
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """An environment of 300 tables that somebody else defines, on a server of its own."""
    folder: Path = tmp_path_factory.mktemp("many")
    file = folder / "many.yaml"
    file.write_text(FILE + "".join(f"  {name}: {{existing: true}}\n" for name in NAMES))
    with local_aws_server(folder / "server.log") as aws:
        place = written_places(aws, folder, [file])["many"]
        create(place)
        deploy_places(place)
        found = Shop(aws=aws, prod=place, archive=place, remote=place)
        found.wait_at_most(0.05)
        yield found


def create(place: Place) -> None:
    api = place.client("dynamodb")
    for name in NAMES:
        api.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        api.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": 7,
            },
        )
        api.put_item(TableName=name, Item={"id": {"S": name}})


def test_one_run_exports_all_and_one_that_fails_stops_no_other(shop: Shop) -> None:
    place = shop.prod
    shop.fail_export(FAILING, "S3SlowDown")
    passed(shop, minutes=20)
    arn = shop.start(place, "tenant", "full")
    shown = place.ended(arn, SECONDS)
    assert shown["status"] == "SUCCEEDED"
    ends = [each["status"] for each in json.loads(shown["output"])]
    assert (ends.count("EXPORTED"), ends.count("FAILED")) == (TABLES - 1, 1)
    below = f"catalog/exports/{place.environment.account_id}/{place.environment.region}"
    with ThreadPoolExecutor(4) as workers:
        recorded = list(workers.map(lambda name: len(place.keys(f"{below}/{name}/")), NAMES))
    assert [name for name, found in zip(NAMES, recorded, strict=True) if found != 1] == [FAILING]
    told = [each.partition("\n")[0] for each in place.told()]
    assert [each for each in told if "failed" in each] == [
        f"Holdfast: export of {FAILING} failed in many"
    ]
    most = at_once(list(children(place, arn)))
    assert MOST_CHILDREN // 2 < most <= MOST_CHILDREN


def children(place: Place, arn: str) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of the execution of each table."""
    api = place.client("stepfunctions")
    (run,) = api.list_map_runs(executionArn=arn)["mapRuns"]
    asked: dict[str, Any] = {"mapRunArn": run["mapRunArn"], "maxResults": 100}
    while True:
        page = api.list_executions(**asked)
        for each in page["executions"]:
            yield each["startDate"], each["stopDate"]
        if "nextToken" not in page:
            return
        asked["nextToken"] = page["nextToken"]


def at_once(spans: list[tuple[datetime, datetime]]) -> int:
    """Return how many ran at once at most."""
    assert len(spans) == TABLES
    changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    running = most = 0
    for _, change in changes:
        running += change
        most = max(most, running)
    return most


def test_the_machine_names_every_table(shop: Shop) -> None:
    arn = state_machine_arn(shop.prod.environment, exports_machine("tenant"))
    api = shop.prod.client("stepfunctions")
    definition = json.loads(api.describe_state_machine(stateMachineArn=arn)["definition"])
    assert definition["States"]["Accept"]["Parameters"]["tables"] == NAMES
