r"""Reads Amazon Ion text into what DynamoDB JSON has: `{"S": ...}`, `{"N": ...}` and so on.

DynamoDB exports Ion as text, each line after a version marker: strings are S, bools BOOL, decimals
N, blobs B, structs M, lists L, and lists annotated `$dynamodb_SS`, `_NS` and `_BS` are sets.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
The table there has no line for null; that `null` is NULL is unverified against a real account.

Of the text format all is read that can stand for such a value: long strings, every escape,
comments, ints of any base, floats by their decimal text. Timestamps, symbols, clobs and
s-expressions are refused, because DynamoDB has no type for them, and so are symbols by number.
https://amazon-ion.github.io/ion-docs/docs/spec.html
"""

from __future__ import annotations

import re
from typing import Any

from blueprints.functions.common.item_numbers import MOST_DIGITS, plain
from blueprints.functions.common.line_text import text_of

# An export wraps an item twice; what is deeper than DynamoDB takes is refused by name elsewhere.
_MOST_LEVELS = 40
_SHORT = r'"([^"\\\n\r]*(?:\\(?:\r\n|.)[^"\\\n\r]*)*)"'
_LONG = r"'''((?:[^'\\]|'(?!'')|\\(?:\r\n|.))*)'''"
_QUOTED = r"'([^'\\\n\r]*(?:\\(?:\r\n|.)[^'\\\n\r]*)*)'"
_NAME = r"([A-Za-z_$][A-Za-z0-9_$]*)"
_DIGITS = r"[0-9](?:_?[0-9])*"
_NUMBER = rf"(-?(?:0|[1-9](?:_?[0-9])*)(?:\.(?:{_DIGITS})?)?(?:[dDeE][+-]?[0-9]+)?)"
_VALUE = re.compile(
    rf"[\t-\r ]*(?:{_SHORT}|{_NUMBER}(?=[\t-\r ,\]}}/]|\Z)|(\[)|\{{\{{([A-Za-z0-9+/=\t-\r ]*)\}}\}}"
    rf"|(\{{)(?!\{{)|{_NAME}|({_LONG[:3]})|{_QUOTED}|(.))",
    re.DOTALL,
)
_STRING, _NUM, _LIST, _BLOB, _STRUCT, _WORD, _LONG_START, _SYMBOL = 1, 2, 3, 4, 5, 6, 7, 8
_FIELD = re.compile(rf"[\t-\r ]*(?:{_NAME}|{_QUOTED}|{_SHORT})[\t-\r ]*:(?!:)", re.DOTALL)
_ANY_NAME = re.compile(rf"(?!\$[0-9]+\b){_NAME}|{_QUOTED}|{_SHORT}", re.DOTALL)
_AFTER = re.compile(r"[\t-\r ]*([,}\]])")
_SKIPPED = re.compile(r"(?:[\t-\r ]|//[^\n\r]*|/\*.*?\*/)*", re.DOTALL)
_SEGMENT = re.compile(_LONG, re.DOTALL)
_MARKER = re.compile(r"\$ion_([0-9]+)_([0-9]+)(?![A-Za-z0-9_$])")
_NUMBERED = re.compile(r"\$[0-9]+")
_BASED = re.compile(r"-?0(?:[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|[bB][01](?:_?[01])*)")
_LONGEST_BASED = 500  # more is beyond the range of DynamoDB's numbers in every base
_RUN = re.compile(r"[^\s,\[\]{}'\"()]{1,40}")
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|[\n\r])|(.))", re.DOTALL
)
_ESCAPED = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "n": "\n",
    "f": "\f",
    "r": "\r",
    "v": "\v",
    "'": "'",
    '"': '"',
    "?": "?",
    "\\": "\\",
    "/": "/",
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_SETS = {"$dynamodb_SS": "S", "$dynamodb_NS": "N", "$dynamodb_BS": "B"}
_BINARY = b"\xe0\x01\x00\xea"

Typed = dict[str, Any]


def members(line: bytes) -> dict[str, Typed]:
    """Return the members of the struct that a line has, as typed values.

    Raises ValueError that says what is wrong, and where.
    """
    if line.startswith(_BINARY):
        raise ValueError("this is binary Ion, and exports are Ion text: convert it first")
    text = text_of(line)
    at = _start(text)
    value, at = _value(text, at, 0)
    at = _skip(text, at)
    if at < len(text):
        raise _wrong(text, at, "follows after the value; a line has one item")
    if "M" not in value:
        raise ValueError('the line is no Ion struct: an export has "$ion_1_0 {Item:{...}}"')
    found: dict[str, Typed] = value["M"]
    return found


def _start(text: str) -> int:
    """Return where the value begins, behind the version marker."""
    at = _skip(text, 0)
    while found := _MARKER.match(text, at):
        if found.groups() != ("1", "0"):
            raise ValueError(f"{found[0]} announces another version of Ion than 1.0")
        at = _skip(text, found.end())
    return at


def _value(text: str, at: int, level: int) -> tuple[Typed, int]:
    """Return the value that begins here or behind what is skipped, and where it ends."""
    found = _VALUE.match(text, at)
    if found is None:
        raise ValueError("the line ends within a value: was the file cut?")
    kind, end = found.lastindex, found.end()
    if kind == _STRING:
        return {"S": _unescaped(found[_STRING])}, end
    if kind == _NUM:
        return {"N": _number(found[_NUM])}, end
    if level > _MOST_LEVELS:
        raise ValueError(f"values are nested more than {_MOST_LEVELS} deep: DynamoDB takes 32")
    if kind == _STRUCT:
        return _struct(text, end, level + 1)
    if kind == _LIST:
        return _list(text, end, level + 1)
    if kind == _WORD:
        return _word(text, found, level)
    return _less_frequent(text, at, found, level)


def _less_frequent(text: str, at: int, found: re.Match[str], level: int) -> tuple[Typed, int]:
    kind, end = found.lastindex, found.end()
    if kind == _BLOB:
        return {"B": "".join(found[_BLOB].split())}, end
    if kind == _LONG_START:
        long, end = _long_string(text, found.start(_LONG_START))
        return {"S": long}, end
    if kind == _SYMBOL:
        return _annotated(text, found, _unescaped(found[_SYMBOL]), level)
    return _rare(text, at, end - 1, level)


def _rare(text: str, at: int, here: int, level: int) -> tuple[Typed, int]:
    """Return a value behind a comment, or an int of another base; raises ValueError otherwise."""
    behind = _skip(text, at)
    if behind > here:
        return _value(text, behind, level)
    based = _BASED.match(text, here)
    if based is not None and len(based[0]) <= _LONGEST_BASED:
        return {"N": plain(str(int(based[0].replace("_", ""), 0)))}, based.end()
    if text.startswith("{{", here):
        raise _wrong(text, here, "is a clob or no Base64: DynamoDB has only blobs, {{Base64}}")
    if text[here] == "(":
        raise _wrong(text, here, "begins an s-expression, for which DynamoDB has no type")
    if text[here] in "\"'":
        raise _wrong(text, here, "begins a string that does not end: was the line cut?")
    raise _wrong(text, here, "is no value that DynamoDB has a type for")


def _struct(text: str, at: int, level: int) -> tuple[Typed, int]:
    fields: dict[str, Typed] = {}
    while True:
        found = _FIELD.match(text, at)
        if found is None:
            name, at = _rare_name(text, at)
            if name is None:
                return {"M": fields}, at
        else:
            name = found[found.lastindex or 0]
            if found.lastindex != 1:
                name = _unescaped(name)
            elif name[0] == "$" and _NUMBERED.fullmatch(name):
                raise _wrong(text, found.start(1), "is a symbol by number, and no table has it")
            at = found.end()
        if name in fields:
            raise _wrong(text, at, f"is a second {name[:60]!r} in one struct")
        fields[name], at = _value(text, at, level)
        closed, at = _closed(text, at, "}")
        if closed:
            return {"M": fields}, at


def _rare_name(text: str, at: int) -> tuple[str | None, int]:
    """Return a name that stands beside comments or is a long string, None at the struct's end."""
    at = _skip(text, at)
    if text.startswith("}", at):
        return None, at + 1
    name: str
    if text.startswith("'''", at):
        name, end = _long_string(text, at)
    elif found := _ANY_NAME.match(text, at):
        name, end = _unescaped(found[found.lastindex or 0]), found.end()
    else:
        raise _wrong(text, at, "is no field's name: names are words or in quotes")
    end = _skip(text, end)
    if not text.startswith(":", end) or text.startswith("::", end):
        raise _wrong(text, end, f"is where a colon belongs, behind the name {name[:60]!r}")
    return name, end + 1


def _list(text: str, at: int, level: int) -> tuple[Typed, int]:
    elements: list[Typed] = []
    while True:
        behind = _skip(text, at)
        if text.startswith("]", behind):
            return {"L": elements}, behind + 1
        element, at = _value(text, behind, level)
        elements.append(element)
        closed, at = _closed(text, at, "]")
        if closed:
            return {"L": elements}, at


def _closed(text: str, at: int, closing: str) -> tuple[bool, int]:
    """Return whether the closing bracket follows, and where it or the comma ends."""
    found = _AFTER.match(text, at) or _AFTER.match(text, _skip(text, at))
    if found is None or found[1] not in {",", closing}:
        raise _wrong(text, _skip(text, at), f"is where a comma or {closing} belongs")
    return found[1] != ",", found.end()


def _word(text: str, found: re.Match[str], level: int) -> tuple[Typed, int]:
    word, end = found[_WORD], found.end()
    if word in {"true", "false"}:
        return {"BOOL": word == "true"}, end
    if word == "null":
        if text.startswith(".", end) and not text.startswith(".null", end):
            raise _wrong(text, found.start(_WORD), "is a null of some type: DynamoDB has none")
        return {"NULL": True}, end + len(".null") * text.startswith(".", end)
    return _annotated(text, found, word, level)


def _annotated(text: str, found: re.Match[str], name: str, level: int) -> tuple[Typed, int]:
    """Return a set; raises ValueError for any other annotation, and for a symbol."""
    here = found.start(found.lastindex or 0)
    end = _skip(text, found.end())
    if not text.startswith("::", end):
        raise _wrong(text, here, "is a symbol, for which DynamoDB has no type: quote strings")
    tag = _SETS.get(name)
    if tag is None:
        raise _wrong(text, here, f"is an annotation, and DynamoDB's are {', '.join(_SETS)}")
    value, end = _value(text, end + 2, level + 1)
    elements = value.get("L")
    if elements is None or any(tag not in each for each in elements):
        raise _wrong(text, here, f"announces a list whose elements are all {tag}")
    return {f"{tag}S": [each[tag] for each in elements]}, end


def _long_string(text: str, at: int) -> tuple[str, int]:
    """Return a string of one or more segments in three quotes, and where it ends."""
    parts: list[str] = []
    while found := _SEGMENT.match(text, at):
        parts.append(_unescaped(re.sub(r"\r\n?", "\n", found[1]) if "\r" in found[1] else found[1]))
        end = found.end()
        at = _skip(text, end)
    if not parts or text.startswith("'''", at):
        raise _wrong(text, at, "begins a long string that does not end: was the line cut?")
    return "".join(parts), end


def _number(text: str) -> str:
    if text[-1] == "." and len(text) <= MOST_DIGITS and text[0] not in "-0" and "_" not in text:
        return text[:-1]  # most numbers are whole: 25.
    return plain(text.replace("_", "").replace("d", "e").replace("D", "e"))


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    plain_text = _ESCAPE.sub(_escape, text)
    if _SURROGATE.search(plain_text) is None:
        return plain_text
    try:  # two escapes of four digits may stand for one character
        return plain_text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        raise ValueError("a string has half of a surrogate pair, which no UTF-8 text has") from None


def _escape(found: re.Match[str]) -> str:
    digits = found[1] or found[2] or found[3]
    if digits:
        try:
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise ValueError(f"{found[0]} is no character: Unicode ends at 10FFFF") from None
    if found[4]:
        return ""
    if found[5] in _ESCAPED:
        return _ESCAPED[found[5]]
    raise ValueError(f"\\{found[5]} is no escape of Ion's strings")


def _skip(text: str, at: int) -> int:
    found = _SKIPPED.match(text, at)
    return found.end() if found else at


def _wrong(text: str, at: int, why: str) -> ValueError:
    if at >= len(text):
        return ValueError("the line ends too early: was the file cut?")
    run = _RUN.match(text, at)
    return ValueError(f"{(run[0] if run else text[at])!r} at character {at + 1} {why}")
