"""Turns the options of `holdfast adopt` into a request; refuses what does not go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from pydantic import TypeAdapter, ValidationError

from generator.adopt.command import Account, Request
from generator.adopt.entries import Choices
from generator.errors import Mistake, Mistakes
from generator.spec.base import Key, StackKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_OF_LIVE = {"--region": "region", "--profile": "profile", "--name": "names", "--tag": "tags"}


def request_of(options: Mapping[str, Any]) -> Request:
    """Return the request that the options of the command make.

    Raises click.UsageError for options that do not go together, `Mistakes` for wrong values.
    """
    live, files = options["live"], options["files"]
    if live == bool(files):
        raise click.UsageError(
            "give either --live or FILE, for example:\n"
            "  aws dynamodb describe-table --table-name orders | holdfast adopt -"
        )
    for option, name in _OF_LIVE.items():
        if options[name] and not live:
            raise click.UsageError(f"{option} goes with --live")
    if options["import_into"] and not (options["define"] and options["environment"]):
        raise click.UsageError(
            "--import-into needs --define and --environment: what is defined elsewhere is not "
            "imported, and the environment gives stacks and scaling policies their names"
        )
    mistakes = [
        *_checked("--stack", options["stack"], TypeAdapter(StackKey)),
        *_checked("--protection", options["protection"], TypeAdapter(Key)),
    ]
    if mistakes:
        raise Mistakes(mistakes)
    account = Account(
        region=options["region"],
        profile=options["profile"],
        names=options["names"],
        tags=_pairs(options["tags"]),
    )
    return Request(
        files=files,
        account=account if live else None,
        environment=options["environment"],
        choices=Choices(
            define=options["define"], stack=options["stack"], protection=options["protection"]
        ),
        output=options["output"],
        import_into=options["import_into"],
    )


def _checked(option: str, value: str | None, kind: TypeAdapter[str]) -> Iterator[Mistake]:
    if value is None:
        return
    try:
        kind.validate_python(value)
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
