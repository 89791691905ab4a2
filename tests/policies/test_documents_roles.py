"""Who assumes the rendered roles, and what the roles may and may not do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from tests.policies.grants import ATTEMPT, EMPLOYEE, RECORD, SETTINGS, key_policy
from tests.policies.rendered import (
    ARCHIVE,
    COLLECT,
    PARTNER,
    PROD,
    STAGING,
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
from tests.policies.simulator import Case, Context, Document, Outcome, mismatches

pytestmark = [pytest.mark.node, pytest.mark.usefixtures("evaluator")]

ASSUME = "sts:AssumeRole"
VIA: Context = {"kms:ViaService": "dynamodb.eu-central-1.amazonaws.com"}
DESTROY_POINTS = (
    "DeleteRecoveryPoint",
    "DisassociateRecoveryPoint",
    "UpdateRecoveryPointLifecycle",
)
FOR_AWS: Context = {"kms:GrantIsForAWSResource": "true"}
FOR_OTHERS: Context = {"kms:GrantIsForAWSResource": "false"}
# The policy of a resource that stops nobody, so that the role's own decides.
OPEN: Document = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Open", "Effect": "Allow", "Principal": "*", "Action": "backup:*", "Resource": "*"}
    ],
}
# Damages that change nothing: these actions act on keys or vaults, and any is what is granted,
# because keys of tables defined elsewhere and of other accounts' vaults are not known by name,
# nor is whose copies an organization's vault takes.
MEANINGLESS = {
    "collect/RoleForCopyBack:policy: CopyIntoVaults on anything",
    *(
        f"{name}:policy: {sid} on anything"
        for name in (
            "prod/RoleForBackup",
            "web/RoleForBackup",
            "archive/RoleForCopyBack",
            "collect/RoleForCopyBack",
        )
        for sid in ("ReadThroughTableKeys", "DescribeKeys", "GrantVaultKeys")
    ),
}
# Document of a role that AWS Backup assumes → its place and what its name says.
SERVICE_ROLES = {
    "prod/RoleForBackup": (PROD, "backup"),
    "web/RoleForBackup": (WEB, "backup"),
    "archive/RoleForCopyBack": (ARCHIVE, "copy-back"),
    "collect/RoleForCopyBack": (COLLECT, "copy-back"),
}
RECOVERY_ROLES = {
    "archive/RoleForRecovery": (ARCHIVE, (ARCHIVE, PROD)),
    "collect/RoleForRecovery": (COLLECT, (COLLECT,)),
}


def _assumed_by_aws_backup(name: str) -> Iterator[Case]:
    place, what = SERVICE_ROLES[name]
    arn, trust = place.role(what), document(f"{name}:trust")
    for account, expected in ((place.account, "allow"), (STRANGER, "deny"), (None, "deny")):
        context = {"aws:SourceAccount": account}
        backup = service("backup", f"for {account}")
        yield backup.asks(ASSUME, arn, expected, trust, context=context)
        yield service("events").asks(ASSUME, arn, "deny", trust, context=context)
    for caller in (*those_who_destroy(place), *those_who_change(place), *insiders(place)):
        yield caller.asks(ASSUME, arn, "deny", trust)


def _assumed_by_people(name: str) -> Iterator[Case]:
    place, sides = RECOVERY_ROLES[name]
    arn, trust = place.role("recovery"), document(f"{name}:trust")
    for side in (ARCHIVE, PROD, COLLECT, STAGING):
        expected: Outcome = "allow" if side in sides else "deny"
        for caller in those_who_destroy(side):
            yield caller.asks(ASSUME, arn, expected, trust)
            yield caller.powerless().asks(ASSUME, arn, "deny", trust)
        for caller in (*those_who_change(side), *insiders(side)):
            yield caller.asks(ASSUME, arn, "deny", trust)
        # Restores of known sources look and fetch; a destination's own points lie at hand.
        fetching: Outcome = "allow" if side in sides and side is not place else "deny"
        for what, outcome in (
            ("plan-restore", fetching),
            ("fetch-copy", fetching),
            ("restore-table", "deny"),
            ("take-snapshots", "deny"),
        ):
            function = Caller(arn=side.role(what), why=f"{what} of {side.name}")
            yield function.asks(ASSUME, arn, outcome, trust)
    yield outsiders(place)[0].asks(ASSUME, arn, "deny", trust)
    yield outsiders(place)[1].asks(ASSUME, arn, "deny", trust)
    yield service("backup").asks(ASSUME, arn, "deny", trust)


TRUSTS: dict[str, tuple[Case, ...]] = {
    **{f"{name}:trust": tuple(_assumed_by_aws_backup(name)) for name in SERVICE_ROLES},
    **{f"{name}:trust": tuple(_assumed_by_people(name)) for name in RECOVERY_ROLES},
}


def _holder(name: str, place: Place, what: str) -> Caller:
    """Return the role itself, with its inline policy and nothing else."""
    return Caller(arn=place.role(what), why=f"{name},", rights=(document(f"{name}:policy"),))


def _uses_keys(caller: Caller, key: str, policy: Document) -> Iterator[Case]:
    """Yield what both service roles may do with keys whose policies leave it to their account."""
    abroad = {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}
    elsewhere = {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
    for action in ("kms:Decrypt", "kms:GenerateDataKey"):
        yield caller.asks(action, key, "allow", policy, context=VIA)
        for context in (abroad, elsewhere, {"kms:ViaService": None}):
            yield caller.asks(action, key, "deny", policy, context=context, why=" not via DynamoDB")
    yield caller.asks("kms:DescribeKey", key, "allow", policy)
    yield caller.asks("kms:CreateGrant", key, "allow", policy, context=FOR_AWS)
    yield caller.asks("kms:CreateGrant", key, "deny", policy, context=FOR_OTHERS)
    yield caller.asks("kms:Encrypt", key, "deny", policy)
    for action in ("kms:ScheduleKeyDeletion", "kms:RevokeGrant", "kms:PutKeyPolicy"):
        yield caller.asks(action, key, "explicit_deny", policy)


def _backs_up(name: str, place: Place, vaults: Mapping[str, str]) -> Iterator[Case]:
    me = _holder(name, place, "backup")
    table = place.arn("dynamodb", "table/employee")
    backup = f"{table}/backup/01489602797149-73d8d5bc"
    for action in ("CreateBackup", "DescribeTable", "ListTagsOfResource", "StartAwsBackupJob"):
        yield me.asks(f"dynamodb:{action}", table, "allow", None)
        for theirs in (
            table.replace(place.region, "us-east-1"),
            table.replace(place.account, STRANGER),
        ):
            yield me.asks(f"dynamodb:{action}", theirs, "deny", None, why=" elsewhere")
    for action in ("DeleteBackup", "DescribeBackup"):
        yield me.asks(f"dynamodb:{action}", backup, "allow", None)
        abroad = backup.replace(place.region, "us-east-1")
        yield me.asks(f"dynamodb:{action}", abroad, "deny", None, why=" elsewhere")
    for action in (
        *("DeleteTable", "UpdateTable", "UpdateContinuousBackups", "DeleteResourcePolicy"),
        *("GetItem", "Scan", "PutItem", "DeleteItem", "ExportTableToPointInTime", "TagResource"),
    ):
        yield me.asks(f"dynamodb:{action}", table, "deny", None)
    yield me.asks("dynamodb:RestoreTableFromBackup", backup, "deny", None)
    describe = "backup:DescribeBackupVault"
    for key, policy in vaults.items():
        yield me.asks(describe, place.vault(key), "allow", document(policy))
        for action in ("DeleteBackupVault", "PutBackupVaultAccessPolicy"):
            yield me.asks(f"backup:{action}", place.vault(key), "explicit_deny", document(policy))
    yield me.asks(describe, place.vault("other"), "deny", None)
    yield from _touches_points(me, place)
    yield me.asks("tag:GetResources", "*", "allow", None)
    yield me.asks("tag:TagResources", "*", "deny", None)
    for action in ("backup:StartRestoreJob", "backup:StartCopyJob", "backup:DescribeRecoveryPoint"):
        yield me.asks(action, place.point, "deny", None)
    yield me.asks("iam:PassRole", place.role("backup"), "deny", None)


def _touches_points(me: Caller, place: Place) -> Iterator[Case]:
    copied = place.point.replace(place.region, "us-east-1")
    for point in (place.point, copied):
        yield me.asks("backup:TagResource", point, "allow", None)
    theirs = place.point.replace(place.account, STRANGER)
    yield me.asks("backup:TagResource", theirs, "deny", OPEN)
    for action in (*DESTROY_POINTS, "UntagResource"):
        yield me.asks(f"backup:{action}", place.point, "deny", None, why=" vault without policy")


def _copies(me: Caller, into: Mapping[str, Document], not_into: tuple[str, ...]) -> Iterator[Case]:
    """Yield copies into the vaults of `into` (ARN → its policy) and of `not_into`, open to all."""
    for vault, policy in into.items():
        yield me.asks("backup:CopyIntoBackupVault", vault, "allow", policy)
    for vault in not_into:
        yield me.asks("backup:CopyIntoBackupVault", vault, "deny", OPEN, why=" not listed")
    for place in (PROD, ARCHIVE, WEB, COLLECT):
        yield me.asks("backup:CopyFromBackupVault", place.point, _own(me, place), None)


def _own(me: Caller, place: Place) -> Outcome:
    return "allow" if me.arn.split(":")[4] == place.account else "deny"


def _prod_backup() -> Iterator[Case]:
    name = "prod/RoleForBackup"
    me = _holder(name, PROD, "backup")
    vaults = {"main": "prod/VaultMain", "critical": "prod/VaultCritical", "long": "prod/VaultLong"}
    yield from _backs_up(name, PROD, vaults)
    archive = {ARCHIVE.vault("archive"): document("archive/VaultArchive")}
    yield from _copies(me, archive, (COLLECT.vault("all"), ARCHIVE.vault("other")))
    for vault in archive:
        yield me.asks("backup:DescribeBackupVault", vault, "allow", OPEN, why=" if its owner lets")
    yield from _uses_keys(me, PROD.key, document("prod/KeyOfVaultMain"))


def _web_backup() -> Iterator[Case]:
    name = "web/RoleForBackup"
    me = _holder(name, WEB, "backup")
    yield from _backs_up(name, WEB, {"main": "web/VaultMain"})
    partner = f"arn:aws:backup:eu-central-1:{PARTNER}:backup-vault:partner"
    into = {COLLECT.vault("all"): document("collect/VaultAll"), partner: OPEN}
    yield from _copies(me, into, (ARCHIVE.vault("archive"),))
    for vault in into:
        yield me.asks("backup:DescribeBackupVault", vault, "allow", OPEN, why=" if its owner lets")
    yield from _uses_keys(me, WEB.key, document("web/KeyOfTablesTables"))


def _archive_copy_back() -> Iterator[Case]:
    me = _holder("archive/RoleForCopyBack", ARCHIVE, "copy-back")
    back = {PROD.vault("critical"): document("prod/VaultCritical")}
    yield from _copies(me, back, (COLLECT.vault("all"), PROD.vault("other")))
    # Nothing of these vaults is copied here, so nothing goes back into them.
    for key in ("main", "long"):
        yield me.asks("backup:CopyIntoBackupVault", PROD.vault(key), "deny", OPEN)
    yield from _uses_keys(me, ARCHIVE.key, document("archive/KeyOfVaultArchive"))
    for action in ("StartCopyJob", "StartRestoreJob", "DeleteRecoveryPoint"):
        yield me.asks(f"backup:{action}", ARCHIVE.point, "deny", None)


def _collect_copy_back() -> Iterator[Case]:
    me = _holder("collect/RoleForCopyBack", COLLECT, "copy-back")
    # Whose copies come is not known, so any vault is granted, and each one's own policy decides.
    anywhere = {WEB.vault("main"): document("web/VaultMain"), STAGING.vault("main"): OPEN}
    yield from _copies(me, anywhere, ())
    yield me.asks(
        "backup:CopyIntoBackupVault", PROD.vault("main"), "deny", document("prod/VaultMain")
    )
    # A key that names an organization needs no IAM; here is one that leaves all to IAM.
    whole = document("collect/KeyOfVaultAll")
    kept = [one for one in whole["Statement"] if not one["Sid"].endswith("ByAwsBackup")]
    yield from _uses_keys(me, COLLECT.key, {**whole, "Statement": kept})


def _recovery(place: Place, key: str, of_vault: str) -> Iterator[Case]:
    me = _holder(f"{place.name}/RoleForRecovery", place, "recovery")
    vault, policy = place.vault(key), document(of_vault)
    for action in ("DescribeBackupVault", "ListRecoveryPointsByBackupVault"):
        yield me.asks(f"backup:{action}", vault, "allow", policy)
        yield me.asks(f"backup:{action}", place.vault("other"), "deny", None)
    for action in ("DescribeRecoveryPoint", "GetRecoveryPointRestoreMetadata", "StartCopyJob"):
        yield me.asks(f"backup:{action}", place.point, "allow", policy)
    for action in ("DescribeCopyJob", "ListCopyJobs"):
        yield me.asks(f"backup:{action}", "*", "allow", None)
    for action in ("ListBackupJobs", "ListBackupVaults", "DescribeRegionSettings"):
        yield me.asks(f"backup:{action}", "*", "deny", None)
    for action in DESTROY_POINTS:
        yield me.asks(f"backup:{action}", place.point, "explicit_deny", policy)
        yield me.asks(f"backup:{action}", place.point, "deny", None, why=" without vault policy")
    yield me.asks("backup:StartRestoreJob", place.point, "deny", policy)
    yield me.asks("backup:StartBackupJob", vault, "deny", policy)
    copy_back = place.role("copy-back")
    for passed, to, expected in (
        (copy_back, "backup", "allow"),
        (copy_back, "lambda", "deny"),
        (place.role("recovery"), "backup", "deny"),
        (role(place.account, "Administrator"), "backup", "deny"),
        (service_linked(place.account), "backup", "deny"),
    ):
        context = {"iam:PassedToService": f"{to}.amazonaws.com"}
        yield me.asks("iam:PassRole", passed, expected, None, context=context)
    yield from _chains(me, place)


def _chains(me: Caller, place: Place) -> Iterator[Case]:
    """Yield who reads records of exports, where sources that are known by file have some."""
    bucket = f"arn:aws:s3:::shop-{place.name}-catalog-{place.account}-{place.region}"
    granted: Outcome = "allow" if place is ARCHIVE else "deny"

    def asks(name: str, what: str, expected: Outcome, prefix: str | None = None) -> Case:
        context = {"s3:prefix": prefix}
        account = place.account
        return me.asks(
            f"s3:{name}", what, expected, None, context=context, resource_account=account
        )

    yield asks("ListBucket", bucket, granted, f"catalog/exports/{EMPLOYEE}/")
    for prefix in (f"catalog/settings/{EMPLOYEE}/", None):
        yield asks("ListBucket", bucket, "deny", prefix)
    record = f"{bucket}/{RECORD}"
    yield asks("GetObject", record, granted)
    yield asks("PutObject", record, "deny")
    for other in (ATTEMPT, SETTINGS):
        yield asks("GetObject", f"{bucket}/{other}", "deny")
    team = "arn:aws:s3:::team-data"
    yield asks("ListBucket", team, "deny", f"catalog/exports/{EMPLOYEE}/")
    yield asks("GetObject", f"{team}/{RECORD}", "deny")
    through: Context = {
        "kms:ViaService": f"s3.{place.region}.amazonaws.com",
        "kms:ResourceAliases": [f"alias/shop-{place.name}-catalog"],
    }
    policy, abroad = key_policy(place), place.key.replace(place.region, "us-east-1")
    yield me.asks("kms:Decrypt", place.key, granted, policy, context=through)
    yield me.asks("kms:Decrypt", abroad, "deny", policy, context=through)
    wrong: tuple[Context, ...] = (
        {"kms:ViaService": f"dynamodb.{place.region}.amazonaws.com"},
        {"kms:ViaService": None},
        {"kms:ResourceAliases": ["alias/other"]},
    )
    for other_context in wrong:
        context = {**through, **other_context}
        yield me.asks("kms:Decrypt", place.key, "deny", policy, context=context)
    yield me.asks("kms:GenerateDataKey", place.key, "deny", policy, context=through)


POLICIES: dict[str, tuple[Case, ...]] = {
    "prod/RoleForBackup:policy": tuple(_prod_backup()),
    "web/RoleForBackup:policy": tuple(_web_backup()),
    "archive/RoleForCopyBack:policy": tuple(_archive_copy_back()),
    "collect/RoleForCopyBack:policy": tuple(_collect_copy_back()),
    "archive/RoleForRecovery:policy": tuple(_recovery(ARCHIVE, "archive", "archive/VaultArchive")),
    "collect/RoleForRecovery:policy": tuple(_recovery(COLLECT, "all", "collect/VaultAll")),
}
TABLES = {**TRUSTS, **POLICIES}


def test_roles_decide_as_designed() -> None:
    assert mismatches([case for cases in TABLES.values() for case in cases]) == []


def test_every_part_of_a_role_matters_or_says_why_not() -> None:
    assert set(unnoticed(TABLES)) == MEANINGLESS
