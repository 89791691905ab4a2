"""DynamoDB on local endpoints: what incremental exports tell agrees with full ones at both ends."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e import exported
from tests.e2e.exported import HERE, HOUR, item, later, version, window
from tests.e2e.moto_api import ask, set_clock

if TYPE_CHECKING:
    from tests.e2e.local_aws import LocalAws

pytestmark = pytest.mark.e2e

KEYS = [f"key{number}" for number in range(12)]
STEPS = 90  # of two minutes each, in three hours
FROM, TO = -2 * HOUR, -HOUR


@pytest.fixture(scope="module")
def written(local_aws: LocalAws) -> dict[str, float]:
    """When each key was last written within the window, in a table that changes for three hours."""
    exported.bucket(local_aws.client("s3", **HERE), "exports")
    api = local_aws.client("dynamodb", **HERE)
    set_clock(local_aws, -4 * HOUR)
    exported.create(api, "orders")
    random, last, there = Random(6), dict[str, float](), set[str]()
    for step in range(STEPS):
        offset = -3 * HOUR + step * 120 + 60
        set_clock(local_aws, offset)
        key = random.choice(KEYS)
        was_there = key in there
        change(api, random.randrange(5), key, step, there)
        if FROM <= offset < TO and (was_there or key in there):
            last[key] = later(offset).timestamp()
    set_clock(local_aws, 0)
    return last


def change(api: Any, kind: int, key: str, step: int, there: set[str]) -> None:
    """Put, update or delete an item, alone or in a batch."""
    table = {"TableName": "orders"}
    value = version(step)
    if kind == 0:
        api.put_item(**table, Item=item(key, **value))
    elif kind == 1:
        request = {"PutRequest": {"Item": item(key, **value, fromBatch={"BOOL": True})}}
        api.batch_write_item(RequestItems={"orders": [request]})
    elif kind == 2:
        expression = {"UpdateExpression": "SET version = :v, more = :v REMOVE fromBatch"}
        values = {"ExpressionAttributeValues": {":v": value["version"]}}
        api.update_item(**table, Key=item(key), **expression, **values)
    elif kind == 3:
        api.delete_item(**table, Key=item(key))
    else:
        request = {"DeleteRequest": {"Key": item(key)}}
        api.batch_write_item(RequestItems={"orders": [request]})
    if kind < 3:
        there.add(key)
    else:
        there.discard(key)


def export(local_aws: LocalAws, **what: Any) -> list[dict[str, Any]]:
    api, s3 = (local_aws.client(service, **HERE) for service in ("dynamodb", "s3"))
    arn = api.describe_table(TableName="orders")["Table"]["TableArn"]
    started = api.export_table_to_point_in_time(TableArn=arn, S3Bucket="exports", **what)
    return exported.documents(s3, exported.ended(api, started))


def state(local_aws: LocalAws, offset: float) -> dict[str, Any]:
    # A window ends before its last moment, which a full export includes.
    lines = export(local_aws, ExportTime=later(offset - 1))
    return {line["Item"]["id"]["S"]: line["Item"] for line in lines}


def test_old_and_new_images_are_the_states_at_both_ends(
    local_aws: LocalAws, written: dict[str, float]
) -> None:
    before, after = state(local_aws, FROM), state(local_aws, TO)
    lines = export(local_aws, **window(later(FROM), later(TO)))
    by_key = {line["Keys"]["id"]["S"]: line for line in lines}
    assert len(by_key) == len(lines)
    passing = {key for key in written if key not in before and key not in after}
    assert passing
    assert by_key.keys() == written.keys() - passing
    for key, line in by_key.items():
        assert line["Keys"] == item(key)
        assert line.get("OldImage") == before.get(key)
        assert line.get("NewImage") == after.get(key)
        micros = int(line["Metadata"]["WriteTimestampMicros"]["N"])
        assert abs(micros / 1_000_000 - written[key]) < 60
    assert {key for key in KEYS if before.get(key) != after.get(key)} <= by_key.keys()

    ask(local_aws, "exports", {"keys_of_passing": True})
    more = export(local_aws, **window(later(FROM), later(TO)))
    alone = [line for line in more if line not in lines]
    assert {line["Keys"]["id"]["S"] for line in alone} == passing
    assert all(line.keys() == {"Metadata", "Keys"} for line in alone)


def test_the_windows_of_a_chain_lead_from_one_full_export_to_the_next(
    local_aws: LocalAws, written: dict[str, float]
) -> None:
    ask(local_aws, "exports", method="DELETE")
    ends = [later(minutes * 60 - 3 * HOUR) for minutes in range(0, 181, 30)]
    found: dict[str, Any] = {}
    for start, end in pairwise(ends):
        for line in export(local_aws, **window(start, end)):
            key = line["Keys"]["id"]["S"]
            assert line.get("OldImage") == found.get(key)
            found[key] = line.get("NewImage")
    assert {k: v for k, v in found.items() if v} == state(local_aws, 1)
