from __future__ import annotations

from pathlib import Path

from generator import output
from generator.departures import departures, protected


def table(label: str, name: str, *, guarded: bool = True) -> str:
    guard = "\n  lifecycle {\n    prevent_destroy = true\n  }\n" if guarded else ""
    return f'\nresource "aws_dynamodb_table" "{label}" {{\n  name     = "{name}"\n{guard}}}\n'


def warnings(folder: Path, before: str, after: str) -> list[str]:
    output.write(output.compare(folder, {"terraform/tables.tf": before}, ("", "terraform")))
    changes = output.compare(folder, {"terraform/tables.tf": after}, ("", "terraform"))
    return [line.removeprefix(f"warning: {folder}: ") for line in departures(changes)]


def test_addresses_and_names_of_guarded_resources_alone() -> None:
    text = table("a", "orders") + table("b", "carts", guarded=False)
    assert protected(text) == {"aws_dynamodb_table.a": '"orders"'}


def test_what_stays_is_not_mentioned(tmp_path: Path) -> None:
    before = table("a", "orders")
    assert warnings(tmp_path, before, before + table("b", "carts")) == []


def test_what_leaves_would_be_destroyed(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, table("a", "orders") + table("b", "carts"), table("b", "carts"))
    assert line.startswith("aws_dynamodb_table.a is no longer rendered.")
    assert "state rm aws_dynamodb_table.a`" in line


def test_what_gets_another_address_is_moved(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, table("a", "orders"), table("b", "orders"))
    assert "state mv aws_dynamodb_table.a aws_dynamodb_table.b`" in line


def test_what_gets_another_name_is_refused(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, table("a", "orders"), table("a", "baskets"))
    assert line.startswith('aws_dynamodb_table.a changes its name from "orders" to "baskets".')
