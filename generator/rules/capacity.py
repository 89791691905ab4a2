"""Provisioned capacity, its auto scaling, and on-demand caps of tables and global indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec.tables import CapacityRange, Throughput

_ONLY = {
    "provisioned": ("read_capacity_units", "write_capacity_units", "auto_scaling"),
    "on_demand": ("max_read_request_units", "max_write_request_units"),
}


def check_capacity(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with how tables and their indexes are paid for."""
    for table in scope.created_tables:
        path, mode = ("tables", table.key), table.billing.mode
        billing: Path = (*(path if table.spec.billing is not None else ("defaults",)), "billing")
        if not scope.sound(*billing, "mode"):  # not the mode that all this was written for
            continue
        yield from _throughput(scope, billing, table.billing, mode)
        for name, index in table.spec.global_indexes.items():
            yield from _throughput(scope, (*path, "global_indexes", name), index, mode)


def _throughput(scope: Scope, path: Path, given: Throughput, mode: str) -> Iterator[Mistake]:
    yield from _out_of_place(scope, path, given, mode)
    if mode == "on_demand":
        return
    scaling = given.auto_scaling
    if scaling is not None and scaling.read is None and scaling.write is None:
        yield scope.mistake(
            (*path, "auto_scaling"),
            "it scales neither `read` nor `write`",
            "add one of them or both, or remove `auto_scaling`",
        )
    missing = []
    for kind in ("read", "write"):
        key = f"{kind}_capacity_units"
        units, limits = getattr(given, key), getattr(scaling, kind, None)
        if limits is not None:
            yield from _limits(scope, path, kind, units, limits)
        elif units is None:
            missing.append(f"`{key}`")
    if missing:
        yield scope.mistake(
            path,
            f"provisioned billing needs {' and '.join(missing)}",
            "add what is missing, let `auto_scaling` take care of it, or write `mode: on_demand`"
            if path[2:3] != ("global_indexes",)
            else "add what is missing here, or let `auto_scaling` take care of it",
        )


def _out_of_place(scope: Scope, path: Path, given: Throughput, mode: str) -> Iterator[Mistake]:
    other = "on_demand" if mode == "provisioned" else "provisioned"
    is_index = path[2:3] == ("global_indexes",)
    owner, where = (f"the table `{path[1]}`", " for the table") if is_index else ("this", "")
    for name in _ONLY[other]:
        if getattr(given, name) is not None:
            yield scope.mistake(
                (*path, name),
                f"`{name}` goes with `mode: {other}`, and {owner} has `mode: {mode}`",
                f"remove it, or write `mode: {other}`{where}",
            )


def _limits(
    scope: Scope, path: Path, kind: str, units: int | None, limits: CapacityRange
) -> Iterator[Mistake]:
    """Check one of read and write; without `units` it starts at the minimum."""
    low, high = limits.min_capacity_units, limits.max_capacity_units
    if low > high:
        yield scope.mistake(
            (*path, "auto_scaling", kind, "max_capacity_units"),
            f"max_capacity_units ({high}) is below min_capacity_units ({low})",
            "swap or correct the two",
        )
    elif units is not None and not low <= units <= high:
        yield scope.mistake(
            (*path, f"{kind}_capacity_units"),
            f"it starts at {units}, and auto scaling keeps it between {low} and {high}",
            f"give {low} to {high}, or remove it to start at {low}",
        )
