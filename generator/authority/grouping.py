"""The tables, as many together as no document and no setting tells apart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.authority.evaluation import Policy, fits_resource, statements
from generator.authority.members import Member
from generator.authority.principals import own_roles
from generator.authority.world import Tables, backup_arn
from generator.spec.resolved import Environment, Table


def grouped(
    own: Member,
    control: Mapping[str, tuple[Policy, ...]],
    attached: Mapping[str, Mapping[str, tuple[Policy, ...]]],
) -> tuple[Tables, ...]:
    """Return the tables, those together that no document and no setting tells apart."""
    policies = [
        *control[own.environment.account_id],
        *(policy for each in attached[own.environment.name].values() for policy in each),
        *(policy for role in own_roles(own) for policy in role.identity.policies),
    ]
    written = {
        json.dumps(statement, sort_keys=True): statement
        for policy in policies
        for statement in statements(policy.document or {"Statement": ()})
    }
    rendered = {
        properties["TableName"]: properties for _, properties in own.of_type("AWS::DynamoDB::Table")
    }
    groups: dict[Any, list[Table]] = {}
    for table in own.environment.tables:
        properties = rendered.get(table.name, {})
        reached = tuple(
            fits_resource(statement, arn)
            for statement in written.values()
            for arn in (table.arn, backup_arn(table.arn))
        )
        settings = _settings(own, table, properties)
        groups.setdefault((reached, json.dumps(settings, sort_keys=True)), []).append(table)
    return tuple(_tables(own, group, rendered) for group in groups.values())


def _settings(own: Member, table: Table, properties: Mapping[str, Any]) -> dict[str, Any]:
    encryption = properties.get("SSESpecification", {})
    key = encryption.get("KMSMasterKeyId")
    aws_managed = isinstance(key, str) and not key.startswith("arn:")
    return {
        "protection": table.protection_name,
        "existing": table.existing,
        "deletion_protection": properties.get("DeletionProtectionEnabled", False),
        "history": table.point_in_time_recovery is not None,
        "policy": properties.get("ResourcePolicy", {}).get("PolicyDocument"),
        "key": None if aws_managed else own.key_of(key),
        "vaults": list(_vaults_of(own.environment, table)),
    }


def _vaults_of(environment: Environment, table: Table) -> tuple[str, ...]:
    backups = table.protection.backups.values()
    arns = [environment.vault_arn(backup.vault) for backup in backups]
    copies = [target.vault_arn for backup in backups for target in environment.copies(backup)]
    return tuple(dict.fromkeys((*arns, *copies)))


def _tables(own: Member, group: list[Table], rendered: Mapping[str, Any]) -> Tables:
    first = group[0]
    settings = _settings(own, first, rendered.get(first.name, {}))
    document = settings["policy"]
    return Tables(
        names=tuple(table.name for table in group),
        arn=first.arn,
        account_id=own.environment.account_id,
        protection=first.protection_name,
        existing=first.existing,
        deletion_protection=settings["deletion_protection"],
        keeps_history=settings["history"],
        policy=document and Policy(name=f"policy of table {first.name}", document=document),
        key_arn=settings["key"],
        vault_arns=tuple(settings["vaults"]),
    )
