"""The one way through: an environment's facts, their two spellings, and the files they become."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module, resources
from types import ModuleType
from typing import Any

from blueprints import catalog
from generator import __version__
from generator.render import cloudformation, terraform
from generator.root import terraform_root
from generator.spec.resolved import Environment

CLOUDFORMATION, TERRAFORM = "cloudformation", "terraform"
ENGINES = (CLOUDFORMATION, TERRAFORM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One template of one blueprint: its facts and, for each engine asked for, its spelling."""

    blueprint: ModuleType
    facts: Any
    cloudformation: cloudformation.Rendered | None
    terraform: terraform.Rendered | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One environment's output: the parts, and every file by its path below `output/NAME`."""

    environment: Environment
    engines: tuple[str, ...]
    parts: tuple[Part, ...]
    files: Mapping[str, str]


def render(environment: Environment, engines: Collection[str] = ENGINES) -> Tree:
    """Return what `environment` becomes; same input, same bytes."""
    chosen = tuple(engine for engine in ENGINES if engine in engines)
    header = header_of(environment)
    parts = tuple(_parts(environment, chosen, header))
    files: dict[str, str] = {}
    for part in parts:
        if part.cloudformation is not None:
            files[f"{CLOUDFORMATION}/{part.facts.template}.yaml"] = part.cloudformation.text
        if part.terraform is not None:
            files[f"{TERRAFORM}/{part.facts.template}.tf"] = part.terraform.text
    if TERRAFORM in chosen:
        for name, text in terraform_root(environment, header).items():
            files[f"{TERRAFORM}/{name}"] = text
    return Tree(environment=environment, engines=chosen, parts=parts, files=files)


def header_of(environment: Environment) -> str:
    """Return the first lines of every file that is written."""
    return (
        f"Written by Holdfast {__version__} from {environment.file}.\n"
        "Do not edit: change the environment file and run `holdfast generate`."
    )


def _parts(environment: Environment, engines: tuple[str, ...], header: str) -> Iterator[Part]:
    for blueprint in catalog.ALL:
        template = resources.files(blueprint.__name__) / "terraform.tf.j2"
        in_terraform = TERRAFORM in engines and blueprint.NAME not in catalog.CLOUDFORMATION_ONLY
        for facts in blueprint.decide(environment):
            yield Part(
                blueprint=blueprint,
                facts=facts,
                cloudformation=_spell(blueprint, facts, header)
                if CLOUDFORMATION in engines
                else None,
                terraform=terraform.render(template, facts, header=header)
                if in_terraform
                else None,
            )


def _spell(blueprint: ModuleType, facts: Any, header: str) -> cloudformation.Rendered:
    spelling = import_module(f"{blueprint.__name__}.cloudformation")
    return cloudformation.render(
        spelling.resources(facts),
        description=facts.description,
        header=header,
        comments=spelling.comments(facts),
    )


def with_files(tree: Tree, files: Mapping[str, str]) -> Tree:
    """Return `tree` with other files."""
    return replace(tree, files=files)
