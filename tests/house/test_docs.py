"""Every command and option of the command line is explained somewhere a reader looks."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from generator.cli import main
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = sorted(main.commands)


def options(command: click.Command) -> list[str]:
    """Return the long options of a command."""
    return [
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
        if option.startswith("--")
    ]


@pytest.fixture(scope="module")
def explained() -> str:
    return "\n".join(Path(page).read_text(encoding="utf-8") for page in PAGES)


def test_the_commands_are_those_of_the_first_release() -> None:
    assert COMMANDS == [
        "adopt",
        "audit",
        "explain",
        "generate",
        "init",
        "lint",
        "points",
        "refill",
        "restore",
        "schema",
        "undo",
    ]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained(name: str, explained: str) -> None:
    command = main.commands[name]
    assert f"`holdfast {name}" in explained
    assert [option for option in options(command) if option not in explained] == []
    assert command.help
    assert [
        parameter.name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.help
    ] == []


def test_every_page_is_reached_from_the_first() -> None:
    first = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in first] == []
