from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from generator.schema import schema, schema_text
from generator.spec import EnvironmentSpec
from tests.conftest import ROOT

FILES = sorted([*ROOT.glob("environments/*.yaml"), *ROOT.glob("tests/environments/*.yaml")])


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(schema())
    return Draft202012Validator(schema())


def errors(validator: Draft202012Validator, text: str) -> list[str]:
    """Return where the schema disagrees, as deep within alternatives as it can tell."""
    found = validator.iter_errors(yaml.safe_load(text))
    return [
        ".".join(map(str, (best_match([error]) or error).absolute_path)) + f": {error.message}"
        for error in found
    ]


def properties(definition: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in definition.get("properties", {}).items():
        yield f"{path}.{name}", value


def described(value: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Return whether a field, or the one model that it takes, has a description."""
    model = str(value.get("anyOf", [{}])[0].get("$ref", "")).rpartition("/")[2]
    return bool(value.get("description") or whole["$defs"].get(model, {}).get("description"))


def test_the_text_is_the_schema() -> None:
    assert json.loads(schema_text()) == schema()
    assert schema_text().endswith("}\n")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_schema_accepts_the_example_files(validator: Draft202012Validator, path: Path) -> None:
    assert errors(validator, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("enviroment: dev", ""),
        ("account_id: 111111111111", "account_id"),
        ("account_id: '1'", "account_id"),
        ("region: mars", "region"),
        ("tables: {orders: {partion_key: {name: id}}}", "tables.orders"),
        ("tables: {orders: {stack: a_b}}", "tables.orders.stack"),
        ("tables: {'a b': {existing: true}}", "tables"),
        ("tables: []", "tables"),
        (
            "protections: {a: {backups: {b: {delete_after_days: 0}}}}",
            "protections.a.backups.b.delete_after_days",
        ),
        ("vaults: {main: {lock: {mode: strict}}}", "vaults.main.lock.mode"),
        ("alerts: {subscriptions: {a: {sms: '0170'}}}", "alerts.subscriptions.a.sms"),
    ],
)
def test_the_schema_refuses_what_holdfast_refuses(
    validator: Draft202012Validator, text: str, at: str
) -> None:
    (told,) = errors(validator, text)
    assert told.startswith(f"{at}: ")


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "extends: base.yaml",
        "{extends: [a.yaml, b.yaml], include: 'tables/*.yaml'}",
        "alerts: null",
        "tables: {orders: null}",
        "tables: {orders: {billing: {auto_scaling: null}, tags: {owner: null}}}",
        "protections: {critical: {backups: {monthly: null}}}",
        "vaults: {main: {lock: null}}",
        "principals: {deploy: [{role: Deploy}]}",
    ],
)
def test_a_part_of_an_environment_is_accepted(validator: Draft202012Validator, text: str) -> None:
    assert errors(validator, text) == []


def test_every_field_is_described() -> None:
    whole = schema()
    found = dict(properties(whole, ""))
    for name, definition in whole["$defs"].items():
        found |= dict(properties(definition, name))
    assert len(found) > 100
    assert [path for path, value in found.items() if not described(value, whole)] == []
    keys = {f".{name}" for name in (*EnvironmentSpec.model_fields, "extends", "include")}
    assert keys <= found.keys()


def test_no_key_is_required_because_a_parent_may_give_it() -> None:
    assert '"required"' not in schema_text()
