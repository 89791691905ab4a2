"""Buckets of exports in other environments: these have to exist, lie elsewhere, and know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.spec import AcceptedOrganization
from generator.spec.base import partition_of
from generator.validation.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec.resolved import Environment


def check_export_buckets(scope: Scope, known: Collection[str]) -> Iterator[Mistake]:
    """Yield what is wrong with where exports go; `known` names the environments that there are."""
    if not scope.environment.exports:
        return
    bucket = scope.spec.export_bucket
    if bucket.to is not None:
        yield from _place(scope, ("export_bucket", "to"), bucket.to, known)
    first: dict[str, str] = {}
    for name, replica in bucket.replicas.items():
        path: Path = ("export_bucket", "replicas", name)
        mistakes = list(_place(scope, (*path, "to"), replica.to, known))
        yield from mistakes
        before = first.setdefault(replica.to, name)
        if before != name and not mistakes:
            yield scope.mistake(
                (*path, "to"),
                f"the replica `{before}` ({scope.place(*path[:-1], before)}) goes there too",
                "remove one of the two, or name another destination",
            )


def _place(scope: Scope, path: Path, name: str, known: Collection[str]) -> Iterator[Mistake]:
    there = scope.environment.destinations.get(name)
    file = scope.environment.file.rpartition("/")[2]
    if there is None:
        yield scope.mistake(
            path,
            f"there is no environment `{name}` in the folder of {scope.environment.file}",
            suggestion(
                name,
                sorted({*known} - {scope.environment.name}),
                f"write a file there with `kind: destination` and `environment: {name}`",
            ),
        )
    elif not there.is_destination:
        yield scope.mistake(
            path,
            f"`{name}` ({there.file}) is a workload, and exports go to destinations only",
            "name a file with `kind: destination`; whoever takes over a workload takes its buckets",
        )
    elif there.spec.accepts is None:
        yield scope.mistake(
            path,
            f"the destination {name} ({there.file}) accepts nothing from anybody",
            f"add `accepts: [{file}]` to {there.file}",
        )
    elif isinstance(there.spec.accepts, AcceptedOrganization):
        yield scope.mistake(
            path,
            f"the destination {name} ({there.file}) accepts an organization, and a bucket of "
            "exports is made there for each environment that it names by file",
            f"write `accepts: [{file}]` in {there.file}, with the files of all the others that "
            "copy there",
        )
    else:
        yield from _elsewhere(scope, path, there)


def _elsewhere(scope: Scope, path: Path, there: Environment) -> Iterator[Mistake]:
    here = scope.environment
    partition = partition_of(there.region)
    is_replica = "replicas" in path
    if partition != here.partition:
        yield scope.mistake(
            path,
            f"`{there.name}` is in {there.region}, partition {partition}, and the tables are in "
            f"{here.region}, partition {here.partition}; nothing in AWS crosses partitions",
            f"name a destination in a Region of {here.partition}",
        )
    elif (there.account_id, there.region) == (here.account_id, here.region):
        what, of = ("replica", "original") if is_replica else ("bucket", "tables")
        yield scope.mistake(
            path,
            f"the {what} would lie in account {there.account_id} and Region {there.region} like "
            f"the {of}, and be lost together with {'it' if is_replica else 'them'}",
            "name a destination in another account or Region, or remove "
            + ("the replica" if is_replica else "`to`: the bucket is then created here"),
        )
    elif not there.spec.recovery.enabled:
        yield scope.mistake(
            path,
            f"the destination {there.name} ({there.file}) has `recovery.enabled: false`, so the "
            "catalogue that says which exports make up a chain is not replicated there",
            f"remove `enabled: false` in {there.file}",
        )
