"""What a file of items is written in, by its first bytes."""

from __future__ import annotations

import gzip
import json

import pytest

from blueprints.functions.common.dump_formats import UnknownFormatError, detect, is_gzip, unpacked

LONG = "x" * 70_000


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ('{"Item":{"pk":{"S":"a"}}}', "dynamodb_json"),
        ('{"Item": {"pk": {"N": "1"}, "tags": {"SS": ["a"]}}}', "dynamodb_json"),
        ('{"Item":{"S":{"S":"an attribute that is called S"}}}', "dynamodb_json"),
        ('{"pk":{"s":"a"}}', "pipeline_json"),
        ('{"pk":{"s":"a"},"n":{"n":"1"}}', "pipeline_json"),
        ('{"Item":{"s":"an attribute that is called Item"}}', "pipeline_json"),
        ('{"Item":{"m":{"a":{"s":"x"}}}}', "pipeline_json"),
        ('{"Keys":{"s":"a"}}', "pipeline_json"),
        ('pk\x03{"s":"a"}\x02n\x03{"n":"1"}', "pipeline_text"),
        ('pk\x03{"s":"a"}', "pipeline_text"),
        ('$ion_1_0 {Item:{pk:"a"}}', "ion"),
    ],
)
def test_a_first_line_tells_the_format(line: str, written: str) -> None:
    whole = f"{line}\n{line}\n".encode()
    assert detect(whole) == written
    assert detect(b"\xef\xbb\xbf\n" + whole) == written
    assert detect(gzip.compress(whole)) == written


@pytest.mark.parametrize(
    ("document", "written"),
    [
        ({"Item": {"pk": {"S": LONG}}}, "dynamodb_json"),
        ({"Item": {'a "b"': {"M": {"c": {"S": LONG}}}}}, "dynamodb_json"),
        ({"pk": {"s": LONG}}, "pipeline_json"),
        ({"Item": {"s": LONG}}, "pipeline_json"),
        ({"Keys": {"m": {"a": {"s": LONG}}}}, "pipeline_json"),
    ],
)
def test_a_line_that_is_longer_than_the_sample(document: object, written: str) -> None:
    sample = json.dumps(document).encode()[:65_536]
    assert detect(sample) == written
    packed = gzip.compress(json.dumps(document).encode())
    assert detect(packed[: len(packed) // 2]) == written


@pytest.mark.parametrize(
    "line",
    [
        '{"Metadata":{"WriteTimestampMicros":{"N":"1"}},"Keys":{"pk":{"S":"a"}}}',
        '{"Metadata": {"WriteTimestampMicros": {"N": "1"}}, "Keys": {"pk": {"S": "' + LONG,
        '{"Keys":{"pk":{"S":"' + LONG,
        "$ion_1_0 {Record:{Metadata:{}}}",
        "$ion_1_0 { Record: {}}",
    ],
)
def test_lines_of_an_incremental_export_are_no_dump(line: str) -> None:
    with pytest.raises(UnknownFormatError, match="refill from its manifest-summary"):
        detect(line.encode())


@pytest.mark.parametrize("sample", [b"", b"a,b,c\n", b"PAR1", b"[1]"])
def test_what_is_of_no_item_is_told_as_it_begins(sample: bytes) -> None:
    with pytest.raises(UnknownFormatError, match="its first line is none of an item"):
        detect(sample)


def test_a_beginning_is_unpacked_as_far_as_it_goes() -> None:
    packed = gzip.compress(b"first\n" * 9)
    assert is_gzip(packed)
    assert not is_gzip(b"first")
    assert (unpacked(packed), unpacked(b"first")) == (b"first\n" * 9, b"first")
    with pytest.raises(UnknownFormatError, match="cannot be unpacked"):
        unpacked(b"\x1f\x8b\x08nothing")
