from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
import yaml
from awscli.customizations.cloudformation.yamlhelper import yaml_parse
from cfnlint.decode import decode_str
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.render.yaml_text import Intrinsic, dump, entry, scalar

ODD = (
    "",
    " ",
    "a ",
    " a",
    "a  b",
    "yes",
    "NO",
    "On",
    "y",
    "null",
    "Null",
    "~",
    "true",
    "1",
    "1.5",
    "0x1F",
    "0o17",
    "1e3",
    "1_000",
    "12:30:45",
    "190:20:30",
    "2012-10-17",
    "2001-12-14t21:59:43.10-05:00",
    ".inf",
    "-.INF",
    ".nan",
    "inf",
    "<<",
    "=",
    "---",
    "...",
    "--- a",
    "- a",
    "-",
    "? a",
    "a: b",
    "a:",
    ": a",
    "a #b",
    "#a",
    "a#b",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "'a'",
    '"a"',
    "[a]",
    "{a}",
    "a, b",
    "a\nb",
    "a\r\nb\n",
    "\ta",
    "a\tb",
    "arn:aws:s3:::bucket/*",
    "cron(0 3 * * ? *)",
    "\x85\u2028\u2029",
    "\ufeffa",
    "\x00\x07\x1b\x7f\x80\xa0",
    "\ud7ff\ue000\ufffd\ufffe\uffff",
    "\U00010000\U0001f600\U0010ffff",
    "${x} %{y}",
    "\\n\\",
)

texts = st.text(max_size=40) | st.sampled_from(ODD)
leaves = texts | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
trees = st.dictionaries(
    texts,
    st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=4,
)


def exact(value: Any) -> Any:
    """Return `value` so that 1, 1.0 and True differ and the order of maps counts."""
    if isinstance(value, dict):
        return [(key, exact(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [exact(item) for item in value]
    return (type(value), repr(value))


@settings(deadline=None)
@given(trees)
def test_any_tree_survives_safe_load(tree: dict[str, Any]) -> None:
    text = dump(tree)

    assert exact(yaml.safe_load(text)) == exact(tree)
    assert exact(yaml.safe_load(text.encode())) == exact(tree)


@settings(deadline=None)
@given(trees)
def test_the_text_is_visible_ascii(tree: dict[str, Any]) -> None:
    text = dump(tree)

    assert text.isascii()
    assert text.replace("\n", "").isprintable()


@settings(deadline=None)
@given(texts)
def test_any_string_survives_the_readers_of_templates(text: str) -> None:
    template = {
        "Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": text}}}
    }

    decoded, mistakes = decode_str(dump(template))

    assert mistakes == []
    assert decoded["Resources"]["A"]["Properties"]["DisplayName"] == text
    assert yaml_parse(dump(template)) == template


@pytest.mark.parametrize("text", ODD)
def test_odd_strings_survive_as_values_keys_and_items(text: str) -> None:
    tree = {text: text, "list": [text, [text], {text: text}]}

    assert yaml.safe_load(dump(tree)) == tree


@pytest.mark.parametrize(
    "text",
    [
        "employee",
        "AWS::DynamoDB::Table",
        "arn:aws:s3:::bucket/*",
        "/aws-dynamodb/imports",
        "cron(0 3 * * ? *)",
        "Tables of shop, prod: all",
        "dynamodb:Describe*",
    ],
)
def test_what_is_surely_safe_stays_plain(text: str) -> None:
    assert scalar(text) == (text if ": " not in text else f'"{text}"')


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("4711", '"4711"'),
        ("2012-10-17", '"2012-10-17"'),
        ("Off", '"Off"'),
        ("a\nb", '"a\\nb"'),
        ("Zürich", '"Z\\u00fcrich"'),
        ("\U0001f600", '"\\U0001f600"'),
        ("\b", '"\\u0008"'),
    ],
)
def test_everything_else_is_quoted(text: str, quoted: str) -> None:
    assert scalar(text) == quoted


def test_block_style() -> None:
    tree = {
        "a": {"b": [1, {"c": True, "d": []}, ["e", {}, ["f"]]]},
        "g": ({"h": 1e-7}, 1e22, 0.5),
        "i": StrEnum("Color", {"RED": "red"}).RED,
    }

    assert dump(tree) == (
        "a:\n"
        "  b:\n"
        "    - 1\n"
        "    - c: true\n"
        "      d: []\n"
        "    - - e\n"
        "      - {}\n"
        "      - - f\n"
        "g:\n"
        "  - h: 1.0e-07\n"
        "  - 1.0e+22\n"
        "  - 0.5\n"
        "i: red\n"
    )


def test_an_empty_document() -> None:
    assert dump({}) == "{}\n"


def test_an_entry_can_stand_deeper() -> None:
    assert entry("a", {"b": 1}, indent=2) == ["  a:", "    b: 1"]


CALLS = {
    "Ref": Intrinsic({"Ref": "AWS::Region"}),
    "GetAtt": Intrinsic({"Fn::GetAtt": ["Table", "Arn"]}),
    "Deep": Intrinsic({"Fn::GetAtt": ["Stack", "Outputs.Arn"]}),
    "Computed": Intrinsic({"Fn::GetAtt": ["Table", Intrinsic({"Ref": "Name"})]}),
    "Sub": Intrinsic({"Fn::Sub": "arn:${AWS::Partition}:s3:::b"}),
    "SubMap": Intrinsic({"Fn::Sub": ["${a}", {"a": Intrinsic({"Ref": "B"})}]}),
    "Twice": Intrinsic({"Fn::Base64": Intrinsic({"Fn::Sub": "a"})}),
    "Thrice": Intrinsic(
        {"Fn::Base64": Intrinsic({"Fn::Base64": Intrinsic({"Fn::Join": ["", ["a"]]})})}
    ),
    "List": [Intrinsic({"Ref": "C"}), Intrinsic({"Fn::Join": ["/", ["a", {"b": 1}]]})],
    "TwiceInList": [Intrinsic({"Fn::ImportValue": Intrinsic({"Fn::Sub": "a"})})],
    "If": Intrinsic({"Fn::If": ["D", {"e": 1}, Intrinsic({"Ref": "AWS::NoValue"})]}),
    "Zones": Intrinsic({"Fn::GetAZs": ""}),
    "Map": Intrinsic({"Fn::Transform": {"Name": "M", "Parameters": {"p": "q"}}}),
}


def test_calls_are_written_in_short_form() -> None:
    assert dump(CALLS) == (
        "Ref: !Ref AWS::Region\n"
        "GetAtt: !GetAtt Table.Arn\n"
        "Deep: !GetAtt Stack.Outputs.Arn\n"
        "Computed: !GetAtt\n"
        "  - Table\n"
        "  - !Ref Name\n"
        'Sub: !Sub "arn:${AWS::Partition}:s3:::b"\n'
        "SubMap: !Sub\n"
        '  - "${a}"\n'
        "  - a: !Ref B\n"
        "Twice:\n"
        "  Fn::Base64: !Sub a\n"
        "Thrice:\n"
        "  Fn::Base64:\n"
        "    Fn::Base64: !Join\n"
        '      - ""\n'
        "      - - a\n"
        "List:\n"
        "  - !Ref C\n"
        "  - !Join\n"
        "    - /\n"
        "    - - a\n"
        "      - b: 1\n"
        "TwiceInList:\n"
        "  - Fn::ImportValue: !Sub a\n"
        "If: !If\n"
        "  - D\n"
        "  - e: 1\n"
        "  - !Ref AWS::NoValue\n"
        'Zones: !GetAZs ""\n'
        "Map: !Transform\n"
        "  Name: M\n"
        "  Parameters:\n"
        "    p: q\n"
    )


def test_readers_of_templates_see_the_long_form() -> None:
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": CALLS}}}

    decoded, mistakes = decode_str(dump(template))

    assert mistakes == []
    assert decoded == template
    assert yaml_parse(dump(template)) == template


@pytest.mark.parametrize("value", [None, {1}, b"a", object(), {1: "a"}, {None: "a"}])
def test_anything_else_is_a_bug(value: Any) -> None:
    with pytest.raises(TypeError):
        dump({"a": value})


@pytest.mark.parametrize(
    "tree",
    [{"a": "\ud800"}, {"\udfff": 1}, {"a": float("nan")}, {"a": float("-inf")}, {"k" * 1001: 1}],
)
def test_what_yaml_cannot_carry_is_refused(tree: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"surrogate|not a number|too long"):
        dump(tree)


def test_the_longest_key_is_read_back() -> None:
    tree = {"k" * 1000: "v"}

    assert yaml.safe_load(dump(tree)) == tree
