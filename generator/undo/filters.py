"""Which keys an undo is about, as `--only` says it: a condition each, and all must hold."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import Any

from blueprints.functions.plan_undo.request import CHANGES, IMAGES
from generator.adopt.described import plain
from generator.errors import Mistake
from generator.spec.resolved import Table

_CHANGE, _ATTRIBUTE = "change", "attribute"
_FORMS = (
    "change=deleted, change=updated, change=created, attribute=NAME, key.NAME=VALUE, "
    "old.NAME=VALUE or new.NAME=VALUE"
)
_BEGINS = (_CHANGE, _ATTRIBUTE, *(f"{image}." for image in IMAGES))


def only_of(filters: Sequence[str]) -> dict[str, Any] | None:
    """Return the filters as a request has them, None without any.

    Of several `change` and of several `attribute`, one has to hold: a key is changed in one way.
    """
    found: dict[str, Any] = {}
    for each in filters:
        left, _, value = each.partition("=")
        image, _, name = left.partition(".")
        if left == _CHANGE:
            _add(found, "change", value)
        elif left == _ATTRIBUTE:
            _add(found, "attributes", value)
        else:
            test = {"image": image, "attribute": name, "equals": value}
            _add(found, "where", test)
    return found or None


def _add(found: dict[str, Any], member: str, value: object) -> None:
    values = found.setdefault(member, [])
    if value not in values:
        values.append(value)


def filter_mistakes(filters: Sequence[str], table: Table) -> Iterator[Mistake]:
    """Yield what is wrong with each filter; names of attributes beside keys cannot be checked."""
    for each in filters:
        yield from _mistakes(each, table)
    yield from _contradictions(filters)


def _mistakes(text: str, table: Table) -> Iterator[Mistake]:
    shown = plain(text)
    left, equals, value = text.partition("=")
    image, dot, name = left.partition(".")
    if not equals:
        yield Mistake(f"--only {shown} has no `=`", f"write one of {_FORMS}")
    elif left == _CHANGE:
        if value not in CHANGES:
            near = _nearest(value, CHANGES)
            cause = f"--only {shown}: the window changes no key in that way"
            yield Mistake(cause, f"{near}write change= with one of {', '.join(CHANGES)}")
    elif left == _ATTRIBUTE:
        if not value:
            yield Mistake(f"--only {shown} names no attribute", "write attribute=NAME")
    elif image in IMAGES and dot:
        if not name:
            yield Mistake(f"--only {shown} names no attribute", f"write {image}.NAME=VALUE")
        elif image == "key":
            yield from _key(shown, name, value, table)
    else:
        yield Mistake(f"--only {shown} is no filter", f"{_near_form(left, value)}it is {_FORMS}")


def _key(shown: str, name: str, value: str, table: Table) -> Iterator[Mistake]:
    """Yield that the table has no such key, where the file tells its keys."""
    spec = table.spec
    keys = [key.name for key in (spec.partition_key, spec.sort_key) if key is not None]
    if keys and name not in keys:
        near = _nearest(name, keys)
        cause = f"--only {shown}: {plain(name)} is no key of {table.key}"
        yield Mistake(
            cause,
            f"{near}its keys are {', '.join(keys)}; for another attribute write "
            f"old.{plain(name)}={plain(value)} or new.{plain(name)}={plain(value)}",
        )


def _near_form(left: str, value: str) -> str:
    """Return the form that is nearest to what was written."""
    head, dot, name = left.partition(".")
    near = difflib.get_close_matches(f"{head}{dot}", _BEGINS, n=1, cutoff=0.5)
    if not near:
        return ""
    rest = "=" if not near[0].endswith(".") else f"{name or 'NAME'}="
    return f"nearest: {near[0]}{plain(rest)}{plain(value)}; "


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"nearest: {near[0]}; " if near else ""


def _contradictions(filters: Sequence[str]) -> Iterator[Mistake]:
    """Yield that two filters hold for no item: an attribute has one value."""
    first: dict[str, str] = {}
    for each in dict.fromkeys(filters):
        left, equals, _ = each.partition("=")
        if not equals or left in (_CHANGE, _ATTRIBUTE):
            continue
        before = first.setdefault(left, each)
        if before != each:
            yield Mistake(
                f"--only {plain(before)} and --only {plain(each)} hold for no item together",
                "give one of them, and undo the other in a second call",
            )
