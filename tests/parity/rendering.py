"""Renders environments in both engines, once each, and takes the outputs apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from blueprints import catalog
from generator import workspace
from generator.render import cloudformation, terraform
from generator.spec.resolved import Environment
from generator.workspace import Loaded
from tests.parity.leaves import Output, of_cloudformation, of_terraform
from tests.parity.variants import Variant, variants

ENVIRONMENTS = Path(__file__).parent.parent / "environments"
TRACERS = ("tracer", "tracer-remote", "tracer-archive", "tracer-organization")
# Whose exports a destination holds: what they write of them shows in its templates too.
SOURCES = {"tracer-archive": ("tracer", "tracer-remote")}
HEADER = "Written by the parity tests."


class Template(Protocol):
    """What a Terraform template is read from."""

    def read_text(self, encoding: str | None = None) -> str: ...


Spelling = Any  # a module, or a template: what the functions below take


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One template of one environment in both engines; bootstrap is in CloudFormation only."""

    blueprint: str
    facts: Any
    cloudformation: Output
    terraform: Output | None


Parts = Mapping[str, Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A variant with the parts of it that differ from the file's own; None where one is gone."""

    variant: Variant
    parts: Mapping[str, Part | None]


@cache
def loaded(name: str) -> Loaded:
    """Return an environment of tests/environments."""
    return workspace.load([str(ENVIRONMENTS / f"{name}.yaml")])[0]


def all_names() -> list[str]:
    """Return the names of all files of tests/environments."""
    return sorted(path.stem for path in ENVIRONMENTS.glob("*.yaml"))


@cache
def parts_of(name: str) -> Parts:
    """Return an environment of tests/environments, rendered."""
    return rendered(loaded(name).environment, {})


@cache
def cases(name: str) -> tuple[Case, ...]:
    """Return every variant of an environment of tests/environments, rendered where it differs."""
    base = parts_of(name)
    found = []
    for variant in (*variants(loaded(name)), *_of_sources(name)):
        parts = rendered(variant.environment, base)
        changed: dict[str, Part | None] = {
            template: part for template, part in parts.items() if part is not base.get(template)
        }
        changed |= dict.fromkeys(base.keys() - parts.keys())
        found.append(Case(variant=variant, parts=changed))
    return tuple(found)


def _of_sources(name: str) -> Iterator[Variant]:
    """Yield a destination as it is when one of its sources writes something else of exports."""
    here = loaded(name).environment
    for source in SOURCES.get(name, ()):
        for variant in (case.variant for case in cases(source)):
            if "export" in variant.entry.name:
                changed = variant.environment
                sources = (changed if each.name == source else each for each in here.sources)
                yield replace(variant, environment=here.linked(here.destinations, tuple(sources)))


def rendered(environment: Environment, base: Parts) -> dict[str, Part]:
    """Return the parts of an environment by template; those of `base` where the facts are equal."""
    found = {}
    for blueprint, facts in decided(environment):
        same = base.get(facts.template)
        found[facts.template] = (
            same
            if same is not None and same.facts == facts
            else Part(
                blueprint=blueprint,
                facts=facts,
                cloudformation=in_cloudformation(spelling(blueprint), facts),
                terraform=None
                if blueprint in catalog.CLOUDFORMATION_ONLY
                else in_terraform(template(blueprint), facts),
            )
        )
    return found


def decided(environment: Environment) -> Iterator[tuple[str, Any]]:
    """Yield the name of the blueprint that spells a template, and the facts of it."""
    for blueprint in catalog.ALL:
        for facts in blueprint.decide(environment):
            yield catalog.spelled_by(blueprint).NAME, facts


@cache
def spelling(blueprint: str) -> ModuleType:
    """Return how a blueprint is spelled in CloudFormation."""
    return import_module(f"blueprints.{blueprint}.cloudformation")


@cache
def template(blueprint: str) -> Template:
    """Return how a blueprint is spelled in Terraform."""
    return resources.files(f"blueprints.{blueprint}") / "terraform.tf.j2"


def in_cloudformation(module: ModuleType, facts: Any) -> Output:
    """Return the leaves of a template that `module` spells."""
    rendered = rendered_in_cloudformation(module, facts)
    return of_cloudformation(facts.template, rendered.template, module.comments(facts))


def in_terraform(source: Template, facts: Any) -> Output:
    """Return the leaves of the file that `source` spells."""
    return of_terraform(facts.template, rendered_in_terraform(source, facts).text)


def rendered_in_cloudformation(module: ModuleType, facts: Any) -> cloudformation.Rendered:
    """Return the template that `module` spells."""
    return cloudformation.render(
        module.resources(facts),
        description=facts.description,
        header=HEADER,
        comments=module.comments(facts),
    )


def rendered_in_terraform(source: Any, facts: Any) -> terraform.Rendered:
    """Return the file that `source` spells."""
    return terraform.render(source, facts, header=HEADER)
