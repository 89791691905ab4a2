"""What a command asks of a state machine, and the words in which it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from generator.points.model import Place
from generator.spec.resolved import Environment


class Asking(Protocol):
    """One call of a command: which state machine is to work, for which environment, and where.

    `where` is the environment whose state machine works: `environment`, or a destination of it.
    """

    @property
    def what(self) -> str:
        """What the state machine does, in a word: restore, refill, undo."""

    @property
    def does(self) -> str:
        """The same of a table: restores."""

    @property
    def environment(self) -> Environment:
        """The environment that was named."""

    @property
    def where(self) -> Environment:
        """The environment whose state machine works."""

    @property
    def place(self) -> Place:
        """Account and Region of the state machine."""

    @property
    def machine_arn(self) -> str:
        """The state machine."""

    @property
    def destinations(self) -> Mapping[str, Environment]:
        """Destinations that could do it, with --in."""

    @property
    def table_name(self) -> str:
        """The table that was named."""

    @property
    def steps(self) -> Mapping[str, str]:
        """What is told when a state is entered; of states that wait or pass, these only."""

    @property
    def without(self) -> str:
        """What is left to do where the state machine is not deployed."""

    def again(self, *more: str) -> str:
        """Return the command that asks for something else of the same table."""

    def concerns(self, table_name: str) -> bool:
        """Return whether an execution that works on this table may be followed."""


def is_away(asking: Asking) -> bool:
    """Return whether a destination works."""
    return asking.where is not asking.environment


def executions_of(machine_arn: str) -> str:
    """Return how the ARNs of a state machine's executions begin."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:"
