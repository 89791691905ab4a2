"""Turns the text of one YAML file into nodes, and what YAML cannot read into plain words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import yaml

from generator.errors import Mark, Mistake, Mistakes

if TYPE_CHECKING:
    from yaml import SafeLoader as BaseLoader
else:  # the C parser is ten times as fast; PyYAML may have been built without it
    BaseLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Tags of scalars that carry none of their own: what is written plain may be a number, a boolean or
# empty, what is quoted is text.
PLAIN, QUOTED = "plain", "quoted"
EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
DEEPEST = 50

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069"
    "\ud800-\udfff\ufeff\ufffe\uffff]"
)
_TOO_DEEP = "nested too deeply"


class Loader(BaseLoader):
    """PyYAML's composer without its YAML 1.1 guesses, and bounded in depth."""

    _depth = 0

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:  # noqa: ARG002 - PyYAML's signature
        """Return whether a scalar stands plain; what it means is decided later, by our rules."""
        return PLAIN if kind is yaml.ScalarNode and implicit[0] else QUOTED

    def descend_resolver(self, parent: yaml.Node | None, _index: Any) -> None:
        """Refuse a depth at which the composer, which calls itself, would break the process."""
        self._depth += 1
        if self._depth > DEEPEST and parent is not None:
            raise yaml.MarkedYAMLError(problem=_TOO_DEEP, problem_mark=parent.start_mark)

    def ascend_resolver(self) -> None:
        """Leave one level."""
        self._depth -= 1


def parse(content: bytes, file: str) -> yaml.MappingNode:
    """Return the root node of a file's `content`; `file` is its name in marks.

    Raises `Mistakes` for what is not one UTF-8 YAML document that holds a mapping.
    """
    text = _decode(content, file)
    loader = Loader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        raise Mistakes([_explain(error, text, file)]) from None
    finally:
        loader.dispose()
    if root is None or is_empty(root):
        cause = "the file is empty"
    elif isinstance(root, yaml.MappingNode):
        return root
    else:
        holds = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        cause = f"the file holds {holds}, not keys with values"
    fix = "write `key: value` lines, or `{}` where there is nothing to say"
    raise Mistakes([Mistake(cause, fix, mark=mark_of(root, file) if root else Mark(file, 1, 1))])


def is_empty(node: yaml.Node) -> bool:
    """Return whether a node is YAML's null: nothing at all, `~` or `null`."""
    return node.tag == PLAIN and node.value in EMPTY


def mark_of(node: yaml.Node, file: str) -> Mark:
    """Return where a node begins."""
    return Mark(file, node.start_mark.line + 1, node.start_mark.column + 1)


def _decode(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        cause = f"byte {error.object[error.start]:#04x} is not UTF-8 text"
        fix = "save the file in the encoding UTF-8"
        raise Mistakes([Mistake(cause, fix, mark=_end_of(before, file))]) from None
    unseen = _UNSEEN.search(text)
    if unseen is None:
        return text
    code = ord(unseen[0])
    cause = f"the invisible character U+{code:04X} is not allowed in a file"
    fix = f'delete it, or write it as "\\u{code:04x}" in double quotes'
    raise Mistakes([Mistake(cause, fix, mark=_end_of(text[: unseen.start()], file))])


def _end_of(before: str, file: str) -> Mark:
    return Mark(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


# What PyYAML says, followed by what stands at the place: the first row found in it counts. The C
# parser and the Python one word things differently. "opened" rows point at where the broken thing
# begins. {char} is the character at the place, {opened} the one that began it on {line}.
_EXPLANATIONS = (
    (
        r"; tab$",
        "place",
        "a tab stands here, and YAML allows only spaces",
        "replace the tab with spaces",
    ),
    (
        _TOO_DEEP,
        "place",
        f"the file nests more than {DEEPEST} levels deep",
        "close the brackets, or nest less",
    ),
    (
        r"single document",
        "place",
        "a second document begins here, and a file holds one",
        "delete the `---`, or move what follows to a file of its own and `include` that",
    ),
    (
        r"duplicate anchor",
        "place",
        "this anchor is already defined on line {line}",
        "give each anchor a name of its own",
    ),
    (
        r"undefined alias",
        "place",
        "this alias names an anchor that the file does not define above it",
        "define the anchor first (anchors do not reach across files), or quote the value",
    ),
    (
        r"scanning an (alias|anchor)",
        "opened",
        "a value cannot begin with `{char}` unless it is quoted",
        "put the value in quotes",
    ),
    (
        r"cannot start any token",
        "place",
        "a value cannot begin with `{char}` unless it is quoted",
        "put the value in quotes",
    ),
    (
        r"quoted scalar.*unexpected",
        "opened",
        "the quote that opens here is never closed",
        "close it with {char}",
    ),
    (
        r"quoted scalar",
        "place",
        "a backslash in double quotes begins an escape, and YAML does not know this one",
        "double the backslash, or use single quotes",
    ),
    (
        r"flow (mapping|sequence)",
        "place",
        "a comma is missing before this place, or the `{opened}` of line {line} is not closed",
        "separate the items with commas and close them with `{closing}`",
    ),
    (
        r"mapping values.*; after a key$",
        "place",
        "a second colon makes this line a key within a key",
        "quote the value if the colon belongs to it, or begin a new line",
    ),
    (
        r"mapping values",
        "place",
        "this key does not fit the line above it",
        "indent it like the keys beside it, and write a colon and a space after every key",
    ),
    (
        r"scanning a simple key",
        "opened",
        "this line is neither `key: value` nor a list item",
        "write a colon and a space after the key, or `- ` before the item",
    ),
    (
        r"document start",
        "place",
        "text follows the end of what the file describes",
        "put everything in one mapping",
    ),
    (
        r"block (mapping|collection).*; first$",
        "place",
        "this line does not line up with the lines above it",
        "indent the keys of one mapping alike, and likewise the items of one list",
    ),
    (
        r"block (mapping|collection)",
        "place",
        "text follows a value that is already complete",
        "put the whole value in one pair of quotes; within single quotes write '' for '",
    ),
    (
        r"node content",
        "place",
        "a value or a closing bracket is missing here",
        "write it, or quote the value if it begins with a bracket or a brace",
    ),
    (
        r"block scalar",
        "place",
        "the text of `{opened}` begins on the line below",
        "move it there, indented, or quote the value if `{opened}` belongs to it",
    ),
    (
        r"directive|incompatible",
        "place",
        "a line that begins with `%` is a directive, and none is needed here",
        "delete the line",
    ),
    (
        r"\btag\b",
        "place",
        "a value cannot begin with `!` unless it is quoted",
        "put the value in quotes",
    ),
    (
        r"",
        "place",
        "this is not valid YAML",
        "look for a quote, a bracket or an indentation that is wrong here or just above",
    ),
)


def _explain(error: yaml.MarkedYAMLError, text: str, file: str) -> Mistake:
    lines = text.splitlines()

    def char_at(mark: yaml.Mark) -> str:
        return lines[mark.line][mark.column : mark.column + 1] if mark.line < len(lines) else ""

    place = cast("yaml.Mark", error.problem_mark)  # the composer never leaves it out
    opened = error.context_mark or place
    before = lines[place.line][: place.column] if place.line < len(lines) else ""
    situation = (
        "tab"
        if char_at(place) == "\t"
        else "first"
        if not before.strip()
        else "after a key"
        if ": " in before
        else "inside"
    )
    said = f"{error.context}; {error.problem}; {situation}"
    _, where, cause, fix = next(row for row in _EXPLANATIONS if re.search(row[0], said))
    at = opened if where == "opened" else place
    words = {
        "char": char_at(at),
        "opened": char_at(opened),
        "line": opened.line + 1,
        "closing": "}" if char_at(opened) == "{" else "]",
    }
    mark = Mark(file, at.line + 1, at.column + 1)
    return Mistake(cause.format(**words), fix.format(**words), mark=mark)
