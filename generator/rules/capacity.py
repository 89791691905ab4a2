"""Provisioned capacity, its auto scaling, and on-demand caps of tables and global indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec.tables import CapacityRange, Throughput

_PROVISIONED_ONLY = ("read_capacity_units", "write_capacity_units", "auto_scaling")
_ON_DEMAND_ONLY = ("max_read_request_units", "max_write_request_units")


def check_capacity(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with how tables and their indexes are paid for."""
    inherited = False
    for table in scope.created_tables:
        path = ("tables", table.key)
        if table.spec.billing is not None:
            yield from _throughput(scope, (*path, "billing"), table.billing, table.billing.mode)
        else:
            inherited = True
        # A mode that was refused is not the one that the indexes were written for.
        if not scope.sound(*(path if table.spec.billing else ("defaults",)), "billing", "mode"):
            continue
        for name, index in table.spec.global_indexes.items():
            there = (*path, "global_indexes", name)
            yield from _throughput(scope, there, index, table.billing.mode)
    if inherited:  # said once, not for every table
        billing = scope.spec.defaults.billing
        yield from _throughput(scope, ("defaults", "billing"), billing, billing.mode)


def _throughput(scope: Scope, path: Path, given: Throughput, mode: str) -> Iterator[Mistake]:
    if mode == "on_demand":
        yield from _out_of_place(
            scope, path, given, _PROVISIONED_ONLY, "is for provisioned billing", "provisioned"
        )
        return
    yield from _out_of_place(
        scope, path, given, _ON_DEMAND_ONLY, "caps on-demand billing", "on_demand"
    )
    scaling = given.auto_scaling
    if scaling is not None and scaling.read is None and scaling.write is None:
        yield scope.mistake(
            (*path, "auto_scaling"),
            "it scales neither `read` nor `write`",
            "add one of them or both, or remove `auto_scaling`",
        )
    read, write = (scaling.read, scaling.write) if scaling is not None else (None, None)
    yield from _dimension(scope, path, "read", given.read_capacity_units, read)
    yield from _dimension(scope, path, "write", given.write_capacity_units, write)


def _out_of_place(
    scope: Scope, path: Path, given: Throughput, names: tuple[str, ...], what: str, mode: str
) -> Iterator[Mistake]:
    is_index = "global_indexes" in path[2:3]
    owner = f"table {path[1]} has" if is_index else "this is"
    other = "provisioned" if mode == "on_demand" else "on_demand"
    for name in names:
        if getattr(given, name) is not None:
            yield scope.mistake(
                (*path, name),
                f"`{name}` {what}, and {owner} `mode: {other}`",
                f"remove it, or write `mode: {mode}` in the billing of the table"
                if is_index
                else f"remove it, or write `mode: {mode}`",
            )


def _dimension(
    scope: Scope, path: Path, kind: str, units: int | None, limits: CapacityRange | None
) -> Iterator[Mistake]:
    """Check one of read and write; where it scales and no units are given, it starts at the minimum."""
    key = f"{kind}_capacity_units"
    if limits is None:
        if units is None and scope.sound(*path):
            yield scope.mistake(
                path,
                f"provisioned billing needs `{key}`",
                f"add `{key}`, or `auto_scaling: {{{kind}: …}}`, or write `mode: on_demand`",
            )
        return
    low, high = limits.min_capacity_units, limits.max_capacity_units
    if low > high:
        yield scope.mistake(
            (*path, "auto_scaling", kind, "max_capacity_units"),
            f"max_capacity_units ({high}) is below min_capacity_units ({low})",
            "swap or correct the two",
        )
    elif units is not None and not low <= units <= high:
        yield scope.mistake(
            (*path, key),
            f"it starts at {units}, and auto scaling keeps it between {low} and {high}",
            f"give {low} to {high}, or remove `{key}` to start at {low}",
        )
