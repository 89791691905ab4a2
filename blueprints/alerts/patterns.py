"""Event patterns over CloudTrail's records: who is expected, how they split, how long they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from blueprints.names import detail_types

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

Detail = Mapping[str, Any]
Matcher = str | Mapping[str, Any]
# Who does this as a matter of course: nobody, those who deploy, or AWS services for themselves.
Expected = Literal["nobody", "deploy", "aws_backup", "aws"]

# The API takes 4,096 characters, but the quota "event pattern size" starts at 2,048 for an account.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
PATTERN_LENGTH = 2_000
API_CALL = "AWS API Call via CloudTrail"
CONSOLE_SIGN_IN = "AWS Console Sign In via CloudTrail"
# What calls the APIs of others as part of its own work on keys and backups.
_AWS_BACKUP = ["backup.amazonaws.com"]
_SERVICES = ["backup.amazonaws.com", "dynamodb.amazonaws.com"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Calls that trip one wire alike; `where` says what else their record has to hold."""

    events: tuple[Matcher, ...]
    where: Detail
    expected: Expected = "nobody"


def pattern(
    environment: Environment, regions: Iterable[str], detail: Detail, *types: str
) -> dict[str, Any]:
    """Return the pattern of `detail` in this account and `regions`.

    A bus may get events of other accounts and Regions; those are for their own environments.
    """
    return {
        "detail-type": detail_types(environment, *(types or (API_CALL,))),
        "account": [environment.account_id],
        "region": list(dict.fromkeys(regions)),
        "detail": detail,
    }


def loud(environment: Environment, cases: Iterable[Case]) -> Detail:
    """Return what all `cases` match, without what their expected actors do."""
    by_actor: dict[Expected, list[dict[str, Any]]] = {}
    for case in cases:
        by_actor.setdefault(case.expected, []).append(_of(case))
    return _any_of(
        [
            detail
            for expected, details in by_actor.items()
            for detail in _each_with_any(details, _others(environment, expected))
        ]
    )


def everybody(cases: Iterable[Case]) -> Detail:
    """Return what all `cases` match, whoever does it."""
    return _any_of([_of(case) for case in cases])


def by_deploy(environment: Environment, cases: Iterable[Case]) -> Detail:
    """Return what all `cases` match when those who deploy, of whom there are some, do it."""
    return _both(everybody(cases), _by_deploy(environment))


def merged(one: Detail, other: Detail) -> dict[str, Any]:
    """Return what matches both; they share no field but may share the objects above one."""
    both = dict(one)
    for key, value in other.items():
        both[key] = merged(both[key], value) if key in both else value
    return both


def _of(case: Case) -> dict[str, Any]:
    return {"eventName": list(case.events), **case.where}


def _any_of(details: list[dict[str, Any]]) -> dict[str, Any]:
    return details[0] if len(details) == 1 else {"$or": details}


def _each_with_any(
    details: list[dict[str, Any]], others: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return alternatives that match any of `details` and any of `others`, written shortly."""
    if not others:
        return details
    ways = (
        [merged(detail, _any_of(others)) for detail in details],
        [merged(other, _any_of(details)) for other in others],
    )
    return min(ways, key=lambda way: len(json.dumps(way)))


def _both(one: Detail, other: Detail) -> Detail:
    """Return what matches both; an object holds one `$or`, so a second one goes into the first."""
    if "$or" not in one or "$or" not in other:
        return merged(one, other)
    return {"$or": [merged(each, other) for each in one["$or"]]}


def _others(environment: Environment, expected: Expected) -> list[dict[str, Any]]:
    """Return who is not expected; none stands for everybody.

    Root and IAM users lack the fields, so absence comes first.
    """
    if expected == "nobody":
        return []
    if expected == "deploy":
        return _not_by_deploy(environment)
    services = _AWS_BACKUP if expected == "aws_backup" else _SERVICES
    return [
        {"userIdentity": {"invokedBy": [{"exists": False}]}},
        {"userIdentity": {"invokedBy": [{"anything-but": services}]}},
    ]


def _issuer(**fields: list[Any]) -> dict[str, Any]:
    return {"userIdentity": {"sessionContext": {"sessionIssuer": fields}}}


_ABSENT: list[Any] = [{"exists": False}]


def split(arns: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the role ARNs of `arns`, and how the names of the permission sets' roles begin.

    AWS chooses the end of a permission set's role, and a set called `NAME_more` begins as `NAME`
    does: patterns cannot count characters.
    """
    roles, names = [], []
    for each in arns:
        name = each.rpartition("/")[2]
        if name.startswith("AWSReservedSSO_"):
            names.append(name.rstrip("?"))
        else:
            roles.append(each)
    return roles, names


def _by_deploy(environment: Environment) -> dict[str, Any]:
    arns, names = split(environment.deploy_arns)
    ways: list[dict[str, Any]] = []
    if arns:
        ways.append(_issuer(arn=list(arns)))
    if names:
        ways.append(_issuer(userName=[{"prefix": name} for name in names]))
    return _any_of(ways)


def _not_by_deploy(environment: Environment) -> list[dict[str, Any]]:
    """Return everybody else; CloudFormation acts with its caller's session, so it is included."""
    arns, names = split(environment.deploy_arns)
    others: dict[str, list[Any]] = {}
    if arns:
        others["arn"] = [{"anything-but": arns}]
    if names:
        others["userName"] = [{"anything-but": {"prefix": names}}]
    if not others:
        return []
    # A session of root has an ARN without a name, so the name is what may be missing.
    return [_issuer(**{list(others)[-1]: _ABSENT}), _issuer(**others)]


def length(pattern: Matcher) -> int:
    """Return how many characters a pattern takes: the longer of how the two engines write it.

    Or a part of one; whatever stands around it takes the same.
    """
    return len(json.dumps(pattern))


def parts_of(
    matchers: Iterable[Matcher], fits: Callable[[tuple[Matcher, ...]], bool]
) -> Mapping[str, tuple[Matcher, ...]]:
    """Return `matchers` in parts that all fit, by part name; one part has the name "".

    A matcher's part depends on its own hash and on how many parts there are (a power of two), so
    adding one moves no other until the parts double. Raises ValueError where even a part of one
    does not fit, which is a bug of a blueprint.
    """
    ordered = tuple(matchers)
    hashes = [_hash(matcher) for matcher in ordered]
    count = 1
    while True:
        parts: dict[int, list[Matcher]] = {}
        for number, matcher in zip(hashes, ordered, strict=True):
            parts.setdefault(number % count, []).append(matcher)
        if all(fits(tuple(part)) for part in parts.values()):
            break
        if all(len(part) == 1 for part in parts.values()):
            raise ValueError("a pattern is too long for EventBridge even with one name in it")
        count *= 2
    if count == 1:
        return {"": ordered}
    return {f"{number + 1}of{count}": tuple(parts[number]) for number in sorted(parts)}


def _hash(matcher: Matcher) -> int:
    return int(sha256(json.dumps(matcher).encode()).hexdigest()[:8], 16)
