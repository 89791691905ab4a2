"""What a line says, in every format: an item as it was, a change, a time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from blueprints.functions.common.dump_formats import FORMATS, detect
from blueprints.functions.common.export_lines import images
from blueprints.functions.load_file.formats import reader
from blueprints.functions.load_file.formats.parsed import check
from tests.aws_extensions.dynamodb_export_lines import DYNAMODB_JSON, ION, _text
from tests.conftest import ROOT
from tests.refills import dumps
from tests.unit.functions.typed_items import KEYS, Item, bare_names, items, meant, with_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

WRITTEN = 1_680_109_764_000_123


def exported(members: dict[str, Item], export_format: str) -> bytes:
    """Return a line as the local DynamoDB writes it, which has bytes as boto3 does."""
    line = {name: with_bytes({"M": each})["M"] for name, each in members.items()}
    wrapped = export_format == ION and "Keys" in members
    return _text({"Record": line} if wrapped else line, export_format).encode()


def changed(key: Item, new: Item | None, old: Item | None, export_format: str) -> bytes:
    told = {"Keys": key, "NewImage": new, "OldImage": old}
    images = {name: image for name, image in told.items() if image is not None}
    return exported(
        {"Metadata": {"WriteTimestampMicros": {"N": str(WRITTEN)}}, **images}, export_format
    )


def put(request: bytes | None) -> Item:
    assert request is not None
    ((name, inner),) = json.loads(request).items()
    assert (name, list(inner)) == ("PutRequest", ["Item"])
    item: Item = inner["Item"]
    return item


WRITERS: dict[str, Callable[[Item], bytes]] = {
    "dynamodb_json": lambda item: exported({"Item": item}, DYNAMODB_JSON),
    "ion": lambda item: exported({"Item": item}, ION),
    "pipeline_json": lambda item: dumps.pipeline_json([item])[:-1],
    "pipeline_text": lambda item: dumps.pipeline_text([item])[:-1],
}


@pytest.mark.parametrize("file_format", FORMATS)
@settings(max_examples=60, deadline=None)
@given(item=items(bare_names))
def test_an_item_comes_out_as_it_was(file_format: str, item: Item) -> None:
    line = WRITERS[file_format](item)
    assert detect(line + b"\n" + line) == file_format
    assert meant(put(reader(file_format, "full", KEYS)(line))) == meant(item)
    assert meant(check(line, file_format, "full", KEYS)["PutRequest"]["Item"]) == meant(item)


@pytest.mark.parametrize(
    ("file_format", "export_format"), [("dynamodb_json", DYNAMODB_JSON), ("ion", ION)]
)
@settings(max_examples=40, deadline=None)
@given(new=items(), old=items())
def test_a_change_is_a_put_or_a_deletion(
    file_format: str, export_format: str, new: Item, old: Item
) -> None:
    key = {name: new[name] for name in KEYS}
    old |= key
    read = reader(file_format, "incremental", KEYS)
    for told in (new, None):
        for before in (old, None):
            line = changed(key, told, before, export_format)
            found = images(line, file_format)
            assert found.written_micros == WRITTEN
            assert meant(found.keys) == meant(key)
            assert [each and meant(each) for each in (found.new, found.old)] == [
                each and meant(each) for each in (told, before)
            ]
            request = json.loads(read(line) or b"")
            assert request == check(line, file_format, "incremental", KEYS)
            if told is None:
                assert list(request) == ["DeleteRequest"]
                assert meant(request["DeleteRequest"]["Key"]) == meant(key)
            else:
                assert meant(request["PutRequest"]["Item"]) == meant(new)


def test_the_examples_of_aws() -> None:
    ion = (
        b'$ion_1_0 {Item:{Authors:$dynamodb_SS::["Author1","Author2"],Dimensions:"8.5 x 11.0 x 1.5"'
        b',ISBN:"333-3333333333",Id:103.,InPublication:false,PageCount:6d2,Price:2d3,'
        b'ProductCategory:"Book",Title:"Book 103 Title"}}'
    )
    item = put(reader("ion", "full", ["Id"])(ion))
    assert item["Authors"] == {"SS": ["Author1", "Author2"]}
    # As DynamoDB itself writes them.
    assert [item[name]["N"] for name in ("Id", "PageCount", "Price")] == ["103", "600", "2000"]
    assert (item["InPublication"], item["Title"]) == ({"BOOL": False}, {"S": "Book 103 Title"})


def test_a_full_export_is_passed_on_as_it_is() -> None:
    line = '{"Item":{"pk":{"S":"ä{"},"n":{"N":"1.50"},"m":{"M":{}},"e":{"S":"}"}}}'.encode()
    assert reader("dynamodb_json", "full", ["pk"])(line) == b'{"PutRequest":' + line + b"}"


@pytest.mark.parametrize(
    "line",
    [
        b' { "Item" : { "pk" : { "S" : "a" } } } \r',
        b'{"Item":{"pk":{"S":"a"}}}\r',
        b'{"Item":{"pk":{"S":"a"}} }',
    ],
)
def test_spaces_and_foreign_ends_of_line_do_not_matter(line: bytes) -> None:
    assert put(reader("dynamodb_json", "full", ["pk"])(line)) == {"pk": {"S": "a"}}


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("line", [b"", b" ", b"\r", b"\t "])
def test_a_blank_line_is_nothing(file_format: str, line: bytes) -> None:
    assert reader(file_format, "full", KEYS)(line) is None


@pytest.mark.parametrize(
    "fields", [dumps.FIELDS, dumps.LOWER_CASE, {each: each for each in dumps.FIELDS}]
)
def test_types_are_known_in_any_case(fields: dict[str, str]) -> None:
    item: Item = {
        "id": {"S": "x"},
        "n": {"N": "1"},
        "b": {"B": "aGk="},
        "set": {"SS": ["a"]},
        "ns": {"NS": ["1", "2"]},
        "bs": {"BS": ["aGk="]},
        "m": {"M": {"l": {"L": [{"BOOL": False}, {"NULL": True}]}}},
        "empty": {"L": []},
        "none": {"M": {}},
        "": {"S": ""},
    }
    line = dumps.pipeline_json([item], fields)[:-1]
    assert put(reader("pipeline_json", "full", ["id"])(line)) == item
    line = dumps.pipeline_text([item], fields)[:-1]
    assert put(reader("pipeline_text", "full", ["id"])(line)) == item


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ('{"nULL":true}', {"NULL": True}),
        ('{"nULLValue":true}', {"NULL": True}),
        ('{"s":"x","sS":null,"n":null}', {"S": "x"}),
        ('{"nS":[],"sS":["a"]}', {"SS": ["a"]}),
        ('{"l":[],"m":null}', {"L": []}),
        ('{"s":"","sS":[],"m":{}}', {"S": ""}),
    ],
)
def test_what_stands_empty_beside_a_value_is_left_aside(value: str, typed: Any) -> None:
    line = f'{{"id":{{"s":"1"}},"x":{value}}}'.encode()
    assert put(reader("pipeline_json", "full", ["id"])(line))["x"] == typed


def test_a_line_of_the_connectors_own_test() -> None:
    line = b'attr1\x03{"s":"seattle"}\x02attr2\x03{"nS":["123","456","789"]}'
    found = put(reader("pipeline_text", "full", ["attr1"])(line))
    assert found == {"attr1": {"S": "seattle"}, "attr2": {"NS": ["123", "456", "789"]}}
    assert put(reader("pipeline_text", "full", ["attr1"])(line + b"\x02\r")) == found


def test_real_orders_come_back_from_both_older_layouts() -> None:
    orders = dumps.rows(ROOT / "tests/data/order_data.csv", ["amount"])
    assert len(orders) == 8
    for file_format, write in (
        ("pipeline_json", dumps.pipeline_json),
        ("pipeline_text", dumps.pipeline_text),
    ):
        objects = dumps.dump([write(orders[:3]), write(orders[3:])], "old", "backups/orders")
        told = json.loads(objects.pop(f"backups/orders/{dumps.FOLDER}/manifest"))
        assert objects.pop(f"backups/orders/{dumps.FOLDER}/_SUCCESS") == b""
        assert (told["name"], told["version"]) == ("DynamoDB-export", 3)
        assert told["entries"] == [{"url": f"s3://old/{key}", "mandatory": True} for key in objects]
        read = reader(file_format, "full", ["order_id", "item_id"])
        lines = [line for body in objects.values() for line in body.splitlines()]
        assert [put(read(line)) for line in lines] == orders


def dear_only(item: Item) -> Item | None:
    return item | {"seen": {"BOOL": True}} if float(item["sk"]["N"]) > 5 else None


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_transformation_changes_items_or_leaves_them_out(file_format: str) -> None:
    read = reader(file_format, "full", KEYS, dear_only)
    item = {"pk": {"S": "a"}, "sk": {"N": "9"}}
    assert put(read(WRITERS[file_format](item))) == item | {"seen": {"BOOL": True}}
    assert read(WRITERS[file_format](item | {"sk": {"N": "5"}})) is None
    assert read(b"") is None


@pytest.mark.parametrize(
    ("file_format", "export_format"), [("dynamodb_json", DYNAMODB_JSON), ("ion", ION)]
)
def test_what_is_left_out_of_a_chain_is_deleted(file_format: str, export_format: str) -> None:
    read = reader(file_format, "incremental", KEYS, dear_only)
    dear, cheap = ({"pk": {"S": "a"}, "sk": {"N": number}} for number in "93")
    assert put(read(changed(dear, dear, None, export_format)))["seen"] == {"BOOL": True}
    for line in (
        changed(cheap, cheap, None, export_format),
        changed(cheap, None, cheap, export_format),
    ):
        assert json.loads(read(line) or b"") == {"DeleteRequest": {"Key": cheap}}

    def renamed(item: Item) -> Item:
        return item | {"pk": {"S": "b"}}

    read = reader(file_format, "incremental", KEYS, renamed)
    with pytest.raises(ValueError, match="the transformation changes the key"):
        read(changed(dear, dear, None, export_format))


@pytest.mark.parametrize(
    "told",
    ['{"N":"5"}', "5", "5.0", '"5"', '{"N":5}'],
)
def test_a_time_is_known_bare_too(told: str) -> None:
    line = f'{{"Metadata":{{"WriteTimestampMicros":{told}}},"Keys":{{"pk":{{"S":"a"}}}}}}'
    assert images(line.encode(), "dynamodb_json") == ({"pk": {"S": "a"}}, None, None, 5)


@pytest.mark.parametrize(
    ("line", "file_format"),
    [
        (
            b'{"Metadata":{"WriteTimestampMicros":{"N":"5"}},"Keys":{"pk":{"S":"a"}},"NewImage":null}',
            "dynamodb_json",
        ),
        (b'$ion_1_0 {Metadata:{WriteTimestampMicros:5.},Keys:{pk:"a"},OldImage:null}', "ion"),
        (b'$ion_1_0 {Record:{Metadata:{WriteTimestampMicros:5},Keys:{"pk":"a"}}}', "ion"),
    ],
)
def test_an_image_that_is_null_is_none(line: bytes, file_format: str) -> None:
    assert images(line, file_format) == ({"pk": {"S": "a"}}, None, None, 5)
    request = reader(file_format, "incremental", ["pk"])(line)
    assert request == b'{"DeleteRequest":{"Key":{"pk":{"S":"a"}}}}'
