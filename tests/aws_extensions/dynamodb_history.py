"""DynamoDB: what a table with point-in-time recovery held at any time since it was switched on."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table

from . import clock
from .operations import state

if TYPE_CHECKING:
    from moto.dynamodb.models.dynamo_type import DynamoType, Item

    Items = dict[Any, Any]

MOST_CHANGES = 100_000
DAY_SECONDS = timedelta(days=1).total_seconds()
_moto_put_item = Table.put_item
_moto_delete_item = Table.delete_item
_moto_update_item = DynamoDBBackend.update_item
_moto_update = DynamoDBBackend.update_continuous_backups
_moto_describe = DynamoDBBackend.describe_continuous_backups


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What became of one item within a window: before it, at its end, and when it was written."""

    key: tuple[DynamoType, DynamoType | None]
    old: Item | None
    new: Item | None
    written: float


def window(table: Table) -> tuple[float, float] | None:
    """Return the first and last moment that the table can be restored to; None where it is off."""
    history = state(table, "history")
    if not history:
        return None
    recovery = table.continuous_backups["PointInTimeRecoveryDescription"]
    now = clock.now()
    first = int(now - recovery["RecoveryPeriodInDays"] * DAY_SECONDS)
    return max(history["since"], first), now


def items_at(table: Table, moment: float) -> Items:
    """Return a copy of the items that the table held at a time within its window."""
    history = state(table, "history")
    items = deepcopy(history["items"])
    _apply(items, [change for change in history["changes"] if change[0] <= moment])
    return items


def changes(table: Table, start: float, end: float) -> list[Change]:
    """Return the last change from `start` until before `end` of each item that had one.

    One that was neither there before nor is there afterwards has neither image.
    """
    history = state(table, "history")
    before: dict[Any, Item | None] = {}
    last: dict[Any, tuple[float, Item | None]] = {}
    for at, hash_key, range_key, item in history["changes"]:
        if at < start:
            before[hash_key, range_key] = item
        elif at < end:
            last[hash_key, range_key] = at, item
    found = []
    for key, (at, new) in last.items():
        old = before[key] if key in before else _item(history["items"], *key)
        found.append(Change(key=key, old=old, new=new, written=at))
    return found


def _item(items: Items, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    if range_key is None:
        found: Item | None = items.get(hash_key)
    else:
        found = items.get(hash_key, {}).get(range_key)
    return found


def _apply(items: Items, changes: list[tuple[float, DynamoType, DynamoType | None, Any]]) -> None:
    for _, hash_key, range_key, item in changes:
        place, key = (items, hash_key) if range_key is None else (items[hash_key], range_key)
        if item is None:
            place.pop(key, None)
        else:
            place[key] = deepcopy(item)


def _note(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    """Note the item as it is now; the oldest changes become part of the first state."""
    history = state(table, "history")
    if not history:
        return
    item = _item(table.items, hash_key, range_key)
    history["changes"].append((clock.now(), hash_key, range_key, deepcopy(item)))
    if len(history["changes"]) > MOST_CHANGES:
        oldest = history["changes"][: MOST_CHANGES // 2]
        _apply(history["items"], oldest)
        del history["changes"][: len(oldest)]
        history["since"] = int(oldest[-1][0]) + 1


def _put_item(self: Table, *args: Any, **kwargs: Any) -> Item:
    item = _moto_put_item(self, *args, **kwargs)
    _note(self, item.hash_key, item.range_key)
    return item


def _delete_item(self: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
    item = _moto_delete_item(self, hash_key, range_key)
    if item is not None:  # else nothing is written
        _note(self, hash_key, range_key)
    return item


def _update_item(self: DynamoDBBackend, table_name: str, *args: Any, **kwargs: Any) -> Item:
    """moto changes the item in its place."""
    item = _moto_update_item(self, table_name, *args, **kwargs)
    _note(self.get_table(table_name), item.hash_key, item.range_key)
    return item


def _update(self: DynamoDBBackend, table_name: str, specification: dict[str, Any]) -> Any:
    _moto_update(self, table_name, specification)
    table = self.get_table(table_name)
    history = state(table, "history")
    if not specification["PointInTimeRecoveryEnabled"]:
        history.clear()
    elif not history:
        history |= {"since": int(clock.now()), "items": deepcopy(table.items), "changes": []}
    return _describe(self, table_name)


def _describe(self: DynamoDBBackend, table_name: str) -> Any:
    described = _moto_describe(self, table_name)
    if bounds := window(self.get_table(table_name)):
        names = ("EarliestRestorableDateTime", "LatestRestorableDateTime")
        described["PointInTimeRecoveryDescription"].update(zip(names, bounds, strict=True))
    return described


def install() -> None:
    """Write down what happens to items, and answer with the window that results."""
    Table.put_item = _put_item
    Table.delete_item = _delete_item
    DynamoDBBackend.update_item = _update_item
    DynamoDBBackend.update_continuous_backups = _update
    DynamoDBBackend.describe_continuous_backups = _describe
