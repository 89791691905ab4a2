"""Amazon Ion text, as far as DynamoDB writes it, read into the types of DynamoDB.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
https://amazon-ion.github.io/ion-docs/docs/spec.html
"""

from __future__ import annotations

import base64
import re
from collections import deque
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Token = tuple[str, str]

SETS = {"$dynamodb_SS": "S", "$dynamodb_NS": "N", "$dynamodb_BS": "B"}
VERSION = ("symbol", "$ion_1_0")
BLANK = "blank"
END = ("end", "")
_TOKENS = re.compile(
    r"""
    (?P<blank>\s+)
    | \{\{\s*(?P<blob>[A-Za-z0-9+/=\s]*)\}\}
    | "(?P<text>[^"\\\n]*(?:\\.[^"\\\n]*)*)"
    | '(?!'')(?P<quoted>[^'\\\n]*(?:\\.[^'\\\n]*)*)'
    | (?P<null>null(?:\.[a-z]+)?)(?![\w$])
    | (?P<truth>true|false)(?![\w$])
    | (?P<symbol>(?!\$\d+(?![\w$]))[A-Za-z_$][\w$]*)
    | (?P<number>-?(?:0|[1-9](?:_?\d)*)(?:\.(?:\d(?:_?\d)*)?)?(?:[dDeE][+-]?\d+)?)(?![\w$:.-])
    | (?P<mark>::|[{}\[\],:])
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_ESCAPED = dict(zip("0abfnrtv\"'/?\\\n", "\0\a\b\f\n\r\t\v\"'/?\\", strict=False)) | {"\n": ""}


class IonError(ValueError):
    """What is no Ion text, or has a type that DynamoDB has not."""


def values(text: str) -> list[dict[str, Any]]:
    """Return the values of a text, each in the types of DynamoDB; raise IonError for others."""
    tokens, found = _tokens(text), []
    try:
        while tokens[0] != END:
            if tokens[0] == VERSION:
                tokens.popleft()
            else:
                found.append(_value(tokens))
    except RecursionError:
        raise IonError("it is nested too deeply") from None
    return found


def _tokens(text: str) -> deque[Token]:
    tokens: deque[Token] = deque()
    at = 0
    while at < len(text):
        found = _TOKENS.match(text, at)
        if found is None:
            raise IonError(f"nothing in Ion begins with {text[at : at + 20]!r}")
        at, kind = found.end(), str(found.lastgroup)
        if kind != BLANK:
            tokens.append((kind, found[kind]))
    tokens.append(END)
    return tokens


def _value(tokens: deque[Token]) -> dict[str, Any]:
    annotations = []
    while tokens[0][0] in {"symbol", "quoted"} and tokens[1] == ("mark", "::"):
        annotations.append(_unescaped(tokens.popleft()[1]))
        tokens.popleft()
    kind, text = tokens.popleft()
    for sort in (SETS[each] for each in annotations if each in SETS):
        members = _list(tokens) if text == "[" else [{}]
        if any(sort not in each for each in members):
            raise IonError(f"a set has a member that is no {sort}")
        return {f"{sort}S": [each[sort] for each in members]}
    if kind in _SCALARS:
        name, read = _SCALARS[kind]
        return {name: read(text)}
    if text == "{" and kind == "mark":
        return {"M": _struct(tokens)}
    if text == "[" and kind == "mark":
        return {"L": _list(tokens)}
    raise IonError(f"{text!r} is no value that DynamoDB has")


def _list(tokens: deque[Token]) -> list[dict[str, Any]]:
    members = []
    while tokens[0] != ("mark", "]"):
        members.append(_value(tokens))
        _next(tokens, "]")
    tokens.popleft()
    return members


def _struct(tokens: deque[Token]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    while tokens[0] != ("mark", "}"):
        kind, name = tokens.popleft()
        if kind not in {"symbol", "quoted", "text"} or tokens.popleft() != ("mark", ":"):
            raise IonError(f"{name!r} is no name of a member")
        members[_unescaped(name)] = _value(tokens)
        _next(tokens, "}")
    tokens.popleft()
    return members


def _next(tokens: deque[Token], end: str) -> None:
    """Go past a comma; without one, the end has to come."""
    if tokens[0] == ("mark", ","):
        tokens.popleft()
    elif tokens[0] != ("mark", end):
        raise IonError(f"{tokens[0][1]!r} is there, and not a comma or {end}")


def _number(text: str) -> str:
    try:
        return str(Decimal(re.sub("[dD]", "e", text.replace("_", ""))))
    except InvalidOperation:
        raise IonError(f"{text} is no number") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise IonError(f"{text} is no base64") from None


def _unescaped(text: str) -> str:
    """Replace escapes; two halves of a character of UTF-16 are one."""
    plain = _ESCAPE.sub(_replaced, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _replaced(found: re.Match[str]) -> str:
    escape = found[1]
    if escape[0] in "xuU" and len(escape) > 1:
        return chr(int(escape[1:], 16))
    if escape not in _ESCAPED:
        raise IonError(f"there is no escape \\{escape}")
    return _ESCAPED[escape]


_SCALARS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "text": ("S", _unescaped),
    "number": ("N", _number),
    "blob": ("B", _decoded),
    "truth": ("BOOL", "true".__eq__),
    "null": ("NULL", lambda _: True),
}
