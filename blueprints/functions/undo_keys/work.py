"""One call's work on a share: key by key in order, written down after every part.

A call that is killed is made again: it goes on where the last part ended, and finds what was
written after that to be back already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of
from blueprints.functions.undo_keys.deciding import (
    Change,
    Decision,
    Options,
    changed,
    decide,
)
from blueprints.functions.undo_keys.pacing import Clock, OutOfTimeError, Pacer
from blueprints.functions.undo_keys.results import Tally
from blueprints.functions.undo_keys.selecting import selects
from blueprints.functions.undo_keys.table import MOST_KEYS, Outcome, Table
from blueprints.functions.undo_keys.values import Item, key_text

Undo = Mapping[str, Any]
# Fewer than a client of botocore keeps connections.
WORKERS = 8
# A killed call loses the count of no more than these.
KEYS_OF_A_PART = 2_000


class Position(NamedTuple):
    """How far a share is: the text of the last key that is done, and how many parts are written."""

    key: str
    part: int


class Notes:
    """What is written down of a share, in the undo's folder."""

    def __init__(self, s3: Any, undo: Undo, item: Mapping[str, int]) -> None:
        self._s3, self._bucket, self._folder = s3, undo["bucket"], undo["folder"]
        self._item = item

    def progress(self) -> dict[str, Any]:
        """Return what the last call wrote down, empty before the first."""
        try:
            return self.read(self._progress_key())
        except ClientError as error:
            if code_of(error) == "NoSuchKey":
                return {}
            raise

    def read(self, key: str) -> dict[str, Any]:
        """Return a document; raises botocore's errors."""
        where = f"s3://{self._bucket}/{key}"
        answer = call(self._s3, "get_object", where, Bucket=self._bucket, Key=key)
        found: dict[str, Any] = json.loads(answer["Body"].read())
        return found

    def part(self, position: Position, document: Mapping[str, Any], last: str) -> None:
        """Write the result of a part, which begins after a position; the same one in any call."""
        key = f"{self._folder}results/{self._item['index']:06}-{position.part:05}.json"
        self._write(
            key,
            {**self._item, "part": position.part, "after": position.key, "to": last, **document},
        )

    def note(self, status: str, position: Position, error: Exception | None = None) -> None:
        """Write down how far the share is."""
        told = None
        if error is not None:
            told = {"type": type(error).__name__, "message": str(error)}
        document = {"status": status, **self._item, **position._asdict(), "error": told}
        self._write(self._progress_key(), document)

    def _progress_key(self) -> str:
        return f"{self._folder}progress/{self._item['index']:06}.json"

    def _write(self, key: str, document: Mapping[str, Any]) -> None:
        call(
            self._s3,
            "put_object",
            f"s3://{self._bucket}/{key}",
            Bucket=self._bucket,
            Key=key,
            Body=json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(),
            ContentType="application/json",
        )


class Work:
    """What is done with the changes of a share, in the order of their keys."""

    def __init__(
        self, table: Table, notes: Notes, undo: Undo, options: Options, clock: Clock
    ) -> None:
        self._table, self._notes, self._undo = table, notes, undo
        self._options, self._clock = options, clock
        self._pacer = Pacer(clock, undo.get("write_units"))
        # What is begun together is not more than a second's units, of small items.
        self._most = max(1, min(MOST_KEYS, int(undo.get("write_units") or MOST_KEYS)))

    def go_on(self, changes: Iterator[Change], position: Position) -> tuple[Position, bool]:
        """Settle changes until there are no more, or no time; return how far that is.

        What is done is written down, also where an error ends it.
        """
        tally, last = Tally(self._options.keys), position.key
        try:
            for batch in _batches(changes, self._most):
                if self._clock.is_over():
                    return self._close(tally, position, last), False
                for change, live, outcome in self._settled(batch):
                    if outcome is None:
                        tally.skip()
                    else:
                        tally.add(change, live, *outcome)
                    last = key_text(change.key, self._options.keys)
                if tally.total >= KEYS_OF_A_PART:
                    position = self._close(tally, position, last)
                    self._notes.note("GOING", position)
                    tally = Tally(self._options.keys)
        except OutOfTimeError:
            return self._close(tally, position, last), False
        except Exception as error:
            self._notes.note("FAILED", self._close(tally, position, last), error)
            raise
        return self._close(tally, position, last), True

    def _close(self, tally: Tally, position: Position, last: str) -> Position:
        if not tally.total:
            return position
        self._notes.part(position, tally.document(), last)
        return Position(last, position.part + 1)

    def _settled(
        self, batch: Sequence[Change]
    ) -> Iterator[tuple[Change, Item | None, Outcome | None]]:
        """Yield each change with its live item and what became of it, None if not selected."""
        only, options = self._undo.get("only"), self._options
        chosen = [selects(only, change, changed(change, options)) for change in batch]
        wanted = [change.key for change, is_chosen in zip(batch, chosen, strict=True) if is_chosen]
        live = self._table.live(wanted) if wanted else {}
        items = [live.get(key_text(change.key, options.keys)) for change in batch]
        decisions = [
            decide(change, item, options) if is_chosen else None
            for change, item, is_chosen in zip(batch, items, chosen, strict=True)
        ]
        yield from zip(batch, items, self._outcomes(batch, decisions), strict=True)

    def _outcomes(
        self, batch: Sequence[Change], decisions: Sequence[Decision | None]
    ) -> Iterator[Outcome | None]:
        """Carry out decisions, several at once, and yield what became of them in their order."""
        if self._undo["dry_run"] or not any(each and each.write for each in decisions):
            yield from (None if each is None else (each, 0.0) for each in decisions)
            return
        self._pacer.wait()
        workers = ThreadPoolExecutor(WORKERS)
        try:
            begun: list[Future[Outcome] | None] = [
                None if each is None else workers.submit(self._table.settle, change, each)
                for change, each in zip(batch, decisions, strict=True)
            ]
            for future in begun:
                outcome = None if future is None else future.result()
                self._pacer.spend(outcome[1] if outcome else 0.0)
                yield outcome
        finally:
            workers.shutdown(cancel_futures=True)


def _batches(changes: Iterator[Change], most: int) -> Iterator[list[Change]]:
    while batch := list(islice(changes, most)):
        yield batch
