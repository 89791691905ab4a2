"""The list of a round: an array with an item for each child, one a line, kept in the folder.

It may have 50,000 items, so that it is written and read as lines and never held whole.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO, Any

from blueprints.functions.common.calls import call
from blueprints.functions.common.refill_rounds import Round
from blueprints.functions.common.refills import exists
from blueprints.functions.plan_refill.case import Case

File = Mapping[str, Any]


@contextmanager
def opened(
    case: Case, parts: Sequence[Mapping[str, Any]], rounds: Sequence[Round], number: int
) -> Iterator[IO[bytes]]:
    """Give the list of a round as a file; it is written first where it is not there yet."""
    bucket, key = case.folder.bucket, case.folder.list_key(number)
    with tempfile.TemporaryFile() as file:
        if exists(case.s3, bucket, key):
            where = f"s3://{bucket}/{key}"
            shutil.copyfileobj(
                call(case.s3, "get_object", where, Bucket=bucket, Key=key)["Body"], file
            )
        else:
            _write(case, number, file, _items(case, parts, rounds[number]))
        file.seek(0)
        yield file


def write_files(case: Case, files: Iterable[File]) -> None:
    """Write the list of the only round of a dump: each file is a child's."""
    with tempfile.TemporaryFile() as file:
        _write(case, 0, file, ([each] for each in files))


def items_in(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the items of a list, each with its index and files."""
    file.seek(0)
    for line in file:
        text = line.strip().rstrip(b",")
        if text not in {b"[", b"]"}:
            yield json.loads(text)


def files_in(file: IO[bytes]) -> Iterator[File]:
    """Yield the files of all items of a list."""
    for item in items_in(file):
        yield from item["files"]


def count_in(file: IO[bytes]) -> int:
    """Return how many items a list has."""
    file.seek(0)
    return sum(1 for _ in file) - 2


def _items(
    case: Case, parts: Sequence[Mapping[str, Any]], found: Round
) -> Iterator[list[dict[str, Any]]]:
    """Yield the files of each child."""
    from blueprints.functions.plan_refill.files import files_of

    chosen = parts[found.first : found.last + 1]
    if found.in_order:
        yield [file for part in chosen for file in files_of(case, part)]
        return
    for part in chosen:
        for file in files_of(case, part):
            yield [file]


def _write(case: Case, number: int, file: IO[bytes], items: Iterable[Sequence[File]]) -> None:
    file.write(b"[")
    for index, files in enumerate(items):
        text = json.dumps({"index": index, "files": files}, sort_keys=True)
        file.write(f"{',' if index else ''}\n{text}".encode())
    file.write(b"\n]")
    file.seek(0)
    bucket, key = case.folder.bucket, case.folder.list_key(number)
    call(
        case.s3,
        "put_object",
        f"s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=file,
        ContentType="application/json",
    )
