"""The handlers parse what the state machine sends, and make their own clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from blueprints.functions.fetch_copy.handler import handler as fetch_copy
from blueprints.functions.plan_restore.handler import handler as plan_restore
from blueprints.functions.report_restore.handler import handler as report_restore
from blueprints.functions.restore_table.handler import handler as restore_table
from blueprints.functions.take_snapshots.handler import handler as take_snapshots
from tests.unit.functions import places, tables
from tests.unit.functions.places import PLACE, connect


@pytest.fixture(autouse=True)
def _local_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", tables.REGION)
    with places.local_aws():
        yield


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def test_a_restore_from_its_input_to_its_report() -> None:
    places.create_table()
    connect("dynamodb").create_backup(TableName=tables.TABLE, BackupName="nightly")
    places.delete_table()
    own = {**PLACE, "vaults": PLACE["vaults"][:1]}
    payload = through_json(places.event(own))
    data: dict[str, Any] = {"request": payload["request"], "copy": {}, "restore": {}}
    data["plan"] = through_json(plan_restore(payload, None))
    while not data["restore"].get("done"):
        sent = {"plan": data["plan"], "copy": data["copy"], "previous": data["restore"]}
        data["restore"] = through_json(restore_table(sent, None))
    data["verification"] = {"passed": True, "checks": []}
    sent = {"state": data, "place": own, "execution": payload["execution"]}
    answer = through_json(report_restore(sent, None))
    assert (answer["status"], answer["report"]["target"]["name"]) == ("SUCCEEDED", tables.TABLE)


def test_a_copy_in_the_own_account() -> None:
    places.create_table()
    point = places.backed_up()
    copy = {
        "recovery_point_arn": point,
        "from_vault": "main",
        "account_id": tables.ACCOUNT,
        "region": tables.REGION,
        "role_arn": None,
        "copy_back_role_arn": places.COPY_ROLE,
        "to_vault": "main",
        "to_vault_arn": places.MAIN_VAULT_ARN,
        "delete_after_days": 15,
    }
    plan = {**tables.plan(), "copy": copy}
    answer = fetch_copy({"plan": plan, "previous": {}}, None)
    assert (
        fetch_copy({"plan": plan, "previous": answer}, None)["copy_job_id"]
        == (answer["copy_job_id"])
    )


def test_native_backups() -> None:
    places.create_table()
    sent = {
        "tables": [{"name": tables.TABLE, "arn": tables.ARN}],
        "class": "critical",
        "prefix": "shop-prod-critical-",
        "keep_last": 1,
        "keep_days": 7,
        "scheduled_at": "2026-11-20T03:00:00Z",
    }
    assert len(take_snapshots(sent, None)["created"]) == 1
    assert take_snapshots(sent, None)["created"] == []
