"""Who destroys, changes and uses the rendered keys: of vaults, of topics and of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import pytest

from tests.policies.rendered import (
    ARCHIVE,
    COLLECT,
    MEMBER,
    OTHER_ORGANIZATION,
    PARTNER,
    PROD,
    STRANGER,
    WEB,
    Caller,
    Place,
    document,
    insiders,
    outsiders,
    role,
    service,
    service_linked,
    those_who_change,
    those_who_destroy,
    unnoticed,
)
from tests.policies.simulator import Case, Context, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

DESTROY = (
    "kms:ScheduleKeyDeletion",
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:RevokeGrant",
    "kms:DeleteAlias",
    "kms:UpdateAlias",
)
CHANGE = ("kms:PutKeyPolicy", "kms:DisableKeyRotation")
USE = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
GRANT = "kms:CreateGrant"
FOR_AWS: Context = {"kms:GrantIsForAWSResource": "true"}
FOR_OTHERS: Context = {"kms:GrantIsForAWSResource": "false"}
ENCRYPT_FOR_TOPIC = ("kms:Decrypt", "kms:GenerateDataKey")

PLACES: dict[str, Place] = {
    "prod/KeyOfVaultMain": PROD,
    "prod/KeyOfVaultCritical": PROD,
    "archive/KeyOfVaultArchive": ARCHIVE,
    "web/KeyOfVaultMain": WEB,
    "collect/KeyOfVaultAll": COLLECT,
    "web/KeyOfTablesTables": WEB,
    "prod/KeyOfAlertTopicAlerts": PROD,
    "prod/KeyOfAlertTopicWatchdog": PROD,
}
# Who uses a vault's key from another account: the role that copies, and AWS Backup's own.
PEERS: dict[str, tuple[Caller, ...]] = {
    "prod/KeyOfVaultCritical": (
        Caller(arn=ARCHIVE.role("copy-back"), why="copies back from the archive"),
        Caller(arn=service_linked(ARCHIVE.account), why="AWS Backup of the archive"),
    ),
    "archive/KeyOfVaultArchive": (
        Caller(arn=PROD.role("backup"), why="copies from production"),
        Caller(arn=service_linked(PROD.account), why="AWS Backup of production"),
    ),
    "web/KeyOfVaultMain": (
        Caller(arn=COLLECT.role("copy-back"), why="copies back from the organization's vault"),
        Caller(arn=service_linked(COLLECT.account), why="AWS Backup of the organization's vault"),
        Caller(arn=service_linked(PARTNER), why="AWS Backup of a vault that is not rendered"),
    ),
    "collect/KeyOfVaultAll": (
        Caller(arn=role(MEMBER, "shop-dev-backup-us-east-1"), why="a member copies"),
        Caller(arn=service_linked(MEMBER), why="AWS Backup of a member"),
    ),
}
STRANGE: Context = {"aws:PrincipalOrgID": OTHER_ORGANIZATION}
NO_PEERS = (
    *(
        Caller(
            arn=arn,
            why=f"not a peer, organization {context['aws:PrincipalOrgID']}",
            context=context,
        )
        for context in (STRANGE, {"aws:PrincipalOrgID": None})
        for arn in (
            service_linked(STRANGER),
            role(STRANGER, "shop-prod-backup-eu-central-1"),
            role(STRANGER, "shop-archive-copy-back-eu-central-1"),
        )
    ),
    *(
        Caller(arn=role(account, name), why="a member, but not one who copies")
        for account in (PARTNER, MEMBER)
        for name in (
            "Administrator",
            "shop-dev-recovery-us-east-1",
            "shopping-dev-backup-us-east-1",
        )
    ),
)


def _uses(
    caller: Caller, name: str, expected: Outcome, actions: Sequence[str] = USE[:1]
) -> Iterator[Case]:
    policy, key = document(name), PLACES[name].key
    for action in actions:
        yield caller.asks(action, key, expected, policy)
    yield caller.asks(GRANT, key, expected, policy, context=FOR_AWS)


def _matrix(name: str) -> Iterator[Case]:
    place, policy = PLACES[name], document(name)
    groups: tuple[tuple[tuple[Caller, ...], Outcome, Outcome, Outcome], ...] = (
        (those_who_destroy(place), "allow", "allow", "allow"),
        (those_who_change(place), "explicit_deny", "allow", "allow"),
        (insiders(place), "explicit_deny", "explicit_deny", "allow"),
        (outsiders(place), "explicit_deny", "explicit_deny", "deny"),
        (PEERS.get(name, ()), "explicit_deny", "explicit_deny", "allow"),
        ((service("backup"), service("dynamodb")), "explicit_deny", "explicit_deny", "deny"),
    )
    for callers, destroy, change, use in groups:
        # Keys that no other account uses say the same as the others: a few callers will do.
        for number, caller in enumerate(callers if name in PEERS else callers[:4]):
            # A statement exempts from all its actions or none: one caller asks them all.
            some = 1 if number else None
            for actions, outcome in ((DESTROY, destroy), (CHANGE, change)):
                for action in actions[:some]:
                    yield caller.asks(action, place.key, outcome, policy)
            yield from _uses(caller, name, use, USE[:some])


def _of_vaults(name: str) -> Iterator[Case]:
    place, policy = PLACES[name], document(name)
    for peer in PEERS.get(name, ()):
        yield from _uses(peer, name, "allow", USE)
        yield from _uses(peer.powerless(), name, "deny")
        yield peer.asks(GRANT, place.key, "deny", policy, context=FOR_OTHERS)
    for caller in NO_PEERS:
        yield from _uses(caller, name, "deny")
    for peer in PEERS.get(name, ()):
        account = peer.arn.split(":")[4]
        administrator = Caller(arn=role(account, "Administrator"), why="administrator of a peer")
        yield from _uses(administrator, name, "deny")
    # To name everybody (of an organization) reaches the own account without its IAM as well.
    own: Outcome = "allow" if place is COLLECT else "deny"
    what = "copy-back" if place in (ARCHIVE, COLLECT) else "backup"
    for arn in (place.role(what), service_linked(place.account)):
        yield from _uses(Caller(arn=arn, why="own role").powerless(), name, own)


def _of_topics(name: str) -> Iterator[Case]:
    place, policy = PLACES[name], document(name)
    of_alerts = name.endswith("TopicAlerts")
    events = service("events")
    ours = {"aws:SourceAccount": place.account}
    for action in ENCRYPT_FOR_TOPIC:
        # EventBridge sends no aws:Source… key to KMS: a condition on one would stop all alerts.
        yield events.asks(action, place.key, "allow" if of_alerts else "deny", policy)
        alarms = service("cloudwatch")
        yield alarms.asks(action, place.key, "allow", policy, context=ours, why=", our alarms")
        for account in (STRANGER, None):
            theirs = {"aws:SourceAccount": account}
            yield alarms.asks(action, place.key, "deny", policy, context=theirs, why=f" {account}")
        for other in ("sns", "backup", "lambda", "budgets"):
            yield service(other).asks(action, place.key, "deny", policy, context=ours)
    for caller in (events, service("cloudwatch")):
        context = {**ours, **FOR_AWS} if caller is not events else FOR_AWS
        yield caller.asks("kms:Encrypt", place.key, "deny", policy, context=ours)
        yield caller.asks(GRANT, place.key, "deny", policy, context=context)
        yield caller.asks("kms:DisableKey", place.key, "explicit_deny", policy, context=ours)


def _cases(name: str) -> tuple[Case, ...]:
    if "Vault" in name:
        return (*_matrix(name), *_of_vaults(name))
    if "Topic" in name:
        return (*_matrix(name), *_of_topics(name))
    return tuple(_matrix(name))


TABLES: dict[str, tuple[Case, ...]] = {name: _cases(name) for name in PLACES}
# Damages that change nothing, because `IamOfThisAccountDecides` has allowed as much already:
# what the other two statements say of the own account only tells the reader who uses the key.
MEANINGLESS = (
    "prod/KeyOfVaultMain: Allow*ByAwsBackup without *",
    "prod/KeyOfVaultMain: Allow*ByAwsBackup left out",
    *(
        f"{name}: Allow*ByAwsBackup without {who}"
        for name in ("prod/KeyOfVaultCritical", "archive/KeyOfVaultArchive", "web/KeyOfVaultMain")
        for who in (
            f"principal arn:aws:iam::{PLACES[name].account}:root",
            f"arn:aws:iam::{PLACES[name].account}:role/*",
        )
    ),
)


def test_key_policies_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_key_policy_matters_or_says_why_not() -> None:
    found = unnoticed(TABLES)
    of_reason = {one: [name for name in found if fnmatchcase(name, one)] for one in MEANINGLESS}
    assert [one for one, names in of_reason.items() if not names] == []
    explained = [name for names in of_reason.values() for name in names]
    assert [name for name in found if name not in explained] == []


def test_eventbridge_is_confined_by_the_topic_and_not_by_its_key() -> None:
    statements = [
        one
        for name in ("prod", "archive")
        for one in document(f"{name}/KeyOfAlertTopicAlerts")["Statement"]
        if "events.amazonaws.com" in str(one["Principal"])
    ]
    assert [one.get("Condition") for one in statements] == [None, None]


def test_who_may_lift_a_denial_can_destroy_in_two_steps() -> None:
    """DESIGN 9: deploy rewrites key policies, so a service control policy has to bind it."""
    deploy = those_who_change(PROD)[0]
    whole = document("prod/KeyOfVaultCritical")
    open_to_all = {**whole, "Statement": whole["Statement"][:1]}
    bound = {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "Bound", "Effect": "Deny", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"}
        ],
    }
    delete = "kms:ScheduleKeyDeletion"
    assert (
        mismatches(
            [
                deploy.asks("kms:PutKeyPolicy", PROD.key, "allow", whole),
                deploy.asks(delete, PROD.key, "explicit_deny", whole),
                deploy.asks(delete, PROD.key, "allow", open_to_all, why=" rewrote the policy"),
                deploy.asks(
                    delete,
                    PROD.key,
                    "explicit_deny",
                    open_to_all,
                    service_control_policies=(bound,),
                    why=" rewrote the policy but is bound",
                ),
                deploy.asks("kms:CancelKeyDeletion", PROD.key, "allow", whole, why=" rescues"),
                deploy.asks("kms:EnableKey", PROD.key, "allow", whole, why=" rescues"),
            ]
        )
        == []
    )
