"""Who destroys, changes, uses and copies into the rendered vaults; and what no vault stops."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.policies.rendered import (
    ARCHIVE,
    COLLECT,
    MEMBER,
    MEMBERS,
    OPERATOR,
    OTHER_ORGANIZATION,
    PARTNER,
    PROD,
    STRANGER,
    SUFFIX,
    WEB,
    Caller,
    Place,
    document,
    insiders,
    outsiders,
    rights,
    role,
    service,
    service_linked,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, Context, Document, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

DESTROY = (
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultLockConfiguration",
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
)
CHANGE = (
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultNotifications",
    "backup:PutBackupVaultAccessPolicy",
    "backup:PutBackupVaultLockConfiguration",
    "backup:PutBackupVaultNotifications",
)
USE = (
    "backup:CopyFromBackupVault",
    "backup:DescribeBackupVault",
    "backup:DescribeRecoveryPoint",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:StartBackupJob",
    "backup:StartCopyJob",
    "backup:StartRestoreJob",
)
LOCKING = "backup:PutBackupVaultLockConfiguration"
ON_A_POINT = (
    *DESTROY[2:],
    "backup:CopyFromBackupVault",
    "backup:DescribeRecoveryPoint",
    "backup:StartCopyJob",
    "backup:StartRestoreJob",
)
# Document → its place, its vault's key, and the accounts that may copy into it besides its own.
VAULTS: dict[str, tuple[Place, str, tuple[str, ...]]] = {
    "prod/VaultMain": (PROD, "main", ()),
    "prod/VaultCritical": (PROD, "critical", (ARCHIVE.account,)),
    "prod/VaultLong": (PROD, "long", ()),
    "archive/VaultArchive": (ARCHIVE, "archive", (PROD.account,)),
    "web/VaultMain": (WEB, "main", (COLLECT.account, PARTNER)),
    "collect/VaultAll": (COLLECT, "all", MEMBERS),
}


# What the file says of each vault's lock: the shortest and the longest retention in days.
LOCKS: dict[str, tuple[int, int | None]] = {
    "prod/VaultMain": (7, 60),
    "prod/VaultCritical": (7, 60),
    "prod/VaultLong": (90, 400),
    "archive/VaultArchive": (7, 60),
    "web/VaultMain": (7, None),
    "collect/VaultAll": (7, None),
}


def _bounds(shortest: int, longest: int, *, for_ever: bool = False) -> Context:
    return {
        "backup:MinRetentionDays": str(shortest),
        "backup:MaxRetentionDays": str(longest),
        "backup:ChangeableForDays": "3" if for_ever else None,
    }


def _locks(name: str) -> Iterator[Case]:
    """Tightening a lock is changing; loosening it, or fixing it for ever, is destroying."""
    place, key, _ = VAULTS[name]
    policy, vault = document(name), place.vault(key)
    shortest, longest = LOCKS[name]
    most = longest or 9_999
    yield from (
        caller.asks(LOCKING, vault, "allow", policy, context=_bounds(shortest, most))
        for caller in those_who_change(place)
    )
    looser = [_bounds(shortest - 1, most), _bounds(shortest, most, for_ever=True)]
    if longest is not None:
        looser.append(_bounds(shortest, longest + 1))
    for context in looser:
        for caller in those_who_change(place):
            yield caller.asks(LOCKING, vault, "explicit_deny", policy, context=context)
        for caller in those_who_destroy(place):
            yield caller.asks(LOCKING, vault, "allow", policy, context=context)


def _resource(place: Place, key: str, action: str) -> str:
    return place.point if action in ON_A_POINT else place.vault(key)


def _matrix(name: str) -> Iterator[Case]:
    place, key, _ = VAULTS[name]
    policy = document(name)
    lock = _bounds(LOCKS[name][0], LOCKS[name][1] or 9_999)
    groups: tuple[tuple[tuple[Caller, ...], Outcome, Outcome, Outcome], ...] = (
        (those_who_destroy(place), "allow", "allow", "allow"),
        (those_who_change(place), "explicit_deny", "allow", "allow"),
        (insiders(place), "explicit_deny", "explicit_deny", "allow"),
        (outsiders(place), "explicit_deny", "explicit_deny", "deny"),
        ((service("backup"), service("s3")), "explicit_deny", "explicit_deny", "deny"),
    )
    for callers, *expected in groups:
        for number, caller in enumerate(callers):
            for actions, outcome in zip((DESTROY, CHANGE, USE), expected, strict=True):
                # A statement exempts from all its actions or none: one caller asks them all.
                for action in actions[2:3] if number else actions:
                    more = {"context": lock} if action == LOCKING else {}
                    yield caller.asks(
                        action, _resource(place, key, action), outcome, policy, **more
                    )


def _copies(name: str) -> Iterator[Case]:
    place, key, peers = VAULTS[name]
    policy, vault = document(name), place.vault(key)
    copy = "backup:CopyIntoBackupVault"
    for account in MEMBERS:
        anybody = Caller(arn=role(account, "Anybody"), why=f"copies from {account}")
        own = account == place.account
        expected: Outcome = "allow" if own or account in peers else "deny"
        yield anybody.asks(copy, vault, expected, policy)
        # To name everybody (of an organization) reaches the own account without its IAM as well.
        without: Outcome = "allow" if own and place is COLLECT else "deny"
        yield anybody.powerless().asks(copy, vault, without, policy)
    for organization in (OTHER_ORGANIZATION, None):
        stranger = Caller(
            arn=role(STRANGER, "Anybody"),
            why=f"copies from a stranger of {organization}",
            context={"aws:PrincipalOrgID": organization},
        )
        yield stranger.asks(copy, vault, "deny", policy)
    yield service("backup").asks(copy, vault, "deny", policy)


TABLES: dict[str, tuple[Case, ...]] = {
    name: (*_matrix(name), *_locks(name), *_copies(name)) for name in VAULTS
}


def test_vault_policies_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_vault_policy_matters() -> None:
    assert unnoticed(TABLES) == []


def test_copies_cross_no_border_but_the_one_rendered() -> None:
    copy = "backup:CopyIntoBackupVault"
    theirs = Caller(arn=PROD.role("backup"), why="production copies", rights=(_role(PROD),))
    back = Caller(arn=ARCHIVE.role("copy-back"), why="copies back", rights=(_back(ARCHIVE),))
    archive, critical = ARCHIVE.vault("archive"), PROD.vault("critical")
    assert (
        mismatches(
            [
                theirs.asks(copy, archive, "allow", document("archive/VaultArchive")),
                theirs.asks(copy, critical, "deny", document("prod/VaultCritical")),
                back.asks(copy, critical, "allow", document("prod/VaultCritical")),
                back.asks(copy, PROD.vault("main"), "deny", document("prod/VaultMain")),
                back.asks(copy, archive, "deny", document("archive/VaultArchive")),
            ]
        )
        == []
    )


def _role(place: Place) -> Document:
    return document(f"{place.name}/RoleForBackup:policy")


def _back(place: Place) -> Document:
    return document(f"{place.name}/RoleForCopyBack:policy")


DEPLOY = Caller(arn=role(PROD.account, "Deploy"), why="deploy")
ADMINISTRATOR = Caller(arn=role(PROD.account, "Administrator"), why="administrator")
BOUND = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "OnlyBreakGlassDestroys",
            "Effect": "Deny",
            "Action": [*DESTROY, "dynamodb:DeleteBackup", "iam:UpdateAssumeRolePolicy"],
            "Resource": "*",
            "Condition": {
                "ArnNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{PROD.account}:role/BreakGlass"}
            },
        }
    ],
}
BACKUP = PROD.arn("dynamodb", "table/employee/backup/01489602797149-73d8d5bc")
# What a policy of a vault cannot stop (DESIGN 9: an identity or service control policy has to).
LIFTED = (
    DEPLOY.asks(
        "backup:DeleteBackupVaultLockConfiguration",
        PROD.vault("critical"),
        "allow",
        None,
        why=" has replaced the policy by an empty one, and takes the lock off",
    ),
    DEPLOY.asks(
        "backup:DeleteRecoveryPoint", PROD.point, "allow", None, why=" then deletes the last point"
    ),
    ADMINISTRATOR.asks(
        "iam:UpdateAssumeRolePolicy",
        role(PROD.account, "BreakGlass"),
        "allow",
        None,
        why=" lets himself assume the break-glass role",
    ),
    ADMINISTRATOR.asks(
        "dynamodb:DeleteBackup",
        BACKUP,
        "allow",
        None,
        why=" deletes a point made before the Region's opt-in, which is DynamoDB's own",
    ),
)
# What is left to `change` on purpose, or to whoever may edit plans.
LEFT_OPEN = (
    DEPLOY.asks(
        LOCKING,
        PROD.vault("critical"),
        "allow",
        document("prod/VaultCritical"),
        why=" puts a lock without bounds, which conditions on the bounds do not see",
        context={
            "backup:MinRetentionDays": None,
            "backup:MaxRetentionDays": None,
            "backup:ChangeableForDays": None,
        },
    ),
    ADMINISTRATOR.asks(
        "backup:UpdateBackupPlan",
        PROD.arn("backup", "backup-plan:a4a5ee2e-7b0c-4a4b-9f6d-1f2c1b0a1d2e"),
        "allow",
        None,
        why=" shortens the retention of later points down to the lock's minimum",
    ),
)


def test_a_permission_set_whose_name_goes_on_after_an_underscore_is_another() -> None:
    name = f"AWSReservedSSO_EmergencyAdmin_Viewer_{SUFFIX}"
    arn = role(PROD.account, f"aws-reserved/sso.amazonaws.com/eu-west-1/{name}")
    viewer = Caller(arn=arn, why="viewer")
    policy = document("prod/VaultCritical")
    case = viewer.asks("backup:DeleteRecoveryPoint", PROD.point, "explicit_deny", policy)
    assert mismatches([case]) == []


def test_a_vault_does_not_stop_those_who_may_rewrite_it_or_become_break_glass() -> None:
    assert mismatches([*LIFTED, *LEFT_OPEN]) == []


def test_a_service_control_policy_does() -> None:
    bound = [
        Caller(arn=case.principal, why=case.why).asks(
            case.action,
            case.resource,
            "explicit_deny",
            None,
            service_control_policies=(BOUND,),
        )
        for case in LIFTED
    ]
    assert mismatches(bound) == []


def test_expiry_needs_nobody_that_a_vault_denies() -> None:
    """Points made before the opt-in expire through roles, which no vault policy is asked about."""
    ours = Caller(arn=PROD.role("backup"), why="our role expires", rights=(_role(PROD),))
    theirs = Caller(
        arn=service_linked(PROD.account),
        why="AWS Backup's own role expires",
        rights=(rights("dynamodb:DeleteBackup"),),
    )
    delete = "dynamodb:DeleteBackup"
    operator = Caller(arn=role(MEMBER, "Operator"), why="another account", rights=OPERATOR)
    assert (
        mismatches(
            [
                ours.asks(delete, BACKUP, "allow", None),
                theirs.asks(delete, BACKUP, "allow", None, service_control_policies=(BOUND,)),
                operator.asks(delete, BACKUP, "deny", None),
            ]
        )
        == []
    )
