"""Breaks one spelling in one small way: what a tired person does, or a careless merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from blueprints import catalog
from tests.parity.mutated_facts import changes_of_facts
from tests.parity.mutated_source import broken_modules, broken_templates
from tests.parity.rendering import Spelling, spelling, template

CLOUDFORMATION, TERRAFORM = "cloudformation", "terraform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One spelling of one blueprint, broken: its source, or what it sees of the facts."""

    kind: str
    blueprint: str
    engine: str
    what: str
    spelling: Callable[[], Spelling]
    seen: Callable[[Any], Any]

    @property
    def id(self) -> str:
        """What was done, in words that survive changes elsewhere in the file."""
        return f"{self.blueprint} {self.engine} {self.kind}: {self.what}"


def mutants() -> Iterator[Mutant]:
    """Yield every mutant of every blueprint, each with an id of its own."""
    counts: dict[str, int] = {}
    for mutant in _all():
        number = counts[mutant.id] = counts.get(mutant.id, 0) + 1
        yield mutant if number == 1 else replace(mutant, what=f"{mutant.what} #{number}")


def _all() -> Iterator[Mutant]:
    for blueprint in dict.fromkeys(catalog.spelled_by(module).NAME for module in catalog.ALL):
        yield from _of(blueprint, CLOUDFORMATION)
        if blueprint not in catalog.CLOUDFORMATION_ONLY:
            yield from _of(blueprint, TERRAFORM)


def _of(blueprint: str, engine: str) -> Iterator[Mutant]:
    in_cloudformation = engine == CLOUDFORMATION
    sources = broken_modules if in_cloudformation else broken_templates
    mutant = partial(Mutant, blueprint=blueprint, engine=engine)
    for kind, what, broken in sources(blueprint):
        yield mutant(kind=kind, what=what, spelling=broken, seen=_same)
    own = partial(spelling if in_cloudformation else template, blueprint)
    for kind, what, seen in changes_of_facts(blueprint):
        yield mutant(kind=kind, what=what, spelling=own, seen=seen)


def _same(facts: Any) -> Any:
    return facts
