"""Tags: how many a resource takes, and keys that IAM cannot tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope

# https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
MAX_TAGS = 50
_OWN = {"project": "project", "environment": "environment"}


def check_tags(scope: Scope) -> Iterator[Mistake]:
    """Yield every resource with too many tags, and tags that roles cannot carry."""
    environment = scope.environment
    yield from _case(scope)
    yield from _empty(scope)
    shared = len(environment.tags)
    if shared > MAX_TAGS:
        yield _too_many(scope, ("tags",), shared, "every resource")
        return
    for table in scope.created_tables:
        if len(table.tags) > MAX_TAGS:
            yield _too_many(scope, ("tables", table.key, "tags"), len(table.tags), "the table")
    for key, vault in scope.spec.vaults.items():
        count = len({**environment.tags, **vault.tags})
        if count > MAX_TAGS:
            yield _too_many(scope, ("vaults", key, "tags"), count, "the vault")
    for name, protection in environment.protections.items():
        for rule, backup in protection.backups.items():
            count = len({**environment.tags, "rule": rule, **backup.recovery_point_tags})
            if count > MAX_TAGS:
                path = ("protections", name, "backups", rule, "recovery_point_tags")
                yield _too_many(scope, path, count, "every recovery point")


def _empty(scope: Scope) -> Iterator[Mistake]:
    for key, value in scope.spec.tags.items():
        if not value:
            yield scope.mistake(
                ("tags", key),
                "the tag has no value, and CloudWatch alarms, which carry it, take none without",
                "give it a value, or set it at the tables that need it",
            )


def _too_many(scope: Scope, path: Path, count: int, what: str) -> Mistake:
    return scope.mistake(
        path,
        f"{what} would carry {count} tags, those of the environment among them, and AWS takes "
        f"{MAX_TAGS}",
        f"leave {count - MAX_TAGS} out",
    )


def _case(scope: Scope) -> Iterator[Mistake]:
    """Find keys that differ in case only: these tags go on roles too, and IAM refuses both."""
    first: dict[str, str] = dict(_OWN)
    for key in scope.spec.tags:
        before = first.setdefault(key.lower(), key)
        if before != key:
            where = "which Holdfast adds" if before in _OWN else scope.place("tags", before)
            yield scope.mistake(
                ("tags", key),
                f"IAM takes the tag keys `{key}` and `{before}` ({where}) for the same one, and "
                "would refuse every role",
                f"write `{before}`, which then replaces the other"
                if before in _OWN
                else "keep one",
            )
