"""`holdfast explain --who-can-delete`: the matrix as text, and the same as data."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any

import click

from generator import pipeline, workspace
from generator.authority.gathering import worlds
from generator.authority.matrix import Cell, Copy, Matrix, matrix
from generator.authority.search import Path
from generator.authority.world import Row, RowKind, Tables, World
from generator.pipeline import CLOUDFORMATION

WIDTH = 120
_CELL = 9
# Two lines above the column.
_HEADS: Mapping[RowKind, tuple[str, str]] = {
    "break-glass": ("break-", "glass"),
    "administrator": ("adminis-", "trator"),
    "account root": ("account", "root"),
    "deploy": ("deploy", ""),
    "operator": ("operator", ""),
    "backup administrator": ("backup", "admin."),
    "role": ("role", ""),
    "linked account": ("linked", "acct."),
    "other accounts": ("other", "accounts"),
}


def explain_who(names: Sequence[str], *, as_json: bool) -> None:
    """Print for every environment who can destroy its last copies; raises `Mistakes`."""
    trees = [pipeline.render(each.environment, (CLOUDFORMATION,)) for each in workspace.load(names)]
    matrices = [matrix(world) for world in worlds(trees)]
    if as_json:
        report = {each.world.environment: data(each) for each in matrices}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join("\n".join(text(each)) for each in matrices))


# The calls of a path in words.
_Way = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Column:
    """Principals of one kind that can and cannot do the same; `number` tells several apart."""

    rows: tuple[Row, ...]
    number: str

    @property
    def kind(self) -> RowKind:
        return self.rows[0].kind

    @property
    def head(self) -> tuple[str, str]:
        first, second = _HEADS[self.kind]
        return (first, second + self.number) if second else (first + self.number, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Copies under one heading: lines of a title and a cell for each principal."""

    heading: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]


def text(matrix: Matrix) -> Iterator[str]:
    """Yield the lines of one environment's matrix, at most `WIDTH` wide where names allow it."""
    world = matrix.world
    yield f"{click.style(world.environment, bold=True)}  account {world.account_id}"
    yield from _standing(matrix)
    letters = _letters(matrix)
    columns = _columns(matrix)
    blocks = _blocks(matrix, columns, letters)
    titles = max((len(title) for block in blocks for title, _ in block.lines), default=0) + 4
    several = max(1, (WIDTH - titles) // _CELL)
    for first in range(0, len(columns), several):
        yield ""
        yield from _panel(blocks, columns, slice(first, first + several), titles)
    yield from _ways(letters)
    yield from _legend(matrix, columns)


def _standing(matrix: Matrix) -> Iterator[str]:
    control = matrix.world.service_control.get(matrix.world.account_id, ())
    attached = "attached, says the file" if control else "not attached, so they do not count"
    yield f"  service control policies  {attached}"
    yield f"  exports                   {_exports(matrix.world)}"


def _exports(world: World) -> str:
    buckets = [bucket for bucket in world.buckets if bucket.kind == "exports"]
    if not buckets:
        return "none are made or held"
    elsewhere = sum(bucket.account_id != world.account_id for bucket in buckets)
    several = f"in {len(buckets)} buckets" if len(buckets) > 1 else "in one bucket"
    return several + (f", {elsewhere} of them in another account" if elsewhere else "")


def _columns(matrix: Matrix) -> list[_Column]:
    found: dict[Any, list[Row]] = {}
    for row in matrix.rows:
        cells = tuple(matrix.cell(row, copy) for copy in matrix.copies)
        alike = tuple((cell.mark, _words(cell.path)) for cell in cells)
        found.setdefault((row.kind, alike), []).append(row)
    several = Counter(kind for kind, _ in found)
    numbers: Counter[str] = Counter()
    columns = []
    for (kind, _), rows in found.items():
        numbers[kind] += 1
        number = f" {numbers[kind]}" if several[kind] > 1 else ""
        columns.append(_Column(rows=tuple(rows), number=number))
    return columns


def _letters(matrix: Matrix) -> Mapping[_Way, str]:
    """Return way → letter, for every way that is not break-glass's own."""
    ways = dict.fromkeys(
        _words(matrix.cell(row, copy).path)
        for copy in matrix.copies
        for row in matrix.rows
        if row.kind != "break-glass"
    )
    ways.pop((), None)
    return {way: _letter(number) for number, way in enumerate(ways)}


def _letter(number: int) -> str:
    rest, last = divmod(number, len(ascii_lowercase))
    return ("" if rest == 0 else _letter(rest - 1)) + ascii_lowercase[last]


def _words(path: Path) -> _Way:
    """Return the calls of a path, and after the last what else there is to know."""
    made = [move.step for move in path if move.step is not None]
    notes = dict.fromkeys(step.note for step in made if step.note)
    return (*map(str, made), *(f"({note})" for note in notes))


def _blocks(
    matrix: Matrix, columns: Sequence[_Column], letters: Mapping[_Way, str]
) -> list[_Block]:
    """Return the copies by table, tables of one class with equal lines together; then the rest."""
    of_tables: dict[Tables | None, list[Copy]] = {}
    for copy in matrix.copies:
        of_tables.setdefault(copy.tables, []).append(copy)
    rest = of_tables.pop(None, [])
    equal: dict[Any, list[str]] = {}
    for tables, copies in of_tables.items():
        if tables is not None:
            lines = _lines(matrix, copies, columns, letters)
            equal.setdefault((tables.protection, lines), []).extend(tables.names)
    return [
        *(
            _Block(heading=f"{_some(names)}  class {protection}", lines=lines)
            for (protection, lines), names in equal.items()
        ),
        _Block(heading="vaults and keys", lines=_lines(matrix, rest, columns, letters)),
    ]


def _some(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _lines(
    matrix: Matrix, copies: Iterable[Copy], columns: Sequence[_Column], letters: Mapping[_Way, str]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple(
        (
            copy.title,
            tuple(
                _cell_text(
                    matrix.cell(column.rows[0], copy),
                    {} if column.kind == "break-glass" else letters,
                )
                for column in columns
            ),
        )
        for copy in copies
    )


def _cell_text(cell: Cell, letters: Mapping[_Way, str]) -> str:
    mark = "?" if cell.mark == "unknown" else cell.mark
    return f"{mark} {letters.get(_words(cell.path), '')}".rstrip()


def _panel(
    blocks: Iterable[_Block], columns: Sequence[_Column], shown: slice, titles: int
) -> Iterator[str]:
    for part in (0, 1):
        heads = "".join(f"{column.head[part]:{_CELL}}" for column in columns[shown])
        yield (" " * titles + heads).rstrip()
    for block in blocks:
        yield click.style(block.heading, bold=True)
        for title, cells in block.lines:
            marks = "".join(f"{cell:{_CELL}}" for cell in cells[shown])
            yield f"  {title:{titles - 2}}{marks}".rstrip()


def _ways(letters: Mapping[_Way, str]) -> Iterator[str]:
    if letters:
        yield ""
        yield click.style("the shortest ways", bold=True)
    for way, letter in letters.items():
        for number, line in enumerate(way):
            yield f"  {letter if number == 0 else '':3}{line}"


def _legend(matrix: Matrix, columns: Iterable[_Column]) -> Iterator[str]:
    yield ""
    yield click.style("who", bold=True)
    for column in columns:
        kind = column.kind + column.number
        names = ", ".join(dict.fromkeys(row.title for row in column.rows))
        notes = "; ".join(dict.fromkeys(row.note for row in column.rows))
        yield from _entry(kind, notes if names == column.kind else f"{names}: {notes}")
    marks = {matrix.cell(row, copy).mark for row in matrix.rows for copy in matrix.copies}
    if "locked" in marks:
        yield from _entry("locked", "no, until retention ends: a compliance lock keeps it")
    if "unknown" in marks:
        yield from _entry("?", "not known: it hangs on a policy that is not rendered here")
    shown = {copy.arn for copy in matrix.copies}
    here, vaults = matrix.world.account_id, matrix.world.vaults.values()
    places = [(vault.arn, vault.name, vault.account_id) for vault in vaults]
    places += [(bucket.arn, bucket.name, bucket.account_id) for bucket in matrix.world.buckets]
    for arn, name, account in places:
        if arn in shown and account != here:
            yield from _entry("copies", f"{name} lies in account {account}")


def _entry(term: str, words: str) -> Iterator[str]:
    return iter(
        textwrap.wrap(
            words,
            WIDTH,
            initial_indent=f"  {term:22}",
            subsequent_indent=" " * 24,
            break_long_words=False,
        )
    )


def data(matrix: Matrix) -> dict[str, Any]:
    """Return the matrix as plain data; ARNs of keys and points hold ids that stand for AWS's."""
    world = matrix.world
    return {
        "account_id": world.account_id,
        "service_control_policies": [
            policy.name for policy in world.service_control.get(world.account_id, ())
        ],
        "principals": [
            {
                "kind": row.kind,
                "title": row.title,
                "note": row.note,
                "arn": row.identity.arn,
                "copies": [_cell_data(matrix.cell(row, copy), copy) for copy in matrix.copies],
            }
            for row in matrix.rows
        ],
    }


def _cell_data(cell: Cell, copy: Copy) -> dict[str, Any]:
    return {
        "kind": copy.kind,
        "tables": [] if copy.tables is None else list(copy.tables.names),
        "title": copy.title,
        "arn": copy.arn,
        "can_delete": cell.mark,
        "steps": [
            {
                "as": move.actor,
                "actions": list(dict.fromkeys(ask.action for ask in move.step.asks)),
                "on": move.step.what,
                "resource": move.step.asks[0].resource,
                "note": move.step.note,
            }
            for move in cell.path
            if move.step is not None
        ],
        "stopped_by": list(cell.stopped_by),
    }
