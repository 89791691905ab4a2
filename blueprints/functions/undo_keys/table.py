"""The table whose keys are put back: reads live items, and writes what was decided.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import RefusedError, code_of, message_of
from blueprints.functions.undo_keys.deciding import (
    Change,
    Decision,
    Options,
    as_tried,
    between,
    conflict,
    decide,
)
from blueprints.functions.undo_keys.expressions import Write
from blueprints.functions.undo_keys.pacing import Clock
from blueprints.functions.undo_keys.values import Item, key_text

# What became of a key, and the write units that it took.
Outcome = tuple[Decision, float]
MOST_KEYS = 100
# With overwrite_conflicts a key is read and written so often, while others write to it.
_TRIES = 5
_FAILED = "ConditionalCheckFailedException"
_GONE = "ResourceNotFoundException"
# What time mends, beside what a client tries again by itself.
_BUSY = (
    *("ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"),
    *("ReplicatedWriteConflictException", "TransactionConflictException"),
)
# What is true of one item, and of no other: it gets too large, or does not fit an index.
_OF_ITEM = ("ValidationException", "ItemCollectionSizeLimitExceededException")


class Table:
    """One table."""

    def __init__(self, dynamodb: Any, name: str, options: Options, clock: Clock) -> None:
        self._dynamodb, self._name, self._options = dynamodb, name, options
        self._clock = clock

    def check_is(self, table_id: str) -> None:
        """Raise RefusedError where the table is another one than was exported."""
        found = self._call("describe_table")["Table"]
        if found["TableId"] != table_id:
            raise RefusedError(
                f"table {self._name} was created anew while it was undone: its id is "
                f"{found['TableId']}, and the window is of {table_id}. Nothing more is written"
            )

    def live(self, keys: Sequence[Item]) -> dict[str, Item]:
        """Return the items that are there now, by the text of their keys; at most MOST_KEYS."""
        names, found = self._options.keys, {}
        wanted: Any = {self._name: {"Keys": list(keys), "ConsistentRead": True}}
        attempt = 0
        while wanted:
            answer = self._patient("batch_get_item", RequestItems=wanted)
            for item in answer["Responses"].get(self._name, ()):
                found[key_text(item, names)] = item
            wanted = answer.get("UnprocessedKeys")
            if wanted:
                attempt += 1
                self._clock.back_off(attempt)
        return found

    def settle(self, change: Change, decision: Decision) -> Outcome:
        """Carry a decision out, and return what became of it.

        Whoever writes between reading and writing wins: the key is a conflict then, or is decided
        again where what they wrote is to be overwritten. Raises OutOfTimeError, and botocore's
        errors.
        """
        units, tries = 0.0, _TRIES if self._options.overwrite else 1
        for number in range(1, tries + 1):
            if decision.write is None:
                break
            try:
                units += self._written(decision.write)
                break
            except ClientError as error:
                if code_of(error) in _OF_ITEM:
                    return conflict("refused", decision.names, message_of(error)), units
                if code_of(error) != _FAILED:
                    raise
            units += 1
            now = decide(change, self._read(change), self._options)
            if done := as_tried(decision, now):
                return done, units
            decision = between(now, decision) if number == tries else now
        return decision, units

    def _read(self, change: Change) -> Item | None:
        found = self.live([change.key])
        return found.get(key_text(change.key, self._options.keys))

    def _written(self, write: Write) -> float:
        answer = self._patient(
            write.operation,
            TableName=self._name,
            ReturnConsumedCapacity="TOTAL",
            **write.request,
        )
        return float(answer.get("ConsumedCapacity", {}).get("CapacityUnits", 1.0))

    def _patient(self, operation: str, **request: Any) -> Any:
        """Return the answer, however long DynamoDB is too busy to give one."""
        attempt = 0
        while True:
            try:
                return self._call(operation, **request)
            except ClientError as error:
                if code_of(error) not in _BUSY:
                    raise
            attempt += 1
            self._clock.back_off(attempt)

    def _call(self, operation: str, **request: Any) -> Any:
        if operation == "describe_table":
            request["TableName"] = self._name
        try:
            return call(self._dynamodb, operation, f"table/{self._name}", **request)
        except ClientError as error:
            if code_of(error) != _GONE:
                raise
            raise RefusedError(
                f"table {self._name} is gone: nothing more is put back. See in CloudTrail who "
                "deleted it (DeleteTable), and restore it"
            ) from error
