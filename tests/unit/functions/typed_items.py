"""Items of every type that DynamoDB has, and what a value means whoever wrote it."""

from __future__ import annotations

from base64 import b64decode, b64encode
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from hypothesis import strategies as st

KEYS = ("pk", "sk")

Item = dict[str, dict[str, Any]]

_digits = st.integers(1, 10**38 - 1)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Return a number that DynamoDB takes, in any way of writing it."""
    digits = str(draw(_digits)).rstrip("0") or "0"
    power = draw(st.integers(-129 - len(digits), 126 - len(digits)) | st.integers(-6, 3))
    value = Decimal(f"{draw(st.sampled_from(['', '-']))}{digits}E{power}")
    return draw(st.sampled_from([str(value), f"{value:f}", f"{digits}E{power}", "0", "-12.50"]))


texts = st.text(max_size=12) | st.sampled_from(
    ["", '"', "\\", "'''", "a'b", "\0\x01\x02\x03\x1f\x7f", "\r\n", "\u2028", "\U0001f600", "{{}}"]
)
binaries = st.binary(max_size=9).map(lambda data: b64encode(data).decode())
names = st.text(min_size=1, max_size=8) | st.sampled_from(
    ["null", "true", "nan", "a.b", "it's", 'q"', "$x", "$10", "Item", "S", "日本", "a b", "\\"]
)
# In the older text layout names stand bare between control characters, and a line that begins with
# a brace is JSON.
bare_names = names.filter(lambda name: not set(name) & set("\x02\x03\n") and name[0] != "{")
scalars = st.one_of(
    texts.map(lambda value: {"S": value}),
    numbers().map(lambda value: {"N": value}),
    binaries.map(lambda value: {"B": value}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
    st.lists(texts, min_size=1, max_size=3, unique=True).map(lambda value: {"SS": value}),
    st.lists(numbers(), min_size=1, max_size=3, unique_by=Decimal).map(lambda value: {"NS": value}),
    st.lists(binaries, min_size=1, max_size=3, unique=True).map(lambda value: {"BS": value}),
)


def values(named: st.SearchStrategy[str] = names) -> st.SearchStrategy[dict[str, Any]]:
    return st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda value: {"L": value})
            | st.dictionaries(named, inner, max_size=3).map(lambda value: {"M": value})
        ),
        max_leaves=8,
    )


def items(named: st.SearchStrategy[str] = names) -> st.SearchStrategy[Item]:
    keys = st.fixed_dictionaries(
        {
            "pk": st.text(min_size=1, max_size=9).map(lambda value: {"S": value}),
            "sk": numbers().map(lambda value: {"N": value}),
        }
    )
    others = st.dictionaries(named.filter(lambda name: name not in KEYS), values(), max_size=5)
    return st.builds(lambda key, rest: rest | key, keys, others)


def nested(levels: int) -> dict[str, Any]:
    """Return a value of as many lists and maps within each other."""
    value: dict[str, Any] = {"S": "deep"}
    for number in range(levels):
        value = {"L": [value]} if number % 2 else {"M": {"x": value}}
    return value


class _Deserializer(TypeDeserializer):
    """Takes numbers with zeros beyond their 38 digits, which boto3's own would round."""

    def _deserialize_n(self, value: str) -> Decimal:
        return Decimal(value)


def meant(item: Item) -> Any:
    """Return an item as Python's values, by boto3: numbers are equal however they are written."""
    return _Deserializer().deserialize(with_bytes({"M": item}))


def with_bytes(typed: dict[str, Any]) -> dict[str, Any]:
    """Return a value whose binaries are bytes, as boto3 has them."""
    ((tag, value),) = typed.items()
    if tag == "B":
        return {"B": b64decode(value, validate=True)}
    if tag == "BS":
        return {"BS": [b64decode(each, validate=True) for each in value]}
    if tag == "M":
        return {"M": {name: with_bytes(each) for name, each in value.items()}}
    if tag == "L":
        return {"L": [with_bytes(each) for each in value]}
    return typed
