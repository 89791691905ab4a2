"""Loads files, one after the other, until all are done or the call has to end.

The files of an entry may write the same key, each as it was at the end of its window. So no batch
has lines of two files, and a file begins when the one before it is wholly written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from blueprints.functions.load_file import formats
from blueprints.functions.load_file.clock import Clock
from blueprints.functions.load_file.failing import BadDataError, BrokenFileError
from blueprints.functions.load_file.fence import Fence
from blueprints.functions.load_file.lines import lines
from blueprints.functions.load_file.progress import Position
from blueprints.functions.load_file.source import Source
from blueprints.functions.load_file.writing import (
    MOST_BYTES,
    MOST_REQUESTS,
    LineRefusedError,
    Table,
)

File = Mapping[str, Any]
_DELETE = b'{"DeleteRequest"'


class Tools(NamedTuple):
    """What files are loaded with; `transform` changes each item, and has all of them decoded."""

    connect: Any
    table: Table
    clock: Clock
    keys: Sequence[str]
    fence: Fence
    transform: formats.Transform | None = None


def load(tools: Tools, files: Sequence[File], position: Position) -> None:
    """Load what is not done yet, and move the position to where that comes to.

    Raises BadDataError, and as Source.pieces, Table.write and Fence.check do; the position is then
    before what could not be written.
    """
    begun = position.file
    while position.file < len(files):
        if position.file > begun:  # before the first one the call has looked
            tools.fence.check()
        _Loading(tools, files[position.file], position).run()
        position.file, position.line, position.etag = position.file + 1, 0, None


class _Batch:
    """Requests that are written at once, and the lines that they come from."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.lines: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, number: int, line: bytes, request: bytes) -> None:
        self.requests.append(request)
        self.lines.append((number, line))
        self.size += len(request)

    def is_full(self, request: bytes) -> bool:
        """Return whether a request is to wait for the next batch."""
        if len(self.requests) == MOST_REQUESTS:
            return True
        return bool(self.requests) and self.size + len(request) > MOST_BYTES


class _Loading:
    """The loading of one file."""

    def __init__(self, tools: Tools, file: File, position: Position) -> None:
        self._tools, self._file, self._position = tools, file, position
        listed = (file.get("etag") or "").strip('"')
        if listed and position.etag not in {None, listed}:
            # Listed anew: a dump's file was mended. To write its first lines again does no harm.
            position.line, position.etag = 0, None
        s3 = tools.connect("s3", region=file["region"])
        self._source = Source(s3, file, position.etag or listed or None)

    def run(self) -> None:
        tools, file = self._tools, self._file
        convert = formats.reader(file["format"], file["kind"], tools.keys, tools.transform)
        batch = _Batch()
        number = self._position.line
        for number, line in self._lines():
            try:
                request = convert(line)
            except ValueError as error:
                self._write(batch, number - 1)
                raise self._bad(number, str(error)) from error
            if request is None:
                continue
            if batch.is_full(request):
                self._write(batch, number - 1)
                batch = _Batch()
            batch.add(number, line, request)
        self._write(batch, number)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield the lines that are not done yet, each with its number.

        All that is before them is read again: to know the MD5 of the whole, and because what is
        packed cannot be read from its middle.
        """
        done, count = self._position.line, 0
        try:
            for some in lines(self._source.pieces(), self._file["compression"]):
                if count < done:
                    self._check_time_to_skip()
                yield from enumerate(some[max(0, done - count) :], max(count, done) + 1)
                count += len(some)
        except BrokenFileError as error:
            fix = "bring back a version or a replica of it that is whole"
            raise BadDataError(self._source.name, count + 1, str(error), fix) from error
        if count < done:
            reason = f"it has {count} lines, and {done} were loaded before"
            fix = "it is another file now: start another refill"
            raise BadDataError(self._source.name, None, reason, fix)

    def _check_time_to_skip(self) -> None:
        if self._tools.clock.left() <= 0:
            done = self._position.line
            reason = f"to read its first {done} lines again takes all the time of a call"
            raise BadDataError(self._source.name, None, reason, "split it at an end of line")

    def _write(self, batch: _Batch, line: int) -> None:
        """Write a batch; with it, all lines up to this one are done."""
        try:
            if batch.requests:
                self._tools.table.write(batch.requests)
        except LineRefusedError as error:
            number, text = batch.lines[error.index]
            self._move(batch.requests[: error.index], number - 1)
            raise self._bad(number, self._reason(text, str(error))) from error
        self._move(batch.requests, line)

    def _move(self, written: Sequence[bytes], line: int) -> None:
        deleted = sum(request.startswith(_DELETE) for request in written)
        position = self._position
        position.etag = self._source.etag
        position.line = line
        position.deleted += deleted
        position.written += len(written) - deleted

    def _reason(self, line: bytes, said: str) -> str:
        """Return what is wrong with a line that was refused with these words, or with none."""
        from blueprints.functions.load_file.formats.parsed import check

        file = self._file
        try:
            check(line, file["format"], file["kind"], self._tools.keys)
        except ValueError as error:
            return str(error)
        return f"DynamoDB refuses the item ({said})" if said else "the line is not one item alone"

    def _bad(self, number: int, reason: str) -> BadDataError:
        fix = "correct that in the file, and resume the refill"
        if self._file.get("md5"):  # by which an export knows it
            fix = "correct that in a copy of the file, and load the copy"
        return BadDataError(self._source.name, number, reason, fix)
