"""Merges the nodes of several files into plain values, and remembers where each one stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

import yaml

from generator.environment.files import LINKS, Source
from generator.environment.syntax import DEEPEST, PLAIN, QUOTED, is_empty, mark_of
from generator.errors import Mark, Mistake, Path

MOST_VALUES = 100_000
BUILT_IN = Mark("built-in", 0, 0)

_Pairs = dict[str, tuple[yaml.Node, yaml.Node]]

_BOOLEANS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DOUBTFUL = {"yes": "true", "on": "true", "no": "false", "off": "false"}
# A leading zero or plus (phone numbers) and exactly twelve digits (account ids) are left as text.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_FLOAT = re.compile(
    r"(?=[^.eE]*[.eE])-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
    r"|-?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)


class _TooManyValuesError(Exception):
    """Aliases of aliases describe more than anybody wrote."""


class Merge:
    """The state of a merge: `data`, every place that gave a path a value, what was removed."""

    def __init__(self, *, complete: bool) -> None:
        """`complete` says that no file is missing, so that what was inherited is known."""
        self.data: dict[str, Any] = {}
        self.places: dict[Path, tuple[Mark, ...]] = {}
        self.removed: dict[Path, tuple[Mark, ...]] = {}
        self._mistakes: dict[tuple[Mark, str], Mistake] = {}
        self._complete = complete
        self._file = ""
        self._left = 0
        self._open: set[int] = set()

    @property
    def mistakes(self) -> list[Mistake]:
        """Every mistake so far; one that aliases repeat is told once."""
        return list(self._mistakes.values())

    def add_built_in(self, values: Mapping[str, Any]) -> None:
        """Lay plain values below everything that files say."""
        self.data = {key: self._planted(value, (key,)) for key, value in values.items()}

    def add(self, source: Source) -> None:
        """Merge one file over what is there: mappings deeply, everything else replaced."""
        self._file, self._left, self._open = source.name, MOST_VALUES, set()
        try:
            self._value(source.root, (), self.data)
        except _TooManyValuesError:
            cause = f"the file describes more than {MOST_VALUES:,} values"
            self._wrong(source.root, (), cause, "use fewer aliases, or split it with `include`")

    def marks(self) -> dict[Path, Mark]:
        """Return where the effective value of every path in `data` stands, in the data's order."""
        marks: dict[Path, Mark] = {}

        def walk(value: Any, path: Path) -> None:
            if path:
                marks[path] = self.places[path][-1]
            if isinstance(value, dict):
                for key, item in value.items():
                    walk(item, (*path, key))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    walk(item, (*path, index))

        walk(self.data, ())
        return marks

    def _planted(self, value: Any, path: Path) -> Any:
        self.places[path] = (BUILT_IN,)
        if isinstance(value, Mapping):
            return {key: self._planted(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._planted(item, (*path, index)) for index, item in enumerate(value)]
        return value

    def _value(self, node: yaml.Node, path: Path, inherited: Any = None) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        if not self._enter(node, path):
            return None
        value: dict[str, Any] | list[Any]
        if isinstance(node, yaml.MappingNode):
            value = inherited if isinstance(inherited, dict) else {}
            self._merge(node, path, value)
        else:
            value = [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        self._open.discard(id(node))
        return value

    def _merge(self, node: yaml.MappingNode, path: Path, target: dict[str, Any]) -> None:
        own, shared = self._pairs(node, path)
        if not path:
            for key in LINKS:
                own.pop(key, None)
        for key, (key_node, value_node) in {**shared, **own}.items():
            child = (*path, key)
            if is_empty(value_node):
                if key not in target and key not in shared:
                    self._nothing_to_remove(key_node, child, target)
                elif target.pop(key, None) is not None:
                    mark = mark_of(key_node, self._file)
                    self.removed[child] = (*self.places[child], mark)
                continue
            self._place(key_node, child)
            target[key] = self._value(value_node, child, target.get(key))

    def _item(self, node: yaml.Node, path: Path) -> Any:
        self._place(node, path)
        if is_empty(node):
            cause = "there is nothing to remove: a list is always replaced as a whole"
            self._wrong(node, path, cause, "give the item a value, or delete it")
        return self._value(node, path)

    def _place(self, node: yaml.Node, path: Path) -> None:
        self._count()
        self.places[path] = (*self.places.get(path, ()), mark_of(node, self._file))

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _TooManyValuesError

    def _enter(self, node: yaml.Node, path: Path) -> bool:
        """Return whether a collection may be walked, and note that it is being walked."""
        self._refuse_tag(node, path)
        if id(node) in self._open:
            cause = "an alias within this stands for the whole of it"
            self._wrong(node, path, cause, "write out what it is meant to repeat")
            return False
        if len(path) > DEEPEST:  # aliases within aliases, which the parser does not see
            cause = f"aliases nest this more than {DEEPEST} levels deep"
            self._wrong(node, path, cause, "nest less")
            return False
        self._open.add(id(node))
        return True

    def _pairs(self, node: yaml.MappingNode, path: Path) -> tuple[_Pairs, _Pairs]:
        """Return what a mapping says itself, and what its merge key `<<` brings in."""
        own: _Pairs = {}
        shared: _Pairs = {}
        for key_node, value_node in node.value:
            self._count()
            if not isinstance(key_node, yaml.ScalarNode):
                cause = "a key must be text, not a mapping or a list"
                self._wrong(key_node, path, cause, "quote a value that begins with a brace")
                continue
            key = key_node.value
            if key == "<<" and key_node.tag == PLAIN:
                self._share(value_node, path, shared)
                continue
            self._refuse_tag(key_node, path)
            if key_node.tag == PLAIN and key.lower() in _DOUBTFUL:
                cause = f"the key `{key}` unquoted is read by some YAML readers as a boolean"
                self._wrong(key_node, path, cause, f'quote it: "{key}"')
            if key in own:
                first = mark_of(own[key][0], self._file)
                cause = f"`{key}` stands here again; the first is {first}"
                self._wrong(key_node, path, cause, "keep one of them")
            own.setdefault(key, (key_node, value_node))
        return own, shared

    def _share(self, node: yaml.Node, path: Path, shared: _Pairs) -> None:
        """Add what `<<` names; the first of several wins, as YAML's merge key has it."""
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                cause = "`<<` takes an alias of a mapping, or a list of such aliases"
                self._wrong(source, path, cause, "write `<<: *NAME`")
            elif self._enter(source, path):
                own, inner = self._pairs(source, path)
                for key, pair in {**inner, **own}.items():
                    shared.setdefault(key, pair)
                self._open.discard(id(source))

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text: str = node.value
        if node.tag != PLAIN:
            self._refuse_tag(node, path)
            return text
        if text[:1] in "-.0123456789" and not _ACCOUNT_ID.fullmatch(text):
            if _INTEGER.fullmatch(text):
                return int(text)
            if _FLOAT.fullmatch(text):
                return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if text.lower() in _DOUBTFUL:
            cause = f"`{text}` unquoted is read by some YAML readers as a boolean"
            fix = f'write `{_DOUBTFUL[text.lower()]}`, or quote it: "{text}"'
            self._wrong(node, path, cause, fix)
        return _BOOLEANS.get(text, text)

    def _refuse_tag(self, node: yaml.Node, path: Path) -> None:
        if node.tag not in (PLAIN, QUOTED):
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            cause = f"the tag `{tag}` has no meaning here"
            self._wrong(node, path, cause, "delete it, or quote the value if the `!` belongs to it")

    def _nothing_to_remove(self, node: yaml.Node, path: Path, target: dict[str, Any]) -> None:
        if not self._complete:
            return
        key = str(path[-1])
        cause = (
            "there is nothing to remove: a key without a value takes away what was inherited, "
            f"and nothing before this gives `{key}`"
        )
        fix = (
            "give it a value (`{}` for a mapping without settings), indent what belongs to it "
            "one level deeper, or delete it"
        )
        close = difflib.get_close_matches(key, target, n=1)
        if close:
            fix = f"did you mean `{close[0]}`? Otherwise {fix}"
        elif ":" in key:
            fix = "write a space after the colon"
        self._wrong(node, path, cause, fix)

    def _wrong(self, node: yaml.Node, path: Path, cause: str, fix: str) -> None:
        mark = mark_of(node, self._file)
        self._mistakes.setdefault((mark, cause), Mistake(cause, fix, path, mark))
