"""Writes docs/environment-fields.md from the models: every field with its type and default.

`python tools/fields_page.py > docs/environment-fields.md`; a test holds the page to be current.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.spec import EnvironmentSpec


def page() -> str:
    """Return the page as Markdown."""
    schema = EnvironmentSpec.model_json_schema()
    definitions: dict[str, Any] = {"EnvironmentSpec": schema, **schema["$defs"]}
    lines = [
        "# Every field of the environment file",
        "",
        "Made from the models by `tools/fields_page.py`. How files are laid over each other, and",
        "what the parts are for: [the environment file](environment-file.md). Required fields have",
        "no default.",
    ]
    for name, definition in definitions.items():
        if definition.get("type") == "object":
            lines += _section(name, definition)
    return "\n".join(lines) + "\n"


def _section(name: str, definition: dict[str, Any]) -> Iterator[str]:
    title = "The file" if name == "EnvironmentSpec" else name
    yield ""
    yield f"## {title}"
    yield ""
    if name != "EnvironmentSpec":
        yield _cell(definition.get("description", ""))
        yield ""
    yield "| field | type | default | meaning |"
    yield "|---|---|---|---|"
    required = definition.get("required", [])
    for field, about in definition["properties"].items():
        default = "" if field in required else _default(about)
        yield f"| `{field}` | {_type(about)} | {default} | {_cell(about.get('description', ''))} |"


def _default(about: dict[str, Any]) -> str:
    if about.get("default") is None:
        return "none" if "default" in about else "empty"
    return f"`{_cell(json.dumps(about['default']))}`"


def _type(about: dict[str, Any]) -> str:
    if "$ref" in about:
        name = about["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in about or "oneOf" in about:
        choices = about.get("anyOf") or about["oneOf"]
        return " or ".join(_type(choice) for choice in choices if choice != {"type": "null"})
    if "enum" in about or "const" in about:
        return ", ".join(f"`{value}`" for value in about.get("enum") or [about["const"]])
    if about.get("type") == "array":
        return f"list of {_type(about.get('items', {}))}"
    if about.get("type") == "object":
        values = about.get("additionalProperties") or next(
            iter(about.get("patternProperties", {}).values()), None
        )
        return f"map of {_type(values)}" if isinstance(values, dict) else "map"
    return {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        str(about.get("type")), "any"
    ) + _bounds(about)


def _bounds(about: dict[str, Any]) -> str:
    low, high = about.get("minimum"), about.get("maximum")
    if low is not None and high is not None:
        return f", {low:,} to {high:,}"
    return f", from {low:,}" if low is not None else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    print(page(), end="")
