"""Which tables the roles of recovery may touch, by ARN."""

from __future__ import annotations

from collections.abc import Iterable

from generator.naming import arn
from generator.spec import AcceptedOrganization
from generator.spec.resolved import Environment

# Of one statement; a role's inline policies may have 10,240 characters, and some name tables twice.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = 2_400


def own_tables(environment: Environment) -> list[str]:
    """Return the ARNs of the environment's tables, or of all where they are too many to name.

    Those of a destination are called as its sources' are: it restores them in its own account.
    """
    if isinstance(environment.spec.accepts, AcceptedOrganization):
        return [_all(environment)]
    named = [arn(environment, "dynamodb", f"table/{name}") for name in _names(environment)]
    return named_or_all(environment, named)


def restorable_tables(environment: Environment) -> list[str]:
    """Return what may be restored here: each table, and names that begin with its name and `-`.

    A destination restores the tables of its sources in its own account. Where names are too many
    for a policy, or sources are known as an organization only, they are all tables.
    """
    if isinstance(environment.spec.accepts, AcceptedOrganization):
        return [_all(environment)]
    named = [
        arn(environment, "dynamodb", f"table/{name}{end}")
        for name in _names(environment)
        for end in ("", "-*")
    ]
    return named_or_all(environment, named)


def named_or_all(environment: Environment, table_arns: list[str]) -> list[str]:
    """Return these tables, or all of the account and Region where they are too many to name."""
    return table_arns if table_arns and fits(table_arns) else [_all(environment)]


def with_indexes(table_arns: Iterable[str]) -> list[str]:
    """Return the ARNs of tables and of their indexes, which a wildcard at the end covers too."""
    return [
        each
        for table in table_arns
        for each in ((table,) if table.endswith("*") else (table, f"{table}/index/*"))
    ]


def backups_of(table_arns: Iterable[str]) -> list[str]:
    """Return the ARNs of the native backups of tables."""
    return [f"{table}/backup/*" for table in table_arns]


def _names(environment: Environment) -> list[str]:
    environments = (environment, *environment.sources)
    return list(dict.fromkeys(table.name for each in environments for table in each.tables))


def _all(environment: Environment) -> str:
    return arn(environment, "dynamodb", "table/*")


def fits(arns: Iterable[str]) -> bool:
    """Return whether these are few enough for one statement."""
    return sum(len(each) + len('"",') for each in arns) <= MOST_CHARACTERS
