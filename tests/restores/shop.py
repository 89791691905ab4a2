"""Two deployed environments on local endpoints, and what tests do to their tables."""

from __future__ import annotations

import json
import re
import shlex
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from blueprints.functions.common.settings_reading import described, every_alarm, settings_of
from blueprints.names import catalogue_bucket_name, restore_machine_arn, state_machine_arn
from generator import output, pipeline, workspace
from generator.generate import rendered
from generator.naming import vault_name
from generator.recovery.files import request_file
from tests.e2e.aws_cli import aws
from tests.e2e.moto_api import ask, calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from generator.pipeline import Tree
    from generator.spec.resolved import Environment, Table
    from tests.e2e.local_aws import LocalAws

HERE = Path(__file__).parent / "environments"
STACKS = ("bootstrap", "alerts", "tables", "backup", "recovery", "exports")
QUEUE = "told"
# Guards against an execution that never ends; the longest here takes half a minute.
MOST_SECONDS = 600
# What is another one after every restore.
OF_THE_MOMENT = ("table_id", "taken_at")

DENIED = {"code": "AccessDeniedException", "message": "User is not authorized", "status": 400}

Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an execution: how it ended, its report if it wrote one, and who was told."""

    arn: str
    status: str
    states: tuple[str, ...]
    report: Mapping[str, Any]
    messages: tuple[str, ...]

    @property
    def errors(self) -> str:
        """All that the report says is not right."""
        return "\n".join(self.report["not_right"])


@dataclass(frozen=True, kw_only=True)
class Place:
    """One deployed environment: its account, and what was written for it."""

    aws: LocalAws
    tree: Tree
    folder: Path

    @property
    def environment(self) -> Environment:
        return self.tree.environment

    def client(self, service: str) -> Any:
        return self.aws.client(service, self.environment.account_id, self.environment.region)

    def table(self, key: str) -> Table:
        return next(each for each in self.environment.tables if each.key == key)

    def commands(self, stack: str) -> Iterator[list[str]]:
        """Yield the commands with which the guide deploys a stack, as words."""
        text = self.tree.files["README.md"].replace("\\\n", "")
        name = f"{self.environment.project}-{self.environment.name}-{stack}"
        for line in text.splitlines():
            packages = f"file cloudformation/{stack}.yaml" in line
            if re.match("aws cloudformation (package|deploy) ", line) and (
                packages or f"stack-name {name} " in f"{line} "
            ):
                yield shlex.split(line)

    def deploy(self, *stacks: str) -> None:
        for stack in stacks:
            for command in self.commands(stack):
                self.run(command)

    def run(self, command: Sequence[str]) -> str:
        """Run a command of the guide where the output lies; return what it printed."""
        program, *arguments = command
        assert program == "aws", command
        env = self.aws.environment(self.environment.account_id, self.environment.region)
        done = aws(*arguments, cwd=self.folder, env=env)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    # Restores

    def request(self, file: str, **changes: Any) -> dict[str, Any]:
        """Return what was rendered for a restore, changed, and with short waits."""
        request: dict[str, Any] = json.loads(self.tree.files[file])
        return {**request, "poll_seconds": 1, **changes}

    def start(self, request: Mapping[str, Any]) -> str:
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=restore_machine_arn(self.environment), input=json.dumps(request)
        )
        return str(started["executionArn"])

    def run_machine(self, what: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Run another state machine of the environment to its end; return its description."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=state_machine_arn(self.environment, what), input=json.dumps(given)
        )
        return self.ended(started["executionArn"])

    def ended(self, execution_arn: str, seconds: float = MOST_SECONDS) -> dict[str, Any]:
        """Wait for the end of an execution; return how it is described."""
        api = self.client("stepfunctions")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            shown: dict[str, Any] = api.describe_execution(executionArn=execution_arn)
            if shown["status"] != "RUNNING":
                return shown
            time.sleep(0.2)
        raise TimeoutError(execution_arn)

    def outcome(self, execution_arn: str) -> Outcome:
        shown = self.ended(execution_arn)
        table = json.loads(shown["input"])["table"]["name"]
        return Outcome(
            arn=execution_arn,
            status=shown["status"],
            states=tuple(self.entered(execution_arn)),
            report=self.report(table, execution_arn.rpartition(":")[2]) or {},
            messages=tuple(self.told()),
        )

    def restore(self, key: str, **changes: Any) -> Outcome:
        """Restore a table with the rendered state machine, to its end."""
        return self.outcome(self.start(self.request(request_file(key), **changes)))

    def entered(self, execution_arn: str) -> Iterator[str]:
        """Yield the states of an execution in order, one that is looked at again once."""
        last = ""
        events = self.client("stepfunctions").get_execution_history(executionArn=execution_arn)
        for event in events["events"]:
            name = event.get("stateEnteredEventDetails", {}).get("name", last)
            if name != last and event["type"] == "TaskStateEntered":
                yield name
                last = name

    def report(self, table_name: str, execution_name: str) -> dict[str, Any] | None:
        s3, bucket = self.client("s3"), catalogue_bucket_name(self.environment)
        key = f"restores/{table_name}/{execution_name}.json"
        if key not in self.keys("restores/"):
            return None
        found: dict[str, Any] = json.load(s3.get_object(Bucket=bucket, Key=key)["Body"])
        return found

    def keys(self, prefix: str) -> list[str]:
        """Return the keys in the catalogue below a prefix."""
        bucket = catalogue_bucket_name(self.environment)
        listed = self.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)
        return [each["Key"] for each in listed.get("Contents", [])]

    def told(self) -> Iterator[str]:
        """Yield what arrived at the queue since the last time: subject and text."""
        sqs = self.client("sqs")
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for each in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
                body = json.loads(each["Body"])
                yield f"{body['Subject']}\n{body['Message']}"

    # Tables

    def put(self, key: str, *items: Item) -> None:
        api = self.client("dynamodb")
        for item in items:
            api.put_item(TableName=self.table(key).name, Item=item)

    def items(self, name: str) -> list[Item]:
        """Return the items of a table in one order."""
        found = self.client("dynamodb").scan(TableName=name)["Items"]
        return sorted(found, key=lambda item: json.dumps(item, sort_keys=True, default=str))

    def settings(self, name: str) -> dict[str, Any]:
        """Return the settings of a table, without what is another one in each restored table."""
        alarms = every_alarm(self.client("cloudwatch"))
        found = settings_of(self.client, described(self.client, name), alarms, None)
        return {k: v for k, v in found.items() if k not in OF_THE_MOMENT}

    def delete_table(self, key: str) -> None:
        """Delete a table as somebody would who must not."""
        name, api = self.table(key).name, self.client("dynamodb")
        api.update_table(TableName=name, DeletionProtectionEnabled=False)
        api.delete_table(TableName=name)

    # Backups

    def native_backup(self, key: str, name: str = "before-release") -> str:
        made = self.client("dynamodb").create_backup(
            TableName=self.table(key).name, BackupName=name
        )
        return str(made["BackupDetails"]["BackupArn"])

    def recovery_point(self, key: str, vault: str) -> str:
        started = self.client("backup").start_backup_job(
            BackupVaultName=vault_name(self.environment, vault),
            ResourceArn=self.table(key).arn,
            IamRoleArn=f"arn:aws:iam::{self.environment.account_id}:role/any",
            Lifecycle={"DeleteAfterDays": 31},
        )
        return str(started["RecoveryPointArn"])

    def copied(self, point: str, vault: str, to: str) -> str:
        """Copy a recovery point to a vault elsewhere; return the ARN of the copy."""
        api = self.client("backup")
        job = api.start_copy_job(
            RecoveryPointArn=point,
            SourceBackupVaultName=vault_name(self.environment, vault),
            DestinationBackupVaultArn=to,
            IamRoleArn=f"arn:aws:iam::{self.environment.account_id}:role/any",
            Lifecycle={"DeleteAfterDays": 31},
        )
        shown: dict[str, Any] = {}
        while shown.get("State") not in {"COMPLETED", "FAILED"}:
            shown = api.describe_copy_job(CopyJobId=job["CopyJobId"])["CopyJob"]
        return str(shown["DestinationRecoveryPointArn"])


@dataclass(frozen=True, kw_only=True)
class Shop:
    """Production and the archive that takes copies of it, deployed as their guides say."""

    aws: LocalAws
    prod: Place
    archive: Place

    def fail(self, operation: str, **how: Any) -> None:
        """Let the next call of an operation by a role fail."""
        ask(self.aws, "faults", {"operation": operation, **DENIED, **how})

    def fail_no_more(self) -> None:
        ask(self.aws, "faults", method="DELETE")

    def wait_at_most(self, seconds: float | None) -> None:
        """Let state machines wait no longer than so long, None for as long as they say."""
        ask(self.aws, "waits", {"longest_seconds": seconds})

    def calls(self) -> list[dict[str, Any]]:
        """Return what functions and state machines called since the server was started.

        `holdfast points` takes a role for a person, in whichever test runs before.
        """
        return [call for call in calls(self.aws) if call["session_name"] != "holdfast-points"]


def written(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop as `holdfast generate` writes it, with nothing deployed yet."""
    places = written_places(aws, folder, [HERE / f"{name}.yaml" for name in ("prod", "archive")])
    return Shop(aws=aws, prod=places["prod"], archive=places["archive"])


def written_places(aws: LocalAws, folder: Path, files: Sequence[Path]) -> dict[str, Place]:
    """Return environments by name, as `holdfast generate` writes them, with nothing deployed."""
    places = {}
    for tree in rendered(workspace.load([str(file) for file in files])):
        here = folder / tree.environment.name
        change = output.compare(here, tree.files, pipeline.folders(tree.engines), tree.zips)
        output.write(change)
        places[tree.environment.name] = Place(aws=aws, tree=tree, folder=here)
    return places


def deployed(aws: LocalAws, folder: Path) -> Shop:
    """Return the shop with everything that a restore needs."""
    shop = written(aws, folder)
    make_sessions(shop.prod)
    deploy_places(shop.archive, shop.prod)
    return shop


def deploy_places(*places: Place, stacks: Sequence[str] = STACKS) -> None:
    """Deploy what restores and exports need, in this order: destinations come first."""
    for place in places:
        place.client("sqs").create_queue(QueueName=QUEUE)
        place.client("backup").update_region_settings(
            ResourceTypeManagementPreference={"DynamoDB": True}
        )
        place.deploy(*stacks)


def make_sessions(prod: Place) -> None:
    """Make the table that the environment names, and somebody else defines."""
    api, name = prod.client("dynamodb"), prod.table("sessions").name
    api.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        Tags=[{"Key": "owner", "Value": "web"}],
    )
    api.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    api.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def now() -> str:
    """Return this second, to which a table can be restored a moment later."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
