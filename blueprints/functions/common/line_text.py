"""Text and JSON of one line of a file, with errors that say what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_encoded = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False, allow_nan=False
).encode

Pairs = list[tuple[str, Any]]


def text_of(line: bytes) -> str:
    """Return a line's text; raises ValueError where it is none."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        if line.startswith((_GZIP, _ZSTD)):
            raise ValueError("this is compressed: the file's compression is another one") from None
        raise ValueError(
            f"byte {error.start + 1} is not UTF-8: the file is damaged, or in another encoding"
        ) from None


def json_of(line: bytes) -> Any:
    """Return the value of a line that is JSON; raises ValueError where it is not."""
    return _json(text_of(line), None)


def strict_json_of(line: bytes) -> Any:
    """Return the value of a line like `json_of`; no name may be there twice in one object."""
    return _json(text_of(line), _unique)


def bytes_of(value: Any) -> bytes:
    """Return a value as JSON; raises ValueError where no UTF-8 or no JSON can have it."""
    try:
        text: str = _encoded(value)
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError(
            "a string has half of a surrogate pair, which no UTF-8 text can have: correct it"
        ) from None


def _json(text: str, pairs: Callable[[Pairs], Any] | None) -> Any:
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        # Of a string without an end, the decoder tells where it begins.
        ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        where = f"{error.msg.removesuffix(' at')} at character {error.pos + 1}"
        cut = " (was the file cut?)" if ends else ""
        raise ValueError(f"this is no JSON: {where}{cut}") from None
    except RecursionError:
        raise ValueError("values are nested too deep: DynamoDB takes 32 levels") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON, and no number of DynamoDB's")


def _unique(pairs: Pairs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name[:60]!r} is there twice in one object: which of them is right?")
        found[name] = value
    return found
