"""What a user got wrong: where it stands, why it is wrong, and how to put it right.

Bugs are ordinary exceptions and keep their traceback; a `Mistakes` never shows one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; `line` and `column` count from 1, and line 0 is what no file holds."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of the user's: `cause` and `fix` are whole sentences without a full stop."""

    cause: str
    fix: str = ""
    path: Path = ()
    mark: Mark | None = None

    def __str__(self) -> str:
        place = f"{self.mark}: " if self.mark else ""
        where = f"{dotted(self.path)}: " if self.path else ""
        return f"{place}{where}{self.cause}" + (f"\n    fix: {self.fix}" if self.fix else "")


class Mistakes(Exception):  # noqa: N818 - it is a collection, not one error
    """Every mistake found in one go, in file order and without duplicates."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        unmarked = Mark("", 0, 0)
        unique = dict.fromkeys(mistakes)
        self.mistakes = tuple(
            sorted(unique, key=lambda mistake: (mistake.mark or unmarked, str(mistake)))
        )
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def dotted(path: Path) -> str:
    """Return `("tables", "a.b", 0)` as `tables."a.b".0`, the way messages and `--where` name it."""
    return ".".join(
        f'"{part}"' if isinstance(part, str) and ("." in part or not part) else str(part)
        for part in path
    )
