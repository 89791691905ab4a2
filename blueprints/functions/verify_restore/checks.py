"""A check has an outcome: True, False, None where it is not known, or NOT_YET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from blueprints.functions.common.settings import Settings
from blueprints.functions.common.settings_comparing import COMPARISONS
from blueprints.functions.common.settings_target import Left

if TYPE_CHECKING:
    from blueprints.functions.verify_restore.reading import Count

NOT_YET = "not yet"
# What the checks of keys, indexes and encryption tell.
_TOLD_ELSEWHERE = {"attributes", "encryption", "global_indexes", "key_schema", "local_indexes"}
# A source counts its items about every six hours only.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
_NEARLY, _MORE_OR_LESS = 0.1, 1_000


class Check(NamedTuple):
    """What was looked at, the outcome and what was seen."""

    check: str
    ok: bool | str | None
    detail: str


def of_status(table: Mapping[str, Any]) -> Check:
    """Return whether the table is active and whole."""
    status = table["TableStatus"]
    in_progress = table.get("RestoreSummary", {}).get("RestoreInProgress", False)
    detail = f"{status}, restore in progress" if in_progress else str(status)
    ready = status == "ACTIVE" and not in_progress
    coming = status in {"ACTIVE", "CREATING", "UPDATING"}
    return Check("status", ready or (NOT_YET if coming else False), detail)


def of_indexes(table: Mapping[str, Any], differing: Mapping[str, list[str]]) -> list[Check]:
    """Return whether keys and indexes are as wanted, and each global index active."""
    keys = [*differing.get("key_schema", ()), *differing.get("attributes", ())]
    indexes = [*differing.get("global_indexes", ()), *differing.get("local_indexes", ())]
    found = [_equal("key schema", keys), _equal("indexes", indexes)]
    for index in table.get("GlobalSecondaryIndexes", ()):
        active = index["IndexStatus"] == "ACTIVE"
        name = f"index {index['IndexName']} is active"
        found.append(Check(name, active or NOT_YET, str(index["IndexStatus"])))
    return found


def of_settings(differing: Mapping[str, list[str]], leave: Sequence[str]) -> list[Check]:
    """Return whether each setting is as wanted, but for those that the plan leaves to others."""
    names = [each for each in COMPARISONS if each not in _TOLD_ELSEWHERE and each not in leave]
    return [
        _equal("encryption", differing.get("encryption", ())),
        *(_equal(f"setting {name}", differing.get(name, ())) for name in names),
    ]


def of_left(left: Left, wanted: Settings) -> Check:
    """Return what was not compared, and why: said, for it counts as neither right nor wrong."""
    reasons = "; ".join(f"{each['setting']}: {each['reason']}" for each in left)
    what = f"settings of {wanted['table_name']}"
    return Check("left out on purpose", True, reasons or f"nothing of the {what}")


def of_items(
    count: Count, source: Mapping[str, Any], proof: Sequence[Mapping[str, Any]] = ()
) -> Check:
    """Return whether as many items came back as the source says; nothing said is not known.

    `proof` is what filled a table from exports says of it.
    """
    counted = f"{count.items:,} items" if count.exact else f"at least {count.items:,} items"
    told, size = source.get("item_count"), source.get("size_bytes")
    if source.get("changes") is not None:
        return _of_items_of_exports(count, counted, source, proof)
    if told is None and size is None:
        return Check("items", None, f"{counted}; the source says neither number nor size")
    said = (
        f"the source says about {told:,}" if told is not None else f"the source has {size:,} bytes"
    )
    detail = f"{counted}; {said}"
    if not count.items and (told or size):
        # A page may be empty and more may follow.
        return Check("items", False if count.exact else None, detail)
    if told is None:
        return Check("items", True, detail)
    least = told * (1 - _NEARLY) - _MORE_OR_LESS
    most = told * (1 + _NEARLY) + _MORE_OR_LESS
    return Check("items", (not count.exact or count.items >= least) and count.items <= most, detail)


def _of_items_of_exports(
    count: Count, counted: str, source: Mapping[str, Any], proof: Sequence[Mapping[str, Any]]
) -> Check:
    """Return whether the items are those of a full export, but for what was written after it.

    Of a table that is too large to be counted, what filled it has to tell that it wrote all of it.
    """
    told, changes = source["item_count"], source["changes"]
    detail = f"{counted}; the full export has {told:,}"
    if changes:
        detail += f", and what followed it names {changes:,}"
    for each in proof:
        said = "does not say how many" if each["items"] is None else f"wrote {each['items']:,}"
        detail += f"; {each['by']} {said} of {each['expected']:,}"
    if any(each["items"] not in {None, each["expected"]} for each in proof):
        return Check("items", False, detail)
    if count.exact or count.items > told + changes:
        return Check("items", abs(count.items - told) <= changes, detail)
    is_proven = bool(proof) and all(each["items"] is not None for each in proof)
    # Pages may be empty and more may follow.
    return Check("items", True if is_proven and (count.items or not told) else None, detail)


def _equal(check: str, words: Sequence[str]) -> Check:
    return Check(check, not words, "; ".join(words) or "as wanted")
