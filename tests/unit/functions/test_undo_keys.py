"""A key goes back only while nobody wrote to it, whoever comes between any two calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.unit.functions import undoing
from tests.unit.functions.undoing import (
    SINCE,
    UNTIL,
    Model,
    exported,
    item,
    line,
    model,
    undone,
)

THEN = item("a", status="PAID", total=5)
NOW = item("a", status="LOST", total=5)


def broken() -> Model:
    """One key, whose status the window broke."""
    return model(line("a", THEN, NOW), items=[NOW])


def test_an_attribute_that_the_window_changed_is_put_back_and_nothing_else() -> None:
    table = broken()
    found = undone(table)
    assert table.items == {"a": THEN}
    assert found["counts"] == {"restored": 1}
    assert table.written() == ["update_item"]
    (sample,) = found["samples"]
    assert sample["text"] == 'pk="a"'
    assert sample["attributes"] == [{"name": "status", "now": '"LOST"', "back_to": '"PAID"'}]


def test_what_was_deleted_comes_back_whole() -> None:
    table = model(line("a", THEN, None))
    assert undone(table)["counts"] == {"recreated": 1}
    assert table.items == {"a": THEN}


def test_attributes_that_were_added_go_and_those_that_went_come_back() -> None:
    new = item("a", total=5, junk="x")
    table = model(line("a", THEN, new), items=[new])
    undone(table)
    assert table.items == {"a": THEN}


def test_an_update_that_only_removes_does_not_make_an_item_anew() -> None:
    new = {**THEN, "junk": {"S": "x"}}
    table = model(line("a", THEN, new), items=[new])
    table.step = lambda operation, _: (
        table.items.pop("a", None) if operation == "update_item" else None
    )
    assert undone(table)["counts"] == {"conflict": 1}
    assert table.items == {}


def test_a_second_run_changes_nothing() -> None:
    table = model(
        line("a", THEN, NOW),
        line("b", item("b", x=1), None),
        line("c", None, item("c", x=1)),
        items=[NOW, item("c", x=1)],
    )
    first = undone(table, created_since="delete")
    assert first["counts"] == {"restored": 1, "recreated": 1, "deleted": 1}
    before = deepcopy(table.items)
    table.calls.clear()
    undoing.forget(table)
    assert undone(table, created_since="delete")["counts"] == {"already": 3}
    assert (table.items, table.written()) == (before, [])


@pytest.mark.parametrize(
    ("live", "reason"),
    [
        (item("a", status="SENT", total=5), "changed_later"),
        (item("a", status="LOST", total=6), "changed_elsewhere"),
        (item("a", status="LOST", total=5, note="hi"), "changed_elsewhere"),
        (item("a", total=5), "changed_later"),
        (None, "deleted_later"),
    ],
)
def test_what_was_written_after_the_window_is_a_conflict_and_stays(live: Any, reason: str) -> None:
    table = model(line("a", THEN, NOW), items=[live] if live else [])
    found = undone(table)
    assert table.items == ({"a": live} if live else {})
    assert found["counts"] == {"conflict": 1}
    (conflict,) = found["conflicts"]
    assert (conflict["reason"], conflict["text"]) == (reason, 'pk="a"')
    assert conflict["key"] == {"pk": {"S": "a"}}
    assert table.written() == []


def test_a_conflict_says_what_was_what_is_and_what_the_window_left() -> None:
    table = model(line("a", THEN, NOW), items=[item("a", status="SENT", total=5)])
    (conflict,) = undone(table)["conflicts"]
    assert conflict["attributes"] == [
        {"name": "status", "then": '"PAID"', "left": '"LOST"', "now": '"SENT"'}
    ]
    assert conflict["meaning"] == "what the window changed was changed again later"


def test_what_was_deleted_and_is_there_again_is_a_conflict() -> None:
    again = item("a", status="NEW")
    table = model(line("a", THEN, None), items=[again])
    assert undone(table)["conflicts"][0]["reason"] == "created_later"
    assert table.items == {"a": again}


def test_a_key_that_was_written_at_the_end_or_later_is_a_conflict() -> None:
    table = model(
        line("a", THEN, NOW, UNTIL - 1),
        line("b", item("b", x=1), item("b", x=2), UNTIL),
        line("c", item("c", x=1), None, UNTIL + 1),
        line("d", None, item("d", x=1), UNTIL),
        items=[NOW, item("b", x=2), item("d", x=1)],
    )
    found = undone(table, created_since="delete", overwrite_conflicts=True)
    assert found["counts"] == {"restored": 1, "conflict": 3}
    assert {each["reason"] for each in found["conflicts"]} == {"written_after_until"}
    assert table.items == {"a": THEN, "b": item("b", x=2), "d": item("d", x=1)}


@pytest.mark.parametrize("old_images", ["incremental", "full"])
def test_a_key_that_was_last_written_before_the_window_is_left_alone(old_images: str) -> None:
    """Ends of exports are exact to about a minute: what was right is among the lines."""
    table = model(
        line("a", THEN, NOW, SINCE),
        line("b", item("b", x=1), item("b", x=2), SINCE - 1),
        line("c", item("c", x=1), None, SINCE - 1),
        line("d", None, item("d", x=1), SINCE - 1),
        items=[NOW, item("b", x=2), item("d", x=1)],
        full=[THEN, item("b", x=1), item("c", x=1)] if old_images == "full" else None,
    )
    found = undone(table, created_since="delete", overwrite_conflicts=True)
    assert found["counts"] == {"restored": 1, "before": 3}
    assert found["conflicts"] == []
    assert table.items == {"a": THEN, "b": item("b", x=2), "d": item("d", x=1)}


# --- keys that were not there ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("created_since", "counts", "left", "listed"),
    [
        ("keep", {"kept": 1}, ["a"], 0),
        ("report", {"created": 1}, ["a"], 1),
        ("delete", {"deleted": 1}, [], 1),
    ],
)
def test_a_key_that_was_not_there_follows_what_was_asked(
    created_since: str, counts: Any, left: list[str], listed: int
) -> None:
    new = item("a", x=1)
    table = model(line("a", None, new), items=[new])
    found = undone(table, created_since=created_since)
    assert found["counts"] == counts
    assert list(table.items) == left
    assert len(found["created"]) == listed


def test_a_created_key_that_was_changed_later_is_not_deleted() -> None:
    live = item("a", x=1, note="hi")
    table = model(line("a", None, item("a", x=1)), items=[live])
    assert undone(table, created_since="delete")["conflicts"][0]["reason"] == "changed_later"
    assert table.items == {"a": live}
    undoing.forget(table)
    found = undone(table, created_since="delete", overwrite_conflicts=True)
    assert (found["counts"], table.items) == ({"deleted": 1}, {})


def test_a_key_that_came_and_went_needs_nothing_unless_it_is_there_again() -> None:
    table = model(line("a", None, None), line("b", None, None), items=[item("b", x=1)])
    found = undone(table, created_since="delete")
    assert found["counts"] == {"unchanged": 1, "conflict": 1}
    assert table.items == {"b": item("b", x=1)}


# --- somebody writes between reading and writing --------------------------------------------------


def between(table: Model, change: Callable[[], Any]) -> None:
    """Let somebody change the table once, right before the first write."""
    done = []

    def step(operation: str, _request: Any) -> None:
        if operation in {"update_item", "put_item", "delete_item"} and not done:
            done.append(operation)
            change()

    table.step = step


def set_(table: Model, **attributes: Any) -> Callable[[], Any]:
    return lambda: table.items["a"].update(item("a", **attributes))


def test_a_writer_between_who_changes_the_same_attribute_wins() -> None:
    table = broken()
    between(table, set_(table, status="SENT"))
    found = undone(table)
    assert table.items["a"]["status"] == {"S": "SENT"}
    assert found["counts"] == {"conflict": 1}
    (conflict,) = found["conflicts"]
    assert conflict["reason"] == "written_between"
    assert conflict["meaning"] == (
        "it was written between being read and being put back: what the window changed was "
        "changed again later"
    )


def test_a_writer_between_who_changes_another_attribute_loses_nothing() -> None:
    table = broken()
    between(table, set_(table, total=6))
    assert undone(table)["counts"] == {"restored": 1}
    assert table.items["a"] == item("a", status="PAID", total=6)


def test_a_writer_between_who_adds_an_attribute_loses_nothing() -> None:
    table = broken()
    between(table, set_(table, note="hi"))
    assert undone(table)["counts"] == {"restored": 1}
    assert table.items["a"] == item("a", status="PAID", total=5, note="hi")


def test_a_writer_between_who_deletes_the_item_wins() -> None:
    table = broken()
    between(table, table.items.clear)
    found = undone(table)
    assert (found["counts"], table.items) == ({"conflict": 1}, {})
    assert found["conflicts"][0]["reason"] == "written_between"


def test_a_writer_between_who_makes_the_deleted_item_anew_wins() -> None:
    table, again = model(line("a", THEN, None)), item("a", status="NEW")
    between(table, lambda: table.items.update(a=again))
    assert undone(table)["counts"] == {"conflict": 1}
    assert table.items == {"a": again}


@pytest.mark.parametrize("change", [{"x": 2}, {"x": {"S": "1"}}])
def test_a_writer_between_who_changes_a_created_item_keeps_it(change: Any) -> None:
    table = model(line("a", None, item("a", x=1)), items=[item("a", x=1)])
    between(table, set_(table, **change))
    assert undone(table, created_since="delete")["counts"] == {"conflict": 1}
    assert table.items == {"a": item("a", **change)}


def test_an_attribute_added_between_does_not_keep_a_created_item() -> None:
    """The blind spot that the report tells of: no condition can name it."""
    table = model(line("a", None, item("a", x=1)), items=[item("a", x=1)])
    between(table, set_(table, note="hi"))
    assert undone(table, created_since="delete")["counts"] == {"deleted": 1}


# --- conflicts that are to be overwritten ---------------------------------------------------------


def test_overwriting_puts_back_what_the_window_changed_and_leaves_the_rest() -> None:
    table = model(line("a", THEN, NOW), items=[item("a", status="SENT", total=6, note="hi")])
    assert undone(table, overwrite_conflicts=True)["counts"] == {"restored": 1}
    assert table.items == {"a": item("a", status="PAID", total=6, note="hi")}


def test_overwriting_brings_back_what_was_deleted_later() -> None:
    table = model(line("a", THEN, NOW))
    assert undone(table, overwrite_conflicts=True)["counts"] == {"recreated": 1}
    assert table.items == {"a": THEN}


def test_overwriting_what_is_there_again_keeps_attributes_of_its_own() -> None:
    table = model(line("a", THEN, None), items=[item("a", status="NEW", note="hi")])
    assert undone(table, overwrite_conflicts=True)["counts"] == {"restored": 1}
    assert table.items == {"a": THEN | {"note": {"S": "hi"}}}


def test_overwriting_is_conditional_too_and_tried_again() -> None:
    table, times = broken(), []

    def step(operation: str, request: Any) -> None:
        if operation == "update_item":
            assert request["ConditionExpression"]
            times.append(1)
            if len(times) < 4:
                table.items["a"] |= item("a", status=f"SENT-{len(times)}")

    table.step = step
    assert undone(table, overwrite_conflicts=True)["counts"] == {"restored": 1}
    assert table.items == {"a": THEN}
    assert len(times) == 4


def test_overwriting_gives_up_where_somebody_always_writes() -> None:
    table, times = broken(), []

    def step(operation: str, _request: Any) -> None:
        if operation == "update_item":
            times.append(1)
            table.items["a"] |= item("a", status=f"SENT-{len(times)}")

    table.step = step
    found = undone(table, overwrite_conflicts=True)
    assert (found["counts"], len(times)) == ({"conflict": 1}, 5)
    assert found["conflicts"][0]["reason"] == "written_between"
    assert table.items["a"]["status"] == {"S": "SENT-5"}


# --- what was asked -------------------------------------------------------------------------------


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    lines = (
        line("a", THEN, NOW),
        line("b", item("b", x=1), None),
        line("c", None, item("c", x=1)),
        line("d", item("d", x=1), item("d", x=2)),
    )
    items = [NOW, item("c", x=1), item("d", x=3)]
    dry, real = model(*lines, items=items), model(*lines, items=items)
    before = deepcopy(dry.items)
    found = undone(dry, created_since="delete", dry_run=True)
    assert (dry.items, dry.written()) == (before, [])
    assert found == undone(real, created_since="delete")
    assert found["counts"] == {"restored": 1, "recreated": 1, "deleted": 1, "conflict": 1}


def test_keys_that_the_filter_does_not_select_are_not_read_or_written() -> None:
    table = model(
        line("a", THEN, NOW), line("b", item("b", x=1), None), items=[NOW, item("c", x=1)]
    )
    found = undone(table, only={"change": ["deleted"]})
    assert found["counts"] == {"recreated": 1, "not_selected": 1}
    assert table.items["a"] == NOW


def test_the_state_before_may_come_from_a_full_export() -> None:
    wrong = item("a", status="OLDER", total=5)
    table = model(
        line("a", wrong, NOW),
        line("b", None, item("b", x=1)),
        line("ü", item("ü", x=0), item("ü", x=2)),
        line('"', item('"', x=0), item('"', x=2)),
        items=[NOW, item("b", x=1), item("ü", x=2), item('"', x=2)],
        full=[THEN, item("ü", x=1), item('"', x=1), item("other", nested={"M": THEN})],
    )
    found = undone(table)
    assert found["counts"] == {"restored": 3, "created": 1}
    assert table.items["a"] == THEN
    assert table.items["ü"] == item("ü", x=1)
    assert table.items['"'] == item('"', x=1)


def test_several_windows_are_folded_earliest_old_image_latest_new_one() -> None:
    table = Model(items={"a": item("a", x=4), "c": item("c", x=9)})
    exported(
        table,
        [
            [line("a", item("a", x=1), item("a", x=2)), line("b", item("b", x=1), None)],
            [line("b", None, item("b", x=5))],
            [
                line("a", item("a", x=2), item("a", x=4)),
                line("b", item("b", x=5), None),
                line("c", None, item("c", x=9)),
            ],
        ],
    )
    assert undone(table)["counts"] == {"restored": 1, "recreated": 1, "created": 1}
    assert table.items == {"a": item("a", x=1), "b": item("b", x=1), "c": item("c", x=9)}


def test_shares_have_every_key_once() -> None:
    names = [f"k{number}" for number in range(500)]
    table = model(
        *(line(each, item(each, x=1), item(each, x=2)) for each in names),
        items=[item(each, x=2) for each in names],
    )
    assert undone(table, of=7)["counts"] == {"restored": 500}
    assert len(table.written()) == 500
    assert all(each["x"] == {"N": "1"} for each in table.items.values())
    sizes = [json.loads(body)["total"] for key, body in table.objects.items() if "/results/" in key]
    assert len(sizes) == 7
    assert min(sizes) > 40
