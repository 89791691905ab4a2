"""What state machines and functions know of where they run: accounts, vaults, topic, buckets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blueprints.names import (
    alerts_topic_arn,
    catalogue_bucket_name,
    catalogue_key_alias,
    copy_back_role_arn,
    readable_exports,
    recovery_role_arn,
    refill_machine_arn,
    restore_role_arn,
)
from generator.naming import arn, vault_name
from generator.spec.resolved import Environment, stack_name


def place(environment: Environment) -> dict[str, Any]:
    """Return what the functions of a restore know of where they run; no table is in it.

    What an environment lacks is left out: neither engine can write null in a document.
    """
    return {
        **here(environment),
        "vaults": [*_own_vaults(environment), *_vaults_of_destinations(environment)],
        "restore_role_arn": restore_role_arn(environment),
        "catalogue_bucket": catalogue_bucket_name(environment),
        "recovery_stack_name": stack_name(environment, "recovery"),
        "is_destination": environment.is_destination,
        "refill_machine_arn": refill_machine_arn(environment),
        "export_buckets": list(_export_buckets(environment)),
        **told(environment),
    }


def refill_place(environment: Environment) -> dict[str, Any]:
    """Return what the functions of a refill know of where they run: what they may read as well."""
    return {
        **work_place(environment),
        "is_destination": environment.is_destination,
        "refill_machine_arn": refill_machine_arn(environment),
        "export_buckets": list(_export_buckets(environment)),
        "dump_buckets": list(_dump_buckets(environment)),
    }


def undo_place(environment: Environment) -> dict[str, Any]:
    """Return what the functions of an undo know of where they run, and export to."""
    return {
        **work_place(environment),
        "is_destination": environment.is_destination,
        "catalogue_key_alias_arn": arn(environment, "kms", catalogue_key_alias(environment)),
    }


def work_place(environment: Environment) -> dict[str, Any]:
    """Return what functions that run by the clock know of where they run."""
    return {
        **here(environment),
        "catalogue_bucket": catalogue_bucket_name(environment),
        **told(environment),
    }


def here(environment: Environment) -> dict[str, Any]:
    """Return account and Region of an environment, and what its names begin with."""
    return {
        "project": environment.project,
        "environment": environment.name,
        "partition": environment.partition,
        "account_id": environment.account_id,
        "region": environment.region,
    }


def told(environment: Environment) -> dict[str, str]:
    """Return the alert topic by the name that functions know it by, nothing where it is none."""
    topic_arn = alert_topic_arn(environment)
    return {} if topic_arn is None else {"topic_arn": topic_arn}


def alert_topic_arn(environment: Environment) -> str | None:
    """Return the ARN of the alert topic, None where nobody is told."""
    if environment.spec.alerts is None:
        return None
    return alerts_topic_arn(environment)


def _export_buckets(environment: Environment) -> Iterator[dict[str, str]]:
    for _, each in readable_exports(environment):
        yield {"name": each.name, "account_id": each.account_id, "region": each.region}


def _dump_buckets(environment: Environment) -> Iterator[dict[str, str]]:
    for source in environment.spec.recovery.refill_sources.values():
        yield {
            "name": source.bucket,
            "prefix": source.prefix,
            "account_id": source.account_id or environment.account_id,
            "region": source.region or environment.region,
        }


def _own_vaults(environment: Environment) -> Iterator[dict[str, Any]]:
    for key in environment.vaults:
        yield {
            "name": vault_name(environment, key),
            "account_id": environment.account_id,
            "region": environment.region,
        }


def _vaults_of_destinations(environment: Environment) -> Iterator[dict[str, Any]]:
    """Yield each vault that takes copies, with an own vault that lets its points back in."""
    seen: set[str] = set()
    for protection in environment.protections.values():
        for backup in protection.backups.values():
            for target in environment.copies(backup):
                there = target.environment
                if there is None or target.vault_arn in seen:
                    continue
                seen.add(target.vault_arn)
                yield {
                    "name": target.vault_arn.rpartition(":")[2],
                    "account_id": there.account_id,
                    "region": there.region,
                    "role_arn": recovery_role_arn(there),
                    "copy_back_role_arn": copy_back_role_arn(there),
                    "copy_to": vault_name(environment, backup.vault),
                }
