"""The JSON Schema of environment files, so that editors complete and check them."""

from __future__ import annotations

import json
from typing import Any

from generator.spec import EnvironmentSpec

_PATHS = {
    "anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "null"},
    ]
}
_READER_KEYS = {
    "extends": {
        **_PATHS,
        "description": "Parent file or files; this file is laid over them.",
        "examples": ["base.yaml"],
    },
    "include": {
        **_PATHS,
        "description": "Files or globs merged over the parents and below this file.",
        "examples": [["tables/*.yaml"]],
    },
}


def schema() -> dict[str, Any]:
    """Return the schema of one file: a part of an environment, so nothing in it is required.

    Every value may be null, which removes what a parent file says.
    """
    whole = EnvironmentSpec.model_json_schema()
    whole["properties"] = {**_READER_KEYS, **whole["properties"]}
    _relax(whole)
    for definition in whole["$defs"].values():
        _relax(definition)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Holdfast environment file",
        **{name: value for name, value in whole.items() if name != "title"},
    }


def schema_text() -> str:
    """Return the schema as JSON text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _relax(definition: dict[str, Any]) -> None:
    definition.pop("required", None)
    properties = definition.get("properties", {})
    for name, value in properties.items():
        properties[name] = _or_null(value)
    _relax_map(definition)


def _relax_map(definition: dict[str, Any]) -> None:
    for pattern, values in definition.pop("patternProperties", {}).items():
        # Said this way round, editors also flag a name that does not match.
        definition["propertyNames"] = {"pattern": pattern, **definition.get("propertyNames", {})}
        definition["additionalProperties"] = values
    values = definition.get("additionalProperties")
    if isinstance(values, dict):
        definition["additionalProperties"] = _or_null(values)


def _or_null(value: dict[str, Any]) -> dict[str, Any]:
    _relax_map(value)
    for choice in value.get("anyOf", ()):
        _relax_map(choice)
    if {"type": "null"} in value.get("anyOf", ()):
        return value
    if "anyOf" in value:
        return {**value, "anyOf": [*value["anyOf"], {"type": "null"}]}
    about = {"description", "default", "title", "examples"}
    kept = {key: entry for key, entry in value.items() if key in about}
    rest = {key: entry for key, entry in value.items() if key not in about}
    return {"anyOf": [rest, {"type": "null"}], **kept}
