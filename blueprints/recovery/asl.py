"""Definitions of state machines: valid JSON files whose placeholders are filled here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


def definition(
    name: str, values: Mapping[str, Any], package: str = "blueprints.recovery"
) -> dict[str, Any]:
    """Return the definition in `NAME.asl.json`; a text that is one placeholder takes any value.

    Raises KeyError for a placeholder without a value, a bug of this blueprint.
    """
    filled: dict[str, Any] = _fill(json.loads(_text(package, name)), values)
    return filled


@cache
def _text(package: str, name: str) -> str:
    file = resources.files(package) / f"{name}.asl.json"
    return file.read_text(encoding="utf-8")


def _fill(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _fill(each, values) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, values) for each in value]
    if not isinstance(value, str) or "${" not in value:
        return value
    if value.startswith("${") and value.endswith("}") and value.count("${") == 1:
        return values[value[2:-1]]
    before, _, rest = value.partition("${")
    name, _, after = rest.partition("}")
    return _fill(f"{before}{values[name]}{after}", values)
