"""Which numbers and items DynamoDB takes, and how large it reckons them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.item_numbers import plain, significant_digits
from blueprints.functions.common.item_size import MOST_BYTES, size_bytes, write_units
from blueprints.functions.common.typed_values import check_item, check_key
from tests.unit.functions.typed_items import KEYS, Item, items, nested, numbers

KEY: Item = {"pk": {"S": "a"}, "sk": {"N": "1"}}


@given(numbers())
def test_a_number_is_written_in_one_way(number: str) -> None:
    found = plain(number)
    assert Decimal(found) == Decimal(number)
    assert plain(found) == found
    assert plain(f"{Decimal(number):E}") == found
    assert plain(f"+{number.removeprefix('-')}") == found.removeprefix("-")
    assert "E" not in found.upper()
    whole, _, fraction = found.removeprefix("-").partition(".")
    assert not fraction.endswith("0")
    assert whole == "0" or not whole.startswith("0")
    assert significant_digits(number) == len(found.replace(".", "").strip("-0"))


@given(
    st.text(max_size=20) | st.from_regex(r"[-+]?[0-9]*\.?[0-9]*([eE][-+]?[0-9]*)?", fullmatch=True)
)
def test_what_is_no_number_is_refused(text: str) -> None:
    try:
        found = plain(text)
    except ValueError:
        return
    assert Decimal(found) == Decimal(text)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "'' is not a number"),
        (" 1", "' 1' is not a number"),
        ("1_0", "is not a number"),
        ("\u0661", "is not a number"),
        ("NaN", "is not a number"),
        ("-", "is not a number"),
        (".", "is not a number"),
        ("1e", "is not a number"),
        ("1" * 39, "has 39 significant digits, and DynamoDB takes 38: keep it as a string"),
        ("1e126", "is beyond the range"),
        ("-1e-131", "is beyond the range"),
        ("9" * 9000, "is not a number"),
    ],
)
def test_a_number_that_is_refused_is_told(number: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        plain(number)
    assert said in str(raised.value)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize(
    ("typed", "size"),
    [
        ({"S": "hello"}, 5),
        ({"S": "ä日"}, 5),
        ({"S": ""}, 0),
        ({"N": "7"}, 2),
        ({"N": "0"}, 1),
        ({"N": "-27.64"}, 3),
        ({"N": "1000000"}, 2),
        ({"B": "aGVsbG8="}, 5),
        ({"B": "aGVsbA=="}, 4),
        ({"B": ""}, 0),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "cde"]}, 5),
        ({"NS": ["1", "200"]}, 4),
        ({"BS": ["aGk=", "aGVs"]}, 5),
        ({"L": []}, 3),
        ({"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"BOOL": False}]}, 3 + 1 + 2 + 1 + 1),
        ({"M": {"name": {"S": "ab"}, "n": {"L": []}}}, 3 + 1 + 4 + 2 + 1 + 1 + 3),
    ],
)
def test_sizes_are_those_of_the_page(typed: dict[str, Any], size: int) -> None:
    assert size_bytes({"attr": typed}) == 4 + size
    assert size_bytes({"é": typed, **KEY}) == 2 + size + size_bytes(KEY)


@pytest.mark.parametrize(("size", "units"), [(1, 1), (1024, 1), (1025, 2), (4096, 4)])
def test_a_unit_writes_a_kilobyte(size: int, units: int) -> None:
    assert write_units({"pk": {"S": "x" * (size - 2)}}) == max(1, units)


def test_an_item_may_have_400_kilobytes() -> None:
    rest = MOST_BYTES - size_bytes(KEY) - 4
    check_item(KEY | {"text": {"S": "x" * rest}}, KEYS)
    with pytest.raises(ValueError, match=r"has 409601 bytes by DynamoDB's rules, and 409600 are"):
        check_item(KEY | {"text": {"S": "x" * (rest + 1)}}, KEYS)


@given(items())
def test_every_item_of_dynamodbs_is_taken(item: Item) -> None:
    check_item(item, KEYS)
    check_key({name: item[name] for name in KEYS}, KEYS)


def test_values_may_be_nested_32_deep() -> None:
    check_item(KEY | {"x": nested(32)}, KEYS)
    with pytest.raises(ValueError, match=r"is nested 33 levels deep, and DynamoDB takes 32"):
        check_item(KEY | {"x": nested(33)}, KEYS)


REFUSED: list[tuple[Any, str]] = [
    ("text", "'x' is a string: a value is an object with exactly one member"),
    (None, "'x' is null"),
    ([], "'x' is a list"),
    ({}, "'x' is an object with 0 members"),
    ({"S": "a", "N": "1"}, "'x' is an object with 2 members"),
    ({"s": "a"}, "'x' has type 's': DynamoDB's are S, N, B, BOOL"),
    ({"S": 1}, "'x' is a number, not a string"),
    ({"S": "\ud800"}, "'x' has half of a surrogate pair"),
    ({"N": 5}, "'x' is a number: DynamoDB JSON has numbers in quotes"),
    ({"N": "five"}, "'x': 'five' is not a number"),
    ({"B": "a"}, "'x' is not Base64"),
    ({"B": "aGk"}, "'x' is not Base64"),
    ({"B": "aGk=\n"}, "'x' is not Base64"),
    ({"B": "a-_="}, "'x' is not Base64"),
    ({"B": "ä"}, "'x' is not Base64"),
    ({"B": 1}, "'x' is a number, not a string"),
    ({"BOOL": "true"}, "'x' is a string, not true or false"),
    ({"BOOL": 1}, "'x' is a number, not true or false"),
    ({"NULL": False}, "'x' is null and not written"),
    ({"M": []}, "'x' is a list, not an object"),
    ({"L": {}}, "'x' is an object, not a list"),
    ({"L": [{"S": "a"}, {"N": "b"}]}, "'x'[1]: 'b' is not a number"),
    ({"M": {"y": {"M": {"z": {"Q": 1}}}}}, "'x'.y.z has type 'Q'"),
    ({"SS": []}, "'x' is an empty set"),
    ({"SS": "a"}, "'x' is a string, not a list"),
    ({"SS": ["a", "a"]}, "'x' is a set that has 'a' twice"),
    ({"SS": [1]}, "'x'[0] is a number, not a string"),
    ({"NS": ["1", "1.0"]}, "'x' is a set that has '1.0' twice"),
    ({"NS": ["a"]}, "'x'[0]: 'a' is not a number"),
    ({"BS": ["aGk=", "aGk="]}, "'x' is a set that has 'aGk=' twice"),
    ({"BS": ["?"]}, "'x'[0] is not Base64"),
]


@pytest.mark.parametrize(("value", "said"), REFUSED)
def test_a_value_that_is_refused_is_told(value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check_item(KEY | {"x": value}, KEYS)
    assert said in str(raised.value)


KEYS_REFUSED: list[tuple[Any, str]] = [
    ({"pk": {"S": "a"}}, "the item has no 'sk', which is in the table's key"),
    (KEY | {"sk": {"BOOL": True}}, "'sk' is in the table's key and has type BOOL"),
    (KEY | {"pk": {"S": ""}}, "'pk' is in the table's key and has 0 bytes"),
    (KEY | {"pk": {"B": ""}}, "'pk' is in the table's key and has 0 bytes"),
    (KEY | {"pk": {"S": "x" * 2049}}, "has 2049 bytes: DynamoDB takes 1 to 2048"),
    (KEY | {"sk": {"S": "ä" * 513}}, "has 1026 bytes: DynamoDB takes 1 to 1024"),
    (KEY | {"": {"S": "x"}}, "the item has an attribute without a name"),
    ([], "the item is a list, not an object of attributes"),
]


@pytest.mark.parametrize(("item", "said"), KEYS_REFUSED)
def test_a_key_that_is_refused_is_told(item: Any, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check_item(item, KEYS)
    assert said in str(raised.value)


def test_a_key_has_nothing_but_the_tables_attributes() -> None:
    with pytest.raises(ValueError, match=r"the key has 'x' beside 'pk' and 'sk'"):
        check_key(KEY | {"x": {"S": "a"}}, KEYS)
    check_item({"sk": {"N": "0"}, "pk": {"B": "aA=="}}, KEYS)


def test_long_names_are_cut_in_messages() -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check_item(KEY | {"x" * 60_000: {"M": {"y" * 60_000: {"Q": 1}}}}, KEYS)
    assert len(str(raised.value)) < 300
    with pytest.raises(ValueError, match=r"has a name of 65536 characters"):
        check_item(KEY | {"x": {"M": {"y" * 65_536: {"S": ""}}}}, KEYS)
