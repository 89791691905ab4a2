"""Learns which path of one engine says what which path of the other one says, and writes it down.

Two paths are counterparts when they have equal values at equal places in every tracer and in every
variant of it. What has no counterpart is a leftover.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path as File
from typing import NamedTuple

from tests.parity.leaves import Leaves, Path, Place
from tests.parity.rendering import TRACERS, Case, Part, Parts, cases, parts_of

FOLDER = File(__file__).parent
ROSETTA, LEFTOVERS = FOLDER / "rosetta.txt", FOLDER / "leftovers.txt"
_CONSTANTS = "(no field: what Holdfast decides)"
_WHOLE = "whole"


class Pair(NamedTuple):
    """Counterparts: a path in CloudFormation and one in Terraform."""

    cloudformation: Path
    terraform: Path

    def __str__(self) -> str:
        return f"{self.cloudformation} = {self.terraform}"


Engine = int  # 0 is CloudFormation, 1 Terraform
Profile = dict[tuple[str, str], Mapping[Place, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a field moves: values of resources that stay, and resources that come and go."""

    paths: set[Path]
    types: set[tuple[Engine, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rosetta:
    """What corresponds, and which fields of the file move it."""

    pairs: tuple[Pair, ...]
    fields: Mapping[str, Moved]


@cache
def learn() -> Rosetta:
    """Return what the tracers and their variants show."""
    profiles: tuple[dict[Path, Profile], dict[Path, Profile]] = ({}, {})
    fields: dict[str, Moved] = {}
    for name in TRACERS:
        for template, part in parts_of(name).items():
            for engine, leaves in enumerate(_both(part)):
                for path, at in leaves.items():
                    profiles[engine].setdefault(path, {})[name, template] = at
        for case in cases(name):
            moved = Moved(paths=set(), types=set())
            for change in _changes(parts_of(name), case):
                profile = profiles[change.engine].setdefault(change.path, {})
                profile[case.variant.id, change.template] = change.after
                _note(change, moved)
            if case.variant.kind != "removed":
                noted = fields.setdefault(field_of(case), Moved(paths=set(), types=set()))
                noted.paths.update(moved.paths)
                noted.types.update(moved.types)
    return Rosetta(pairs=tuple(sorted(_pairs(*profiles))), fields=fields)


def field_of(case: Case) -> str:
    """Return the field that a variant moves, or that it moves the names in a map."""
    name = case.variant.entry.name
    return f"{name} (its name)" if case.variant.kind == "renamed" else name


class _Change(NamedTuple):
    engine: Engine
    template: str
    path: Path
    before: Mapping[Place, str]
    after: Mapping[Place, str]
    stay: frozenset[tuple[str, str]]


def _changes(base: Parts, case: Case) -> Iterator[_Change]:
    for template, part in case.parts.items():
        both = zip(_both(base.get(template)), _both(part), strict=True)
        for engine, (old, new) in enumerate(both):
            stay = _resources(old) & _resources(new)
            for path in old.keys() | new.keys():
                before, after = old.get(path, {}), new.get(path, {})
                if before != after:
                    yield _Change(engine, template, path, before, after, stay)


def _note(change: _Change, moved: Moved) -> None:
    type_ = change.path.type
    for place in change.before.keys() | change.after.keys():
        if change.before.get(place) != change.after.get(place):
            if (type_, place.label) in change.stay:
                moved.paths.add(change.path)
            else:
                moved.types.add((change.engine, type_))


def _resources(leaves: Leaves) -> frozenset[tuple[str, str]]:
    return frozenset((path.type, place.label) for path, at in leaves.items() for place in at)


def _both(part: Part | None) -> tuple[Leaves, Leaves]:
    if part is None or part.terraform is None:
        return {}, {}
    return part.cloudformation.leaves, part.terraform.leaves


def _pairs(left: dict[Path, Profile], right: dict[Path, Profile]) -> Iterator[Pair]:
    groups: dict[str, tuple[list[Path], list[Path]]] = {}
    for engine, profiles in enumerate((left, right)):
        for path, profile in profiles.items():
            same = repr(sorted((at, sorted(values.items())) for at, values in profile.items()))
            groups.setdefault(same, ([], []))[engine].append(path)
    for ours, theirs in groups.values():
        yield from _matched(ours, theirs)


def _matched(ours: Iterable[Path], theirs: Iterable[Path]) -> Iterator[Pair]:
    """Pair paths that always have equal values; of several, those whose names are most alike."""
    candidates = sorted(
        (Pair(one, other) for one in ours for other in theirs),
        key=lambda pair: (-_likeness(pair), pair),
    )
    taken: set[Path] = set()
    for pair in candidates:
        if taken.isdisjoint(pair):
            taken |= set(pair)
            yield pair


def _likeness(pair: Pair) -> float:
    ours, theirs = (str(path).replace("_", "").replace("::", "").lower() for path in pair)
    return float(SequenceMatcher(None, ours, theirs).ratio())


def rosetta_text(rosetta: Rosetta) -> str:
    """Return the table field → paths as it is kept for review."""
    by_lines: dict[tuple[str, ...], list[str]] = {}
    for field, moved in sorted(rosetta.fields.items()):
        by_lines.setdefault(tuple(_lines(rosetta, moved)), []).append(field)
    constant = set(rosetta.pairs)
    for moved in rosetta.fields.values():
        constant -= {pair for pair in rosetta.pairs if pair.cloudformation in moved.paths}
    sections = [
        (*fields, *(f"  {line}" for line in lines)) for lines, fields in by_lines.items() if lines
    ]
    sections.append((_CONSTANTS, *(f"  {pair}" for pair in sorted(constant))))
    silent = [field for lines, fields in by_lines.items() if not lines for field in fields]
    sections.append(("(not in these templates)", *(f"  {field}" for field in silent)))
    return "\n\n".join((_HEADING.rstrip(), *("\n".join(lines) for lines in sections))) + "\n"


_HEADING = """\
# What each field of an environment file becomes: a path in CloudFormation = its counterpart in
# Terraform. `whole`: resources come and go. A path alone has no counterpart: see leftovers.txt.
# Written by the parity tests with HOLDFAST_UPDATE_GOLDEN=1; read every change of it.
"""


def _lines(rosetta: Rosetta, moved: Moved) -> Iterator[str]:
    paired = [pair for pair in rosetta.pairs if not moved.paths.isdisjoint(pair)]
    yield from (str(pair) for pair in paired)
    yield from (str(path) for path in sorted(moved.paths.difference(*paired)))
    ours = {type_ for engine, type_ in moved.types if engine == 0}
    theirs = {type_ for engine, type_ in moved.types if engine == 1}
    for type_ in sorted(ours):
        others = sorted(
            theirs & {p.terraform.type for p in rosetta.pairs if p.cloudformation.type == type_}
        )
        theirs.difference_update(others)
        yield f"{_WHOLE} {type_} = {', '.join(others)}"
    yield from (f"{_WHOLE} {type_}" for type_ in sorted(theirs))


@cache
def reviewed_pairs() -> tuple[Pair, ...]:
    """Return the counterparts that rosetta.txt has."""
    pairs = set()
    for line in ROSETTA.read_text().splitlines():
        left, equals, right = line.strip().partition(" = ")
        if equals and not left.startswith((_WHOLE, "#")):
            pairs.add(Pair(_path(left), _path(right)))
    return tuple(sorted(pairs))


def _path(text: str) -> Path:
    front, _, reaches = text.partition(" -> ")
    type_, _, name = front.partition(" ")
    return Path(type_, name, reaches)


def leftovers_text(pairs: Iterable[Pair], environments: Iterable[Parts]) -> str:
    """Return every leaf without a counterpart, with its values and how often each one stands."""
    paired = frozenset(path for pair in pairs for path in pair)
    counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    for parts in environments:
        for part in parts.values():
            for engine, leaves in enumerate(_both(part)):
                counts[engine].update(_leftovers(leaves, paired))
    sections = []
    for title, count in zip(_TITLES, counts, strict=True):
        lines = [f"  {leaf}" + (f"  x{n}" if n > 1 else "") for leaf, n in sorted(count.items())]
        sections.append("\n".join((title, *lines)))
    return "\n\n".join((_LEFT_HEADING.rstrip(), *sections)) + "\n"


_LEFT_HEADING = """\
# What one engine says and the other one does not, in all tracers together: path = value, and how
# often. What it has to mean is checked in meaning.py. The template bootstrap, which Terraform does
# not need, is checked there too. Written by the parity tests with HOLDFAST_UPDATE_GOLDEN=1; read
# every change of it.
"""
# A change of a function's code is reviewed as code; meaning.py compares the hashes.
_HASH_OF_CODE = re.compile(r'(?<=")[A-Za-z0-9+/]{43}=(?=")')
_TITLES = ("CloudFormation only", "Terraform only")


def _leftovers(leaves: Leaves, paired: frozenset[Path]) -> Iterator[str]:
    for path, at in leaves.items():
        if path not in paired:
            for place, value in at.items():
                shown = "itself" if value == f"-> {place.label}" else value
                yield f"{path} = {_HASH_OF_CODE.sub('hash of code', shown)}"


# What only partitions other than aws have, where no tracer is: cfn-lint knows no Task there.
_IN_OTHER_PARTITIONS = frozenset(
    Path("AWS::StepFunctions::StateMachine", f"Metadata.{name}")
    for name in ("Lint", "cfn-lint.config.ignore_checks")
)


@cache
def reviewed_leftovers() -> frozenset[Path]:
    """Return the paths that leftovers.txt has, and those that no tracer can have."""
    lines = [line for line in LEFTOVERS.read_text().splitlines() if line.startswith("  ")]
    found = frozenset(_path(line.strip().partition(" = ")[0]) for line in lines)
    return found | _IN_OTHER_PARTITIONS
