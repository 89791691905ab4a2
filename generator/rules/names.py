"""Names that Holdfast derives: of tables, of the bucket, and of resources in templates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generator.naming import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope

# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-parameter-name-constraints.html
_RESERVED_PARAMETERS = ("aws", "ssm")
_MAX_TABLE_NAME = 255
_MIN_TABLE_NAME = 3
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_MAX_BUCKET_NAME = 63
_RESERVED_BUCKET = re.compile(r"(xn--|sthree-|amzn-s3-demo-).*|.*(-s3alias|--ol-s3|\.mrap|--x-s3)")
_ADDRESS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (event pattern size)
_MOST_VAULTS = 15


def check_names(scope: Scope) -> Iterator[Mistake]:
    """Yield every derived name that AWS refuses, or that two things would share."""
    yield from _table_names(scope)
    yield from _bucket(scope)
    yield from _labels(scope)
    yield from _too_many_vaults(scope)
    yield from _pointers(scope)


def _pointers(scope: Scope) -> Iterator[Mistake]:
    """Check the parameters that point at tables: AWS reserves some, and each has one table."""
    first: dict[str, str] = {}
    for table in scope.environment.tables:
        pointer = table.spec.pointer
        if pointer is None or pointer.parameter_name is None:
            continue
        name, path = pointer.parameter_name, ("tables", table.key, "pointer", "parameter_name")
        if name.split("/")[1].lower().startswith(_RESERVED_PARAMETERS):
            yield scope.mistake(
                path,
                f"AWS reserves parameters whose path begins with aws or ssm: `{name}`",
                "begin the path with your project, such as /shop/prod/orders",
            )
        before = first.setdefault(name, table.key)
        if before != table.key:
            yield scope.mistake(
                path,
                f"the parameter `{name}` is that of the table `{before}` "
                f"({scope.place('tables', before, 'pointer')}) too",
                "give each table a parameter of its own",
            )


def _too_many_vaults(scope: Scope) -> Iterator[Mistake]:
    count = len(scope.environment.vaults)
    if count > _MOST_VAULTS:
        yield scope.mistake(
            ("vaults",),
            f"there are {count} vaults, and Holdfast takes {_MOST_VAULTS}: an EventBridge pattern "
            "that names them all has 2,048 characters",
            "share vaults between protection classes, or split the environment",
        )


def _table_names(scope: Scope) -> Iterator[Mistake]:
    first: dict[str, str] = {}
    pattern = scope.spec.table_name_pattern
    for table in scope.environment.tables:
        path: Path = ("tables", table.key)
        if not _MIN_TABLE_NAME <= len(table.name) <= _MAX_TABLE_NAME:
            yield scope.mistake(
                path,
                f"the pattern `{pattern}` gives the table name `{table.name}` of {len(table.name)} "
                f"characters, and DynamoDB takes {_MIN_TABLE_NAME} to {_MAX_TABLE_NAME}",
                "give the table a `name`, or change `table_name_pattern`",
            )
        before = first.setdefault(table.name, table.key)
        if before != table.key:
            yield scope.mistake(
                (*path, "name") if table.spec.name else path,
                f"the table name `{table.name}` is that of `{before}` "
                f"({scope.place('tables', before)}) too",
                "remove one of the two entries, or give one another name",
            )


def _bucket(scope: Scope) -> Iterator[Mistake]:
    bucket = scope.environment.artifacts_bucket
    if len(bucket) > _MAX_BUCKET_NAME:
        wrong = f"has {len(bucket)} characters, and S3 takes at most {_MAX_BUCKET_NAME}"
    elif _RESERVED_BUCKET.fullmatch(bucket):
        wrong = "begins or ends with what S3 reserves"
    elif _ADDRESS.fullmatch(bucket):
        wrong = "looks like an IP address, which S3 refuses"
    else:
        return
    yield scope.mistake(
        ("deploy", "artifacts_bucket"),
        f"the name of the artifacts bucket, `{bucket}`, {wrong}",
        "set deploy.artifacts_bucket to another name or pattern",
    )


def _labels(scope: Scope) -> Iterator[Mistake]:
    """Check labels as decision 1 makes them: two keys of one kind may end up with one label."""
    spec = scope.spec
    for kind in ("tables", "vaults", "protections"):
        yield from _collisions(scope, [(kind, key) for key in getattr(spec, kind)], (1,))
    for table in scope.created_tables:
        path = ("tables", table.key, "global_indexes")
        indexes = [(*path, name) for name in table.spec.global_indexes]
        yield from _collisions(scope, indexes, (1, 3))


def _collisions(scope: Scope, paths: Iterable[Path], keys: tuple[int, ...]) -> Iterator[Mistake]:
    first: dict[str, Path] = {}
    for path in paths:
        named = label("x", *(str(path[index]) for index in keys))
        for spelling in dict.fromkeys((named.logical_id, named.terraform)):
            before = first.setdefault(spelling, path)
            if before != path:
                yield scope.mistake(
                    path,
                    f"`{path[-1]}` and `{before[-1]}` ({scope.place(*before)}) would have one name "
                    "in the templates",
                    "rename the entry that is not deployed yet; for a table, its own name goes "
                    "into `name`",
                )
                break
