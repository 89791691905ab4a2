"""Writes items in batches, each wholly before the next, and finds the one that is refused.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from blueprints.functions.load_file.clock import Clock, StopError
from blueprints.functions.load_file.pacing import Budget, backoff
from blueprints.functions.load_file.sending import (
    MOST_TRIES,
    BatchRefusedError,
    Sender,
    busy_wait,
)

MOST_REQUESTS = 25
# DynamoDB takes 16 MB; this much less costs no throughput, but memory is never short.
MOST_BYTES = 4 * 1024 * 1024


class LineRefusedError(Exception):
    """One of the requests cannot be written; all before it are, and none behind it.

    The message is empty where DynamoDB was not asked, because the request is not one JSON object.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(reason)
        self.index = index


class Table:
    """Writes to one table; requests are the JSON of a PutRequest or DeleteRequest."""

    def __init__(self, sender: Sender, budget: Budget, clock: Clock, name: str) -> None:
        self._sender, self._budget, self._clock = sender, budget, clock
        self._before = f'{{"RequestItems":{{{json.dumps(name)}:['.encode()

    def write(self, requests: Sequence[bytes]) -> None:
        """Write all of at most MOST_REQUESTS, in order where a key is in them twice.

        Raises LineRefusedError, and as Sender.send does.
        """
        odd = _odd(requests)
        if odd is None:
            self._in_parts(requests, 0)
            return
        if odd:
            self._in_parts(requests[:odd], 0)
        raise LineRefusedError(odd, "")

    def _in_parts(self, requests: Sequence[bytes], before: int) -> None:
        """Write all at once, or where that is refused the first half, and then the other.

        A batch is refused as a whole: for an item that is not right, which is then found with
        everything before it written, or because a key is in it twice, as in files that were
        appended to. Then the later one is written later, and stays.
        """
        try:
            self._through(requests)
        except BatchRefusedError as error:
            if len(requests) == 1:
                raise LineRefusedError(before, str(error)) from error
            middle = len(requests) // 2
            self._in_parts(requests[:middle], before)
            self._in_parts(requests[middle:], before + middle)

    def _through(self, requests: Sequence[bytes]) -> None:
        """Send until nothing is left unprocessed.

        What is left is sent alone: in a batch with later items its key could be there twice.
        """
        tries = 0
        while True:
            self._budget.wait()
            answer = self._sender.send(self._body(requests))
            self._budget.charge(_units(answer))
            unprocessed: Mapping[str, Any] = answer.get("UnprocessedItems") or {}
            left = [json.dumps(each).encode() for many in unprocessed.values() for each in many]
            if not left:
                return
            tries = tries + 1 if len(left) == len(requests) else 1
            if tries == MOST_TRIES:
                raise StopError(busy_wait())
            requests = left
            self._clock.wait(backoff(tries))

    def _body(self, requests: Sequence[bytes]) -> bytes:
        return b"".join(
            (self._before, b",".join(requests), b']},"ReturnConsumedCapacity":"TOTAL"}')
        )


def _units(answer: Mapping[str, Any]) -> float:
    return sum(float(each["CapacityUnits"]) for each in answer.get("ConsumedCapacity") or ())


def _odd(requests: Sequence[bytes]) -> int | None:
    """Return the index of the first request that may be more, or less, than one request.

    Lines are passed on without being decoded, so one could close the request that it is put into
    and begin another, which even deletes. That takes one of the words that end in Request, perhaps
    with letters written as escapes; so only batches that have one too many are looked at closely.
    """
    joined = b",".join(requests)
    if joined.count(b'Request"') == len(requests) and b"\\u00" not in joined:
        return None
    return next((index for index, each in enumerate(requests) if not _is_one(each)), None)


def _is_one(request: bytes) -> bool:
    try:
        inner = json.loads(request)
    except ValueError:
        return False
    for names in (("PutRequest", "DeleteRequest"), ("Item", "Key")):
        if not isinstance(inner, dict) or len(inner) != 1 or not inner.keys() & set(names):
            return False
        (inner,) = inner.values()
    return isinstance(inner, dict)
