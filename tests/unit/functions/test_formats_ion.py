"""Ion text is read as Amazon's own library reads it, however it is spelled."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprints.functions.common.ion_text import members
from tests.unit.functions import ion_oracle
from tests.unit.functions.typed_items import Item, items, meant, with_bytes

# Where spaces and comments may be; no string has it but as an escape.
GAP = "\x1d"
COMMENTS = (" ", "/* c */", "\t\v\f", "// to the end\r\n", "/***/", "", "/**/ //\n/*\n*/")
gaps = st.sampled_from(["", GAP])
_SPECIAL = "\0\a\b\t\n\f\r\v\"'?\\/"
_ESCAPES = dict(zip(_SPECIAL, (f"\\{letter}" for letter in "0abtnfrv\"'?\\/"), strict=True))


@st.composite
def characters(draw: st.DrawFn, text: str, bare: str = "") -> str:
    """Return a text between quotes; characters of `bare` need no escape."""
    found = ""
    for each in text:
        forms = [f"\\u{ord(each):04x}" if ord(each) < 0x10000 else each]
        # The library takes an escape of U+AD800 for half of a surrogate pair.
        if not 0xD800 <= ord(each) & 0xFFFF <= 0xDFFF:
            forms.append(f"\\U{ord(each):08X}")
        if ord(each) < 0x100:
            forms.append(f"\\x{ord(each):02X}")
        if each in _ESCAPES:
            forms.append(_ESCAPES[each])
        if (each.isprintable() and each not in "\"'\\") or each in bare:
            forms += [each, each, each]
        found += draw(st.sampled_from(forms)) + draw(st.sampled_from(["", "", "", "\\\n"]))
    return found


@st.composite
def strings(draw: st.DrawFn, text: str) -> str:
    if draw(st.booleans()):
        return f'"{draw(characters(text, chr(39) + chr(9)))}"'
    middle = draw(st.integers(0, len(text)))
    between = draw(gaps)
    parts = (text[:middle], text[middle:])
    return between.join(f"'''{draw(characters(part, chr(34) + chr(10)))}'''" for part in parts)


@st.composite
def fields(draw: st.DrawFn, name: str) -> str:
    # The library takes a string "$10" for a symbol by number, too.
    numbered = name.startswith("$") and name[1:].isdecimal()
    word = name.isascii() and name.replace("$", "_").isidentifier()
    if word and not numbered and name not in {"null", "true", "false", "nan"}:
        return name
    quoted = characters(name, '"').map(lambda text: f"'{text}'")
    return draw(quoted if numbered else quoted | strings(name))


@st.composite
def spelled(draw: st.DrawFn, typed: dict[str, Any]) -> str:
    """Return a value in one of the ways that Ion has for it."""
    ((tag, value),) = typed.items()
    before, after = draw(gaps), draw(gaps)
    if tag == "S":
        text = draw(strings(value))
    elif tag == "N":
        text = draw(numbers(value))
    elif tag == "B":
        text = "{{" + draw(st.sampled_from(["", " "])) + value + "}}"
    elif tag in {"BOOL", "NULL"}:
        text = {"BOOL": json.dumps(value), "NULL": draw(st.sampled_from(["null", "null.null"]))}[
            tag
        ]
    elif tag == "M":
        inside = [draw(fields(name)) + ":" + draw(spelled(each)) for name, each in value.items()]
        text = "{" + draw(gaps) + ",".join(inside) + draw(ends(inside)) + "}"
    elif tag == "L":
        inside = [draw(spelled(each)) for each in value]
        text = "[" + draw(gaps) + ",".join(inside) + draw(ends(inside)) + "]"
    else:
        inside = [draw(spelled({tag[0]: each})) for each in value]
        mark = draw(st.sampled_from([f"$dynamodb_{tag}", f"'$dynamodb_{tag}'"]))
        text = f"{mark}{draw(gaps)}::{draw(gaps)}[{','.join(inside)}]"
    return f"{before}{text}{after}"


def ends(inside: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(["", ","] if inside else [""])


@st.composite
def numbers(draw: st.DrawFn, number: str) -> str:
    text = draw(st.sampled_from([number, number])).replace("E", draw(st.sampled_from("dD")))
    text = text.replace("+", draw(st.sampled_from(["+", ""])))
    if "." not in text and "d" not in text.lower():
        text += draw(st.sampled_from(["", ".", ".0", "d0", "d-0"]))
    return text


@settings(max_examples=50, deadline=None)
@given(st.data(), items())
def test_every_spelling_means_what_amazons_library_says(data: st.DataObject, item: Item) -> None:
    line = "$ion_1_0 " + data.draw(spelled({"M": {"Item": {"M": item}}}))
    # The library stumbles over some comments.
    assert meant(ion_oracle.read(line.replace(GAP, " "))["Item"]["M"]) == meant(item)
    for comment in COMMENTS:
        assert meant(members(line.replace(GAP, comment).encode())["Item"]["M"]) == meant(item)


@settings(max_examples=40, deadline=None)
@given(items())
def test_what_amazons_library_writes_is_read(item: Item) -> None:
    line = ion_oracle.written({"Item": with_bytes({"M": item})})
    assert line.startswith("$ion_1_0 ")
    assert meant(members(line.encode())["Item"]["M"]) == meant(item)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[("25.", "25"), ("1d3", "1000"), ("-0.5d-7", "-0.00000005"), ("0.", "0"), ("-0.0", "0")],
        *[("12_3.4_5", "123.45"), ("1000.", "1000"), ("1.50", "1.5"), ("0d5", "0"), ("7", "7")],
        *[
            ("0x1F", "31"),
            ("-0b101", "-5"),
            ("0xa_b", "171"),
            ("1.5e3", "1500"),
            ("-1e-2", "-0.01"),
        ],
        ("1.2345678901234567890123456789012345678d0", "1.2345678901234567890123456789012345678"),
        ("99999999999999999999999999999999999999.", "99999999999999999999999999999999999999"),
        ("1d125", "1" + "0" * 125),
        ("1d-130", "0." + "0" * 129 + "1"),
    ],
)
def test_numbers_are_exact(text: str, number: str) -> None:
    assert members(f"{{a:{text}}}".encode()) == {"a": {"N": number}}
    assert float(ion_oracle.read(f"{{a:{text}}}")["a"]["N"]) == float(number)


@pytest.mark.parametrize(
    "text",
    ['"\\ud83d\\ude00"', '"\\U0001F600"', "'''\\U0001f600'''", '"😀"'],
)
def test_a_character_beyond_four_digits_is_one(text: str) -> None:
    assert members(f"{{a:{text}}}".encode()) == {"a": {"S": "😀"}}


def test_ends_of_line_in_long_strings_are_one_character() -> None:
    assert members(b"{a:'''x\r\ny\rz\n''' /* c */ '''\\\r\n'''}") == {"a": {"S": "x\ny\nz\n"}}


def test_a_comment_may_begin_and_end_with_stars() -> None:
    assert members(b"/***/{a:/**/1./* ** */}") == {"a": {"N": "1"}}


def test_blobs_may_have_spaces() -> None:
    (blob,) = members(b"{a:{{ aGVs\n bG8= }}}")["a"].values()
    assert b64decode(blob) == b"hello"


BAD = [
    ("$ion_1_1 {a:1.}", "announces another version of Ion"),
    ("$ion_1_0", "the line ends within a value"),
    ("$ion_1_0 {a:1.", "ends too early"),
    ("$ion_1_0 {a:", "ends within a value"),
    ('{a:"x', "begins a string that does not end"),
    ("{a:'x", "begins a string that does not end"),
    ("{a:'''x''}", "long string that does not end"),
    ("{a:1. b:2.}", "is where a comma or } belongs"),
    ("{a:[1. 2.]}", "is where a comma or ] belongs"),
    ("{a:[1.}", "is where a comma or ] belongs"),
    ("{a 1.}", "is where a colon belongs, behind the name 'a'"),
    ("{1:1.}", "is no field's name"),
    ("{a:1.} {b:2.}", "follows after the value"),
    ("{a:1.,a:2.}", "is a second 'a' in one struct"),
    ('"text"', "the line is no Ion struct"),
    ("{$10:1.}", "is a symbol by number"),
    ("{/**/$10:1.}", "is no field's name"),
    ("{a:word}", "is a symbol, for which DynamoDB has no type"),
    ("{a:'word'}", "is a symbol"),
    ("{a:nan}", "is a symbol"),
    ("{a:+inf}", "is no value that DynamoDB has a type for"),
    ("{a:2020-09-02T03:54:12Z}", "'2020-09-02T03:54:12Z' at character 4 is no value"),
    ("{a:2020T}", "is no value"),
    ("{a:01.}", "is no value"),
    ("{a:1_.}", "is no value"),
    ("{a:(1 2)}", "begins an s-expression"),
    ('{a:{{"clob"}}}', "is a clob or no Base64"),
    ("{a:{{'''clob'''}}}", "is a clob or no Base64"),
    ("{a:null.string}", "is a null of some type"),
    ("{a:$dynamodb_XS::[1.]}", "is an annotation, and DynamoDB's are"),
    ("{a:x::1.}", "is an annotation"),
    ('{a:$dynamodb_SS::["x",1.]}', "announces a list whose elements are all S"),
    ('{a:$dynamodb_NS::"x"}', "announces a list"),
    ("{a:$dynamodb_SS::" * 200, "nested more than 40 deep"),
    ("{a:" + "$dynamodb_SS::" * 200 + "[]}", "nested more than 40 deep"),
    ("{a:" * 300, "nested more than 40 deep"),
    ("{a:" + "[" * 5000, "nested more than 40 deep"),
    ("{a:" + "/**/" * 5000 + "?}", "is no value"),
    ("{a:/* no end}", "is no value"),
    ('{a:"\\q"}', "\\q is no escape"),
    ('{a:"\\x4"}', "\\x is no escape"),
    ('{a:"\\U00110000"}', "is no character"),
    ('{a:"\\ud83d"}', "half of a surrogate pair"),
    ("{a:1d126}", "beyond the range"),
    ("{a:1d-131}", "beyond the range"),
    ("{a:1d999999999999}", "is not a number"),
    ("{a:" + "1" * 39 + ".}", "has 39 significant digits"),
    ("{a:0x" + "f" * 200 + "}", "significant digits"),
    ("{a:0x" + "f" * 9000 + "}", "is no value"),
    ("\xe0\x01\x00\xea", "is binary Ion"),
    ("{a:\xff}", "byte 4 is not UTF-8"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        members(text.encode("latin-1"))
    assert said in str(raised.value)
    assert len(str(raised.value)) < 300
