"""The rule that reads all policies together: can anyone but break-glass destroy every copy?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from generator.authority.fact import acting_as, gone
from generator.authority.gathering import worlds
from generator.authority.search import Path, length, moves, reached
from generator.authority.world import Row, Tables, World
from generator.lint.findings import Finding
from generator.lint.posture import RULES
from generator.pipeline import Tree
from generator.workspace import Loaded

CRITICAL = "critical"
RULE = next(rule for rule in RULES if rule.id == "HF018")


def check(loaded: Sequence[Loaded], trees: Sequence[Tree]) -> list[list[Finding]]:
    """Return the findings of each environment, in their order.

    Counted are the recovery points of a table of class `critical`, wherever a plan puts or copies
    them. Not counted: the table and its point-in-time recovery, which whoever writes can empty
    or outwait, and native backups, which no plan takes. A table without recovery points has
    nothing but itself, so then it counts.
    """
    concerned = [
        (number, tree)
        for number, tree in enumerate(trees)
        if any(table.protection_name == CRITICAL for table in tree.environment.tables)
    ]
    found: list[list[Finding]] = [[] for _ in trees]
    # Together, so that what they link to is read once.
    for (number, _), world in zip(
        concerned, worlds([tree for _, tree in concerned], trees), strict=True
    ):
        found[number] = list(_findings(loaded[number], world))
    return found


def _findings(loaded: Loaded, world: World) -> Iterator[Finding]:
    keys = {table.name: table.key for table in loaded.environment.tables}
    critical = [tables for tables in world.tables if tables.protection == CRITICAL]
    every = moves(world)
    dangers: dict[str, tuple[Row, Path]] = {}
    able: dict[str, list[str]] = {}
    for row in world.rows:
        if row.kind == "break-glass":
            continue
        paths = reached(every, [acting_as(row.identity.arn)])
        for tables in critical:
            copies = _copies(tables)
            if all(copy in paths for copy in copies):
                path = tuple(dict.fromkeys(move for copy in copies for move in paths[copy]))
                able.setdefault(tables.arn, []).append(row.title)
                known = dangers.get(tables.arn)
                if known is None or length(path) < length(known[1]):
                    dangers[tables.arn] = (row, path)
    for tables in critical:
        if tables.arn in dangers:
            row, path = dangers[tables.arn]
            others = [title for title in able[tables.arn] if title != row.title]
            also = f"; so can, in other ways, {', '.join(others)}" if others else ""
            steps = ", then ".join(str(move.step) for move in path if move.step is not None)
            for name in tables.names:
                message = (
                    f"{row.title} can destroy every copy of critical table {name}: {steps}{also}"
                )
                yield _finding(loaded, keys[name], message)


def _copies(tables: Tables) -> list[tuple[str, str]]:
    points = [gone("points", arn) for arn in tables.vault_arns]
    return points or [gone("table", tables.arn)]


def _finding(loaded: Loaded, key: str, message: str) -> Finding:
    path = ("tables", key)
    return Finding(
        rule=RULE.id,
        severity=RULE.severity,
        place=str(loaded.document.mark(path)),
        path=".".join(path),
        message=message,
        fix=RULE.fix,
    )
