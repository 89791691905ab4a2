"""The `holdfast` command: arguments in, results on stdout, everything else on stderr.

What a command needs is imported when it runs, so that `holdfast --help` answers at once.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.errors import Mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, FINDINGS, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
NEW_OBJECTS_BEFORE_COLLECTING = 1_000_000
WRITING = {"adopt", "generate", "init"}
ENVIRONMENTS = click.argument("environments", nargs=-1, metavar="[ENVIRONMENT]...")
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "junit", "github"]),
    default="text",
    show_default=True,
    help="How findings are printed.",
)


class Command(click.Group):
    """A group whose commands turn `Mistakes` into one message each and exit status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; bugs keep their traceback."""
        try:
            return super().invoke(ctx)
        except Mistakes as error:
            for mistake in error.mistakes:
                click.echo(str(mistake), err=True)
            count = len(error.mistakes)
            ending = "; nothing was written" if ctx.invoked_subcommand in WRITING else ""
            click.echo(f"{count} mistake{'' if count == 1 else 's'}{ending}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="holdfast")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Keep DynamoDB tables recoverable.

    One short environment file in, CloudFormation and Terraform out.

    Exit status: 0 fine, 1 findings or stale output, 2 bad input.
    """
    if os.environ.get("NO_COLOR"):
        ctx.color = False
    # Hundreds of tables make millions of objects and hardly any cyclic garbage: look seldom.
    # And never at the end: it goes with the process.
    gc.set_threshold(NEW_OBJECTS_BEFORE_COLLECTING)
    atexit.register(gc.freeze)


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
def init(directory: Path) -> None:
    """Write a commented starter environment into DIRECTORY; nothing is overwritten."""
    from generator.starter import write_starter

    for line in write_starter(directory):
        click.echo(line)


@main.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--live", is_flag=True, help="Read an account instead of files.")
@click.option("--region", help="With --live: the Region.")
@click.option("--profile", help="With --live: the profile of your AWS configuration.")
@click.option("--name", "names", multiple=True, metavar="GLOB", help="With --live: only these.")
@click.option("--tag", "tags", multiple=True, metavar="KEY=VALUE", help="With --live: only these.")
@click.option(
    "--define/--existing",
    default=False,
    help="Full definitions, or `existing: true` (default): defined elsewhere, protected here.",
)
@click.option("--environment", metavar="NAME", help="The environment that the entries are for.")
@click.option("--protection", metavar="CLASS", help="Protection class of all entries.")
@click.option("--stack", metavar="NAME", help="Template that holds the tables.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A new file for the entries. Default: standard output.",
)
@click.option(
    "--import-into",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --define and --environment: a folder for what imports the tables.",
)
def adopt(**options: Any) -> None:
    """Turn tables that exist into entries of an environment file.

    FILE is the JSON output of `aws dynamodb describe-table` and, as far as you have it, of
    describe-continuous-backups, describe-time-to-live, list-tags-of-resource,
    describe-kinesis-streaming-destination, describe-contributor-insights and get-resource-policy;
    of `aws application-autoscaling` describe-scalable-targets, describe-scaling-policies and
    describe-scheduled-actions; of `aws kms describe-key`. `-` is standard input. A file may hold
    many documents, one after the other or in an array; each is told by its shape.

    Where a document does not name its table, it belongs to the describe-table output before it in
    the same file; else to the table that the file is named after (TABLE.anything.json); else to
    the only table there is.

    What an entry cannot hold is said on stderr and in a comment above it. With --define, tables
    that a definition would damage (global tables, unusual auto scaling) become `existing: true`.

    Exit status: 0 done, 1 a table could not be read, 2 bad input.
    """
    from generator.adopt.command import adopt as run
    from generator.adopt.options import request_of

    complete = run(
        request_of(options),
        echo=lambda text: click.echo(text, nl=False),
        tell=lambda line: click.echo(line, err=True),
    )
    sys.exit(FINE if complete else FINDINGS)


@main.command()
@ENVIRONMENTS
@click.option(
    "--engine",
    type=click.Choice(["both", "cloudformation", "terraform"]),
    default="both",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("output"),
    show_default=True,
    help="Folder that gets one folder for each environment.",
)
@click.option("--check", is_flag=True, help="Write nothing; show the diff; exit 1 when stale.")
def generate(environments: Sequence[str], engine: str, output: Path, *, check: bool) -> None:
    """Render environments (names or paths; default: all of environments/) into output/NAME."""
    from generator.generate import generate_all

    engines = ("cloudformation", "terraform") if engine == "both" else (engine,)
    stale = generate_all(environments, engines, output, check=check)
    sys.exit(FINDINGS if check and stale else FINE)


@main.command()
@ENVIRONMENTS
@FORMAT
def lint(environments: Sequence[str], *, form: str) -> None:
    """Check what would be rendered: cfn-lint, terraform, and Holdfast's own rules."""
    from generator.lint import run

    sys.exit(FINDINGS if run(environments, form) else FINE)


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@FORMAT
@click.option(
    "--parameter",
    "parameters",
    multiple=True,
    metavar="KEY=VALUE",
    help="A template parameter's value, in place of its default.",
)
@click.option("--account-id", metavar="ID", help="The account that the files are deployed to.")
@click.option("--region", metavar="REGION", help="The Region that the files are deployed to.")
def audit(files: Sequence[str], **options: Any) -> None:
    """Show what protects the tables of templates and plans that others wrote.

    FILE is a CloudFormation template, or the output of `terraform show -json` for a plan or a
    state; `-` is standard input. All files together are one account. What they do not tell is
    reported as unknown.

    Exit status: 0 fine, 1 findings, 2 bad input.
    """
    from generator.audit import options_of, run

    form = options.pop("form")
    sys.exit(FINDINGS if run(files, options_of(**options), form) else FINE)


@main.command()
@click.argument("environment")
@click.argument("table")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@click.option("--profile", help="The profile of your AWS configuration.")
def points(environment: str, table: str, *, as_json: bool, profile: str | None) -> None:
    """List everything that a table can come back from, newest first.

    TABLE is its key in the environment file, or its physical name; it need not exist any more.
    Nothing is changed. Sources that cannot be read are named with the reason.

    Exit status: 0 fine, 1 nothing usable was found or a source could not be read, 2 bad input.
    """
    from generator.points.command import Request
    from generator.points.command import points as run

    complete = run(
        Request(environment=environment, table=table, profile=profile, as_json=as_json),
        echo=click.echo,
        tell=lambda line: click.echo(line, err=True),
    )
    sys.exit(FINE if complete else FINDINGS)


@main.command()
@click.argument("environment")
@click.argument("table")
@click.option("--latest", is_flag=True, help="Restore the newest data there is.")
@click.option("--at", metavar="TIME", help="Restore the data of a time, in ISO form with a zone.")
@click.option("--point", metavar="ID", help="Restore one point of the list of `holdfast points`.")
@click.option(
    "--as",
    "target_name",
    metavar="NAME",
    help="The restored table's name. Default: the original one if it is free, else a dated one.",
)
@click.option(
    "--in",
    "destination",
    metavar="DESTINATION",
    help="Restore in the account of a destination, from the copies and exports there.",
)
@click.option("--repoint", is_flag=True, help="At the end, move the table's pointer to it.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and start nothing.")
@click.option("--follow", metavar="EXECUTION_ARN", help="Follow a restore that was started.")
@click.option("--json", "as_json", is_flag=True, help="Print plan or report as JSON.")
@click.option("--profile", help="The profile of your AWS configuration.")
def restore(**options: Any) -> None:
    """Bring a table back: data, settings, and the proof that both are right.

    TABLE is its key in the environment file, or its physical name; it need not exist any more.
    One of --latest, --at and --point says which data; of a chain of exports, --point and --at
    together. A new table is made; none is written into.

    The environment's state machine does the work, also when this command ends: Ctrl-C says how to
    follow it again.

    Exit status: 0 restored and verified (with --dry-run: it can be started), 1 not so, 2 bad input,
    130 interrupted.
    """
    from generator.restore.asked import Options
    from generator.restore.command import restore as run

    sys.exit(run(Options(**options), echo=click.echo, tell=lambda line: click.echo(line, err=True)))


@main.command()
@click.argument("environment")
@click.argument("table")
@click.option("--from", "source", metavar="S3_URI", help="An export's folder, or an older dump's.")
@click.option("--chain", is_flag=True, help="The exports that the environment has recorded.")
@click.option("--at", metavar="TIME", help="With --chain: as of then. Default: the newest moment.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "dynamodb_json", "ion", "pipeline_json", "pipeline_text"]),
    default="auto",
    show_default=True,
    help="How the files of a dump are written.",
)
@click.option("--into", "target_name", metavar="NAME", help="Another table, called TABLE-...")
@click.option("--overwrite", is_flag=True, help="Replace items that are there, for good.")
@click.option("--write-units", type=int, metavar="N", help="No more write units a second, in all.")
@click.option("--children", type=int, metavar="N", help="No more files at once. Default: 40.")
@click.option("--resume", metavar="NAME", help="Go on with a refill that stopped.")
@click.option("--in", "destination", metavar="DESTINATION", help="In a destination's account.")
@click.option("--dry-run", is_flag=True, help="Print the plan, and start nothing.")
@click.option("--follow", metavar="EXECUTION_ARN", help="Follow a refill that was started.")
@click.option("--json", "as_json", is_flag=True, help="Print plan or report as JSON.")
@click.option("--profile", help="The profile of your AWS configuration.")
def refill(**options: Any) -> None:
    """Write the items of an export, a chain of exports or an older dump into a table that exists.

    TABLE is its key in the environment file, or its physical name. One of --from and --chain says
    which data; or --resume, that of an earlier execution. Items with the same keys are replaced; a
    table that has items needs --overwrite.

    The environment's state machine does the work, also when this command ends: Ctrl-C says how to
    follow it again.

    Exit status: 0 all is written (with --dry-run: it can be started), 1 not so, 2 bad input, 130
    interrupted.
    """
    from generator.refill.asked import Options
    from generator.refill.command import refill as run

    sys.exit(run(Options(**options), echo=click.echo, tell=lambda line: click.echo(line, err=True)))


@main.command()
@click.argument("environment")
@click.argument("table")
@click.option("--since", metavar="TIME", help="Put back the table of then: ISO form with a zone.")
@click.option("--until", metavar="TIME", help="Undo what was written before. Default: now.")
@click.option("--only", multiple=True, metavar="FILTER", help="Only keys that it holds for.")
@click.option(
    "--created-since",
    type=click.Choice(["keep", "report", "delete"]),
    default="report",
    show_default=True,
    help="What becomes of items that were not there then.",
)
@click.option("--overwrite-conflicts", is_flag=True, help="Also over what was written later.")
@click.option(
    "--old-images",
    type=click.Choice(["incremental", "full-export"]),
    default="incremental",
    show_default=True,
    help="Where the items of then are taken from.",
)
@click.option(
    "--write-units",
    type=int,
    metavar="N",
    help="No more write units a second, in all. Default: half of a provisioned table's.",
)
@click.option("--dry-run", is_flag=True, help="Write nothing but the difference, to a file here.")
@click.option("--follow", metavar="EXECUTION_ARN", help="Follow an undo that was started.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--profile", help="The profile of your AWS configuration.")
def undo(**options: Any) -> None:
    """Take back what was written to a table since a time, where nobody wrote later.

    TABLE is its key in the environment file, or its physical name. FILTER is change=deleted,
    updated or created, attribute=NAME, or key.NAME=VALUE, old.NAME=VALUE, new.NAME=VALUE; all
    that are given must hold.

    The window is exported for it, which costs, also with --dry-run. The environment's state machine
    does the work, also when this command ends: Ctrl-C says how to follow it again.

    Exit status: 0 all is undone (with --dry-run: all could be), 1 conflicts or failure, 2 bad
    input, 130 interrupted.
    """
    from generator.undo.asked import Options
    from generator.undo.command import undo as run

    sys.exit(run(Options(**options), echo=click.echo, tell=lambda line: click.echo(line, err=True)))


@main.command()
def schema() -> None:
    """Print the JSON Schema of environment files."""
    from generator.schema import schema_text

    click.echo(schema_text(), nl=False)


@main.command()
@ENVIRONMENTS
@click.option("--where", metavar="KEY", help="Show which file gave the value of a dotted KEY.")
@click.option("--who-can-delete", is_flag=True, help="Show who can destroy which copy, and how.")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
def explain(
    environments: Sequence[str], where: str | None, *, who_can_delete: bool, as_json: bool
) -> None:
    """Show what protects each table, and what it is not protected against."""
    from generator.explain import explain_all

    if where is not None and who_can_delete:
        raise click.UsageError("--where and --who-can-delete answer different questions: give one")
    explain_all(environments, where=where, who_can_delete=who_can_delete, as_json=as_json)
