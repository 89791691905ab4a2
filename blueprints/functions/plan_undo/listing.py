"""The files that the exports of an undo consist of, every one of them seen, and the shares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common import at_once
from blueprints.functions.common.calls import call
from blueprints.functions.common.catalogue import moment_of
from blueprints.functions.common.errors import RefusedError, code_of, needs
from blueprints.functions.common.manifests import (
    BadManifestError,
    DataFile,
    Summary,
    data_files,
    kept,
    located,
    read_summary,
)
from blueprints.functions.plan_undo.exporting import FORMAT, FULL, VIEW

Event = Mapping[str, Any]
Export = Mapping[str, Any]
# What a child holds in memory: lines of about a kilobyte, or fewer longer ones.
KEYS_OF_A_SHARE = 100_000
BYTES_OF_A_SHARE = 16 * 1024 * 1024  # compressed
# With a full export a key has a third image in memory. A quarter of a child's 1,024 MB: the rest is
# for texts of keys, files that are opened early, and what is made of lines.
UNPACKED_OF_A_SHARE = 256 * 1024 * 1024
# How much longer lines are than what is stored, where no summary tells of more: 3.4 to 3.9 was
# measured, with text that hardly repeats.
_UNPACKED = 4
# What every call of undo_keys reads of a full export, before it puts a key back. Measured on one
# core, without a network: 95 MB a second where lines have 200 bytes, 200 to 270 where they are
# longer, and 40 where each has escapes, so that all of it is parsed. 1,024 MB have 0.58 of a core:
# 23 MB a second. Of 900 seconds 60 are kept to end the call, and half of the others is for all
# the rest: 420 s x 23 MB/s = 9.7 GB.
FULL_BYTES_OF_A_CALL = 9_000_000_000
# Of a list that a Distributed Map reads without batches.
MOST_SHARES = 10_000
_ABSENT = ("404", "NoSuchKey")
_MOST_NAMED = 10


class Listed(NamedTuple):
    """The files of one export."""

    files: list[dict[str, Any]]
    keys: int
    stored_bytes: int
    billed_bytes: int = 0

    @property
    def unpacked_bytes(self) -> int:
        """How long all lines are, at a guess."""
        return max(self.billed_bytes, _UNPACKED * self.stored_bytes)


def listed(s3: Any, event: Event, export: Export, table_id: str) -> Listed:
    """Return the files of an export that is done, each of them seen.

    Raises RefusedError where the export is not what was asked for or not whole.
    """
    bucket = event["place"]["catalogue_bucket"]
    try:
        return _listed(s3, bucket, event, export, table_id)
    except BadManifestError as error:
        raise _not_right(export, str(error)) from error


def _listed(s3: Any, bucket: str, event: Event, export: Export, table_id: str) -> Listed:
    manifest_key = export["manifest_key"]
    # Not every manifest's keys begin with the prefix.
    if not manifest_key.startswith(f"{export['prefix']}/"):
        manifest_key = f"{export['prefix']}/{manifest_key}"
    summary = read_summary(s3, bucket, manifest_key)
    wrong = list(_differences(summary, event, export, table_id))
    if wrong:
        raise _not_right(export, "; ".join(wrong))
    files_key = located(summary["manifestFilesS3Key"], manifest_key)

    def look(file: DataFile) -> tuple[dict[str, Any], str]:
        return _looked(s3, bucket, located(file.key, manifest_key), file)

    files, wrong = [], []
    with kept(s3, bucket, files_key) as manifest:
        for file, problem in at_once.results(look, data_files(manifest, files_key)):
            files.append(file)
            if problem:
                wrong.append(problem)
    keys = sum(file["items"] for file in files)
    if keys != summary["itemCount"]:
        wrong.append(f"the files have {keys} lines, and the summary {summary['itemCount']}")
    if wrong:
        more = len(wrong) - _MOST_NAMED
        named = "; ".join(wrong[:_MOST_NAMED])
        raise _not_right(export, f"{named}{f'; and {more} more' if more > 0 else ''}")
    stored = sum(file["bytes"] for file in files)
    return Listed(files, keys, stored, _billed(summary.get("billedSizeBytes")))


def _billed(told: object) -> int:
    return told if isinstance(told, int) else 0


def _looked(s3: Any, bucket: str, key: str, file: DataFile) -> tuple[dict[str, Any], str]:
    """Return a file and what is wrong with it."""
    found = {"key": key, "etag": file.etag, "items": file.items, "bytes": 0}
    try:
        # There is no action of this operation's name.
        with needs("s3:GetObject", f"s3://{bucket}/{key}"):
            answer = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if code_of(error) in _ABSENT:
            return found, f"{key} is not there"
        raise
    etag = answer["ETag"].strip('"')
    wrong = "" if etag == file.etag else f"{key} has ETag {etag}, not {file.etag}"
    return found | {"bytes": answer["ContentLength"]}, wrong


def _differences(summary: Summary, event: Event, export: Export, table_id: str) -> Iterator[str]:
    full = export["kind"] == FULL
    wanted = {
        "exportArn": export["export_arn"],
        "tableArn": event["request"]["table"]["arn"],
        "tableId": table_id,
        "outputFormat": FORMAT,
    }
    for name, value in wanted.items():
        if summary.get(name) != value:
            yield f"{name} is {summary.get(name)}, not {value}"
    if not full and summary.get("outputView", VIEW) != VIEW:
        yield f"outputView is {summary['outputView']}, not {VIEW}"
    times = {"exportTime": "to"} if full else {"exportFromTime": "from", "exportToTime": "to"}
    for name, planned in times.items():
        if not _is(summary.get(name), export[planned]):
            yield f"{name} is {summary.get(name)}, not {export[planned]}"
    for name in ("itemCount", "manifestFilesS3Key"):
        if name not in summary:
            yield f"{name} is not there"


def _is(text: object, planned: str) -> bool:
    try:
        return moment_of(str(text)).replace(microsecond=0) == moment_of(planned)
    except ValueError:
        return False


def _not_right(export: Export, what: str) -> RefusedError:
    return RefusedError(
        f"the export {export['export_arn']} of {export['from']} to {export['to']} is not what was "
        f"asked for, or not whole: {what}. Nothing was put back. Start the undo again, which "
        "exports anew"
    )


def check_full(size_bytes: int, event: Event) -> None:
    """Raise RefusedError where a full export is more than every call can read anew."""
    if size_bytes <= FULL_BYTES_OF_A_CALL:
        return
    request, place = event["request"], event["place"]
    table = request["table"].get("key") or request["table"]["name"]
    raise RefusedError(
        f"a full export of table {request['table']['name']} ({size_bytes:,} bytes) is more than "
        f"one call can read beside its work ({FULL_BYTES_OF_A_CALL:,}): leave --old-images "
        f"full-export out, or restore beside instead: holdfast restore {place['environment']} "
        f"{table} --at {request['since']} --as NAME"
    )


def shares_of(windows: Sequence[Listed], full: Listed | None, table: str) -> int:
    """Return how many shares the keys are cut into; a key may be in several windows.

    With a full export a share is what its lines may take in memory. Raises RefusedError where the
    shares are too many.
    """
    keys = sum(each.keys for each in windows)
    stored = sum(each.stored_bytes for each in windows)
    shares = max(1, ceil(keys / KEYS_OF_A_SHARE), ceil(stored / BYTES_OF_A_SHARE))
    if full is not None:
        shares = max(shares, ceil(_with_full(keys, stored, full) / UNPACKED_OF_A_SHARE))
    if shares > MOST_SHARES:
        raise RefusedError(
            f"{keys} changes of keys of table {table} are more than one undo takes: take a "
            "shorter window (--until), or restore the table beside this one"
        )
    return shares


def _with_full(keys: int, stored: int, full: Listed) -> float:
    """Return how long the lines of all keys are: an old image, a new one, and that of the full.

    Keys that were changed may be longer than others, which the windows' own lines tell.
    """
    average = full.unpacked_bytes / max(1, full.keys)
    images = max(_UNPACKED * stored, 2 * keys * average)
    return images + min(full.unpacked_bytes, images / 2)


def write(s3: Any, bucket: str, key: str, document: Any) -> None:
    """Write a document into the undo's folder; the same one whenever it is written."""
    call(
        s3,
        "put_object",
        f"s3://{bucket}/{key}",
        Bucket=bucket,
        Key=key,
        Body=json.dumps(document, separators=(",", ":")).encode(),
        ContentType="application/json",
    )
