"""Writes entries as the YAML of an environment file, each under the notes on it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

import yaml

from generator.adopt.described import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.adopt.entries import Entry

_WIDTH = 100
_SHORT, _BETWEEN = 84, 2  # characters of a collection on one line, and between two scalars
# Text that one reader of YAML or another takes for a number, a truth value or nothing.
_DOUBTFUL = re.compile(r"[-+.0-9]|(yes|no|on|off|true|false|null)\Z", re.IGNORECASE)


class _Dumper(yaml.SafeDumper):
    """Writes short collections of scalars on one line; repeats what occurs twice."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def represent_data(self, data: Any) -> Any:
        return _on_lines(super().represent_data(data))

    def analyze_scalar(self, text: str) -> Any:
        self.allow_unicode = text.isprintable()  # what nobody sees is written as an escape
        return super().analyze_scalar(text)

    def choose_scalar_style(self) -> str:
        event: Any = self.event
        style: str = super().choose_scalar_style()
        is_text = event.implicit[1]
        if style == "'" or (not style and is_text and _DOUBTFUL.match(event.value)):
            return '"'
        return style


def _on_lines(node: Any) -> Any:
    """Return a node that has lines of its own where one line would be too long."""
    if isinstance(node, yaml.CollectionNode) and node.flow_style:
        items = node.value if isinstance(node, yaml.SequenceNode) else chain(*node.value)
        if sum(len(item.value) + _BETWEEN for item in items) > _SHORT:
            node.flow_style = False
    return node


def yaml_of(entries: Iterable[Entry], place: tuple[str, str]) -> str:
    """Return an includable file with the entries of one account and Region, in their order."""
    account_id, region = place
    lines = [
        f"# Tables of account {account_id} in {region}, as `holdfast adopt` found them. Yours to",
        "# edit: name this file under `include` in an environment file, or move the entries there.",
        "tables:",
    ]
    previous_is_long = False
    for number, entry in enumerate(entries):
        block = _block(entry)
        is_long = len(block) > 1
        if number and (is_long or previous_is_long):
            lines.append("")
        lines += [f"  {line}" if line else "" for line in block]
        previous_is_long = is_long
    return "\n".join(lines) + "\n"


def _block(entry: Entry) -> list[str]:
    comments = [
        f"# {line}"
        for note in entry.notes
        for line in textwrap.wrap(
            plain(note), _WIDTH - 4, break_long_words=False, break_on_hyphens=False
        )
    ]
    if not entry.defined:
        line = f"{_scalar(entry.key)}: {_flow(entry.written)}"
        if len(line) <= _WIDTH - 2:
            return [*comments, line]
    text = yaml.dump(
        {entry.key: dict(entry.written)},
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=_WIDTH - 2,
    )
    return [*comments, *text.rstrip("\n").split("\n")]


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_scalar(key)}: {_flow(member)}" for key, member in value.items())
        return f"{{{inner}}}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    text = yaml.dump([value], Dumper=_Dumper, default_flow_style=True, width=10**6)
    return text.strip()[1:-1]
