"""The one way through: an environment's facts, their two spellings, and the files they become."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module, resources
from types import ModuleType
from typing import Any

from blueprints import catalog
from blueprints.elsewhere import ROOTS, Elsewhere
from generator import __version__
from generator.bundle import FOLDER as FUNCTIONS
from generator.bundle import MANIFEST, Bundle, functions_text
from generator.render import cloudformation, terraform
from generator.root import terraform_root
from generator.spec.resolved import Environment

CLOUDFORMATION, TERRAFORM = "cloudformation", "terraform"
ENGINES = (CLOUDFORMATION, TERRAFORM)
POLICIES, RECOVERY = "policies", "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One template of one blueprint: its facts and, for each engine asked for, its spelling."""

    blueprint: ModuleType
    facts: Any
    cloudformation: cloudformation.Rendered | None
    terraform: terraform.Rendered | None

    @property
    def elsewhere(self) -> Elsewhere | None:
        """Where it is deployed, when that is not the environment's account and Region."""
        found: Elsewhere | None = getattr(self.facts, "elsewhere", None)
        return found

    @property
    def terraform_folder(self) -> str:
        """The folder of the Terraform root that holds it."""
        elsewhere = self.elsewhere
        return terraform_folder(elsewhere.root if elsewhere is not None else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One environment's output: the parts, and every file by its path below `output/NAME`."""

    environment: Environment
    engines: tuple[str, ...]
    parts: tuple[Part, ...]
    files: Mapping[str, str]
    bundles: tuple[Bundle, ...] = ()

    @property
    def zips(self) -> Mapping[str, bytes]:
        """The code of the functions by path; built by whoever deploys, and not committed."""
        return {each.path: each.content for each in self.bundles}


def render(environment: Environment, engines: Collection[str] = ENGINES) -> Tree:
    """Return what `environment` becomes; same input, same bytes."""
    chosen = tuple(engine for engine in ENGINES if engine in engines)
    header = header_of(environment)
    parts = tuple(_parts(environment, chosen, header))
    files: dict[str, str] = {}
    for part in parts:
        files |= getattr(part.facts, "files", {})
        if part.cloudformation is not None:
            files[f"{CLOUDFORMATION}/{part.facts.template}.yaml"] = part.cloudformation.text
        if part.terraform is not None:
            files[f"{part.terraform_folder}/{part.facts.template}.tf"] = part.terraform.text
    if TERRAFORM in chosen:
        files |= root_files(environment, [part.elsewhere for part in parts], header)
    # By path: two templates may use one function.
    by_path = {each.path: each for part in parts for each in getattr(part.facts, "bundles", ())}
    bundles = tuple(by_path.values())
    if bundles:
        files[MANIFEST] = functions_text(bundles)
    return Tree(environment=environment, engines=chosen, parts=parts, files=files, bundles=bundles)


def terraform_folder(root: str | None) -> str:
    """Return the folder of a Terraform root: the environment's own, or one of `ROOTS`."""
    return TERRAFORM if root is None else f"{TERRAFORM}-{root}"


def folders(engines: Collection[str]) -> tuple[str, ...]:
    """Return the folders of an output tree that `engines` may write to; "" is the tree itself."""
    roots = [terraform_folder(root) for root in ROOTS] if TERRAFORM in engines else []
    return ("", POLICIES, FUNCTIONS, RECOVERY, *engines, *roots)


def root_files(
    environment: Environment, places: Collection[Elsewhere | None], header: str
) -> Mapping[str, str]:
    """Return the files of every Terraform root that `places` need, by path below `output/NAME`."""
    elsewhere = dict.fromkeys(place for place in places if place is not None)
    aliases = dict.fromkeys(place.region for place in elsewhere if place.root is None)
    roots = {TERRAFORM: terraform_root(environment, header, regions=aliases)}
    for place in elsewhere:
        if place.root is not None:
            roots[terraform_folder(place.root)] = terraform_root(
                environment, header, account_id=place.account_id
            )
    return {f"{root}/{name}": text for root, files in roots.items() for name, text in files.items()}


def header_of(environment: Environment) -> str:
    """Return the first lines of every file that is written."""
    return (
        f"Written by Holdfast {__version__} from {environment.file}.\n"
        "Do not edit: change the environment file and run `holdfast generate`."
    )


def _parts(environment: Environment, engines: tuple[str, ...], header: str) -> Iterator[Part]:
    for blueprint in catalog.ALL:
        spelled_by = catalog.spelled_by(blueprint).__name__
        template = resources.files(spelled_by) / "terraform.tf.j2"
        in_terraform = TERRAFORM in engines and blueprint.NAME not in catalog.CLOUDFORMATION_ONLY
        for facts in blueprint.decide(environment):
            yield Part(
                blueprint=blueprint,
                facts=facts,
                cloudformation=_spell(spelled_by, facts, header)
                if CLOUDFORMATION in engines
                else None,
                terraform=terraform.render(template, facts, header=header)
                if in_terraform
                else None,
            )


def _spell(spelled_by: str, facts: Any, header: str) -> cloudformation.Rendered:
    spelling = import_module(f"{spelled_by}.cloudformation")
    return cloudformation.render(
        spelling.resources(facts),
        description=facts.description,
        header=header,
        comments=spelling.comments(facts),
    )


def with_files(tree: Tree, files: Mapping[str, str]) -> Tree:
    """Return `tree` with other files."""
    return replace(tree, files=files)
