"""The request of each table's restore: what the state machine takes as its input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints import tables
from blueprints.names import export_owner, export_replicas, exporting, pointer_name
from blueprints.tables.facts import TablesFacts
from generator.recovery.settings import AWS_MANAGED, AWS_OWNED, encryption_of, settings_of
from generator.spec.resolved import Environment, Table, stack_name

Request = dict[str, Any]
POLL_SECONDS = 30
LATEST: Mapping[str, Any] = {"latest": True}


def requests(
    environment: Environment, stacks: tuple[TablesFacts, ...] | None = None
) -> Mapping[str, Request]:
    """Return table key → request, for every table of the environment in the file's order.

    `stacks` are the facts of its tables, where they are decided already.
    """
    decided = {
        facts.name: (stack, facts)
        for stack in (tables.decide(environment) if stacks is None else stacks)
        for facts in stack.tables
    }
    found = {}
    for table in environment.tables:
        request = _request(environment, table)
        if table.name in decided:
            stack, facts = decided[table.name]
            request["settings"] = settings_of(facts, stack.key, table.arn)
            request["encryption"] = encryption_of(facts, stack.key)
            request["owner"] = {
                "stack_name": stack_name(environment, stack.template),
                "logical_id": facts.label.logical_id,
            }
        found[table.key] = request
    return found


def requests_in(destination: Environment, source: Environment) -> Mapping[str, Request]:
    """Return table key → request for the restore of a source's tables in a destination.

    Only for tables whose copies go there, or whose exports lie there. What names resources of the
    source's account is left out, and its keys are out of reach: see `left_out`.
    """
    found = requests(source)
    return {
        table.key: _away(found[table.key])
        for table in source.tables
        if is_copied_to(destination, source, table)
        or (table.protection_name in exporting(source) and _holds_exports(destination, source))
    }


def destinations(environment: Environment) -> Mapping[str, Environment]:
    """Return the destinations that hold copies or exports, in which tables can come back."""
    return {
        name: there
        for name, there in environment.destinations.items()
        if name in environment.copy_destinations or _holds_exports(there, environment)
    }


def is_copied_to(destination: Environment, source: Environment, table: Table) -> bool:
    """Return whether copies of a table go to a destination."""
    vaults = {destination.vault_arn(key) for key in destination.vaults}
    return bool(vaults & set(_copied_to(source, table)))


def _holds_exports(destination: Environment, source: Environment) -> bool:
    if not exporting(source):
        return False
    holding = [export_owner(source), *(there for there, _ in export_replicas(source).values())]
    return _place(destination) in map(_place, holding)


def _place(environment: Environment) -> tuple[str, str, str, str]:
    return (environment.project, environment.name, environment.account_id, environment.region)


def left_out(request: Request) -> tuple[str, ...]:
    """Return which settings of a table's own request its restore in a destination cannot have."""
    settings = request["settings"] or {}
    return (
        *(("Kinesis destination",) if settings.get("kinesis_destinations") else ()),
        *(("resource policy",) if settings.get("resource_policy") else ()),
        *(("encryption key",) if request["encryption"] not in (AWS_OWNED, AWS_MANAGED) else ()),
        *(("pointer",) if request["pointer"] else ()),
    )


def _request(environment: Environment, table: Table) -> Request:
    pointer = pointer_name(environment, table)
    return {
        "table": {"key": table.key, "name": table.name, "arn": table.arn},
        "target_name": None,
        "point": {**LATEST},
        "settings": None,
        "encryption": _encryption_elsewhere(table),
        "owner": None,
        "pointer": pointer and {"parameter_name": pointer},
        "repoint": False,
        "poll_seconds": POLL_SECONDS,
    }


def _encryption_elsewhere(table: Table) -> dict[str, str]:
    """Return the encryption of a table that is defined elsewhere: its entry's, if it gives one."""
    given = table.spec.encryption
    if given is not None and given.key == "aws_owned":
        return {**AWS_OWNED}
    if given is not None and given.kms_key_arn is not None:
        return {"type": "KMS", "key": given.kms_key_arn}
    return {**AWS_MANAGED}


def _away(request: Request) -> Request:
    settings = request["settings"]
    encryption = AWS_OWNED if request["encryption"] == AWS_OWNED else AWS_MANAGED
    if settings is not None:
        settings = {
            **settings,
            "encryption": encryption,
            "kinesis_destinations": [],
            "resource_policy": None,
        }
    return {
        **request,
        "settings": settings,
        "encryption": encryption,
        "owner": None,
        "pointer": None,
    }


def _copied_to(source: Environment, table: Table) -> Iterator[str]:
    for backup in table.protection.backups.values():
        for target in source.copies(backup):
            yield target.vault_arn
