"""What the demos share: the example environments on local endpoints, and commands shown as run."""

from __future__ import annotations

import csv
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blueprints.names import alerts_topic_arn
from generator import workspace
from generator.generate import rendered
from tests.conftest import ROOT
from tests.e2e.local_aws import LocalAws, local_aws_server
from tests.e2e.moto_api import ask
from tests.restores.people import guided, script
from tests.restores.shop import QUEUE, Place

ORDERS = "order_transaction"
DATA = (ROOT.parent / "shared/data/order_data.csv", ROOT / "tests/data/order_data.csv")
NUMBERS = ("amount",)
SECONDS = 600
STACK = "shop-prod-tables"
WIDTH = 170
_SETTING, _RIGHT = " setting ", ": as wanted"

Item = dict[str, Any]


class DemoError(Exception):
    """Something came out otherwise than it should."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table's items and settings."""

    items: list[Item]
    settings: dict[str, Any]


def play(run: Callable[[LocalAws, Path], None]) -> None:
    """Run a demo; exits with 1 where something came out otherwise than it should."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        local_aws_server(Path(name) / "endpoints.log") as aws,
    ):
        try:
            run(aws, Path(name))
        except (AssertionError, DemoError) as error:
            sys.exit(f"NOT RIGHT: {error}")
    say("", f"It took {time.monotonic() - began:.0f} s. AWS was played by local endpoints.")


# Deploying


def generated(aws: LocalAws, folder: Path, *names: str) -> list[Place]:
    """Generate examples; return the places they are to be deployed to, in the same order."""
    shutil.copytree(ROOT / "environments", folder / "environments")
    done = _holdfast(folder, aws.environment(), f"holdfast generate {' '.join(names)}")
    say(*_right(done, 0).splitlines())
    ask(aws, "waits", {"longest_seconds": 0.2})  # the local endpoints are quick
    files = [str(folder / f"environments/{name}.yaml") for name in names]
    trees = {tree.environment.name: tree for tree in rendered(workspace.load(files))}
    return [Place(aws=aws, tree=trees[name], folder=folder / "output" / name) for name in names]


def deploy(place: Place, stacks: Sequence[str]) -> None:
    """Deploy those of the stacks that the environment has, as the guide says."""
    stacks = [each for each in stacks if list(place.commands(each))]
    began = time.monotonic()
    switch_on_backups(place)
    place.deploy(*stacks)
    names = f"shop-{place.environment.name}-{{{','.join(stacks)}}}"
    say(f"$ aws cloudformation deploy --stack-name {names} …  # {time.monotonic() - began:.0f} s")


def switch_on_backups(place: Place) -> None:
    """Switch on what the example's accounts switched on by hand."""
    place.client("backup").update_region_settings(
        ResourceTypeManagementPreference={"DynamoDB": True}
    )


def listen(place: Place) -> None:
    """Let a queue hear what people are told."""
    url = place.client("sqs").create_queue(QueueName=QUEUE)["QueueUrl"]
    queue = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    place.client("sns").subscribe(
        TopicArn=alerts_topic_arn(place.environment),
        Protocol="sqs",
        Endpoint=queue["Attributes"]["QueueArn"],
    )


# A table


def orders_file() -> Path:
    """Return the file with the orders."""
    return next(each for each in DATA if each.exists())


def load(place: Place) -> None:
    """Load the orders."""
    source = orders_file()
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    place.put(ORDERS, *map(item, rows))
    items = len(place.items(place.table(ORDERS).name))
    say(f"$ aws dynamodb put-item --table-name {ORDERS} …  # {items} items of {source.name}")


def item(row: dict[str, str]) -> Item:
    """Return a row as DynamoDB takes it."""
    return {name: {"N" if name in NUMBERS else "S": value} for name, value in row.items() if value}


def lose(place: Place) -> None:
    """Delete the table as somebody would who may."""
    table = ("--table-name", place.table(ORDERS).name)
    aws_cli(place, "dynamodb", "update-table", *table, "--no-deletion-protection-enabled")
    aws_cli(place, "dynamodb", "delete-table", *table)


def look(place: Place) -> Table:
    """Return the table as it is."""
    name = place.table(ORDERS).name
    return Table(items=place.items(name), settings=place.settings(name))


def compare(before: Table, after: Table) -> None:
    """Compare a table with what it was, item by item and setting by setting."""
    missing = [each for each in before.items if each not in after.items]
    more = [each for each in after.items if each not in before.items]
    other = [name for name in before.settings if before.settings[name] != after.settings[name]]
    if missing or more or other:
        raise DemoError(f"items missing {missing}, and more {more}; other settings: {other}")
    items, settings = len(before.items), len(before.settings)
    say(f"= equal: {items} of {items} items, {settings} of {settings} settings")


def own_by_stack(place: Place) -> None:
    """Import the tables by the commands of the environment's README, and deploy."""
    commands = guided(place, "**The stack is gone**")
    changes = [each for each in script(place, commands).splitlines() if "\t" in each]
    for command in commands.replace("\\\n", "").splitlines():
        words = shlex.split(command)
        if words[2] == "wait":
            continue
        say(*_import_command(words))
        if words[2] == "describe-change-set":
            say(*changes)
    (command,) = place.commands("tables")
    for _ in range(2):
        say(f"$ aws cloudformation deploy --stack-name {STACK} …")
        say(place.run(command).strip().splitlines()[-1])


def _import_command(words: Sequence[str]) -> Iterator[str]:
    """Yield a command of the guide, without what every command of the guide names."""
    files = [index for index, word in enumerate(words) if word.startswith("file://")]
    if not files:
        yield f"$ {' '.join(words[:3])} …"
        return
    kind = words.index("--change-set-type")
    yield f"$ {' '.join((*words[:3], *words[kind : kind + 2]))} \\"
    for index in files:
        end = " …" if index == files[-1] else " \\"
        yield f"    {' '.join(words[index - 1 : index + 1])}{end}"


# Commands, and telling


def aws_cli(place: Place, *arguments: str) -> str:
    """Run the `aws` command line, show the command, and return what it prints."""
    say(f"$ aws {shlex.join(arguments)}")
    return place.run(["aws", *arguments, "--region", place.environment.region])


def show(
    place: Place, command: str, *, until: Sequence[str] = (), status: int = 0, told: bool = False
) -> str:
    """Run `holdfast` as a person of the place would, and show what it prints.

    That is up to a line that begins with one of `until`, with its progress where it is `told`.
    Returns all of it; raises DemoError where its exit status is another one.
    """
    where = place.environment
    variables = place.aws.environment(where.account_id, where.region)
    done = _holdfast(place.folder.parents[1], variables, command, told=told)
    say(*shortened(done.stdout, tuple(until)))
    return _right(done, status)


def _holdfast(
    folder: Path, variables: dict[str, str], command: str, *, told: bool = False
) -> subprocess.CompletedProcess[str]:
    say(f"$ {command}")
    return subprocess.run(
        [str(Path(sys.executable).with_name("holdfast")), *shlex.split(command)[1:]],
        cwd=folder,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if told else subprocess.PIPE,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def _right(done: subprocess.CompletedProcess[str], status: int) -> str:
    if done.returncode != status:
        raise DemoError(f"{done.args}: {done.returncode}\n{done.stdout}{done.stderr or ''}")
    return done.stdout


def shortened(text: str, until: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines as far as wanted; settings that are right are one, empty ones none."""
    alike = 0
    for line in text.rstrip().splitlines():
        if until and line.startswith(until):
            break
        if not line:
            continue
        if _SETTING in line and line.endswith(_RIGHT):
            alike += 1
            continue
        if alike:
            yield f"          right     {alike} settings{_RIGHT}"
            alike = 0
        yield clipped(line.rstrip())


def clipped(line: str) -> str:
    """Return a line without the end of what is too long to be looked at."""
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def say(*lines: str) -> None:
    """Print lines at once."""
    for line in lines:
        print(line, flush=True)
