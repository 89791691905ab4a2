"""Reads every file of every window, and keeps of them what is of one share of the keys.

Of a key the first line and the last are kept, and of a full export the one line, all of them as the
bytes that they are: what they hold is read when the key's turn comes.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from botocore.exceptions import (
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import (
    ConnectionError as ConnectionFailedError,
)

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of
from blueprints.functions.undo_keys.lines import change_of, item_of, keys_of, maybe_of, share_of
from blueprints.functions.undo_keys.values import Item, decoded, key_text, scalar_text

File = Mapping[str, Any]
# What the windows say of a key: their first line of it and their last.
Lines = tuple[bytes, bytes]
# Opened before their turn, so that nobody waits for many small files one by one.
_AHEAD = 8
_SMALL = 4 * 1024 * 1024
_ATTEMPTS = 4
# How many lines are read between two looks at the clock.
_OFTEN = 20_000
_BROKEN = (
    *(ConnectionFailedError, HTTPClientError, IncompleteReadError, ReadTimeoutError),
    *(ResponseStreamingError, OSError),
)
_WRONG = (ValueError, KeyError, TypeError, AttributeError)


class Reader:
    """Reads files of exports from one bucket; `check_time` raises where the time is up."""

    def __init__(self, s3: Any, bucket: str, check_time: Callable[[], None]) -> None:
        self._s3, self._bucket, self._check_time = s3, bucket, check_time

    def folded(
        self, windows: Iterable[Sequence[File]], keys: Sequence[str], share: tuple[int, int]
    ) -> dict[str, Lines]:
        """Return the lines of a share's keys; `windows` has the files of each, in order.

        A share is its number, and of how many it is one.

        Raises RefusedError where a line is none or the files are not what was exported, and
        botocore's errors.
        """
        found: dict[str, Lines] = {}
        number, of = share

        def keep(line: str) -> None:
            key = key_text(keys_of(line), keys)
            if share_of(key, of) != number:
                return
            change_of(line, line, keys)
            before, told = found.get(key), line.encode()
            found[key] = (before[0] if before else told, told)

        for files in windows:
            self._each(files, keep)
        return found

    def images(
        self, files: Sequence[File], keys: Sequence[str], wanted: Iterable[Item]
    ) -> dict[str, bytes]:
        """Return the lines of a full export that have a wanted key; raises as `folded` does."""
        found: dict[str, bytes] = {}
        texts, partitions, kind = set(), set(), "S"
        for key in wanted:
            ((kind, held),) = key[keys[0]].items()
            texts.add(key_text(key, keys))
            partitions.add(scalar_text(kind, held))
        maybe = maybe_of(keys[0], kind, partitions)

        def keep(line: str) -> None:
            if maybe(line):
                item = item_of(line)
                if (text := key_text(item, keys)) in texts:
                    decoded(item)
                    found[text] = line.encode()

        self._each(files, keep)
        return found

    def _each(self, files: Sequence[File], keep: Callable[[str], None]) -> None:
        """Give every line of the files to `keep`; files without an item are not opened."""
        waiting = deque(file for file in files if file["items"] != 0)
        opened: deque[tuple[File, Future[Any]]] = deque()
        workers = ThreadPoolExecutor(_AHEAD)
        try:
            while waiting or opened:
                while waiting and len(opened) < _AHEAD:
                    file = waiting.popleft()
                    opened.append((file, workers.submit(self._open, file)))
                self._read(*opened.popleft(), keep)
        finally:
            workers.shutdown(cancel_futures=True)

    def _open(self, file: File) -> Any:
        """Return the body of a file; that of a small one is in memory already."""
        where = f"s3://{self._bucket}/{file['key']}"
        request = {"Bucket": self._bucket, "Key": file["key"], "IfMatch": f'"{file["etag"]}"'}
        try:
            answer = call(self._s3, "get_object", where, **request)
        except ClientError as error:
            if code_of(error) not in {"NoSuchKey", "PreconditionFailed", "404", "412"}:
                raise
            raise RefusedError(
                f"{where} is not what was exported for this undo ({code_of(error)}): see who "
                "changed it (CloudTrail), and start the undo again, which exports anew"
            ) from error
        body = answer["Body"]
        return io.BytesIO(body.read()) if answer["ContentLength"] <= _SMALL else body

    def _read(self, file: File, opened: Future[Any], keep: Callable[[str], None]) -> None:
        """Read one file; where its connection breaks it is read again from its start.

        What was kept of it before stays the same by that.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            self._check_time()
            try:
                self._lines(file, opened.result() if attempt == 1 else self._open(file), keep)
            except _BROKEN:
                if attempt == _ATTEMPTS:
                    raise
            else:
                return

    def _lines(self, file: File, body: Any, keep: Callable[[str], None]) -> None:
        where, number = f"s3://{self._bucket}/{file['key']}", 0
        try:
            with gzip.GzipFile(fileobj=body) as unpacked:
                for number, line in enumerate(_texts(unpacked), 1):
                    if number % _OFTEN == 1:
                        self._check_time()
                    if line:
                        keep(line)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _damaged(f"{where} after line {number}", error) from error
        except _WRONG as error:
            raise _damaged(f"line {number} of {where}", error) from error


def _texts(unpacked: gzip.GzipFile) -> Iterator[str]:
    for line in unpacked:
        yield line.decode().strip()


def _damaged(where: str, error: Exception) -> RefusedError:
    return RefusedError(
        f"{where} is no line of an export ({type(error).__name__}: {error}): nothing more of "
        "this share is written. Start the undo again, which exports anew"
    )
