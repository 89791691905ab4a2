"""Finds and renders the environments that one environment's copies come from or go to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from generator import pipeline, workspace
from generator.authority.reading import read
from generator.authority.world import World
from generator.pipeline import CLOUDFORMATION, Tree
from generator.spec.resolved import Environment


def worlds(trees: Sequence[Tree], others: Iterable[Tree] = ()) -> tuple[World, ...]:
    """Return the world of each tree; `others` are at hand if one of `trees` is linked to them.

    Raises `Mistakes` of files that are linked to and not at hand.
    """
    known = {tree.environment.file: tree for tree in (*others, *trees)}
    missing = dict.fromkeys(
        each.file for tree in trees for each in _linked(tree.environment) if each.file not in known
    )
    if missing:
        for each in workspace.load(missing):
            known[each.environment.file] = pipeline.render(each.environment, (CLOUDFORMATION,))
    return tuple(
        read(tree, [known[each.file] for each in _linked(tree.environment)]) for tree in trees
    )


def _linked(environment: Environment) -> Iterable[Environment]:
    return (*environment.destinations.values(), *environment.sources)
