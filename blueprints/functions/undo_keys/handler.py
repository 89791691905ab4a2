"""Puts one share of the keys back, until that is done or its time is nearly over.

Calls, each with what it acts on:
- dynamodb:DescribeTable, dynamodb:BatchGetItem: the table
- dynamodb:UpdateItem, dynamodb:PutItem, dynamodb:DeleteItem: the table, none of them in a dry run,
  and all of them conditional; kms:Decrypt: the table's key, where it has one of its own
- s3:GetObject: the catalogue bucket, work/undos/*: the list of files, the files of the exports and
  how far the share is; kms:Decrypt: its key; s3:ListBucket: the bucket, below work/undos/, so that
  S3 tells what is missing from what is denied
- s3:PutObject: the catalogue bucket, work/undos/*; kms:GenerateDataKey: its key
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.functions.common.clients import Clients, client_maker
from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.log import log
from blueprints.functions.undo_keys.deciding import Change, Options
from blueprints.functions.undo_keys.lines import change_of, item_of
from blueprints.functions.undo_keys.pacing import Clock
from blueprints.functions.undo_keys.reading import Lines, Reader
from blueprints.functions.undo_keys.table import Table
from blueprints.functions.undo_keys.values import Item, decoded, key_text
from blueprints.functions.undo_keys.work import Notes, Position, Work

Event = Mapping[str, Any]


class NoProgressError(Exception):
    """Not one key was done in all of a call's time."""


def handler(event: Event, context: Any) -> dict[str, Any]:
    """Return whether the share is done, and how far it is."""
    clock = Clock(
        now=time.monotonic,
        sleep=time.sleep,
        remaining=lambda: context.get_remaining_time_in_millis() / 1000,
    )
    return undo(client_maker(), event, clock)


def undo(clients: Clients, event: Event, clock: Clock) -> dict[str, Any]:
    """Go on with the share, and return how far it is.

    Called again, with its answer or without it, it goes on where it was. Raises RefusedError where
    no repetition helps, NoProgressError, and botocore's errors.
    """
    asked, item = event["undo"], event["item"]
    notes = Notes(clients("s3"), asked, item)
    known = notes.progress()
    position = _position(known or event.get("previous") or {})
    if known.get("status") == "DONE":
        return _answer(position, done=True)
    try:
        work, changes = _begun(clients, event, notes, clock, position)
        if known.get("status") != "GOING":
            # Before the first write: of a share without a note nothing is back.
            notes.note("GOING", position)
    except Exception as error:
        notes.note("FAILED", position, error)
        raise
    reached, done = work.go_on(changes, position)
    if not done and reached == position:
        stuck = NoProgressError(
            f"in all of its time a call put back no key of table {asked['table']['name']}: it "
            "throttles (raise its capacity), or the budget of write units is too small"
        )
        notes.note("FAILED", position, stuck)
        raise stuck
    notes.note("DONE" if done else "GOING", reached)
    log("undone" if done else "undoing", share=item["index"], of=item["of"], part=reached.part)
    return _answer(reached, done=done)


def _begun(
    clients: Clients, event: Event, notes: Notes, clock: Clock, position: Position
) -> tuple[Work, Iterator[Change]]:
    """Return what does the work, and the changes that are left of it."""
    asked, share = event["undo"], (event["item"]["index"], event["item"]["of"])
    keys = tuple(asked["keys"])
    options = Options(
        keys=keys,
        created_since=asked["created_since"],
        overwrite=asked["overwrite_conflicts"],
        since_micros=asked["since_micros"],
        until_micros=asked["until_micros"],
    )
    table = Table(clients("dynamodb"), asked["table"]["name"], options, clock)
    table.check_is(asked["table"]["id"])

    def check_time() -> None:
        if clock.is_over():
            raise RefusedError(
                f"what was written to table {asked['table']['name']} since {asked['since']} is "
                "more than one call can read: take a shorter window (--until), leave --old-images "
                "full-export out where it was given, or restore the table beside this one"
            )

    reader = Reader(clients("s3"), asked["bucket"], check_time)
    files = notes.read(asked["files_key"])
    folded = reader.folded([each["files"] for each in files["windows"]], keys, share)
    left = sorted(key for key in folded if key > position.key)
    log("read", share=share[0], keys=len(folded), left=len(left))
    work = Work(table, notes, asked, options, clock)
    full = files.get("full")
    if full is None:
        return work, _changes(folded, left, keys)
    wanted = (change.key for change in _changes(folded, left, keys))
    images = reader.images(full["files"], keys, wanted)
    return work, (
        change._replace(old=_image(images.get(key_text(change.key, keys))))
        for change in _changes(folded, left, keys)
    )


def _image(line: bytes | None) -> Item | None:
    return None if line is None else decoded(item_of(line))


def _changes(
    folded: Mapping[str, Lines], left: list[str], keys: tuple[str, ...]
) -> Iterator[Change]:
    return (change_of(*folded[key], keys) for key in left)


def _position(known: Mapping[str, Any]) -> Position:
    return Position(known.get("key", ""), known.get("part", 0))


def _answer(position: Position, *, done: bool) -> dict[str, Any]:
    return {"done": done, **position._asdict()}
