"""Random histories: what was written in the window alone goes back, and nothing else is touched."""

from __future__ import annotations

import random
from collections.abc import Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprints.functions.undo_keys import work
from blueprints.functions.undo_keys.values import differing, same
from tests.unit.functions import undoing
from tests.unit.functions.undoing import Item, Items, KilledError, Model, exported, item, line

SINCE, UNTIL, END = 100, 900, 1_000
NAMES = ("a", "b", "c", "d")
VALUES = st.sampled_from([{"N": "1"}, {"N": "2"}, {"S": "x"}, {"SS": ["p", "q"]}, {"M": {}}])
ITEMS = st.dictionaries(st.sampled_from(["u", "v", "w"]), VALUES, max_size=3)


class Write(NamedTuple):
    """A put of an item at a time, or a delete."""

    at: int
    key: str
    item: Item | None


WRITES = st.builds(
    lambda at, key, attributes: Write(
        at, key, None if attributes is None else item(key, **attributes)
    ),
    st.integers(0, 1_300),
    st.sampled_from(NAMES),
    st.none() | ITEMS,
)
HISTORIES = st.lists(WRITES, max_size=25).map(lambda found: sorted(found, key=lambda each: each.at))
CUTS = st.lists(st.integers(SINCE + 1, END - 1), max_size=3, unique=True).map(
    lambda found: [SINCE, *sorted(found), END]
)


def at(history: Sequence[Write], moment: int) -> Items:
    """Return what the table holds right before a moment."""
    found: Items = {}
    for each in history:
        if each.at < moment:
            found.pop(each.key, None)
            if each.item is not None:
                found[each.key] = deepcopy(each.item)
    return found


def lines(history: Sequence[Write], start: int, end: int, bare: Any) -> list[Any]:
    """Return the lines of an export of a window; what came and went is there bare, or not."""
    before, after = at(history, start), at(history, end)
    written = {each.key: each.at for each in history if start <= each.at < end}
    return [
        line(key, before.get(key), after.get(key), moment)
        for key, moment in written.items()
        if bare or key in before or key in after
    ]


def world(history: Sequence[Write], cuts: Sequence[int], bare: Any) -> Model:
    model = Model(items=at(history, 10_000))
    exported(model, [lines(history, *window, bare) for window in pairwise(cuts)])
    return model


def expected(history: Sequence[Write], cuts: Sequence[int], bare: Any, created: str) -> Items:
    """Return what an undo leaves, by what is told of it; what exports do not tell is not known."""
    then, left, live = at(history, SINCE), at(history, END), at(history, 10_000)
    found = deepcopy(live)
    told = [each for window in pairwise(cuts) for each in lines(history, *window, bare)]
    for key, latest in {
        undoing.text(each["Keys"]): int(each["Metadata"]["WriteTimestampMicros"]["N"])
        for each in told
    }.items():
        one, other = live.get(key), left.get(key)
        is_same = one is other if one is None or other is None else not differing(one, other)
        if latest >= UNTIL or not is_same:
            continue  # written later
        if key in then:
            found[key] = then[key]
        elif created == "delete":
            found.pop(key, None)
    return found


def run(model: Model, of: int, **more: Any) -> dict[str, int]:
    counts: dict[str, int] = undoing.undone(
        model, of, since_micros=SINCE, until_micros=UNTIL, **more
    )["counts"]
    return counts


@given(HISTORIES, CUTS, st.booleans(), st.integers(1, 3), st.sampled_from(["report", "delete"]))
@settings(max_examples=300, deadline=None)
def test_what_was_written_in_the_window_alone_is_undone_and_nothing_else(
    history: list[Write],
    cuts: list[int],
    bare: Any,
    of: int,
    created_since: str,
) -> None:
    model = world(history, cuts, bare)
    run(model, of, created_since=created_since)
    assert undoing.equal(model.items, expected(history, cuts, bare, created_since))
    before = deepcopy(model.items)
    model.calls.clear()
    undoing.forget(model)
    counts = run(model, of, created_since=created_since)
    assert not counts.keys() & {"restored", "recreated", "deleted"}
    assert (model.items, model.written()) == (before, [])


@given(HISTORIES, CUTS, st.integers(1, SINCE), st.sampled_from(["report", "delete"]))
@settings(max_examples=200, deadline=None)
def test_an_export_that_begins_early_undoes_no_key_that_was_written_before_alone(
    history: list[Write], cuts: list[int], early: int, created_since: str
) -> None:
    model = world(history, [SINCE - early, *cuts[1:]], bare=True)
    run(model, 1, created_since=created_since, overwrite_conflicts=True)
    live = at(history, 10_000)
    for key in NAMES:
        if not any(each.key == key and SINCE <= each.at < END for each in history):
            assert model.items.get(key) == live.get(key)


@given(HISTORIES, CUTS, st.booleans())
@settings(max_examples=200, deadline=None)
def test_overwriting_puts_back_what_the_window_changed_and_no_other_attribute(
    history: list[Write],
    cuts: list[int],
    bare: Any,
) -> None:
    history = [each for each in history if not UNTIL <= each.at < END]
    model = world(history, cuts, bare)
    then, left, live = at(history, SINCE), at(history, END), deepcopy(model.items)
    run(model, 1, overwrite_conflicts=True)
    written = {each.key for each in history if SINCE <= each.at < END}
    for key in NAMES:
        old, new, now = then.get(key), left.get(key) or {}, model.items.get(key)
        names = differing(old or {}, new, ["pk"]) if old else ()
        if key not in written or old is None or (not names and key in left):
            assert now == live.get(key)
            continue
        assert now is not None
        was = live.get(key) or old
        for name in now.keys() | was.keys():
            assert same(now.get(name), (old if name in names else was).get(name))


@given(HISTORIES, CUTS, st.integers(0, 40), st.sampled_from(["step", "after"]), st.booleans())
@settings(max_examples=200, deadline=None)
def test_a_kill_anywhere_and_another_call_end_the_same(
    history: list[Write],
    cuts: list[int],
    number: int,
    when: str,
    bare: Any,
) -> None:
    patch = pytest.MonkeyPatch()
    patch.setattr(work, "KEYS_OF_A_PART", 2)
    patch.setattr(work, "MOST_KEYS", 2)
    patch.setattr(work, "WORKERS", 1)
    model, left = world(history, cuts, bare), [number]

    def kill(*_: Any) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise KilledError

    setattr(model, when, kill)
    try:
        run(model, 1, created_since="delete")
    except KilledError:
        run(model, 1, created_since="delete")
    finally:
        patch.undo()
    assert undoing.equal(model.items, expected(history, cuts, bare, "delete"))


@given(HISTORIES, CUTS, st.integers(0, 2**32), st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whoever_writes_between_any_two_calls_loses_nothing(
    history: list[Write],
    cuts: list[int],
    seed: int,
    bare: Any,
) -> None:
    """A writer gives attributes of his own numbers nobody else has; all of them stay."""
    patch = pytest.MonkeyPatch()
    patch.setattr(work, "WORKERS", 1)
    model, dice = world(history, cuts, bare), random.Random(seed)
    written: dict[tuple[str, str], dict[str, str]] = {}

    def step(operation: str, _request: Any) -> None:
        if operation in {"get_object", "put_object"} or dice.random() < 0.5:
            return
        key, name = dice.choice(NAMES), dice.choice(["u", "v", "w", "x"])
        if key in model.items:
            written[key, name] = {"N": str(1_000 + len(written))}
            model.items[key][name] = written[key, name]

    model.step = step
    run(model, 1)
    patch.undo()
    for (key, name), value in written.items():
        assert model.items[key][name] == value
