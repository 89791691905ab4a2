"""Shows a restore from end to end on this machine: `make restore-demo`.

Needs the `aws` command line, and `terraform` for its last part. AWS is played by local endpoints
that are started for it and ended with it; nothing outside a temporary folder is touched.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from generator import workspace  # noqa: E402
from generator.generate import rendered  # noqa: E402
from tests.e2e.local_aws import LocalAws, local_aws_server  # noqa: E402
from tests.e2e.terraform_root import TerraformError, TerraformRoot  # noqa: E402
from tests.restores.shop import Place, Shop  # noqa: E402
from tools.provider_mirror import provider_mirror  # noqa: E402

ORDERS = "order_transaction"
DATA = (ROOT.parent / "shared/data/order_data.csv", ROOT / "tests/data/order_data.csv")
NUMBERS = ("amount",)
STACKS = ("bootstrap", "alerts", "tables", "backup", "recovery")
# What a restore needs of a Terraform root; the rest takes the provider a minute more.
FILES = ("alerts.tf", "backup.tf", "provider.tf", "recovery.tf", "tables.tf", "versions.tf")
SECONDS = 600
STACK = "shop-prod-tables"
CHANGE_SET = ("--stack-name", STACK, "--change-set-name", "holdfast-restore")


class DemoError(Exception):
    """Something came out otherwise than it should."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table's items and settings."""

    items: list[dict[str, Any]]
    settings: dict[str, Any]


def main() -> None:
    """Run it; exits with 1 where something came out otherwise than it should."""
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        local_aws_server(Path(name) / "endpoints.log") as aws,
    ):
        try:
            run(aws, Path(name))
        except DemoError as error:
            sys.exit(f"NOT RIGHT: {error}")
    say("", f"It took {time.monotonic() - began:.0f} s. AWS was played by local endpoints.")


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    shutil.copytree(ROOT / "environments", folder / "environments")
    say("# From nothing to a table with backups")
    show(folder, aws, "holdfast generate archive prod staging")
    files = [str(folder / f"environments/{name}.yaml") for name in ("prod", "archive", "staging")]
    prod, archive, staging = (
        Place(aws=aws, tree=tree, folder=folder / "output" / tree.environment.name)
        for tree in rendered(workspace.load(files))
    )
    Shop(aws=aws, prod=prod, archive=archive).wait_at_most(1)  # the local endpoints are quick
    deploy(archive)
    deploy(prod)
    load(prod)
    back_up(prod, archive)
    before = look(prod)

    say("", "# Somebody deletes the table, and then the stack")
    lose(prod)
    aws_cli(prod, "cloudformation", "delete-stack", "--stack-name", STACK)

    say("", "# What is left, and the way back in two commands")
    show(folder, aws, f"holdfast points prod {ORDERS}", prod, until=("IN A", "Read, and"))
    show(folder, aws, f"holdfast restore prod {ORDERS} --latest", prod, until=("NEXT",))
    compare(before, look(prod))

    say("", "# Owned again: imported into a new stack, then deployed as ever")
    own_by_stack(prod)
    compare(before, look(prod))
    by_terraform(folder, aws, staging)


# CloudFormation


def deploy(place: Place) -> None:
    """Deploy the stacks that a restore needs, as the guide says."""
    stacks = [each for each in STACKS if list(place.commands(each))]
    began = time.monotonic()
    for stack in stacks:
        place.deploy(stack)
    place.client("backup").update_region_settings(
        ResourceTypeManagementPreference={"DynamoDB": True}
    )
    names = f"shop-{place.environment.name}-{{{','.join(stacks)}}}"
    say(f"$ aws cloudformation deploy --stack-name {names} …  # {time.monotonic() - began:.0f} s")


def load(place: Place) -> None:
    """Load the orders."""
    source = next(each for each in DATA if each.exists())
    with source.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    place.put(ORDERS, *map(item, rows))
    items = len(place.items(place.table(ORDERS).name))
    say(f"$ aws dynamodb put-item --table-name {ORDERS} …  # {items} items of {source.name}")


def item(row: dict[str, str]) -> dict[str, Any]:
    """Return a row as DynamoDB takes it."""
    return {name: {"N" if name in NUMBERS else "S": value} for name, value in row.items() if value}


def back_up(place: Place, archive: Place) -> None:
    """Take a backup of each kind, as the plans do at night."""
    place.native_backup(ORDERS, "shop-prod-critical-20261124T0500")
    say(f"$ aws dynamodb create-backup --table-name {ORDERS} …")
    point = place.recovery_point(ORDERS, "critical")
    place.copied(point, "critical", archive.environment.vault_arn("archive"))
    say("$ aws backup start-backup-job …; aws backup start-copy-job …  # to the archive")
    time.sleep(1)


def lose(place: Place) -> None:
    """Delete the table as somebody would who may."""
    table = ("--table-name", place.table(ORDERS).name)
    aws_cli(place, "dynamodb", "update-table", *table, "--no-deletion-protection-enabled")
    aws_cli(place, "dynamodb", "delete-table", *table)


def own_by_stack(place: Place) -> None:
    """Import the tables with the files that lie ready, and deploy."""
    files = ("recovery/import-tables.yaml", "recovery/import-tables-resources.json")
    run_quietly(
        place,
        *("cloudformation", "create-change-set", *CHANGE_SET, "--change-set-type", "IMPORT"),
        *("--template-body", f"file://{files[0]}", "--resources-to-import", f"file://{files[1]}"),
    )
    say(
        "$ aws cloudformation create-change-set --change-set-type IMPORT \\",
        f"    --template-body file://{files[0]} \\",
        f"    --resources-to-import file://{files[1]} …",
        "$ aws cloudformation describe-change-set …",
    )
    query = ("--query", "Changes[].ResourceChange.[Action,LogicalResourceId]", "--output", "text")
    shown = run_quietly(place, "cloudformation", "describe-change-set", *CHANGE_SET, *query)
    say(*shown.splitlines())
    run_quietly(place, "cloudformation", "execute-change-set", *CHANGE_SET)
    say("$ aws cloudformation execute-change-set …")
    run_quietly(place, "cloudformation", "wait", "stack-import-complete", "--stack-name", STACK)
    (command,) = place.commands("tables")
    for _ in range(2):
        say(f"$ aws cloudformation deploy --stack-name {STACK} …")
        say(place.run(command).strip().splitlines()[-1])


# Terraform


def by_terraform(folder: Path, aws: LocalAws, staging: Place) -> None:
    """Show the same for an environment that Terraform deploys."""
    say("", "# The same where Terraform deploys: staging")
    if shutil.which("terraform") is None:
        say("terraform is not installed, so this part is left out.")
        return
    root = initialised(folder, aws, staging)
    terraform(root, "apply", "-auto-approve", "-parallelism=30")
    load(staging)
    staging.native_backup(ORDERS, "shop-staging-critical-20261124T0500")
    before = look(staging)
    lose(staging)
    show(folder, aws, f"holdfast restore staging {ORDERS} --latest", staging, until=("FROM",))
    compare(before, look(staging))
    terraform(root, "plan")

    say("", "# And where the state has lost it too")
    names = [each for each in root.state() if "order_transaction" in each and "pointer" not in each]
    names = [each for each in names if each.startswith(("aws_dynamodb", "aws_appautoscaling"))]
    terraform(root, "state", "rm", *names)
    file = f"import-{ORDERS}.tf"
    shutil.copy(staging.folder / "recovery" / file, root.directory)
    say(f"$ cp recovery/{file} terraform/")
    terraform(root, "apply", "-auto-approve")
    (root.directory / file).unlink()
    say(f"$ rm terraform/{file}")
    terraform(root, "plan")
    compare(before, look(staging))


@dataclass(frozen=True, kw_only=True)
class Root:
    """A Terraform root with what it needs of this machine."""

    of: TerraformRoot

    @property
    def directory(self) -> Path:
        """Where the root lies."""
        return self.of.directory

    def state(self) -> list[str]:
        """Return the addresses that the state holds."""
        return self.run("state", "list").splitlines()

    def run(self, subcommand: str, *arguments: str) -> str:
        """Run a command of Terraform."""
        try:
            return self.of._run(subcommand, *arguments, timeout_seconds=SECONDS)  # noqa: SLF001
        except TerraformError as error:
            raise DemoError(str(error)) from error


def initialised(folder: Path, aws: LocalAws, place: Place) -> Root:
    """Return the root, with the local endpoints as its AWS."""
    environment = place.environment
    variables = aws.environment(environment.account_id, environment.region)
    target = folder / "by-terraform" / "terraform"
    target.parent.mkdir()
    root = TerraformRoot.copy(place.folder / "terraform", target, variables)
    for path in target.glob("*.tf"):
        if path.name not in {*FILES, "zz_local_override.tf"}:
            path.unlink()
    try:
        root.init(provider_mirror())
    except TerraformError as error:
        raise DemoError(str(error)) from error
    place.client("backup").update_region_settings(
        ResourceTypeManagementPreference={"DynamoDB": True}
    )
    return Root(of=root)


def terraform(root: Root, *arguments: str) -> None:
    """Run Terraform, and show what it says in the end."""
    shown = [each for each in arguments if not each.startswith(("-auto", "-parallel"))]
    say(f"$ terraform -chdir=terraform {' '.join(shown)}")
    words = ("Apply complete!", "No changes.", "Plan:", "Successfully removed")
    say(*(line for line in root.run(*arguments).splitlines() if line.startswith(words)))


# Looking, and telling


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


def aws_cli(place: Place, *arguments: str) -> None:
    """Run the `aws` command line, and show the command."""
    say(f"$ aws {' '.join(arguments)}")
    run_quietly(place, *arguments)


def run_quietly(place: Place, *arguments: str) -> str:
    """Run the `aws` command line; return what it prints."""
    try:
        return place.run(["aws", *arguments, "--region", place.environment.region])
    except AssertionError as error:
        raise DemoError(str(error)) from error


def show(
    folder: Path,
    aws: LocalAws,
    command: str,
    place: Place | None = None,
    *,
    until: Sequence[str] = (),
) -> None:
    """Run `holdfast` as a person would, and show what it prints, up to a line that begins so."""
    say(f"$ {command}")
    where = () if place is None else (place.environment.account_id, place.environment.region)
    done = subprocess.run(
        [str(Path(sys.executable).with_name("holdfast")), *command.split()[1:]],
        cwd=folder,
        env=aws.environment(*where),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    say(*shortened(done.stdout, tuple(until)))
    if done.returncode != 0:
        raise DemoError(f"{command}\n{done.stdout}{done.stderr}")


def shortened(text: str, until: tuple[str, ...]) -> Iterator[str]:
    """Yield the lines as far as wanted; settings that are right are one, empty ones none."""
    alike = 0
    for line in text.rstrip().splitlines():
        if until and line.startswith(until):
            break
        if not line:
            continue
        if " setting " in line and line.endswith(": as wanted"):
            alike += 1
            continue
        if alike:
            yield f"          right     {alike} settings: as wanted"
            alike = 0
        yield line.rstrip()


def say(*lines: str) -> None:
    """Print lines at once."""
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
