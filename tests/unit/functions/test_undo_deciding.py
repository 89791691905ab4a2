"""What is compared, what is written, and what is too much for DynamoDB: pure functions."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.undo_keys import expressions, values
from blueprints.functions.undo_keys.deciding import MEANINGS, Change, Decision, Options, decide
from blueprints.functions.undo_keys.lines import change_of, keys_of, maybe_of, share_of
from blueprints.functions.undo_keys.selecting import selects
from tests.unit.functions.undoing import SINCE, UNTIL, item, line

OPTIONS = Options(("pk",), "delete", overwrite=False, since_micros=SINCE, until_micros=UNTIL)


def decided(old: Any, new: Any, live: Any, **more: Any) -> Decision:
    change = Change(key={"pk": {"S": "a"}}, old=old, new=new, written_micros=SINCE)
    return decide(change, live, OPTIONS._replace(**more))


# --- values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1"}, {"N": "1.0"}),
        ({"N": "100"}, {"N": "1E+2"}),
        ({"N": "0"}, {"N": "-0"}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"NS": ["1", "2"]}, {"NS": ["2.0", "1"]}),
        ({"BS": [b"a", b"b"]}, {"BS": [b"b", b"a"]}),
        ({"L": [{"N": "1"}, {"M": {"x": {"SS": ["a", "b"]}}}]},) * 2,
        ({"M": {"x": {"N": "1"}, "y": {"S": ""}}}, {"M": {"y": {"S": ""}, "x": {"N": "1.00"}}}),
    ],
)
def test_values_that_mean_the_same_are_the_same(one: Any, other: Any) -> None:
    assert values.same(one, other)
    assert values.same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1"}, {"S": "1"}),
        ({"BOOL": True}, {"N": "1"}),
        ({"BOOL": True}, {"BOOL": False}),
        ({"S": "a"}, {"B": b"a"}),
        ({"S": ""}, None),
        ({"NULL": True}, None),
        ({"L": [{"N": "1"}, {"N": "2"}]}, {"L": [{"N": "2"}, {"N": "1"}]}),
        ({"SS": ["a"]}, {"L": [{"S": "a"}]}),
        ({"N": "1"}, {"N": "1.00000000000000000000000000000000000001"}),
        (
            {"N": "12345678901234567890123456789012345678"},
            {"N": "12345678901234567890123456789012345679"},
        ),
    ],
)
def test_values_that_mean_something_else_are_not(one: Any, other: Any) -> None:
    assert not values.same(one, other)
    assert not values.same(other, one)


def test_bytes_of_a_line_are_those_of_a_live_item() -> None:
    told = {"b": {"B": "AAE="}, "bs": {"BS": ["AA==", "AQ=="]}, "l": {"L": [{"B": "AA=="}]}}
    live = {"b": {"B": b"\0\1"}, "bs": {"BS": [b"\1", b"\0"]}, "l": {"L": [{"B": b"\0"}]}}
    nested = values.decoded({"m": {"M": told}})
    assert values.differing(nested, {"m": {"M": live}}) == ()
    assert values.plain(live) == told | {"bs": {"BS": ["AQ==", "AA=="]}}


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=5, min_value=-(10**20), max_value=10**20
    )
)
def test_a_key_that_is_a_number_is_one_key_however_it_is_spelled(number: Any) -> None:
    spelled = [{"n": {"N": str(each)}} for each in (number, f"{number:E}", number * 1)]
    assert len({values.key_text(each, ["n"]) for each in spelled}) == 1


def test_keys_of_other_types_and_values_are_other_keys() -> None:
    keys = [{"S": "1"}, {"N": "1"}, {"N": "10"}, {"B": b"1"}, {"B": b"2"}, {"S": "MQ=="}]
    assert len({values.key_text({"pk": each}, ["pk"]) for each in keys}) == len(keys)
    assert values.key_text({"pk": {"B": b"1"}}, ["pk"]) == values.key_text(
        {"pk": {"B": "MQ=="}}, ["pk"]
    )
    digits = "12345678901234567890123456789012345678"
    assert digits in values.key_text({"pk": {"N": digits}}, ["pk"])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(not there)"),
        ({"S": 'a"b\n'}, r'"a\"b\n"'),
        ({"N": "5"}, "5"),
        ({"BOOL": True}, "true"),
        ({"NULL": True}, "null"),
        ({"B": b"\0"}, "AA=="),
        ({"SS": ["b", "a"]}, '["a", "b"]'),
        ({"M": {"x": {"L": [{"N": "1"}, {"S": "ü"}]}}}, '{"x": ["1", "ü"]}'),
        ({"S": "x" * 500}, f'"{"x" * 199}… (502 characters)'),
    ],
)
def test_a_person_sees_a_value_on_one_line(value: Any, shown: str) -> None:
    assert values.shown(value) == shown


# --- lines ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '{"Metadata":{"WriteTimestampMicros":{"N":"7"}},"Keys":{"pk":{"S":"a"}},"NewImage":{}}',
        '{"Metadata": {"WriteTimestampMicros": 7}, "Keys": {"pk": {"S": "a"}}}',
        '{"Metadata":{"WriteTimestampMicros":"7"},"Keys":{"pk":{"S":"a"}}}',
        '{"Keys":{"pk":{"S":"a"}},"Metadata":{"WriteTimestampMicros":{"N":"7"}}}',
        # An attribute that is called like a member, before the member.
        '{"NewImage":{"pk":{"S":"a"},"x":{"M":{"Keys":{"pk":{"S":"b"}}}}},"Keys":{"pk":{"S":"a"}},'
        '"Metadata":{"WriteTimestampMicros":{"N":"7"}}}',
    ],
)
def test_the_key_of_a_line_is_found_however_it_is_spelled(text: str) -> None:
    assert keys_of(text) == {"pk": {"S": "a"}}
    change = change_of(text, text, ["pk"])
    assert (change.key, change.written_micros) == ({"pk": {"S": "a"}}, 7)


def test_of_several_lines_the_first_old_image_and_the_last_new_one_count() -> None:
    first, last = (
        json.dumps(each)
        for each in (line("a", item("a", x=1), None, 1), line("a", None, item("a", x=3), 9))
    )
    change = change_of(first, last, ["pk"])
    assert (change.old, change.new) == (item("a", x=1), item("a", x=3))
    assert change.written_micros == 9


@given(st.text(), st.integers(1, 50))
def test_a_key_is_in_one_share(key: str, of: int) -> None:
    assert 0 <= share_of(key, of) < of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Item":{"x":{"N":"1"},"pk":{"S":"a"}}}', True),
        ('{"Item":{"pk":{"S":"b"}}}', False),
        ('{"Item":{"pk":{"S":"b"},"m":{"M":{"pk":{"S":"a"}}}}}', True),
        (r'{"Item":{"pk":{"S":"b\n"}}}', True),
        ('{"Item":{"pk":{"S":"aa"}}}', False),
    ],
)
def test_a_line_of_a_full_export_is_looked_at_only_where_it_may_be_wanted(
    text: str,
    expected: bool,  # noqa: FBT001 - what is expected
) -> None:
    assert maybe_of("pk", "S", {"a"})(text) is expected


def test_numbers_of_a_full_export_are_numbers() -> None:
    assert maybe_of("pk", "N", {"1"})('{"Item":{"pk":{"N":"1.0"}}}')


# --- decisions ------------------------------------------------------------------------------------


def test_a_window_that_wrote_the_same_changed_nothing() -> None:
    assert decided(item("a", x=1), item("a", x="1") | item("a", x=1), None).kind == "unchanged"


@pytest.mark.parametrize(("micros", "kind"), [(SINCE - 1, "before"), (SINCE, "restored")])
def test_of_several_writes_the_last_one_tells_whether_a_key_is_of_the_window(
    micros: int, kind: str
) -> None:
    texts = [
        json.dumps(line("a", item("a", x=old), item("a", x=old + 1), at))
        for old, at in ((1, SINCE - 2), (2, micros))
    ]
    change = change_of(*texts, ["pk"])
    assert decide(change, item("a", x=3), OPTIONS).kind == kind


def test_what_is_back_is_back_whatever_else_was_written() -> None:
    live = item("a", x=1, y=9, z=3)
    assert decided(item("a", x=1, y=1), item("a", x=2, y=1), live).kind == "already"
    assert decided(item("a", x=1), None, live).kind == "already"
    assert decided(item("a"), None, live).kind == "already"


def test_a_write_names_only_what_the_window_changed() -> None:
    old, new = item("a", x=1, y=1, gone="g"), item("a", x=2, y=1, junk="j")
    decision = decided(old, new, new)
    assert decision.names == ("gone", "junk", "x")
    assert decision.write is not None
    assert decision.write.operation == "update_item"
    assert decision.write.request == {
        "Key": {"pk": {"S": "a"}},
        "ConditionExpression": (
            "attribute_exists(#k) AND attribute_not_exists(#n0) AND #n1=:e1 AND #n2=:e2"
        ),
        "UpdateExpression": "SET #n0=:w0,#n2=:w2 REMOVE #n1",
        "ExpressionAttributeNames": {"#k": "pk", "#n0": "gone", "#n1": "junk", "#n2": "x"},
        "ExpressionAttributeValues": {
            ":e1": {"S": "j"},
            ":e2": {"N": "2"},
            ":w0": {"S": "g"},
            ":w2": {"N": "1"},
        },
    }


def test_no_request_has_values_that_it_does_not_use() -> None:
    decision = decided(item("a"), None, item("a", x=1), overwrite=True)
    assert decision.kind == "already"
    removal = decided(item("a"), item("a", x=1), item("a", x=1)).write
    assert removal is not None
    assert removal.request["ExpressionAttributeValues"] == {":e0": {"N": "1"}}
    bare = decided(None, item("a"), item("a")).write
    assert bare is not None
    assert bare.request == {
        "Key": {"pk": {"S": "a"}},
        "ConditionExpression": "attribute_exists(#k)",
        "ExpressionAttributeNames": {"#k": "pk"},
    }


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(("count", "kind"), [(149, "restored"), (150, "conflict")])
def test_what_needs_more_operators_than_there_may_be_is_a_conflict(
    count: int,
    kind: str,
    overwrite: bool,  # noqa: FBT001 - both are tried
) -> None:
    def numbered(value: int) -> Any:
        return item("a", **{f"x{number}": value for number in range(count)})

    decision = decided(numbered(1), numbered(2), numbered(2), overwrite=overwrite)
    assert decision.kind == kind
    assert (decision.reason == "too_large") is (kind == "conflict")
    assert decided(None, numbered(2), numbered(2)).kind == kind.replace("restored", "deleted")
    # What is put where nothing is needs no such condition.
    assert decided(numbered(1), None, None).kind == "recreated"


def test_the_longest_expressions_that_are_written_are_not_too_long() -> None:
    names = [f"x{number}" for number in range(149)]
    wanted, expected = ({name: {"N": n} for name in names} for n in "12")
    for write in (
        expressions.update({"pk": {"S": "a"}}, names, wanted, expected, ["pk"]),
        expressions.update({"pk": {"S": "a"}}, names, {}, {}, ["pk"]),
        expressions.deletion({"pk": {"S": "a"}}, names, {}, ["pk"]),
    ):
        long = [len(write.request.get(f"{name}Expression", "")) for name in ("Condition", "Update")]
        assert expressions.fits(write) is (max(long) <= 4096 and write.operators <= 300)
    absent = expressions.update({"pk": {"S": "a"}}, names, wanted, {}, ["pk"])
    assert not expressions.fits(absent)  # 149 times attribute_not_exists are over 4 KB


def test_every_reason_has_a_meaning() -> None:
    from typing import get_args

    from blueprints.functions.undo_keys.deciding import Reason

    assert set(MEANINGS) == set(get_args(Reason))


# --- what is selected -----------------------------------------------------------------------------

UPDATED = (item("a", status="PAID", n=5), item("a", status="LOST", n=5))


@pytest.mark.parametrize(
    ("only", "old", "new", "expected"),
    [
        (None, *UPDATED, True),
        ({"change": ["updated"]}, *UPDATED, True),
        ({"change": ["deleted", "created"]}, *UPDATED, False),
        ({"change": ["deleted"]}, UPDATED[0], None, True),
        ({"change": ["created"]}, None, UPDATED[0], True),
        ({"attributes": ["status", "x"]}, *UPDATED, True),
        ({"attributes": ["n"]}, *UPDATED, False),
        ({"attributes": ["n"]}, UPDATED[0], None, True),
        ({"attributes": ["status"], "change": ["deleted"]}, *UPDATED, False),
        ({"where": [("new", "status", "LOST")]}, *UPDATED, True),
        ({"where": [("new", "status", "LOST"), ("old", "n", "5.0")]}, *UPDATED, True),
        ({"where": [("new", "status", "LOST"), ("old", "n", "6")]}, *UPDATED, False),
        ({"where": [("old", "n", "five")]}, *UPDATED, False),
        ({"where": [("key", "pk", "a")]}, *UPDATED, True),
        ({"where": [("key", "pk", "b")]}, *UPDATED, False),
        ({"where": [("new", "status", "LOST")]}, UPDATED[0], None, False),
        ({"where": [("old", "b", "true")]}, item("a", b={"BOOL": True}), None, True),
        ({"where": [("old", "b", "null")]}, item("a", b={"NULL": True}), None, True),
        ({"where": [("old", "b", "AA==")]}, item("a", b={"B": b"\0"}), None, True),
        ({"where": [("old", "b", "['x']")]}, item("a", b={"SS": ["x"]}), None, False),
    ],
)
def test_all_that_a_filter_says_must_hold(only: Any, old: Any, new: Any, expected: Any) -> None:
    if only and "where" in only:
        names = ("image", "attribute", "equals")
        only = only | {"where": [dict(zip(names, each, strict=True)) for each in only["where"]]}
    change = Change(key={"pk": {"S": "a"}}, old=old, new=new, written_micros=1)
    names = values.differing(old or {}, new or {}, ["pk"])
    assert selects(only, change, names) is expected
