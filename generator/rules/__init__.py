"""Rules of AWS and of Holdfast that no single value breaks, checked before anything is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.rules.capacity import check_capacity
from generator.rules.export_links import check_export_buckets
from generator.rules.exports import check_exports
from generator.rules.guardrails import check_guardrails
from generator.rules.keys import check_keys
from generator.rules.links import check_copies
from generator.rules.names import check_names
from generator.rules.people import check_people
from generator.rules.places import check_places
from generator.rules.policies import check_policies
from generator.rules.protection import check_protection
from generator.rules.recovery import check_recovery
from generator.rules.scope import Scope
from generator.rules.tags import check_tags
from generator.rules.text import check_text
from generator.rules.together import check_pairs
from generator.spec.resolved import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from generator.environment import Document
    from generator.errors import Mistake, Path
    from generator.spec import EnvironmentSpec
    from generator.spec.resolved import Environment

_OF_ONE_ENVIRONMENT = (
    check_keys,
    check_capacity,
    check_places,
    check_policies,
    check_protection,
    check_exports,
    check_recovery,
    check_names,
    check_tags,
    check_people,
    check_guardrails,
    check_text,
)


def check(
    spec: EnvironmentSpec, document: Document, refused: frozenset[Path] = frozenset()
) -> list[Mistake]:
    """Return every mistake that one environment shows on its own.

    `refused` are the paths that `spec` lacks because validation refused them; nothing is said
    about what lies at, above or below them.
    """
    environment = resolve(spec, document.mark(()).file)
    scope = Scope(environment=environment, document=document, refused=refused)
    found = [mistake for rule in _OF_ONE_ENVIRONMENT for mistake in rule(scope)]
    return [mistake for mistake in dict.fromkeys(found) if scope.sound(*mistake.path)]


def check_links(
    environment: Environment, document: Document, known: Collection[str] = ()
) -> list[Mistake]:
    """Return every mistake about the environments that `environment`, linked, sends anything to.

    `known` are the names of all environments that there are, for a fix that names the right one.
    """
    scope = Scope(environment=environment, document=document, refused=frozenset())
    return [*check_copies(scope, known), *check_export_buckets(scope, known)]


def check_together(environments: Iterable[tuple[Environment, Document]]) -> list[Mistake]:
    """Return every mistake that several environments, of different files, make together."""
    return list(check_pairs(environments))
