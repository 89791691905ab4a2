"""Tables that change at random, and what they held at any time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.exports.applying import in_order

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from tests.exports.shop import Shop
    from tests.restores.shop import Place

    Item = dict[str, Any]

KEYS = 8
NAMES = ("amount", "names", "nested", "raw")


@dataclass(kw_only=True)
class History:
    """A table, and what it held after each change."""

    shop: Shop
    place: Place
    key: str
    states: list[tuple[datetime, list[Item]]] = field(default_factory=list)

    def note(self) -> None:
        items = self.place.items(self.place.table(self.key).name)
        self.states.append((self.shop.now(), sorted(items, key=in_order)))

    def change(self, random: Random, changes: int = 6) -> None:
        """Put, change and delete items at random, a few seconds after each other."""
        name, api = self.place.table(self.key).name, self.place.client("dynamodb")
        schema = api.describe_table(TableName=name)["Table"]
        types = {
            each["AttributeName"]: each["AttributeType"] for each in schema["AttributeDefinitions"]
        }
        for _ in range(changes):
            self.shop.later(seconds=random.randint(1, 900))
            number = random.randrange(KEYS)
            key = {
                each["AttributeName"]: {types[each["AttributeName"]]: str(number)}
                for each in schema["KeySchema"]
            }
            kind = random.random()
            if kind < 0.3:
                api.delete_item(TableName=name, Key=key)
            elif kind < 0.5:
                api.update_item(TableName=name, Key=key, **_update(random))
            else:
                api.put_item(TableName=name, Item={**key, **_attributes(random)})
            self.note()

    def at(self, moment: datetime) -> list[Item]:
        """Return what the table held just before a moment."""
        return next((items for when, items in reversed(self.states) if when < moment), [])


def _attributes(random: Random) -> dict[str, Any]:
    """Return attributes of several types."""
    number, length = random.randint(0, 99), random.randint(1, 3)
    every = {
        "amount": {"N": str(number)},
        "raw": {"B": bytes(range(number, number + length))},
        "names": {"SS": [f"n{each}" for each in range(length)]},
        "nested": {"M": {"list": {"L": [{"BOOL": number > 50}, {"NULL": True}]}}},
    }
    return {name: every[name] for name in random.sample(sorted(every), length)}


def _update(random: Random) -> dict[str, Any]:
    """Return what sets some attributes and removes another; without an item, it makes one."""
    removed, found = random.choice(NAMES), _attributes(random)
    found.pop(removed, None)
    sets = ", ".join(f"#{name} = :{name}" for name in found)
    return {
        "UpdateExpression": f"{f'SET {sets} ' if sets else ''}REMOVE #{removed}",
        "ExpressionAttributeNames": {f"#{name}": name for name in (*found, removed)},
        **({"ExpressionAttributeValues": {f":{k}": v for k, v in found.items()}} if found else {}),
    }
