"""From a place in the output back to the place in the environment file that caused it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from blueprints.alerts.alarms import AlarmFacts
from blueprints.backup.facts import VaultFacts
from blueprints.tables.facts import TableFacts
from generator.environment import Document
from generator.errors import Mark
from generator.errors import Path as KeyPath
from generator.lint.findings import Finding
from generator.naming import Label, vault_name
from generator.pipeline import Tree
from generator.spec.resolved import Environment
from generator.workspace import Loaded

# The line that begins a resource, in CloudFormation and in Terraform.
_RESOURCE = re.compile(r'  (?P<logical_id>[A-Za-z0-9]+):|resource "\w+" "(?P<label>\w+)" \{')


def written(document: Document, path: KeyPath) -> Mark:
    """Return the nearest place above `path` that stands in a file: what is built in has none."""
    while not document.mark(path).line:
        path = path[:-1]
    return document.mark(path)


def in_environment(finding: Finding, loaded: Loaded) -> Finding:
    """Return a finding about an environment file with its subject, and an origin if built in."""
    path = tuple(finding.path.split("."))
    origin = None if finding.mark.line else written(loaded.document, path)
    return replace(finding, subject=loaded.environment.name, origin=origin)


def in_output(
    findings: Iterable[Finding], loaded: Sequence[Loaded], trees: Sequence[Tree]
) -> list[Finding]:
    """Return findings about rendered files with subject, key and origin.

    Where no table or vault is to blame, the origin is the environment file's first line. What
    concerns no environment, such as a tool that cannot run, counts for the first one.
    """
    return [_located(finding, loaded, trees) for finding in findings]


def _located(finding: Finding, loaded: Sequence[Loaded], trees: Sequence[Tree]) -> Finding:
    mark = finding.mark
    for each, tree in zip(loaded, trees, strict=True):
        name = tree.environment.name
        folder, _, file = mark.file.partition(f"output/{name}")
        if not folder and file[:1] in ("", "/") and mark.file:
            path = _cause(tree, tree.files.get(file[1:], ""), mark.line)
            origin = written(each.document, path)
            return replace(finding, subject=name, path=".".join(path), origin=origin)
    first = loaded[0]
    origin = first.document.mark(())
    return replace(finding, subject=first.environment.name, origin=origin)


def _cause(tree: Tree, text: str, line: int) -> tuple[str, ...]:
    starts = [match for each in text.splitlines()[:line] if (match := _RESOURCE.fullmatch(each))]
    if not starts:
        return ()
    name = starts[-1]["logical_id"] or starts[-1]["label"]
    for part in tree.parts:
        for holder in _holders(part.facts, name):
            path = _key(holder, tree.environment)
            if path:
                return path
    return ()


def _holders(facts: Any, name: str) -> tuple[Any, ...]:
    """Return the first facts that name the label `name`, and what they lie in, innermost first.

    Facts stand before those that refer to them.
    """
    if isinstance(facts, tuple):
        return next((found for each in facts if (found := _holders(each, name))), ())
    if not is_dataclass(facts):
        return ()
    for each in fields(facts):
        value = getattr(facts, each.name)
        if isinstance(value, Label):
            if name in (value.logical_id, value.terraform):
                return (facts,)
        elif found := _holders(value, name):
            return (*found, facts)
    return ()


def _key(holder: Any, environment: Environment) -> tuple[str, ...]:
    """Return the key path of the table or vault that facts are about, or ()."""
    if isinstance(holder, VaultFacts):
        named = (key for key in environment.vaults if vault_name(environment, key) == holder.name)
        return next((("vaults", key) for key in named), ())
    names = {holder.name} if isinstance(holder, TableFacts) else set(_watched(holder))
    return next((("tables", table.key) for table in environment.tables if table.name in names), ())


def _watched(holder: Any) -> Iterator[str]:
    if isinstance(holder, AlarmFacts):
        parts = holder.total.parts if holder.total else ()
        for metric in (holder.metric, *(part.metric for part in parts)):
            if metric is not None and "TableName" in metric.dimensions:
                yield metric.dimensions["TableName"]
