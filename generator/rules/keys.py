"""Keys, attributes and indexes of the tables that Holdfast creates; and entries of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.rules.scope import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec.resolved import Table
    from generator.spec.tables import KeyAttribute

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
MAX_GLOBAL_INDEXES, MAX_LOCAL_INDEXES, MAX_PROJECTED = 20, 5, 100
_TYPES = {"S": "text", "N": "a number", "B": "binary"}
# What an entry says of a table that is defined elsewhere; all else would do nothing.
_FOR_EXISTING = frozenset(
    {"name", "existing", "stack", "protection", "point_in_time_recovery", "alarms", "pointer"}
)


def check_keys(scope: Scope) -> Iterator[Mistake]:
    """Yield what is wrong with the entries of tables."""
    for table in scope.environment.tables:
        if table.existing:
            yield from _does_nothing(scope, table)
        else:
            yield from _primary_key(scope, table)
            yield from _attributes(scope, table)
            yield from _global_indexes(scope, table)
            yield from _local_indexes(scope, table)
            yield from _projections(scope, table)
            yield from _time_to_live(scope, table)
            yield from _owner(scope, table)


def _does_nothing(scope: Scope, table: Table) -> Iterator[Mistake]:
    given = table.spec.model_fields_set - _FOR_EXISTING
    for name in type(table.spec).model_fields:
        if name in given:
            yield scope.mistake(
                ("tables", table.key, name),
                f"`{name}` does nothing: with `existing: true` the table is defined elsewhere, "
                "and Holdfast only protects it",
                f"remove `{name}`, or write `existing: false` for a table that Holdfast creates",
            )


def _owner(scope: Scope, table: Table) -> Iterator[Mistake]:
    own = table.spec.point_in_time_recovery
    if own is not None and not own.managed:
        yield scope.mistake(
            ("tables", table.key, "point_in_time_recovery", "managed"),
            "`managed: false` leaves point-in-time recovery to the owner of an existing table, "
            "and Holdfast creates this one",
            "remove it, or write `existing: true` if the table is defined elsewhere",
        )


def _time_to_live(scope: Scope, table: Table) -> Iterator[Mistake]:
    ttl = table.spec.time_to_live
    if ttl is None:
        return
    kind = table.attributes.get(ttl.attribute_name)
    if kind not in {None, "N"}:
        yield scope.mistake(
            ("tables", table.key, "time_to_live", "attribute_name"),
            f"`{ttl.attribute_name}` is a key attribute of type {kind}, and DynamoDB expires items "
            "by a number of seconds only: nothing would ever be deleted",
            "name an attribute that holds a number",
        )


def _primary_key(scope: Scope, table: Table) -> Iterator[Mistake]:
    path = ("tables", table.key)
    partition_key, sort_key = table.spec.partition_key, table.spec.sort_key
    if partition_key is None:
        yield scope.mistake(
            (*path, "partition_key"),
            "the table has none",
            "add `partition_key: {name: …, type: S}`, or write `existing: true` if the table is "
            "defined elsewhere",
        )
    elif sort_key is not None and sort_key.name == partition_key.name:
        yield scope.mistake(
            (*path, "sort_key", "name"),
            f"`{sort_key.name}` is the partition key already, and DynamoDB wants two attributes",
            "name another attribute, or remove `sort_key`",
        )


def _named_keys(table: Table) -> Iterator[tuple[Path, KeyAttribute]]:
    """Yield every key attribute of the table and its indexes with where it stands."""
    path, spec = ("tables", table.key), table.spec
    if spec.partition_key is not None:
        yield (*path, "partition_key"), spec.partition_key
    if spec.sort_key is not None:
        yield (*path, "sort_key"), spec.sort_key
    for name, index in spec.global_indexes.items():
        yield (*path, "global_indexes", name, "partition_key"), index.partition_key
        if index.sort_key is not None:
            yield (*path, "global_indexes", name, "sort_key"), index.sort_key
    for name, local in spec.local_indexes.items():
        yield (*path, "local_indexes", name, "sort_key"), local.sort_key


def _attributes(scope: Scope, table: Table) -> Iterator[Mistake]:
    """Check that every key attribute has one type, and that nothing else has one."""
    listed = ("tables", table.key, "attributes")
    first: dict[str, tuple[Path, str]] = {
        name: ((*listed, name), kind) for name, kind in table.spec.attributes.items()
    }
    keys = list(_named_keys(table))
    for path, key in keys:
        if key.type is None:
            continue
        before, kind = first.setdefault(key.name, ((*path, "type"), key.type))
        if kind != key.type:
            yield scope.mistake(
                (*path, "type"),
                f"`{key.name}` is {_TYPES[key.type]} ({key.type}) here and {_TYPES[kind]} ({kind}) "
                f"at {scope.place(*before)}; an attribute has one type",
                "make both the same; a type may be left out where another place gives it",
            )
    if scope.sound("tables", table.key):
        yield from _untyped(scope, keys, first.keys())
        yield from _unused(scope, table, {key.name for _, key in keys})


def _untyped(
    scope: Scope, keys: list[tuple[Path, KeyAttribute]], typed: Collection[str]
) -> Iterator[Mistake]:
    first: dict[str, Path] = {}
    for path, key in keys:
        first.setdefault(key.name, path)
    for name, path in first.items():
        if name not in typed:
            yield scope.mistake(
                path,
                f"the key attribute `{name}` has no type",
                "add `type: S` (text), `type: N` (number) or `type: B` (binary)",
            )


def _unused(scope: Scope, table: Table, used: Collection[str]) -> Iterator[Mistake]:
    for name in table.spec.attributes:
        if name not in used:
            yield scope.mistake(
                ("tables", table.key, "attributes", name),
                f"no key of the table or of an index is called `{name}`, and DynamoDB takes "
                "the types of key attributes only",
                "remove it, or use it in a key",
            )


def _global_indexes(scope: Scope, table: Table) -> Iterator[Mistake]:
    path = ("tables", table.key, "global_indexes")
    indexes = table.spec.global_indexes
    if len(indexes) > MAX_GLOBAL_INDEXES:
        yield scope.mistake(
            path,
            f"{len(indexes)} global indexes, and DynamoDB takes {MAX_GLOBAL_INDEXES} for one table",
            "remove some, or split the table",
        )
    for name, index in indexes.items():
        if index.sort_key is not None and index.sort_key.name == index.partition_key.name:
            yield scope.mistake(
                (*path, name, "sort_key", "name"),
                f"`{index.sort_key.name}` is the index's partition key already, and DynamoDB wants "
                "two attributes",
                "name another attribute, or remove `sort_key`",
            )


def _local_indexes(scope: Scope, table: Table) -> Iterator[Mistake]:
    path = ("tables", table.key, "local_indexes")
    indexes, partition_key = table.spec.local_indexes, table.spec.partition_key
    if len(indexes) > MAX_LOCAL_INDEXES:
        yield scope.mistake(
            path,
            f"{len(indexes)} local indexes, and DynamoDB takes {MAX_LOCAL_INDEXES} for one table",
            "make some of them global indexes",
        )
    if indexes and table.spec.sort_key is None and scope.sound("tables", table.key, "sort_key"):
        yield scope.mistake(
            path,
            "the table has no sort key, and local indexes order items by another one",
            "add `sort_key` to the table, or make them global indexes",
        )
    for name, index in indexes.items():
        if name in table.spec.global_indexes:
            yield scope.mistake(
                (*path, name),
                f"the global index at {scope.place('tables', table.key, 'global_indexes', name)} "
                "has the same name, and a table's indexes share one set of names",
                "rename one of the two",
            )
        if partition_key is not None and index.sort_key.name == partition_key.name:
            yield scope.mistake(
                (*path, name, "sort_key", "name"),
                f"`{index.sort_key.name}` is the table's partition key, which is that of every "
                "local index too",
                "name another attribute",
            )


def _projections(scope: Scope, table: Table) -> Iterator[Mistake]:
    spec = table.spec
    projections = {
        **{("global_indexes", key): index.projection for key, index in spec.global_indexes.items()},
        **{("local_indexes", key): index.projection for key, index in spec.local_indexes.items()},
    }
    counts = {where: len(each.non_key_attributes) for where, each in projections.items()}
    total = sum(counts.values())
    if total > MAX_PROJECTED:
        most = max(counts, key=lambda where: counts[where])
        yield scope.mistake(
            ("tables", table.key, *most, "projection", "non_key_attributes"),
            f"the table's indexes project {total} attributes, {counts[most]} of them here, and "
            f"DynamoDB takes {MAX_PROJECTED} for all indexes of a table together",
            f"project {plural(total - MAX_PROJECTED, 'attribute')} fewer, or all with `type: ALL`",
        )
