"""Why a command goes no further: what happened, and what to do about it."""

from __future__ import annotations


class StoppedError(Exception):
    """Not a mistake of the user's: AWS refused, or there is nothing to be done."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause)
        self.fix = fix

    def __str__(self) -> str:
        cause = super().__str__()
        return f"{cause}\n    fix: {self.fix}" if self.fix else cause
