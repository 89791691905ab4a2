"""Resource-based policies of tables: their form, not what they allow."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from generator.validation.wording import described, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/rbac-considerations.html
MAX_BYTES = 20 * 1024
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
_DOCUMENT_KEYS = ("Version", "Id", "Statement")
_VERSIONS = ("2012-10-17", "2008-10-17")
_EFFECTS = ("Allow", "Deny")
# One of each pair has to be there, and only one.
_PAIRS = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
_STATEMENT_KEYS = ("Sid", "Effect", *(key for pair in _PAIRS for key in pair), "Condition")


def check_policies(scope: Scope) -> Iterator[Mistake]:
    """Yield what makes DynamoDB refuse a resource policy."""
    for table in scope.created_tables:
        policy = table.spec.resource_policy
        if policy is not None:
            yield from _document(scope, ("tables", table.key, "resource_policy"), policy)


def _document(scope: Scope, path: Path, policy: dict[str, Any]) -> Iterator[Mistake]:
    size = len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False).encode())
    if size > MAX_BYTES:
        yield scope.mistake(
            path,
            f"the policy has {size:,} bytes, and DynamoDB takes {MAX_BYTES:,} (20 KB)",
            "shorten it; roles that share a path can share a statement with a wildcard",
        )
    yield from _unknown(scope, path, policy, _DOCUMENT_KEYS)
    if policy.get("Version") not in _VERSIONS:
        yield scope.mistake(
            (*path, "Version"),
            "the policy has no `Version` that IAM knows",
            'write `Version: "2012-10-17"`',
        )
    statements = policy.get("Statement")
    if statements is None or statements == []:
        yield scope.mistake(path, "the policy has no `Statement`", "add at least one")
    elif isinstance(statements, dict):
        yield from _statement(scope, (*path, "Statement"), statements)
    elif isinstance(statements, list):
        for number, statement in enumerate(statements):
            yield from _statement(scope, (*path, "Statement", number), statement)
    else:
        yield _no_statement(scope, (*path, "Statement"), statements)


def _statement(scope: Scope, path: Path, statement: Any) -> Iterator[Mistake]:
    if not isinstance(statement, dict):
        yield _no_statement(scope, path, statement)
        return
    yield from _unknown(scope, path, statement, _STATEMENT_KEYS)
    if statement.get("Effect") not in _EFFECTS:
        yield scope.mistake(
            (*path, "Effect"),
            "a statement is `Effect: Allow` or `Effect: Deny`",
            "write one of them",
        )
    for pair in _PAIRS:
        given = [key for key in pair if key in statement]
        if len(given) != 1:
            has = "both" if given else "neither"
            yield scope.mistake(
                path,
                f"a statement needs `{pair[0]}` or `{pair[1]}`, and this one has {has}",
                f"{'keep one of them' if given else f'add `{pair[0]}`'}",
            )


def _no_statement(scope: Scope, path: Path, value: Any) -> Mistake:
    return scope.mistake(
        path,
        f"a statement must be a mapping of keys to values, is {described(value)}",
        "write {Effect: …, Principal: …, Action: …, Resource: …}",
    )


def _unknown(
    scope: Scope, path: Path, given: dict[str, Any], known: tuple[str, ...]
) -> Iterator[Mistake]:
    for key in given:
        if key not in known:
            yield scope.mistake((*path, key), f"IAM knows no `{key}` here", suggestion(key, known))
