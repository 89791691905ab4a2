"""Lint of IAM documents with parliament, which is told what AWS added since its data was made."""

from __future__ import annotations

import importlib
import json
import warnings
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from types import ModuleType

Document = Mapping[str, Any]
Kind = Literal["identity", "resource", "trust"]

NEWER_ACTIONS: Mapping[str, str] = {
    "backup:DisassociateBackupVaultMpaApprovalTeam": "backupVault",
    "backup:RevokeRestoreAccessBackupVault": "backupVault",
    "cloudwatch:PutAlarmMuteRule": "alarm-mute-rule",
    "dynamodb:DeleteGlobalTableWitness": "table",
    "s3:UpdateObjectEncryption": "object",
}
"""Actions that parliament 1.6.4 (data of April 2025) does not know, with the type they act on."""

NEWER_RESOURCES: Mapping[str, str] = {
    "cloudwatch:alarm-mute-rule": (
        "arn:${Partition}:cloudwatch:${Region}:${Account}:alarm-mute-rule:${AlarmMuteRuleName}"
    ),
}


class UnavailableError(Exception):
    """Parliament cannot be imported here; the message says why."""


def findings(document: Document, kind: Kind = "identity") -> list[str]:
    """Return what is wrong with a document, one line each, as ``Sid: ISSUE detail``.

    ``identity`` covers service control policies too; ``resource`` documents name principals;
    ``trust`` documents do, and have no ``Resource``. "Unnecessary use of Resource *" is reported
    for identity documents only: elsewhere ``*`` is the resource that the document is attached to.

    Raises:
        UnavailableError: parliament is not installed or does not import.
    """
    statements = _statements(document)
    shape = [line for statement in statements for line in _principal_findings(statement, kind)]
    if kind == "trust":
        shape += [
            f"{_sid(one)}: MALFORMED trust has a Resource" for one in _with_resource(statements)
        ]
        document = {**document, "Statement": [{**one, "Resource": "*"} for one in statements]}
    found = [
        (where, finding.issue, finding.detail)
        for where, finding in _analysis(document)
        if finding.issue != "RESOURCE_STAR" or kind == "identity"
    ]
    titles = _parliament().config
    return shape + [
        f"{where}: {issue} {detail or titles[issue]['title']}"
        for where, issue, detail in [*found, *_mismatches_of_denials(document)]
    ]


def _statements(document: Document) -> list[Document]:
    given = document.get("Statement", [])
    return [given] if isinstance(given, Mapping) else list(given)


def _sid(statement: Document) -> str:
    return str(statement.get("Sid", "statement"))


def _with_resource(statements: list[Document]) -> list[Document]:
    return [one for one in statements if "Resource" in one or "NotResource" in one]


def _principal_findings(statement: Document, kind: Kind) -> list[str]:
    has_principal = "Principal" in statement or "NotPrincipal" in statement
    if has_principal and kind == "identity":
        return [f"{_sid(statement)}: MALFORMED an identity policy names no Principal"]
    if not has_principal and kind != "identity":
        return [f"{_sid(statement)}: MALFORMED Principal is missing"]
    return []


def _mismatches_of_denials(document: Document) -> list[tuple[str, str, str]]:
    """Parliament compares actions with resources in Allow statements only: ask it about those.

    An Allow needs every resource of its action, a Deny bites with one of them.
    """
    denials = [one for one in _statements(document) if one.get("Effect") == "Deny"]
    allowed = [{**one, "Effect": "Allow"} for one in denials]
    # A dictionary: parliament has some services twice and then says everything twice.
    missing = {
        (where, one["action"], one["required_format"]): None
        for where, finding in _analysis({"Version": "2012-10-17", "Statement": allowed})
        if finding.issue == "RESOURCE_MISMATCH"
        for one in finding.detail
    }
    return [
        (where, "RESOURCE_MISMATCH", f"{action} acts on {wanted}")
        for where, action, wanted in missing
        if [one[:2] for one in missing].count((where, action)) >= _required_types(action)
    ]


def _required_types(action: str) -> int:
    privilege = _parliament().statement.get_privilege_info(*action.split(":"))
    return sum(one["resource_type"].endswith("*") for one in privilege["resource_types"])


def _analysis(document: Document) -> list[tuple[str, Any]]:
    """Return parliament's findings, each with the Sid or number of its statement."""
    text = json.dumps(document)
    policy = _parliament().analyze_policy_string(text, ignore_private_auditors=True)
    of_statements = [
        (statement.sid or f"statement {index}", finding)
        for index, statement in enumerate(policy.statements, start=1)
        for finding in statement.findings
    ]
    placed = {id(finding) for _, finding in of_statements}
    of_policy = [("policy", one) for one in policy.findings if id(one) not in placed]
    return of_policy + of_statements


@cache
def _parliament() -> ModuleType:
    # Importing it leaves files open and, with some versions of setuptools, warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            parliament = importlib.import_module("parliament")
        except ImportError as error:
            raise UnavailableError(
                f"parliament does not import: {error}"
                " (it also needs pkg_resources, which setuptools dropped in version 82)"
            ) from error
    for service in parliament.iam_definition:
        _add_newer(service)
        _share_condition_keys(service)
    return parliament


def _add_newer(service: dict[str, Any]) -> None:
    prefix = service["prefix"] + ":"
    service["privileges"] += [
        {
            "privilege": action.removeprefix(prefix),
            "resource_types": [{"resource_type": f"{resource_type}*", "condition_keys": []}],
        }
        for action, resource_type in NEWER_ACTIONS.items()
        if action.startswith(prefix)
    ]
    service["resources"] += [
        {"resource": name.removeprefix(prefix), "arn": arn, "condition_keys": []}
        for name, arn in NEWER_RESOURCES.items()
        if name.startswith(prefix)
    ]


def _share_condition_keys(service: dict[str, Any]) -> None:
    """Let every action carry the keys of the resources it acts on (``kms:ResourceAliases``)."""
    keys = {one["resource"]: one["condition_keys"] for one in service["resources"]}
    for privilege in service["privileges"]:
        for resource_type in privilege["resource_types"]:
            name = resource_type["resource_type"].removesuffix("*")
            resource_type["condition_keys"] = [
                *resource_type["condition_keys"],
                *keys.get(name, ()),
            ]
