"""Random requests against documents of our shapes and against the rendered ones, from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.policies.simulator import ADMINISTRATOR, Case, Document

HOME, PEER, STRANGER = "111111111111", "222222222222", "999999999999"
ORGANIZATION = "o-a1b2c3d4e5"
EMERGENCY = (
    "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_EmergencyAdmin_0123456789abcdef"
)
SERVICE_LINKED = "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
ROLES = (
    "BreakGlass",
    EMERGENCY,
    "Deploy",
    "Administrator",
    "shop-prod-backup-eu-central-1",
    "shop-archive-copy-back-eu-central-1",
    "team/BreakGlass",
    SERVICE_LINKED,
)
ALIASES = ("alias/shop-prod-vault-main", "alias/shop-prod-vault-critical", "alias/other")


@dataclass(frozen=True, slots=True)
class Target:
    """A resource, the actions on it, and the context keys that some of them carry."""

    resource: str
    actions: tuple[str, ...]
    has_policy: bool
    keys: Mapping[str, Mapping[str, tuple[Any, ...]]]


_LOCK_BOUNDS = {
    "backup:MinRetentionDays": ("1", "6", "7", "8"),
    "backup:MaxRetentionDays": ("59", "60", "61", "9999"),
    "backup:ChangeableForDays": ("3",),
}
_BY_ALIAS = {"kms:ResourceAliases": (list(ALIASES[:1]), list(ALIASES[1:]), [ALIASES[2]], [])}


def arn(service: str, resource: str, account: str = HOME, region: str = "eu-central-1") -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def targets(account: str) -> tuple[Target, ...]:
    """Return what may be asked for in an account."""
    point = "recovery-point:1eb3b5e7-9eb0-435a-a80b-108b488b0d45"
    key = "key/0d990263-018e-4e65-a703-eff731de951e"
    return (
        *(
            Target(
                arn("backup", f"backup-vault:shop-prod-{name}", account),
                (
                    "backup:DeleteBackupVault",
                    "backup:DeleteBackupVaultLockConfiguration",
                    "backup:PutBackupVaultAccessPolicy",
                    "backup:PutBackupVaultLockConfiguration",
                    "backup:CopyIntoBackupVault",
                    "backup:DescribeBackupVault",
                ),
                has_policy=True,
                keys={"backup:PutBackupVaultLockConfiguration": _LOCK_BOUNDS},
            )
            for name in ("main", "critical")
        ),
        Target(
            arn("backup", point, account),
            ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"),
            has_policy=True,
            keys={},
        ),
        Target(
            arn("kms", key, account),
            (
                "kms:ScheduleKeyDeletion",
                "kms:PutKeyPolicy",
                "kms:DisableKey",
                "kms:Decrypt",
                "kms:CreateGrant",
            ),
            has_policy=True,
            keys={
                "kms:ScheduleKeyDeletion": _BY_ALIAS,
                "kms:PutKeyPolicy": _BY_ALIAS,
                "kms:DisableKey": _BY_ALIAS,
                "kms:Decrypt": {"kms:ViaService": ("dynamodb.eu-central-1.amazonaws.com",)},
                "kms:CreateGrant": {"kms:GrantIsForAWSResource": ("true", "false")},
            },
        ),
        Target(
            arn("dynamodb", "table/employee", account),
            ("dynamodb:DeleteTable", "dynamodb:UpdateTable", "dynamodb:UpdateContinuousBackups"),
            has_policy=True,
            keys={},
        ),
        Target(
            arn("dynamodb", "table/employee/backup/01489602797149-73d8d5bc", account),
            ("dynamodb:DeleteBackup",),
            has_policy=False,
            keys={},
        ),
        *(
            Target(
                f"arn:aws:iam::{account}:role/{name}",
                ("iam:UpdateAssumeRolePolicy", "iam:DetachRolePolicy", "iam:PassRole"),
                has_policy=False,
                keys={
                    "iam:DetachRolePolicy": {"iam:PolicyARN": _POLICIES},
                    "iam:PassRole": {"iam:PassedToService": ("backup.amazonaws.com",)},
                },
            )
            for name in ("BreakGlass", "shop-prod-backup-eu-central-1")
        ),
        Target(
            f"arn:aws:iam::{account}:role/BreakGlass",
            ("sts:AssumeRole",),
            has_policy=True,
            keys={},
        ),
    )


_POLICIES = tuple(
    f"arn:aws:iam::{HOME}:policy/{name}" for name in ("shop-prod-deny-change-eu-central-1", "Other")
)
# Keys that any request may carry, beyond what its principal implies.
_ANYWHERE: Mapping[str, tuple[Any, ...]] = {
    "aws:PrincipalOrgID": (ORGANIZATION, "o-zzzzzzzzzz"),
    "aws:SecureTransport": ("true", "false"),
    "aws:MultiFactorAuthPresent": ("true", "false"),
}
_OF_SERVICES: Mapping[str, tuple[Any, ...]] = {
    "aws:SourceAccount": (HOME, STRANGER),
    "aws:SourceArn": (arn("events", "rule/shop-prod-alerts"), arn("events", "rule/other")),
    "aws:SourceOrgID": (ORGANIZATION,),
}


def principal(random: Random) -> str:
    account = random.choice((HOME, HOME, HOME, PEER, STRANGER))
    kind = random.random()
    if kind < 0.08:
        return f"arn:aws:iam::{account}:root"
    if kind < 0.16:
        return f"arn:aws:iam::{account}:user/{random.choice(('BreakGlass', 'alice'))}"
    if kind < 0.24:
        return random.choice(("backup.amazonaws.com", "events.amazonaws.com"))
    return f"arn:aws:iam::{account}:role/{random.choice(ROLES)}"


def context_of(
    random: Random, target: Target, action: str, who: str, asked: Sequence[str]
) -> dict[str, Any]:
    """Return a value or None for every key that may be asked for; None where it is not carried."""
    context: dict[str, Any] = dict.fromkeys(asked)
    carried = {**_ANYWHERE, **target.keys.get(action, {})}
    if not who.startswith("arn:"):
        carried |= _OF_SERVICES
        del carried["aws:PrincipalOrgID"], carried["aws:MultiFactorAuthPresent"]
    elif who.endswith(":root"):
        del carried["aws:MultiFactorAuthPresent"]
    for key, values in carried.items():
        context[key] = random.choice((None, *values, *values))
    implied = ("aws:PrincipalArn", "aws:PrincipalAccount", "aws:ResourceAccount")
    for key in (*implied, "aws:PrincipalIsAWSService", "aws:PrincipalServiceName"):
        context.pop(key, None)
    return context


KEYS = (
    *_ANYWHERE,
    *_OF_SERVICES,
    *_LOCK_BOUNDS,
    "kms:ResourceAliases",
    "kms:ViaService",
    "kms:GrantIsForAWSResource",
    "iam:PolicyARN",
    "iam:PassedToService",
)


_PATTERNS = (
    f"arn:aws:iam::{HOME}:role/BreakGlass",
    f"arn:aws:iam::{HOME}:role/aws-reserved/sso.amazonaws.com*/"
    f"AWSReservedSSO_EmergencyAdmin_{'?' * 16}",
    f"arn:aws:iam::{HOME}:role/Deploy",
    f"arn:aws:iam::*:role/{SERVICE_LINKED}",
    f"arn:aws:iam::{PEER}:role/shop-*-backup-*",
    f"arn:aws:iam::{HOME}:user/alice",
)
# Operator, key and values of every condition that our documents have.
SHAPES: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("ArnNotLike", "aws:PrincipalArn", _PATTERNS),
    ("ArnLike", "aws:PrincipalArn", _PATTERNS),
    ("ArnEquals", "aws:PrincipalArn", _PATTERNS),
    ("ArnEquals", "aws:SourceArn", (arn("events", "rule/shop-prod-alerts"),)),
    ("ArnLike", "aws:SourceArn", (arn("events", "rule/shop-prod-*"),)),
    ("ArnEquals", "iam:PolicyARN", _POLICIES),
    ("StringEquals", "aws:PrincipalOrgID", (ORGANIZATION,)),
    ("StringEquals", "aws:SourceAccount", (HOME,)),
    ("StringEquals", "kms:ViaService", ("dynamodb.eu-central-1.amazonaws.com",)),
    ("StringEquals", "iam:PassedToService", ("backup.amazonaws.com",)),
    ("StringLike", "iam:PassedToService", ("backup.*", "*.amazonaws.com.cn", "?ackup.*.com")),
    ("Bool", "kms:GrantIsForAWSResource", ("true",)),
    ("Bool", "aws:SecureTransport", ("false",)),
    ("Bool", "aws:MultiFactorAuthPresent", ("true",)),
    ("Null", "backup:ChangeableForDays", ("false",)),
    ("Null", "backup:MinRetentionDays", ("true",)),
    ("NumericLessThan", "backup:MinRetentionDays", ("7",)),
    ("NumericGreaterThan", "backup:MaxRetentionDays", ("60",)),
    ("ForAnyValue:StringEquals", "kms:ResourceAliases", ALIASES[:2]),
)


def condition(random: Random, target: Target) -> dict[str, Any]:
    """Return a condition in one of our shapes, mostly on a key that requests may carry."""
    carried = {key for keys in target.keys.values() for key in keys}
    concerned = [shape for shape in SHAPES if shape[1] in carried or shape[1].startswith("aws:")]
    near = [shape for shape in SHAPES if shape[1] in carried] * 3
    shapes = [*concerned, *near] if random.random() < 0.9 else list(SHAPES)
    found: dict[str, Any] = {}
    for operator, key, values in random.sample(shapes, random.choice((0, 1, 1, 2, 3))):
        several = random.sample(values, random.randint(1, len(values)))
        single = operator == "Null" or (len(several) == 1 and random.random() < 0.5)
        found.setdefault(operator, {})[key] = several[0] if single else several
    return found


_PRINCIPALS: tuple[Any, ...] = (
    "*",
    "*",
    {"AWS": "*"},
    {"AWS": f"arn:aws:iam::{HOME}:root"},
    {"AWS": [f"arn:aws:iam::{HOME}:root", f"arn:aws:iam::{PEER}:root"]},
    {"AWS": f"arn:aws:iam::{HOME}:role/Deploy"},
    {"Service": "backup.amazonaws.com"},
    {"Service": ["backup.amazonaws.com", "events.amazonaws.com"], "AWS": PEER},
)


def statement(random: Random, number: int, effect: str, target: Target, kind: str) -> Document:
    service = target.actions[0].split(":")[0]
    actions = random.choice(
        (
            random.sample(target.actions, random.randint(1, len(target.actions))),
            random.choice(target.actions),
            f"{service}:*",
            f"{random.choice(target.actions)[:12]}*",
        )
    )
    resources = (
        "*",
        target.resource,
        target.resource[:-3] + "*",
        target.resource[:-2] + "??",
        [f"arn:aws:{service}:*:*:*", target.resource[:-3] + "xyz"],
        target.resource[:-3] + "xyz",
    )
    made: dict[str, Any] = {"Sid": f"S{number}", "Effect": effect, "Action": actions}
    if kind == "resource":
        made["Principal"] = random.choice(_PRINCIPALS)
    if not (kind == "resource" and service == "sts"):
        made["Resource"] = "*" if kind == "resource" else random.choice(resources)
    conditions = condition(random, target)
    return {**made, "Condition": conditions} if conditions else made


def document(random: Random, target: Target, kind: str, effects: Sequence[str]) -> Document:
    count = random.randint(1, 4)
    return {
        "Version": "2012-10-17",
        "Statement": [
            statement(random, number, random.choice(effects), target, kind)
            for number in range(count)
        ],
    }


def generated(random: Random, count: int) -> Iterator[Case]:
    """Yield requests against documents that were made up."""
    for number in range(count):
        target = random.choice(targets(random.choice((HOME, HOME, HOME, PEER))))
        own = random.choice(((), (ADMINISTRATOR,), (ADMINISTRATOR,)))
        if random.random() < 0.5:
            own = (*own, document(random, target, "identity", ("Allow", "Deny")))
        resource_policy = None
        if target.has_policy and (
            target.actions[0][:4] in ("kms:", "sts:") or random.random() < 0.7
        ):
            resource_policy = document(random, target, "resource", ("Allow", "Allow", "Deny"))
        scps = [document(random, target, "identity", ("Deny",))] if random.random() < 0.4 else []
        yield case(random, f"generated {number}", target, Policies(own, resource_policy, scps))


@dataclass(frozen=True, slots=True)
class Policies:
    """What a request is judged by."""

    identity: Sequence[Document]
    resource: Document | None
    control: Sequence[Document]


def case(random: Random, why: str, target: Target, policies: Policies) -> Case:
    """Return one request on `target`; what is expected is found out by whoever compares."""
    who, action = principal(random), random.choice(target.actions)
    if target.keys and random.random() < 0.4:  # what conditions are about
        action = random.choice(list(target.keys))
    return Case(
        principal=who,
        action=action,
        resource=target.resource,
        expected="deny",
        why=why,
        context=context_of(random, target, action, who, KEYS),
        identity_policies=policies.identity if who.startswith("arn:") else (),
        resource_policy=policies.resource,
        service_control_policies=policies.control,
    )


def against_rendered(
    random: Random, count: int, rendered: Mapping[str, tuple[str, Document]]
) -> Iterator[Case]:
    """Yield requests against `rendered`: name → identity, resource or control, and document."""
    of_kind: dict[str, list[tuple[str, Document]]] = {}
    for name, (kind, each) in rendered.items():
        of_kind.setdefault(kind, []).append((name, each))
    for number in range(count):
        target = random.choice(targets(random.choice((HOME, HOME, PEER))))
        resources = [
            (name, each)
            for name, each in of_kind["resource"]
            if target.has_policy and _speaks_of(each, target)
        ]
        policy = random.choice(resources) if resources else None
        if policy is None and (target.actions[0][:4] in ("kms:", "sts:")):
            continue
        identity = [ADMINISTRATOR] if random.random() < 0.8 else []
        names = [f"rendered {number}", policy[0] if policy else "-"]
        if random.random() < 0.5:
            name, each = random.choice(of_kind["identity"])
            identity, names = [*identity, each], [*names, name]
        scps = [each for _, each in of_kind["control"]] if random.random() < 0.4 else []
        policies = Policies(identity, policy and policy[1], scps)
        yield case(random, " ".join(names), target, policies)


def _speaks_of(policy: Document, target: Target) -> bool:
    services = {
        action.split(":")[0]
        for each in policy["Statement"]
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    return services == {target.actions[0].split(":")[0]}
