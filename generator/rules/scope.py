"""What every rule looks at: an environment, where its file says what, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generator.validation import blame, touches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.environment import Document
    from generator.errors import Mistake, Path
    from generator.spec import EnvironmentSpec
    from generator.spec.resolved import Environment, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One environment under examination.

    `environment` lacks what was refused when the file was validated: a rule that infers something
    from what is *not* there asks `sound` first.
    """

    environment: Environment
    document: Document
    refused: frozenset[Path]

    @property
    def spec(self) -> EnvironmentSpec:
        """The specification."""
        return self.environment.spec

    @property
    def created_tables(self) -> Iterator[Table]:
        """The tables that Holdfast creates."""
        return (table for table in self.environment.tables if not table.existing)

    def sound(self, *path: str | int) -> bool:
        """Return whether nothing at, above or below `path` was refused."""
        return not touches(path, self.refused)

    def written(self, *path: str | int) -> bool:
        """Return whether a person gave the value at `path`, not a built-in class."""
        return self.document.mark(path).line > 0

    def names(self, key: str) -> list[str]:
        """Return the entries of a top-level mapping as the file has them, refused ones too."""
        entries: Any = self.document.data.get(key)
        return list(entries) if isinstance(entries, dict) else []

    def place(self, *path: str | int) -> str:
        """Return where something stands, for a message about something else."""
        return str(self.document.mark(path))

    def mistake(self, path: Path, cause: str, fix: str) -> Mistake:
        """Return a mistake at `path`."""
        return blame(self.document, path, cause, fix)


def plural(count: int, noun: str) -> str:
    """Return `1 day`, `2 days`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
