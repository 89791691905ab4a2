"""`holdfast audit`: what protects the tables of templates and plans that others wrote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from generator.audit.checks import check
from generator.audit.cloudformation import Deployment
from generator.audit.files import Plan, Template, read
from generator.audit.links import Chain
from generator.audit.model import Options
from generator.audit.report import Seen, coverage, written
from generator.audit.results import Outcome, merged
from generator.audit.rules import RULES
from generator.audit.terraform import Root
from generator.audit.world import MOST_WORLDS, World
from generator.errors import Mistake, Mistakes
from generator.lint.findings import Finding, mistaken
from generator.lint.formats import formatted
from generator.lint.formats.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found, and the coverage of every table in words."""

    findings: tuple[Finding, ...]
    coverage: str
    tables: int


def run(names: Sequence[str], options: Options, form: str) -> bool:
    """Print the coverage and every finding, and return whether one of them fails.

    Only `text` shows the coverage; the other formats hold the findings alone.
    """
    try:
        found = audit(names, options)
    except Mistakes as error:
        if form == "github":
            click.echo(formatted(mistaken(error), form), nl=False)
        raise
    if form == "text" and found.coverage:
        click.echo(found.coverage)
    scope = Scope(rules=tuple(RULES.values()), subjects=tuple(dict.fromkeys(names)))
    click.echo(formatted(found.findings, form, scope), nl=False)
    failing = sum(finding.fails for finding in found.findings)
    notes = len(found.findings) - failing
    click.echo(f"tables: {found.tables}, findings: {failing}, notes: {notes}", err=True)
    if not found.tables:
        click.echo("no DynamoDB table is in these files, so nothing was judged", err=True)
    return failing > 0


def options_of(parameters: Sequence[str], account_id: str | None, region: str | None) -> Options:
    """Return the command line's options; raise `Mistakes` for those that are none."""
    pairs = [given.partition("=") for given in parameters]
    mistakes = [
        Mistake(f"--parameter {name} has no value", "write --parameter KEY=VALUE")
        for name, equals, _ in pairs
        if not equals
    ]
    if account_id is not None and not re.fullmatch(r"\d{12}", account_id):
        mistakes.append(Mistake(f"--account-id {account_id} is no account", "give its 12 digits"))
    if region is not None and not re.fullmatch(r"[a-z]{2,3}(-[a-z]+)+-\d", region):
        fix = "give its code, such as eu-central-1"
        mistakes.append(Mistake(f"--region {region} is no Region", fix))
    if mistakes:
        raise Mistakes(mistakes)
    given = {name: value for name, _, value in pairs}
    return Options(parameters=given, account_id=account_id, region=region)


def audit(names: Sequence[str], options: Options) -> Audit:
    """Return what the files tell of their tables; raise `Mistakes` for what cannot be read."""
    files = read(names)
    _check_parameters(files, options.parameters)
    outcomes, seen, tables = [], [], 0
    for world in _worlds(files, options):
        chain = Chain(world.reading)
        living = {resource.address for resource in world.reading.resources}
        living |= {gap.address for gap in world.reading.gaps}
        results = tuple(check(chain))
        outcomes.append(Outcome(choices=world.choices, results=results, living=frozenset(living)))
        seen.append(Seen(choices=world.choices, tables=coverage(chain)))
        tables = max(tables, len(chain.tables))
    return Audit(findings=tuple(merged(outcomes)), coverage=written(seen), tables=tables)


def _worlds(files: Sequence[Template | Plan], options: Options) -> list[World]:
    """Return every case of what the files leave open, `MOST_WORLDS` at most; beyond is unknown."""
    first = World(options, {})
    waiting: list[Mapping[str, str]] = [{}]
    done: list[World] = []
    while waiting:
        choices = waiting.pop(0)
        world = World(options, choices, domains=first.domains, templates=first.templates)
        _fill(world, files)
        options_left = len(next(iter(world.open.values()), ()))
        if world.open and len(done) + len(waiting) + options_left <= MOST_WORLDS:
            waiting[:0] = world.successors()
        else:
            done.append(world)
    return done


def _fill(world: World, files: Sequence[Template | Plan]) -> None:
    deployment = Deployment(world)
    for file in files:
        if isinstance(file, Plan):
            Root(world, file).read()
        else:
            deployment.add(file)
    deployment.read()


def _check_parameters(files: Sequence[Template | Plan], parameters: Mapping[str, str]) -> None:
    declared = {
        name
        for file in files
        if isinstance(file, Template) and isinstance(file.document.get("Parameters"), dict)
        for name in file.document["Parameters"]
    }
    unused = [name for name in parameters if name not in declared]
    if unused:
        raise Mistakes(
            Mistake(f"no template has a parameter {name}", f"give one of: {_some(declared)}")
            for name in unused
        )


def _some(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none, for the files have no parameters"
