"""Every line that says no item is refused with what is wrong, and nothing else goes wrong."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blueprints.functions.common.dump_formats import FORMATS, detect
from blueprints.functions.common.export_lines import images
from blueprints.functions.load_file.formats import reader
from blueprints.functions.load_file.formats.parsed import check
from tests.unit.functions.test_formats import DYNAMODB_JSON, ION, WRITERS, changed
from tests.unit.functions.typed_items import KEYS, Item

ITEM: Item = {
    "pk": {"S": "ä\x01\n"},
    "sk": {"N": "-12.5"},
    "b": {"B": "aGk="},
    "many": {"L": [{"SS": ["a", "b"]}, {"M": {"x y": {"NULL": True}, "t": {"BOOL": False}}}]},
}
KEY = {name: ITEM[name] for name in KEYS}
LINES = {
    **{(file_format, "full"): write(ITEM) for file_format, write in WRITERS.items()},
    ("dynamodb_json", "incremental"): changed(KEY, ITEM, ITEM, DYNAMODB_JSON),
    ("ion", "incremental"): changed(KEY, ITEM, ITEM, ION),
}
CASES = sorted(LINES)
NOISE = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"'",
    b":",
    b",",
    b"\x02",
    b"\x03",
    b"\xff",
    b"\xc3",
    b"0",
]
NOISE += [b"//", b"/*", b"{{", b"::", b"null", b"\\u", b"\\ud800", b"'''", b"1e9", b"NaN", b"\x00"]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Return a line that was right until something happened to it."""
    file_format, kind = draw(st.sampled_from(CASES))
    line = bytearray(LINES[file_format, kind])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(line)))
        until = min(len(line), at + draw(st.integers(0, 6)))
        line[at:until] = draw(st.sampled_from(["", *NOISE]) | st.binary(max_size=2)) or b""
    return file_format, kind, bytes(line)[: draw(st.none() | st.integers(0, len(line)))]


def tried(file_format: str, kind: str, line: bytes) -> None:
    """Read a line in every way; only ValueError with a text may come of it."""
    for transform in (None, dict):
        try:
            request = reader(file_format, kind, KEYS, transform)(line)
        except ValueError as error:
            told(error)
        else:
            copied = (file_format, kind, transform) == ("dynamodb_json", "full", None)
            if request is not None and not copied:
                assert set(json.loads(request)) <= {"PutRequest", "DeleteRequest"}
    try:
        known = check(line, file_format, kind, KEYS)
    except ValueError as error:
        told(error)
    else:
        assert json.loads(reader(file_format, kind, KEYS)(line) or b"") == known
    for way in (lambda: images(line, file_format), lambda: detect(line)):
        try:
            way()
        except ValueError as error:
            told(error)


def told(error: ValueError) -> None:
    assert type(error) is not UnicodeEncodeError
    assert type(error) is not UnicodeDecodeError
    assert 10 < len(str(error)) < 500, error


@settings(max_examples=400, deadline=None)
@given(mutated())
def test_whatever_happens_to_a_line_it_is_read_or_refused(case: tuple[str, str, bytes]) -> None:
    tried(*case)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CASES), st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_anything_is_read_or_refused(case: tuple[str, str], line: bytes) -> None:
    tried(*case, line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[" * 100_000, "."),
        (b'{"Item":' * 100_000, "nested|control character 3"),
        (b'{"Item":' + b"9" * 5000 + b"}", "."),
        (gzip.compress(b"{}", mtime=0), "is compressed"),
        (b"\x28\xb5\x2f\xfd\xff", "is compressed"),
        (b"\xff\xfe{\x00}\x00", "byte 1 is not UTF-8"),
        (b"null", "."),
        (b"42", "."),
    ],
)
@pytest.mark.parametrize("case", CASES)
def test_nothing_breaks_a_reader(case: tuple[str, str], line: bytes, said: str) -> None:
    file_format, kind = case
    with pytest.raises(ValueError, match=said):
        check(line, file_format, kind, KEYS)
    tried(file_format, kind, line)


FULL = '{"Item":{"pk":{"S":"a"},"sk":{"N":"1"}}}'
CHANGE = '{"Metadata":{"WriteTimestampMicros":{"N":"5"}},"Keys":{"pk":{"S":"a"},"sk":{"N":"1"}}}'
OLDER = '{"pk":{"s":"a"},"sk":{"n":"1"}}'
READ = [
    ("dynamodb_json", "full", FULL[:-1], "this is no JSON: .*was the file cut"),
    (
        "dynamodb_json",
        "full",
        FULL[:21],
        r"no JSON: Unterminated string starting at character 20 \(was the file cut",
    ),
    ("dynamodb_json", "full", FULL + ",", "this is no JSON: Extra data at character 41"),
    ("dynamodb_json", "full", '{"Item":{"a":{"N":NaN}}}x', "NaN is no JSON"),
    ("dynamodb_json", "full", CHANGE, 'no "Item": the line is of an incremental export'),
    ("dynamodb_json", "full", OLDER, 'no "Item": the line is of an older dump'),
    ("dynamodb_json", "full", '{"Item":{}}', '"Item" is no object of attributes, or is empty'),
    ("dynamodb_json", "full", '{"Item":[]}', '"Item" is no object'),
    ("dynamodb_json", "full", "[]", "this is no JSON object"),
    ("dynamodb_json", "incremental", FULL, 'no "Keys": the line is of a full export'),
    ("dynamodb_json", "incremental", OLDER, 'no "Keys": the line is of no export'),
    ("dynamodb_json", "incremental", '{"Keys":[]}', '"Keys" is no object'),
    ("dynamodb_json", "incremental", '{"Keys":{"id":{"S":"a"}}}', '"Keys" has id, and the table'),
    (
        "dynamodb_json",
        "incremental",
        CHANGE[:-1] + ',"NewImage":{}}',
        '"NewImage" is no object of attributes, or is empty',
    ),
    (
        "dynamodb_json",
        "incremental",
        CHANGE[:-1] + ',"NewImage":{"pk":{"S":"a"}}}',
        "the item has no sk, which is in the table's key",
    ),
    (
        "dynamodb_json",
        "incremental",
        CHANGE[:-1] + ',"NewImage":{"pk":{"S":"\\ud800"},"sk":{"N":"1"}}}',
        "half of a surrogate pair",
    ),
    ("ion", "full", '$ion_1_0 {Item:"x"}', '"Item" is no object'),
    ("ion", "full", '$ion_1_0 {Item:{pk:"a"}}', "the item has no sk"),
    ("ion", "full", '$ion_1_0 {Record:{Keys:{pk:"a"}}}', 'no "Item"'),
    ("ion", "incremental", '$ion_1_0 {Item:{pk:"a"}}', 'no "Keys": the line is of a full export'),
    ("ion", "incremental", '$ion_1_0 {Record:"a"}', '"Record" is no object'),
    ("pipeline_json", "full", "{}", "no JSON object of attributes"),
    ("pipeline_json", "full", '{"pk":"a"}', "'pk' has no value with exactly one type"),
    ("pipeline_json", "full", '{"pk":{"s":"a","n":"1"}}', "'pk' has no value with exactly one"),
    ("pipeline_json", "full", '{"pk":{"sS":[],"nS":[]}}', "'pk' has no value with exactly one"),
    (
        "pipeline_json",
        "full",
        '{"pk":{}}',
        "'pk' has no value: the tool that wrote the dump did not",
    ),
    ("pipeline_json", "full", '{"pk":{"x":"a"}}', "'pk' has type 'x'"),
    ("pipeline_json", "full", '{"pk":{"n":1}}', "'pk' has type N, and its value is not a string"),
    ("pipeline_json", "full", '{"pk":{"bOOL":"true"}}', "type BOOL, and its value is not true or"),
    ("pipeline_json", "full", '{"pk":{"m":{"x":{"l":{}}}}}', "'pk' has type L, and its value is"),
    ("pipeline_json", "full", '{"pk":{"s":"a"}}', "the item has no sk"),
    ("pipeline_json", "full", '{"pk":' + '{"l":[' * 50 + "]}" * 50 + "}", "is nested too deep"),
    ("pipeline_json", "full", FULL, "'Item' has type 'pk'|exactly one type"),
    ("pipeline_text", "full", OLDER, "has no control character 3"),
    ("pipeline_text", "full", 'pk\x02{"s":"a"}\x03sk\x02{"n":"1"}', "attribute 1 has no control"),
    ("pipeline_text", "full", 'pk\x03{"s":"a"}\x02pk\x03{"s":"b"}', "'pk' is there twice"),
    ("pipeline_text", "full", "pk\x03\\N", "'pk' is Hive's null"),
    ("pipeline_text", "full", 'pk\x03{"s":"a"', "the value of 'pk': this is no JSON"),
    ("pipeline_text", "full", "pk\x03", "the value of 'pk': this is no JSON"),
    ("pipeline_text", "full", "\x02", "this has no attributes"),
]


@pytest.mark.parametrize(("file_format", "kind", "line", "said"), READ)
def test_a_reader_says_what_is_wrong(file_format: str, kind: str, line: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        reader(file_format, kind, KEYS)(line.encode())
    with pytest.raises(ValueError, match=r"."):
        check(line.encode(), file_format, kind, KEYS)


CHECKED = [
    # JSON is Ion, too.
    ("ion", "full", FULL, "'pk' is in the table's key and has type M"),
    ("dynamodb_json", "full", FULL[:-1] + ',"More":1}', "'More' stands beside \"Item\""),
    ("dynamodb_json", "full", FULL[:-2] + ',"sk":{"N":"1"}}}', "'sk' is there twice in one object"),
    ("dynamodb_json", "full", '{"Item":{"pk":{"S":"a"}}}', "the item has no 'sk'"),
    ("dynamodb_json", "full", '{"Item":{"pk":{"S":"\\ud800"}}}', "half of a surrogate pair"),
    ("dynamodb_json", "full", FULL.replace('"1"', "1"), "has numbers in quotes"),
    ("dynamodb_json", "full", "", "the line is blank"),
    (
        "dynamodb_json",
        "incremental",
        CHANGE[:-1] + ',"NewImage":{"pk":{"S":"b"},"sk":{"N":"1"}}}',
        '"NewImage" has another key than "Keys": pk',
    ),
    (
        "dynamodb_json",
        "incremental",
        CHANGE.replace('"sk"', '"x":{"S":"a"},"sk"'),
        "the key has 'x' beside 'pk' and 'sk'",
    ),
    ("ion", "full", '$ion_1_0 {Item:{pk:"a",sk:true}}', "'sk' is in the table's key and has type"),
    ("ion", "full", '$ion_1_0 {Item:{pk:"a",sk:1.,x:{{abc}}}}', "'x' is not Base64"),
    ("ion", "full", '$ion_1_0 {Item:{pk:"a",sk:1.},More:1.}', "'More' stands beside"),
    ("pipeline_json", "full", OLDER[:-1] + ',"x":{"nULLValue":false}}', "'x' is null and not"),
    ("pipeline_json", "full", OLDER[:-1] + ',"x":{"sS":[1]}}', "'x'[0] is a number"),
    ("pipeline_json", "full", OLDER[:-1] + ',"pk":{"s":"b"}}', "'pk' is there twice"),
    (
        "pipeline_text",
        "full",
        'pk\x03{"s":"a"}\x02sk\x03{"n":"one"}',
        "'sk': 'one' is not a number",
    ),
]


@pytest.mark.parametrize(("file_format", "kind", "line", "said"), CHECKED)
def test_a_check_says_what_readers_leave_to_it(
    file_format: str, kind: str, line: str, said: str
) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        check(line.encode(), file_format, kind, KEYS)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "line",
    [
        '{"Keys":{"pk":{"S":"a"}}}',
        '{"Metadata":5,"Keys":{"pk":{"S":"a"}}}',
        '{"Metadata":{"WriteTimestampMicros":{"N":"1.5"}},"Keys":{"pk":{"S":"a"}}}',
        '{"Metadata":{"WriteTimestampMicros":true},"Keys":{"pk":{"S":"a"}}}',
        '{"Metadata":{"WriteTimestampMicros":{"N":null}},"Keys":{"pk":{"S":"a"}}}',
    ],
)
def test_a_change_without_a_time_has_no_images(line: str) -> None:
    with pytest.raises(ValueError, match=r"the time of the write is not known"):
        images(line.encode(), "dynamodb_json")
    assert reader("dynamodb_json", "incremental", ["pk"])(line.encode()) is not None


@pytest.mark.parametrize(
    ("file_format", "kind"),
    [("csv", "full"), ("ion", "partly"), ("pipeline_json", "incremental")],
)
def test_other_formats_and_kinds_are_none(file_format: str, kind: str) -> None:
    with pytest.raises(ValueError, match=r"formats are dynamodb_json|are full"):
        reader(file_format, kind, KEYS)
    with pytest.raises(ValueError, match=r"formats are dynamodb_json|are full"):
        check(b"{}", file_format, kind, KEYS)
    assert set(FORMATS) == {each for each, _ in CASES}
