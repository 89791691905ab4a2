"""Environments written for a test, and their matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from generator import pipeline, workspace
from generator.authority.evaluation import Policy
from generator.authority.gathering import worlds
from generator.authority.matrix import Cell, Matrix, matrix
from generator.authority.world import World

BASE = """
project: shop
account_id: "111111111111"
region: eu-central-1
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
"""
TABLE = "{partition_key: {name: id, type: S}, protection: critical, deletion_protection: true}"
ONE_VAULT = """
protections: {critical: {backups: {monthly: null}}}
"""
ARCHIVE = """
kind: destination
environment: archive
project: shop
account_id: "222222222222"
region: eu-central-1
accepts: [prod.yaml]
principals: {break_glass: [{role: ArchiveBreakGlass}]}
vaults: {archive: {lock: {min_retention_days: 7}}}
"""


def written(folder: Path, **texts: str) -> dict[str, World]:
    """Return environment → world of files whose texts are given by name; `prod` gets `BASE`."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        whole = text if "project:" in text else f"environment: {name}\n{BASE}{text}"
        (folder / f"{name}.yaml").write_text(whole, encoding="utf-8")
    trees = [
        pipeline.render(each.environment, ("cloudformation",))
        for each in workspace.load(directory=folder)
    ]
    return {world.environment: world for world in worlds(trees)}


def bound(world: World, *actions: str, condition: Mapping[str, Any] | None = None) -> World:
    """Return the world under a service control policy that spares break-glass."""
    spared = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/BreakGlass"}}
    statement = {
        "Sid": "Bound",
        "Effect": "Deny",
        "Action": list(actions),
        "Resource": "*",
        "Condition": {**spared, **(condition or {})},
    }
    stay = {
        "Sid": "Stay",
        "Effect": "Deny",
        "Action": ["organizations:LeaveOrganization", "account:CloseAccount"],
        "Resource": "*",
    }
    policy = Policy(name="control", document={"Statement": [statement, stay]})
    return replace(world, service_control={world.account_id: (policy,)})


def cell(found: Matrix, who: str, kind: str, name: str = "") -> Cell:
    """Return the one cell of a principal, by kind or title, and a copy."""
    (row,) = [row for row in found.rows if who in (row.kind, row.title)]
    copies = [copy for copy in found.copies if copy.kind == kind and name in copy.arn]
    if kind == "key" and not name:
        copies = [copy for copy in copies if "Catalogue" not in copy.arn]
    (copy,) = {each.arn: each for each in copies}.values()
    return found.cell(row, copy)


def way(found: Matrix, who: str, kind: str, name: str = "") -> list[str]:
    """Return the calls of a cell that says yes."""
    given = cell(found, who, kind, name)
    assert given.mark == "yes", f"{who}, {kind}: {given}"
    return [str(move.step) for move in given.path if move.step is not None]


def mark(found: Matrix, who: str, kind: str, name: str = "") -> str:
    return cell(found, who, kind, name).mark


def matrix_of(folder: Path, name: str = "prod", **texts: str) -> Matrix:
    return matrix(written(folder, **texts)[name])
