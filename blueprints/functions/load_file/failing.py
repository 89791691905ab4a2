"""What is wrong with a file, so that no repetition mends it."""

from __future__ import annotations


class BadDataError(Exception):
    """A file cannot be loaded as it is: the message names it, its line, the cause and the fix.

    The state machine knows it by this name and does not call again.
    """

    def __init__(self, file: str, line: int | None, reason: str, fix: str) -> None:
        place = file if line is None else f"line {line} of {file}"
        super().__init__(f"{place}: {reason}; {fix}")
        self.file = file
        self.line = line


class BrokenFileError(Exception):
    """What is in a file cannot be read any further; the message says why."""
