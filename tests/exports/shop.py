"""Three deployed environments on local endpoints, of whose tables exports are made."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blueprints.functions.common import catalogue
from blueprints.functions.common import exports_store as store
from blueprints.names import (
    catalogue_bucket_name,
    export_place,
    exports_machine,
    state_machine_arn,
)
from tests.e2e.moto_api import ask, set_clock
from tests.restores import shop as restores
from tests.restores.shop import Place, deploy_places, make_sessions, written_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.local_aws import LocalAws

HERE = Path(__file__).parent / "environments"
Item = dict[str, Any]
Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Run:
    """What became of a run of a state machine of exports, and who was told."""

    arn: str
    status: str
    ends: tuple[str, ...]
    messages: tuple[str, ...]

    def told_of(self, key: str) -> list[str]:
        """Return the messages whose subject names the table."""
        return [each for each in self.messages if f" {key} " in each.partition("\n")[0]]


@dataclass(frozen=True, kw_only=True)
class Shop(restores.Shop):
    """Production that replicates its exports to the archive, and one that exports there."""

    remote: Place

    # Time

    def now(self) -> datetime:
        """Return DynamoDB's time."""
        return catalogue.moment_of(ask(self.aws, "clock")["now"])

    def later(self, **passed: float) -> datetime:
        """Let time pass; return the one that results."""
        return self._move(timedelta(**passed).total_seconds())

    def on_the_minute(self) -> datetime:
        """Let the next minute begin: exports end with whole ones."""
        now = self.now()
        whole = now.replace(second=0, microsecond=0) + timedelta(minutes=1, milliseconds=50)
        return self._move((whole - now).total_seconds())

    def _move(self, seconds: float) -> datetime:
        set_clock(self.aws, ask(self.aws, "clock")["offset_seconds"] + seconds)
        return self.now()

    # Runs

    def start(self, place: Place, key: str, kind: str = "incremental", at: str = "") -> str:
        """Start the machine of a class as its schedule does; return the execution's ARN."""
        given = {"kind": kind, "scheduled_at": at or catalogue.iso(self.now())}
        machine = state_machine_arn(place.environment, exports_machine(key))
        api = place.client("stepfunctions")
        started = api.start_execution(stateMachineArn=machine, input=json.dumps(given))
        return str(started["executionArn"])

    def end(self, place: Place, execution: str) -> Run:
        """Wait for the end of a run."""
        shown = place.ended(execution)
        ends = json.loads(shown.get("output") or "[]")
        assert None not in ends, list(self._broken(place, execution))
        return Run(
            arn=execution,
            status=shown["status"],
            ends=tuple(each["status"] for each in ends),
            messages=tuple(place.told()),
        )

    def _broken(self, place: Place, execution: str) -> Iterator[str]:
        """Yield why children of a run failed, which catch whatever happens to an export."""
        api = place.client("stepfunctions")
        for run in api.list_map_runs(executionArn=execution)["mapRuns"]:
            found = api.list_executions(mapRunArn=run["mapRunArn"], statusFilter="FAILED")
            for each in found["executions"]:
                arn = each["executionArn"]
                events = api.get_execution_history(executionArn=arn)["events"]
                yield f"{arn}: {[event for event in events if 'Failed' in event['type']]}"

    def run(self, place: Place, key: str, kind: str = "incremental", at: str = "") -> Run:
        """Run the machine of a class to its end."""
        return self.end(place, self.start(place, key, kind, at))

    def fail_export(self, table: str, code: str, **how: Any) -> None:
        """Let the next export of a table end as FAILED."""
        ask(self.aws, "exports", {"fail": [{"table": table, "code": code, **how}]})

    def forget_failures(self) -> None:
        ask(self.aws, "exports", method="DELETE")


# What is recorded, and what it leads to


def records(place: Place, key: str) -> list[Record]:
    """Return the records of a table, oldest first, full exports before what starts with them."""
    s3, bucket = place.client("s3"), catalogue_bucket_name(place.environment)
    found = store.records(s3, bucket, place.table(key).arn)
    return list(store.documents(s3, bucket, found))


def attempts(place: Place, key: str) -> list[str]:
    """Return the keys of attempts, below the table's folder."""
    prefix = store.attempts_folder(place.table(key).arn, "").rstrip("/") + "/"
    return sorted(each.removeprefix(prefix) for each in place.keys(prefix))


def windows(place: Place, key: str) -> list[tuple[str, str, str]]:
    """Return kind, start and end of what is recorded, in order."""
    return [(each["kind"], each["from"], each["to"]) for each in records(place, key)]


def export_arns(place: Place, key: str) -> list[str]:
    """Return every export that DynamoDB knows of the table."""
    api, asked = place.client("dynamodb"), {"TableArn": place.table(key).arn}
    found: list[str] = []
    while True:
        page = api.list_exports(**asked)
        found += [each["ExportArn"] for each in page["ExportSummaries"]]
        if "NextToken" not in page:
            return found
        asked["NextToken"] = page["NextToken"]


def exports_bucket(place: Place) -> str:
    """Return the bucket that the environment's exports go to."""
    found = export_place(place.environment)
    assert found is not None
    return found.name


# Deploying


def written(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop as `holdfast generate` writes it, with nothing deployed yet."""
    files = [HERE / f"{name}.yaml" for name in ("prod", "remote", "archive")]
    return Shop(aws=aws, **written_places(aws, folder, files))


def deployed(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop with everything that exports need; its machines wait a moment only."""
    shop = written(aws, folder)
    make_sessions(shop.prod)
    deploy_places(shop.archive, shop.prod, shop.remote)
    lend_alias(shop)
    shop.wait_at_most(0.05)
    return shop


def lend_alias(shop: Shop) -> None:
    """Let the alias of the archive's key be found: the local KMS looks in the caller's account."""
    place = export_place(shop.remote.environment)
    assert place is not None
    kms = shop.remote.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=place.key_alias, TargetKeyId=key)


def until(check: Any, seconds: float = 10) -> Any:
    """Return what is true in the end, or False."""
    deadline = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found
