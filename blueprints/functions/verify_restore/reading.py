"""Counts items, and reads some of them through the table and each of its indexes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from blueprints.functions.common.calls import call
from blueprints.functions.common.errors import code_of
from blueprints.functions.verify_restore.checks import NOT_YET, Check

Item = dict[str, Any]
MOST_PAGES = 20
_SAMPLE = 25
_READ_AGAIN = 3
_PAGES_OF_A_KEY = 5
_THROTTLED = {"ProvisionedThroughputExceededException", "ThrottlingException"}


class Count(NamedTuple):
    """Items that were counted: all of them, or some and there are more."""

    items: int
    exact: bool


class Reader:
    """Reads one table; `table` is its description."""

    def __init__(self, dynamodb: Any, table: Mapping[str, Any]) -> None:
        self._dynamodb = dynamodb
        self._name, self._arn = table["TableName"], table["TableArn"]
        self._keys = _names(table["KeySchema"])
        attributes = table["AttributeDefinitions"]
        self._types = {each["AttributeName"]: each["AttributeType"] for each in attributes}
        self._indexes = {
            index["IndexName"]: _names(index["KeySchema"])
            for member in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
            for index in table.get(member, ())
        }

    def count(self) -> Count:
        """Return how many items there are, or so many at least where they are too many to count.

        A table of few read units may throttle this; what was counted until then counts.
        """
        items = 0
        start: dict[str, Any] = {}
        for page in range(MOST_PAGES):
            try:
                answer = self._scan(Select="COUNT", **start)
            except ClientError as error:
                if page and code_of(error) in _THROTTLED:
                    return Count(items, exact=False)
                raise
            items += answer["Count"]
            if not answer.get("LastEvaluatedKey"):
                return Count(items, exact=True)
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return Count(items, exact=False)

    def checks(self) -> Iterator[Check]:
        """Yield whether sampled items are found again, in the table and in each index."""
        sample: list[Item] = self._scan(Limit=_SAMPLE)["Items"]
        yield self._of_table(sample)
        for name in sorted(self._indexes):
            yield self._of_index(name, sample)

    def _of_table(self, sample: Sequence[Item]) -> Check:
        some = sample[:_READ_AGAIN]
        found = [item for item in some if self._get(item) is not None]
        if not sample:
            return Check("reads of the table", True, "a scan answers, without an item")
        detail = f"{len(found)} of {len(some)} sampled items found again by their keys"
        return Check("reads of the table", found == some or NOT_YET, detail)

    def _of_index(self, index: str, sample: Sequence[Item]) -> Check:
        check = f"reads of index {index}"
        some = [item for item in sample if self._is_in(index, item)][:_READ_AGAIN]
        if not some:
            return self._of_sparse_index(check, index)
        results = [self._found(index, item) for item in some]
        detail = f"{sum(each is True for each in results)} of {len(some)} sampled items found again"
        if False in results:
            return Check(check, NOT_YET, detail)
        if True not in results:
            detail = (
                f"the keys of {len(some)} sampled items have more entries than were read; those "
                "that were lead to their items"
            )
        return Check(check, True, detail)

    def _of_sparse_index(self, check: str, index: str) -> Check:
        """Return whether what the index holds, if anything, leads to items of the table."""
        entries = self._scan(IndexName=index, Limit=_READ_AGAIN)["Items"]
        if not entries:
            detail = "no sampled item has its key attributes, and it answers without an entry"
            return Check(check, True, detail)
        lead = all(self._get(entry) is not None for entry in entries)
        detail = "no sampled item has its key attributes; "
        detail += f"its entries {'lead' if lead else 'do not lead'} to items of the table"
        return Check(check, lead or NOT_YET, detail)

    def _is_in(self, index: str, item: Item) -> bool:
        return all(self._types[name] in item.get(name, {}) for name in self._indexes[index])

    def _found(self, index: str, item: Item) -> bool | None:
        """Return whether the index finds an item; None where its key has too many entries."""
        condition, names, values = _condition(item, self._indexes[index])
        start: dict[str, Any] = {}
        own = self._key(item)
        for _ in range(_PAGES_OF_A_KEY):
            answer = self._call(
                "query",
                f"{self._arn}/index/{index}",
                IndexName=index,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                **start,
            )
            if any(self._key(entry) == own for entry in answer["Items"]):
                return True
            if not answer.get("LastEvaluatedKey"):
                return False
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
        return None if all(self._get(entry) for entry in answer["Items"][:_READ_AGAIN]) else False

    def _get(self, item: Item) -> Item | None:
        key = self._key(item)
        answer = self._call("get_item", self._arn, Key=key, ConsistentRead=True)
        found: Item | None = answer.get("Item")
        return found

    def _key(self, item: Item) -> Item:
        return {name: item[name] for name in self._keys}

    def _scan(self, **request: Any) -> Any:
        index = request.get("IndexName")
        resource = f"{self._arn}/index/{index}" if index else self._arn
        return self._call("scan", resource, **request)

    def _call(self, operation: str, resource: str, **request: Any) -> Any:
        return call(self._dynamodb, operation, resource, TableName=self._name, **request)


def _names(schema: Sequence[Mapping[str, str]]) -> list[str]:
    return [element["AttributeName"] for element in schema]


def _condition(item: Item, attributes: Sequence[str]) -> tuple[str, dict[str, str], Item]:
    parts = [f"#k{number} = :v{number}" for number in range(len(attributes))]
    names = {f"#k{number}": name for number, name in enumerate(attributes)}
    values = {f":v{number}": item[name] for number, name in enumerate(attributes)}
    return " AND ".join(parts), names, values
