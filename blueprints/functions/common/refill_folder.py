"""Where in a catalogue bucket a refill keeps what; `refills` says what that is."""

from __future__ import annotations

from typing import NamedTuple

WORK = "work/refills/"


class Folder(NamedTuple):
    """The folder of one refill in a catalogue bucket."""

    bucket: str
    prefix: str

    @property
    def plan_key(self) -> str:
        """The key of what is refilled from what."""
        return f"{self.prefix}plan.json"

    @property
    def fence_key(self) -> str:
        """The key of which execution goes on with it."""
        return f"{self.prefix}fence.json"

    @classmethod
    def with_notes(cls, bucket: str, progress: str) -> Folder:
        """Return the folder whose children note below a prefix how far they are."""
        name = progress.removeprefix(WORK).partition("/")[0]
        return cls(bucket, f"{WORK}{name}/")

    def list_key(self, number: int) -> str:
        """Return the key of the list of a round."""
        return f"{self.prefix}{number:05}/list.json"

    def progress(self, number: int) -> str:
        """Return the prefix of how far the children of a round are."""
        return f"{self.prefix}{number:05}/progress/"

    def results(self, number: int) -> str:
        """Return the prefix below which Step Functions writes what became of each child."""
        return f"{self.prefix}{number:05}/results"

    def done_key(self, number: int) -> str:
        """Return the key of what says that a round is done."""
        return f"{self.prefix}done/{number:05}.json"
