"""Writes the items of some files in S3 into a table, until it is done or its time is nearly over.

It may be called twice for the same lines: what is written is the same, in the same order. But two
calls must not run at once where the files are windows that follow each other: the slower one could
put back what the faster one has overwritten. So the state machine waits for as long as a call may
take before it calls again after one whose end it has not seen.

Calls, each with what it acts on:
- s3:GetObject: the files that are listed, in buckets of any account and Region; kms:Decrypt: their
  keys; s3:ListBucket: their buckets, so that S3 tells what is missing from what is denied
- dynamodb:BatchWriteItem: the table
- s3:GetObject, s3:PutObject: the catalogue bucket, work/refills/*/progress/*; s3:GetObject:
  work/refills/*/fence.json; s3:ListBucket: the bucket, as above; kms:Decrypt, kms:GenerateDataKey:
  its key
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

import boto3
from botocore.httpsession import get_cert_path

from blueprints.functions.common.clients import client
from blueprints.functions.common.errors import message_of
from blueprints.functions.common.log import log
from blueprints.functions.load_file import formats
from blueprints.functions.load_file.clock import Clock, StopError
from blueprints.functions.load_file.fence import Fence
from blueprints.functions.load_file.loading import Tools, load
from blueprints.functions.load_file.pacing import Budget
from blueprints.functions.load_file.progress import Note, Position, note_of
from blueprints.functions.load_file.sending import Sender
from blueprints.functions.load_file.signing import Signer
from blueprints.functions.load_file.wire import Wire
from blueprints.functions.load_file.writing import Table

Event = Mapping[str, Any]
# Between calls of a table that takes nothing. A test counts the events of as many days.
LONGEST_BUSY_WAIT, _MOST_DOUBLINGS = 300, 10


def handler(event: Event, context: Any) -> dict[str, Any]:
    """Return whether all is done, and where to go on if not."""
    clock = Clock(remaining_ms=context.get_remaining_time_in_millis)
    return load_files(cache(client), event, clock)


def load_files(
    connect: Any, event: Event, clock: Clock, transform: formats.Transform | None = None
) -> dict[str, Any]:
    """Load the files of the event's entry, and note how far they are, whatever happens.

    Raises BadDataError where a file is not right, RefusedError where something is denied or another
    execution goes on with the refill, NoAnswerError where DynamoDB gives none, and botocore's
    errors.
    """
    files, table = event["item"]["files"], event["load"]["table"]
    fence = Fence(connect("s3"), event["load"])
    fence.check()
    note = note_of(connect("s3"), event)
    position = note.begun(event["previous"])
    if position.file == len(files):
        log("loaded before", table=table["name"], index=note.number)
        return _returned(position, done=True, wait_seconds=0)
    begun = (position.file, position.line)
    try:
        stop = _loaded(connect, event, clock, transform, fence, position)
    except Exception as error:
        if not fence.is_lost:
            _failed(note, position, error)
        raise
    wait_seconds = _wait_seconds(stop, position, begun)
    note.write("GOING" if stop else "DONE", position)
    log("stopped" if stop else "loaded", table=table["name"], index=note.number, **asdict(position))
    return _returned(position, done=not stop, wait_seconds=wait_seconds)


def _wait_seconds(stop: StopError | None, position: Position, begun: tuple[int, int]) -> int:
    """Return how long to wait before the next call: longer, the more of them led nowhere.

    A table may stay busy for days, and each call and wait takes of the execution's events.
    """
    if stop is None or not stop.wait_seconds or (position.file, position.line) != begun:
        position.calls_without_progress = 0
        return stop.wait_seconds if stop else 0
    position.calls_without_progress += 1
    grown: int = stop.wait_seconds * 2 ** min(position.calls_without_progress - 1, _MOST_DOUBLINGS)
    return max(stop.wait_seconds, min(grown, LONGEST_BUSY_WAIT))


def _loaded(  # noqa: PLR0913, PLR0917 - what a call of the function has
    connect: Any,
    event: Event,
    clock: Clock,
    transform: formats.Transform | None,
    fence: Fence,
    position: Position,
) -> StopError | None:
    """Load from the position on, and move it along; return why there is more to do, if there is."""
    load_, table = event["load"], event["load"]["table"]
    begun, budget, wire = clock.monotonic(), Budget(clock, load_["write_units"]), _wire(connect)
    sender = Sender(wire, _signer(connect, wire), clock, table["arn"])
    writer = Table(sender, budget, clock, table["name"])
    try:
        load(
            Tools(connect, writer, clock, load_["keys"], fence, transform),
            event["item"]["files"],
            position,
        )
    except StopError as stop:
        return StopError(max(stop.wait_seconds, int(budget.debt())))
    finally:
        wire.close()
        position.units += budget.units
        position.seconds += clock.monotonic() - begun
    return None


def _wire(connect: Any) -> Wire:
    # Not the system's authorities: those that the other clients trust.
    known: Any = get_cert_path  # untyped
    authorities = os.environ.get("AWS_CA_BUNDLE") or known(True)
    return Wire(connect("dynamodb").meta.endpoint_url, authorities)


def _signer(connect: Any, wire: Wire) -> Signer:
    def credentials() -> Any:
        session: Any = boto3.session.Session
        return session().get_credentials()

    return Signer(wire.host, wire.path, connect("dynamodb").meta.region_name, credentials)


def _failed(note: Note, position: Position, error: Exception) -> None:
    log("failed", index=note.number, error=message_of(error), **asdict(position))
    try:
        note.write("FAILED", position, error)
    except Exception as second:  # noqa: BLE001 - the first one is what has to be known
        log("not noted", index=note.number, error=message_of(second))


def _returned(position: Position, *, done: bool, wait_seconds: int) -> dict[str, Any]:
    return {"done": done, "wait_seconds": wait_seconds, **asdict(position)}
