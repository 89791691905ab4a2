"""The `holdfast` command: arguments in, results on stdout, everything else on stderr.

What a command needs is imported when it runs, so that `holdfast --help` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator import __version__
from generator.errors import Mistakes

if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, FINDINGS, BAD_INPUT = 0, 1, 2
ENVIRONMENTS = click.argument("environments", nargs=-1, metavar="[ENVIRONMENT]...")


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
            click.echo(f"{count} mistake{'' if count == 1 else 's'}; nothing was written", err=True)
            ctx.exit(BAD_INPUT)


def _warn(line: str) -> None:
    click.echo(line, err=True)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="holdfast")
def main() -> None:
    """Keep DynamoDB tables recoverable.

    One short environment file in, CloudFormation and Terraform out.

    Exit status: 0 fine, 1 findings or stale output, 2 bad input.
    """


@main.command()
@click.argument("directory", type=click.Path(path_type=Path), default=Path())
def init(directory: Path) -> None:
    """Write a commented starter environment into DIRECTORY; nothing is overwritten."""
    from generator.starter import write_starter

    for line in write_starter(directory):
        click.echo(line)


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
    stale = generate_all(environments, engines, output, check=check, echo=click.echo, warn=_warn)
    sys.exit(FINDINGS if check and stale else FINE)


@main.command()
@ENVIRONMENTS
@click.option("--json", "as_json", is_flag=True, help="Print findings as JSON.")
def lint(environments: Sequence[str], *, as_json: bool) -> None:
    """Check what would be rendered: cfn-lint, terraform, and Holdfast's own rules."""
    from generator.lint import run

    sys.exit(FINDINGS if run(environments, as_json=as_json) else FINE)


@main.command()
def schema() -> None:
    """Print the JSON Schema of environment files."""
    from generator.schema import schema_text

    click.echo(schema_text(), nl=False)


@main.command()
@ENVIRONMENTS
@click.option("--where", metavar="KEY", help="Show which file gave the value of a dotted KEY.")
@click.option("--json", "as_json", is_flag=True, help="Print the table as JSON.")
def explain(environments: Sequence[str], where: str | None, *, as_json: bool) -> None:
    """Show what protects each table, and what it is not protected against."""
    from generator.explain import explain_all

    explain_all(environments, where=where, as_json=as_json)
