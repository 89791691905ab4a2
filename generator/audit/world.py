"""What is taken as given in one way through the files: options, and choices where they leave one.

Where a condition depends on something unknown, the audit looks at every case of it. A case is a
world; what holds in all of them holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from generator.audit.files import Template, template_of
from generator.audit.model import Options, Reading
from generator.audit.values import Hole, Text

MOST_WORLDS = 64
MOST_CASES = 4
OTHER = "something else"

# What is chosen: a hole's key, or the text of a comparison that nothing decides.
Choices = Mapping[str, str]


@dataclass(slots=True)
class World:
    """One way through the files; `open` collects what could be chosen yet, with its options.

    `domains` and `templates` are shared by all worlds of an audit.
    """

    options: Options
    choices: Choices
    reading: Reading = field(default_factory=Reading)
    open: dict[str, tuple[str, ...]] = field(default_factory=dict)
    domains: dict[str, tuple[str, ...]] = field(default_factory=dict)
    templates: dict[str, Template | None] = field(default_factory=dict)

    def template(self, path: str) -> Template | None:
        """Return the template of a nested stack, read once for all worlds."""
        if path not in self.templates:
            self.templates[path] = template_of(path)
        return self.templates[path]

    def filled(self, hole: Hole) -> Text:
        """Return what this world chose for a hole, or the hole."""
        choice = self.choices.get(hole.key)
        if choice is None:
            return Text((hole,))
        if choice == OTHER:
            excluded = frozenset(self.domains.get(hole.key, ())) - {OTHER}
            return Text((Hole(hole.key, hole.reason, excluded),))
        return Text((choice,))

    def offer(self, key: str, domain: tuple[str, ...]) -> None:
        """Note that something hangs on `key`, unless it is chosen already."""
        if key not in self.choices and domain:
            self.open.setdefault(key, domain)

    def successors(self) -> Iterator[Choices]:
        """Yield the worlds that the first open choice makes of this one."""
        key, domain = next(iter(self.open.items()))
        for option in domain:
            yield {**self.choices, key: option}


def cases(chosen: Sequence[Choices], every: Sequence[Choices]) -> str:
    """Return what distinguishes some worlds from all others, in few words."""
    keys = list(dict.fromkeys(key for choices in every for key in choices))
    wanted = [every.index(choices) for choices in chosen]
    for key in tuple(keys):
        fewer = [other for other in keys if other != key]
        rows = {_row(choices, fewer) for choices in chosen}
        if [n for n, choices in enumerate(every) if _row(choices, fewer) in rows] == wanted:
            keys = fewer
    rows_left = list(dict.fromkeys(_row(choices, keys) for choices in chosen))
    if len(keys) == 1:
        return f"{_shown(keys[0])} is " + " or ".join(str(row[0]) for row in rows_left)
    told = [
        " and ".join(
            f"{_shown(key)} is {value}" for key, value in zip(keys, row, strict=True) if value
        )
        for row in rows_left
    ]
    more = len(told) - MOST_CASES
    return " or ".join(told[:MOST_CASES]) + (f" or {more} more cases" if more > 0 else "")


def _row(choices: Choices, keys: Sequence[str]) -> tuple[str | None, ...]:
    return tuple(choices.get(key) for key in keys)


def _shown(key: str) -> str:
    """Return a hole's key without the file and stack that it belongs to."""
    return key.rpartition("#")[2]
