"""Shows a restore from end to end on this machine: `make restore-demo`.

Needs the `aws` command line, and `terraform` for its last part. AWS is played by local endpoints
that are started for it and ended with it; nothing outside a temporary folder is touched.
"""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.local_aws import LocalAws  # noqa: E402
from tests.e2e.terraform_root import TerraformError, TerraformRoot  # noqa: E402
from tests.restores.shop import Place  # noqa: E402
from tools.demo import (  # noqa: E402
    ORDERS,
    SECONDS,
    STACK,
    DemoError,
    aws_cli,
    compare,
    deploy,
    generated,
    load,
    look,
    lose,
    own_by_stack,
    play,
    say,
    show,
    switch_on_backups,
)
from tools.provider_mirror import provider_mirror  # noqa: E402

STACKS = ("bootstrap", "alerts", "tables", "backup", "recovery")
# What a restore needs of a Terraform root; the rest takes the provider a minute more.
FILES = ("alerts.tf", "backup.tf", "provider.tf", "recovery.tf", "tables.tf", "versions.tf")


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    say("# From nothing to a table with backups")
    archive, prod, staging = generated(aws, folder, "archive", "prod", "staging")
    deploy(archive, STACKS)
    deploy(prod, STACKS)
    load(prod)
    back_up(prod, archive)
    before = look(prod)

    say("", "# Somebody deletes the table, and then the stack")
    lose(prod)
    aws_cli(prod, "cloudformation", "delete-stack", "--stack-name", STACK)

    say("", "# What is left, and the way back in two commands")
    show(prod, f"holdfast points prod {ORDERS}", until=("IN A", "Read, and"))
    show(prod, f"holdfast restore prod {ORDERS} --latest", until=("NEXT",))
    compare(before, look(prod))

    say("", "# Owned again: imported into a new stack, then deployed as ever")
    own_by_stack(prod)
    compare(before, look(prod))
    by_terraform(folder, aws, staging)


def back_up(place: Place, archive: Place) -> None:
    """Take a backup of each kind, as the plans do at night."""
    place.native_backup(ORDERS, "shop-prod-critical-20261124T0500")
    say(f"$ aws dynamodb create-backup --table-name {ORDERS} …")
    point = place.recovery_point(ORDERS, "critical")
    place.copied(point, "critical", archive.environment.vault_arn("archive"))
    say("$ aws backup start-backup-job …; aws backup start-copy-job …  # to the archive")
    time.sleep(1)


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
    show(staging, f"holdfast restore staging {ORDERS} --latest", until=("FROM",))
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
    switch_on_backups(place)
    return Root(of=root)


def terraform(root: Root, *arguments: str) -> None:
    """Run Terraform, and show what it says in the end."""
    shown = [each for each in arguments if not each.startswith(("-auto", "-parallel"))]
    say(f"$ terraform -chdir=terraform {' '.join(shown)}")
    words = ("Apply complete!", "No changes.", "Plan:", "Successfully removed")
    say(*(line for line in root.run(*arguments).splitlines() if line.startswith(words)))


if __name__ == "__main__":
    play(run)
