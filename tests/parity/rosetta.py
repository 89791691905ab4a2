"""Learns which path of one engine says what which path of the other one says.

Two paths are counterparts when they have equal values at equal places in every tracer and in every
variant of it. What has no counterpart is a leftover.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from tests.parity.leaves import Leaves, Output, Path
from tests.parity.rendering import TRACERS, Case, Part, cases, parts_of


class Pair(NamedTuple):
    """Counterparts: a path in CloudFormation and one in Terraform."""

    cloudformation: Path
    terraform: Path

    def __str__(self) -> str:
        return f"{self.cloudformation} = {self.terraform}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rosetta:
    """What corresponds, and which fields of the file move it."""

    pairs: tuple[Pair, ...]
    fields: Mapping[str, frozenset[Path]]


Profile = dict[Any, Any]


def learn() -> Rosetta:
    """Return what the tracers and their variants show."""
    profiles: tuple[dict[Path, Profile], dict[Path, Profile]] = ({}, {})
    fields: dict[str, set[Path]] = {}
    for name in TRACERS:
        for template, part in parts_of(name).items():
            if part.terraform is not None:
                for engine, output in enumerate((part.cloudformation, part.terraform)):
                    for path, values in output.leaves.items():
                        profiles[engine].setdefault(path, {})[name, template] = dict(values)
        for case in cases(name):
            moved = fields.setdefault(field_of(case), set()) if _shows_field(case) else set()
            for template, part in case.parts.items():
                before = parts_of(name).get(template)
                if (before or part).terraform is None:
                    continue
                for engine, (old, new) in enumerate(zip(_both(before), _both(part), strict=True)):
                    for path in old.keys() | new.keys():
                        if old.get(path) != new.get(path):
                            moved.add(path)
                            at = (case.variant.id, template)
                            profiles[engine].setdefault(path, {})[at] = dict(new.get(path, {}))
    return Rosetta(
        pairs=tuple(sorted(_pairs(*profiles))),
        fields={name: frozenset(paths) for name, paths in fields.items()},
    )


def _shows_field(case: Case) -> bool:
    return case.variant.kind != "removed"


def field_of(case: Case) -> str:
    """Return the field that a variant moves, or says that a name of a map moved."""
    name = case.variant.entry.name
    return f"{name} (its name)" if case.variant.kind == "renamed" else name


def _both(part: Part | None) -> tuple[Leaves, Leaves]:
    if part is None or part.terraform is None:
        return {}, {}
    return part.cloudformation.leaves, part.terraform.leaves


def _pairs(left: dict[Path, Profile], right: dict[Path, Profile]) -> Iterator[Pair]:
    groups: dict[str, tuple[list[Path], list[Path]]] = {}
    for engine, profiles in enumerate((left, right)):
        for path, profile in profiles.items():
            same = repr(sorted((str(at), sorted(values.items())) for at, values in profile.items()))
            groups.setdefault(same, ([], []))[engine].append(path)
    for ours, theirs in groups.values():
        yield from _matched(ours, theirs)


def _matched(ours: Iterable[Path], theirs: Iterable[Path]) -> Iterator[Pair]:
    """Pair paths that always have equal values; of several, those whose names are most alike."""
    pairs = sorted(
        (Pair(one, other) for one in ours for other in theirs),
        key=lambda pair: (-_likeness(pair), pair),
    )
    taken: set[Path] = set()
    for pair in pairs:
        if taken.isdisjoint(pair):
            taken |= set(pair)
            yield pair


def _likeness(pair: Pair) -> float:
    names = [str(path).replace("_", "").replace("::", "").lower() for path in pair]
    return SequenceMatcher(None, *names).ratio()
