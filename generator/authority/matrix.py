"""Who can destroy which copy: one cell for each principal and each last copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.authority.fact import CopyKind, Fact, acting_as, gone, lifted
from generator.authority.search import Moves, Path, first_verdict, moves, reached
from generator.authority.world import Row, Tables, World

Mark = Literal["yes", "no", "locked", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One last copy, of `tables` where it is theirs alone; points and vaults go by the vault."""

    kind: CopyKind
    title: str
    arn: str
    tables: Tables | None = None

    @property
    def fact(self) -> Fact:
        """That it is destroyed."""
        return gone(self.kind, self.arn)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Whether a principal can destroy a copy.

    `path` is the shortest way of a "yes", or of what may be one ("unknown"). `stopped_by` are the
    policies and Sids, as `NAME: SID`, that stop the direct way of a "no"; nothing where IAM allows
    it nowhere. "locked" is a no until retention ends.
    """

    mark: Mark
    path: Path = ()
    stopped_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The whole of one environment."""

    world: World
    rows: tuple[Row, ...]
    copies: tuple[Copy, ...]
    cells: dict[tuple[str, str], Cell]

    def cell(self, row: Row, copy: Copy) -> Cell:
        """Return the cell of a principal and a copy."""
        return self.cells[row.identity.arn, " ".join(copy.fact)]


def matrix(world: World) -> Matrix:
    """Return the matrix of `world`."""
    return matrix_of(moves(world))


def matrix_of(every: Moves) -> Matrix:
    """Return the matrix of the world of these moves."""
    world = every.world
    copies = tuple(copies_of(world))
    return Matrix(
        world=world,
        rows=world.rows,
        copies=copies,
        cells={
            (row.identity.arn, " ".join(copy.fact)): cell
            for row in world.rows
            for copy, cell in _cells(world, row, copies, every)
        },
    )


def copies_of(world: World) -> Iterator[Copy]:
    """Yield what a matrix has to say something about, in the order of its lines."""
    for tables in world.tables:
        yield Copy(kind="table", title="the table", arn=tables.arn, tables=tables)
        if tables.keeps_history:
            title = "point-in-time recovery"
            yield Copy(kind="history", title=title, arn=tables.arn, tables=tables)
        title = "native backups, if taken"
        yield Copy(kind="backup", title=title, arn=tables.arn, tables=tables)
        for arn in tables.vault_arns:
            vault = world.vaults[arn]
            what = "points" if vault.account_id == tables.account_id else "copies"
            yield Copy(kind="points", title=f"{what} in {vault.name}", arn=arn, tables=tables)
    taken = {arn for tables in world.tables for arn in tables.vault_arns}
    for arn in world.own_vaults:
        name = world.vaults[arn].name
        if arn not in taken:
            yield Copy(kind="points", title=f"points in {name}", arn=arn)
        yield Copy(kind="vault", title=f"vault {name}", arn=arn)
        if world.vaults[arn].lock is not None:
            yield Copy(kind="lock", title=f"lock of {name}", arn=arn)
    for bucket in world.buckets:
        yield Copy(kind=bucket.kind, title=bucket.title, arn=bucket.arn)
        if bucket.lock is not None:
            yield Copy(kind="lock", title=f"lock of {bucket.short_name}", arn=bucket.arn)
    for arn in world.own_keys:
        yield Copy(kind="key", title=f"key {world.keys[arn].title}", arn=arn)


def _cells(
    world: World, row: Row, copies: tuple[Copy, ...], every: Moves
) -> Iterator[tuple[Copy, Cell]]:
    start = (acting_as(row.identity.arn),)
    sure = reached(every, start)
    doubtful = sure if every.certain else reached(every, start, certain=False)
    compliance = [
        *(
            lifted("lock", vault.arn)
            for vault in world.vaults.values()
            if vault.lock is not None and vault.lock.mode == "compliance"
        ),
        *(lifted("lock", bucket.arn) for bucket in world.buckets if bucket.lock == "compliance"),
    ]
    unlocked = reached(every, (*start, *compliance)) if compliance else sure
    for copy in copies:
        fact = copy.fact
        if fact in sure:
            yield copy, Cell(mark="yes", path=sure[fact])
        elif fact in doubtful:
            yield copy, Cell(mark="unknown", path=doubtful[fact])
        elif fact in unlocked:
            yield copy, Cell(mark="locked")
        else:
            verdict = first_verdict(every, row.identity, fact)
            yield copy, Cell(mark="no", stopped_by=() if verdict is None else verdict.by)
