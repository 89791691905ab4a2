"""Judges mutants, cheap witnesses first: rendering, then parity, then the real tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generator.lint.findings import Finding
from generator.lint.templates import lint_templates
from generator.lint.terraform_tool import lint_roots
from generator.pipeline import Tree
from generator.root import terraform_root
from generator.spec.resolved import Environment
from tests.parity import bootstrap, oracle
from tests.parity.leaves import of_cloudformation, of_terraform
from tests.parity.mutants import CLOUDFORMATION, TERRAFORM, Mutant
from tests.parity.rendering import (
    HEADER,
    TRACERS,
    Part,
    Parts,
    all_names,
    cases,
    loaded,
    parts_of,
    rendered_in_cloudformation,
    rendered_in_terraform,
)
from tests.parity.rosetta import leftovers_text, reviewed_leftovers, reviewed_pairs

NO_CHANGE = "changes nothing"


class _Noticed(Exception):  # noqa: N818 - a witness, not an error
    """What notices a mutant."""


@contextmanager
def _witness(name: str) -> Iterator[None]:
    """Take whatever is raised for the witness `name`: `generate` or the parity tests would stop."""
    try:
        yield
    except Exception as error:
        raise _Noticed(name) from error


@dataclass(slots=True)
class Trial:
    """One mutant before the court."""

    mutant: Mutant
    spelling: Any = None
    changes: bool = False

    def verdict(self, leftovers: str) -> str | None:
        """Return which witness notices the mutant without the real tools, None if none does.

        `leftovers` is what leftovers.txt says. A mutant that changes no output is NO_CHANGE.
        """
        try:
            self._try(leftovers)
        except _Noticed as witness:
            return str(witness)
        return None if self.changes else NO_CHANGE

    def _try(self, leftovers: str) -> None:
        self.spelling = self.mutant.spelling()
        mutated: dict[str, dict[str, Part]] = {}
        for name in all_names():
            for part in self._parts(parts_of(name)):
                broken = self._broken(part)
                mutated.setdefault(name, {})[part.facts.template] = broken
                self._compare(broken, loaded(name).environment)
        tracers: Iterator[Parts] = ({**parts_of(n), **mutated.get(n, {})} for n in TRACERS)
        if leftovers_text(reviewed_pairs(), tracers) != leftovers:
            raise _Noticed("parity: leftovers")
        for name in TRACERS:
            for case in cases(name):
                for part in self._parts(case.parts):
                    self._compare(self._broken(part), case.variant.environment)

    def _parts(self, parts: Mapping[str, Part | None]) -> Iterator[Part]:
        for part in parts.values():
            if part is not None and part.blueprint == self.mutant.blueprint:
                yield part

    def _broken(self, part: Part) -> Part:
        """Return the part with the mutant's spelling in it."""
        facts = self.mutant.seen(part.facts)
        if self.mutant.engine == CLOUDFORMATION:
            with _witness("rendering"):
                template = rendered_in_cloudformation(self.spelling, facts).template
                comments = self.spelling.comments(facts)
            with _witness("parity: reading"):
                output = of_cloudformation(facts.template, template, comments)
            broken = replace(part, cloudformation=output)
        else:
            with _witness("rendering"):
                text = rendered_in_terraform(self.spelling, facts).text
            with _witness("parity: reading"):
                broken = replace(part, terraform=of_terraform(facts.template, text))
        self.changes |= broken != part
        return broken

    def _compare(self, part: Part, environment: Environment) -> None:
        if part.terraform is None:
            if next(bootstrap.complaints(part.cloudformation, environment), None) is not None:
                raise _Noticed("check of bootstrap")
            return
        found = oracle.complaints(
            part.cloudformation, part.terraform, reviewed_pairs(), reviewed_leftovers()
        )
        first = next(found, None)
        if first is not None:
            raise _Noticed(f"parity: {first[0]}")


def by_tools(mutants: Iterable[Mutant], folder: Path) -> Mapping[str, str]:
    """Return id of mutant → `cfn-lint` or `terraform validate`, for those that these refuse.

    All mutants of an engine are judged in one run; formatting and warnings do not count.
    """
    found: dict[str, str] = {}
    for engine, witness in ((CLOUDFORMATION, "cfn-lint"), (TERRAFORM, "terraform validate")):
        own = [mutant for mutant in mutants if mutant.engine == engine]
        trees = [tree for number, mutant in enumerate(own) for tree in _trees(number, mutant)]
        if not trees:
            continue
        place = folder / engine
        place.mkdir()
        lint = lint_templates if engine == CLOUDFORMATION else lint_roots
        for finding in lint(trees, place):
            if _counts(finding):
                number = finding.place.removeprefix("output/mutant-").partition("-")[0]
                found[own[int(number)].id] = witness
    return found


def _counts(finding: Finding) -> bool:
    if finding.rule in {"terraform-init", "terraform-get"}:
        raise AssertionError(finding.message)
    return finding.severity == "error" and finding.rule != "terraform-fmt"


def _trees(number: int, mutant: Mutant) -> Iterator[Tree]:
    """Yield the broken templates, each environment's as a root of its own."""
    for name in all_names():
        environment = loaded(name).environment
        spec = environment.spec.model_copy(update={"environment": f"mutant-{number}-{name}"})
        files = dict(_files(mutant, parts_of(name)))
        if mutant.engine == TERRAFORM:
            root = terraform_root(environment, HEADER)
            files |= {f"terraform/{file}": text for file, text in root.items()}
        yield Tree(
            environment=replace(environment, spec=spec),
            engines=(mutant.engine,),
            parts=(),
            files=files,
        )


def _files(mutant: Mutant, parts: Parts) -> Iterator[tuple[str, str]]:
    spelling = mutant.spelling()
    for part in parts.values():
        if part.blueprint == mutant.blueprint:
            facts = mutant.seen(part.facts)
            if mutant.engine == CLOUDFORMATION:
                text = rendered_in_cloudformation(spelling, facts).text
                yield f"cloudformation/{facts.template}.yaml", text
            elif part.terraform is not None:
                text = rendered_in_terraform(spelling, facts).text
                yield f"terraform/{facts.template}.tf", text
