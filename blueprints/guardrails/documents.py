"""The guardrail documents, each written from the table of denials."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from blueprints.denials import ROWS, Document, Exempt, Kind, Scope
from blueprints.documents import Statement, document
from blueprints.guardrails.exempt import effective, exempt_arns
from blueprints.guardrails.names import numbered
from blueprints.guardrails.scopes import Target, names_tables, targets
from blueprints.names import (
    backup_role_arn,
    catalogue_bucket_arn,
    catalogue_key_alias,
    default_restore_role_arn,
    recovers,
    restore_machine_arn,
    restore_role_arn,
    service_of,
)
from generator.naming import arn, physical

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

# Of a service control policy; AWS is said to take twice as much since May 2026; unverified.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
MOST_CHARACTERS_OF_CONTROL = 5_120
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS_OF_POLICY = 6_144
# By concern: a document that held all of it would pass AWS's limits.
VAULTS = frozenset(
    {Scope.POINTS, Scope.VAULTS, Scope.LOOSER_LOCKS, Scope.PLANS, Scope.BACKUP_SETTINGS}
)
ACCESS = frozenset(
    {
        Scope.KEYS,
        Scope.ALIASES,
        Scope.BREAK_GLASS,
        Scope.EXEMPT_ROLES,
        Scope.EXEMPT_CODE,
        Scope.GUARDRAILS,
        Scope.GUARDRAIL_ATTACHMENTS,
    }
)
OWN = frozenset(scope for scope in Scope if scope.name.startswith("OWN_"))
DATA = frozenset(Scope) - VAULTS - ACCESS - OWN
# These people neither deploy nor are a role of ours: no exemption but break-glass makes sense.
_FOR_PEOPLE = Document.OPERATOR | Document.BACKUP_ADMINISTRATOR


def denials(
    environment: Environment,
    where: Document,
    kinds: Collection[Kind] = tuple(Kind),
    scopes: Collection[Scope] = tuple(Scope),
) -> Iterator[Statement]:
    """Yield the denials of `where`: one statement for equal resources, conditions and exemptions.

    Rows come in the table's order.
    """
    statements: dict[str, dict[str, Any]] = {}
    for row in ROWS:
        if where not in row.documents or row.kind not in kinds or row.scope not in scopes:
            continue
        exempt = Exempt.NOBODY if where in _FOR_PEOPLE else effective(environment, row.exempt)
        for target in targets(environment, row.scope, where):
            same = repr((target.resources, target.condition, exempt))
            statement = statements.setdefault(same, _denial(environment, row.scope, exempt, target))
            statement["Action"] += [
                action for action in row.actions if action not in statement["Action"]
            ]
    yield from statements.values()


def _denial(
    environment: Environment, scope: Scope, exempt: Exempt, target: Target
) -> dict[str, Any]:
    name = "".join(word.capitalize() for word in scope.name.split("_"))
    but = "And".join(each.name.title().replace("_", "") for each in exempt if each.name)
    return {
        "Sid": name + target.what + (f"But{but}" if but else ""),
        "Effect": "Deny",
        "Action": [],
        "Resource": _one_or_many(target.resources),
        "Condition": {
            "ArnNotLike": {"aws:PrincipalArn": list(exempt_arns(environment, exempt))},
            **target.condition,
        },
    }


def operator(environment: Environment) -> tuple[Statement, ...]:
    """Return the statements for people who operate tables: everything but deleting what protects.

    A restore writes with its caller's rights, and needs to read and write the new table.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/backuprestore_IAM.html
    The state machine restores with rights of its own: who starts it decides the new table's name,
    key and settings, its protection and its resource policy among them.
    """
    tables = arn(environment, "dynamodb", "table/*")
    return (
        _allow(
            # Whatever table they operate; the denials below name the protected ones.
            "OperateTables",
            [
                "dynamodb:CreateTable",
                "dynamodb:UpdateTable",
                "dynamodb:Describe*",
                "dynamodb:List*",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:CreateBackup",
                "dynamodb:RestoreTableFromBackup",
                "dynamodb:RestoreTableToPointInTime",
                "dynamodb:RestoreTableFromAwsBackup",
                "dynamodb:StartAwsBackupJob",
                # Too many protected tables to tell them from others: none may be deleted.
                *(("dynamodb:DeleteTable",) if names_tables(environment) else ()),
            ],
            tables,  # with their indexes and backups
        ),
        _allow("WriteRestoredTables", _READ_AND_WRITE, tables),
        # AWS names no resource for most of what lists and describes.
        _allow("Look", ["dynamodb:ListBackups", "dynamodb:ListTables", *_LOOK], "*"),
        *_start_jobs(environment),
        *_restore(environment),
        *denials(environment, Document.OPERATOR),
    )


def backup_administrator(environment: Environment) -> tuple[Statement, ...]:
    """Return the statements for people who manage plans and selections, but delete no selection."""
    return (
        _allow(
            # AWS chooses the ids of plans.
            "ManagePlans",
            [
                "backup:CreateBackupPlan",
                "backup:CreateBackupSelection",
                "backup:DeleteBackupPlan",
                "backup:TagResource",
                "backup:UpdateBackupPlan",
            ],
            arn(environment, "backup", "backup-plan:*"),
        ),
        # AWS names no resource for most of what lists and describes.
        _allow("Look", [*_LOOK], "*"),
        *_start_jobs(environment),
        *_restore(environment),
        *denials(environment, Document.BACKUP_ADMINISTRATOR),
    )


_READ_AND_WRITE = tuple(
    f"dynamodb:{name}"
    for name in [
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    ]
)
_LOOK = ("backup:Describe*", "backup:Get*", "backup:List*")


def _start_jobs(environment: Environment) -> Iterator[Statement]:
    if not environment.vaults:
        return
    yield _allow(
        "StartBackups",
        ["backup:StartBackupJob"],
        list(map(environment.vault_arn, environment.vaults)),
    )
    yield _allow(
        # A recovery point carries whatever id AWS chose; the role that is passed decides.
        "StartRestores",
        ["backup:StartRestoreJob"],
        arn(environment, "backup", "recovery-point:*"),
    )
    # The one takes backups; the other, without ours AWS's own default, restores.
    restores = restore_role_arn if recovers(environment) else default_restore_role_arn
    yield {
        **_allow(
            "PassRolesOfBackup",
            ["iam:PassRole"],
            [backup_role_arn(environment), restores(environment)],
        ),
        "Condition": {"StringEquals": {"iam:PassedToService": "backup.amazonaws.com"}},
    }


def _restore(environment: Environment) -> Iterator[Statement]:
    """Yield what it takes to start a restore, follow it and read its report, but not to stop it."""
    if not recovers(environment):
        return
    executions = f"execution:{physical(environment, 'restore')}:*"
    bucket = catalogue_bucket_arn(environment)
    yield _allow(
        "RunRestores",
        ["states:StartExecution", "states:ListExecutions"],
        restore_machine_arn(environment),
    )
    yield _allow(
        "FollowRestores",
        ["states:DescribeExecution", "states:GetExecutionHistory"],
        arn(environment, "states", executions),
    )
    yield _allow(
        "ReadCatalogue",
        ["s3:GetObject"],
        [f"{bucket}/restores/*", f"{bucket}/catalog/settings/*"],
    )
    yield {
        # AWS chooses the key's id.
        **_allow("DecryptCatalogue", ["kms:Decrypt"], arn(environment, "kms", "key/*")),
        "Condition": {
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": catalogue_key_alias(environment)},
            "StringEquals": {"kms:ViaService": service_of(environment, "s3")},
        },
    }


def break_glass(environment: Environment) -> Mapping[str, Any]:
    """Return what a break-glass role may: everything the table denies to others, and to look."""
    allowed: dict[tuple[str, ...], dict[str, None]] = {}
    for row in ROWS:
        # The rows for vaults have what puts a lock, a looser one too.
        if row.scope in (Scope.ORGANIZATION, Scope.ITEMS, Scope.LOOSER_LOCKS):
            continue
        if row.documents == Document.SERVICE_CONTROL:
            continue  # other rows have the same actions on more
        # AWS asks for an alias at its key as well.
        scopes = (row.scope, Scope.KEYS) if row.scope is Scope.ALIASES else (row.scope,)
        for target in _all_targets(environment, scopes):
            actions = allowed.setdefault(target.resources, {})
            actions.update(dict.fromkeys(row.actions))
    return document(
        *(
            _allow(f"Allow{number}", list(actions), _one_or_many(resources))
            for number, (resources, actions) in enumerate(allowed.items(), 1)
        ),
        # AWS names no resource for most of what lists and describes.
        _allow("Look", [*_LOOK, "dynamodb:Describe*", "dynamodb:List*", "kms:List*"], "*"),
    )


def _all_targets(environment: Environment, scopes: Iterable[Scope]) -> Iterator[Target]:
    for scope in scopes:
        yield from targets(environment, scope, Document.DENY)


def service_control_policies(environment: Environment) -> Mapping[str, Mapping[str, Any]]:
    """Return key → service control policy: what destroys, denied to all but break-glass.

    What one concern has too much of for a document goes on in a second one.
    """
    found: dict[str, Mapping[str, Any]] = {}
    for name, scopes in (("data", DATA), ("vaults", VAULTS), ("access", ACCESS | OWN)):
        statements = denials(environment, Document.SERVICE_CONTROL, scopes=scopes)
        for number, part in enumerate(parts_of(statements, MOST_CHARACTERS_OF_CONTROL), 1):
            found[numbered(f"service-control-policy-{name}", number)] = part
    return found


def parts_of(statements: Iterable[Statement], most_characters: int) -> Iterator[Mapping[str, Any]]:
    """Yield documents of `statements` in their order, as few as fit into `most_characters` each.

    One statement alone may pass it: then AWS refuses it, and `generate` says so.
    """
    part: list[Statement] = []
    for statement in statements:
        if part and len(text_of(document(*part, statement))) > most_characters:
            yield document(*part)
            part = []
        part.append(statement)
    yield document(*part)


def text_of(policy: Mapping[str, Any]) -> str:
    """Return a document as JSON, a line for each statement.

    So it is readable and stays below the limit of service control policies, which counts spaces.
    """
    lines = [json.dumps(each, separators=(",", ":")) for each in policy["Statement"]]
    statements = ",\n".join(lines)
    return f'{{"Version":{json.dumps(policy["Version"])},"Statement":[\n{statements}\n]}}\n'


def _allow(sid: str, actions: Iterable[str], resource: str | list[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resource}


def _one_or_many(resources: tuple[str, ...]) -> str | list[str]:
    return resources[0] if len(resources) == 1 else list(resources)
