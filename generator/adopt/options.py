"""Turns the options of `holdfast adopt` into a request, and refuses those that do not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from pydantic import TypeAdapter, ValidationError

from generator.adopt.command import Account, Request
from generator.adopt.entries import Choices
from generator.errors import Mistake, Mistakes
from generator.spec.base import Key, StackKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def request_of(
    *,
    files: tuple[str, ...],
    live: bool,
    region: str | None,
    profile: str | None,
    names: tuple[str, ...],
    tags: tuple[str, ...],
    define: bool,
    environment: str | None,
    protection: str | None,
    stack: str | None,
    output: Path | None,
    import_into: Path | None,
) -> Request:
    """Return the request; raises click.UsageError and `Mistakes`."""
    if live == bool(files):
        raise click.UsageError(
            "give either --live or FILE, for example:\n"
            "  aws dynamodb describe-table --table-name orders | holdfast adopt -"
        )
    of_live = {"--region": region, "--profile": profile, "--name": names, "--tag": tags}
    if not live:
        _refuse((name for name, given in of_live.items() if given), "goes with --live")
    if import_into is not None and not (define and environment):
        raise click.UsageError(
            "--import-into needs --define and --environment: what exists elsewhere is not "
            "imported, and names of stacks and scaling policies come from the environment"
        )
    mistakes = [*_checked("--stack", stack, StackKey), *_checked("--protection", protection, Key)]
    if mistakes:
        raise Mistakes(mistakes)
    account = Account(region=region, profile=profile, names=names, tags=_pairs(tags))
    return Request(
        files=files,
        account=account if live else None,
        environment=environment,
        choices=Choices(define=define, stack=stack, protection=protection),
        output=output,
        import_into=import_into,
    )


def _refuse(names: Iterable[str], why: str) -> None:
    for name in names:
        raise click.UsageError(f"{name} {why}")


def _checked(option: str, value: str | None, kind: object) -> Iterator[Mistake]:
    if value is None:
        return
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        for each in error.errors():
            yield Mistake(f"{option}: {each['msg']}", each.get("ctx", {}).get("fix", ""))


def _pairs(tags: Iterable[str]) -> dict[str, str]:
    pairs = {}
    for tag in tags:
        key, equals, value = tag.partition("=")
        if not key or not equals:
            raise click.UsageError(f"--tag {tag}: write KEY=VALUE")
        pairs[key] = value
    return pairs
