"""Requests as JSON that a person edits under stress: a member a line, what is long broken up once.

Written here because `json.dumps` with an indent puts every leaf on a line of its own, and takes
more time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

# Members that are maps or lists of several things: one of those a line.
_SEVERAL = ("key_schema", "global_indexes", "local_indexes", "kinesis_destinations", "scaling")
_on_one_line = json.JSONEncoder(ensure_ascii=False).encode


def request_text(request: Mapping[str, Any]) -> str:
    """Return a request as a JSON document that ends in a newline."""
    lines = []
    for name, value in request.items():
        text = _broken(_settings(value), "  ") if name == "settings" and value else None
        lines.append(f'  "{name}": {text or _on_one_line(value)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _settings(settings: Mapping[str, Any]) -> Iterator[str]:
    for name, value in settings.items():
        if name in _SEVERAL and len(value) > 1:
            brackets = "{}" if isinstance(value, Mapping) else "[]"
            yield f'"{name}": {_broken(_several(value), "    ", brackets)}'
        else:
            yield f'"{name}": {_on_one_line(value)}'


def _several(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield f"{_on_one_line(name)}: {_on_one_line(each)}"
    else:
        yield from map(_on_one_line, value)


def _broken(members: Iterator[str], pad: str, brackets: str = "{}") -> str:
    inner = f",\n{pad}  ".join(members)
    return f"{brackets[0]}\n{pad}  {inner}\n{pad}{brackets[1]}"
