"""Writes the README of an environment's output: what protects what, and the exact commands."""

from __future__ import annotations

from generator.guide import (
    after,
    before,
    deploy,
    exports,
    guardrails,
    overview,
    recover,
    refill,
)
from generator.pipeline import Tree, header_of


def guide(tree: Tree) -> str:
    """Return the README of one environment as Markdown."""
    environment = tree.environment
    header = header_of(environment).replace("\n", " ")
    sections = (
        f"<!-- {header} -->",
        f"# {environment.project} {environment.name}",
        *overview.sections(tree),
        *before.sections(tree),
        *deploy.sections(tree),
        *guardrails.sections(tree),
        *after.sections(tree),
        *exports.sections(tree),
        *recover.sections(tree),
        *refill.sections(tree),
    )
    return "\n\n".join(section.strip("\n") for section in sections if section) + "\n"
