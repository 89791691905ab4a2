"""Names that more than one blueprint spells: keys by alias, and the roles of AWS Backup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from generator.naming import arn, bucket_name, iam_name, physical
from generator.spec import AcceptedOrganization, Exports, ObjectLock
from generator.spec.resolved import Environment, Table

DEFAULT_STACK = "tables"
# The topic that says what failed, and its key.
ALERTS = "alerts"
# What is replicated of the catalogue: not the reports of restores.
CATALOGUE_OBJECTS = "catalog/"
# What machines note in the catalogue's bucket while they work; S3 deletes it after a while.
WORK = "work/"
# State machines that write to tables.
REFILL, UNDO = "refill", "undo"
# Templates whose schedules have a queue each.
EXPORTS, RECOVERY = "exports", "recovery"


def backup_role_arn(environment: Environment) -> str:
    """Return the ARN of the role that AWS Backup takes backups with."""
    return _role_arn(environment, "backup")


def copy_back_role_arn(environment: Environment) -> str:
    """Return the ARN of the role that AWS Backup copies points back with."""
    return _role_arn(environment, "copy-back")


def recovery_role_arn(environment: Environment) -> str:
    """Return the ARN of the role with which a destination's copies are listed and copied back."""
    return _role_arn(environment, "recovery")


def default_restore_role_arn(environment: Environment) -> str:
    """Return the ARN of the role that AWS Backup makes for itself, which may restore."""
    role = "role/service-role/AWSBackupDefaultServiceRole"
    return arn(environment, "iam", role, regional=False)


def vault_key_alias(environment: Environment, vault: str) -> str:
    """Return the alias of the key that is created for a vault."""
    return f"alias/{physical(environment, f'vault-{vault}')}"


def tables_template(stack: str) -> str:
    """Return the file stem of a stack's template."""
    return DEFAULT_STACK if stack == DEFAULT_STACK else f"{DEFAULT_STACK}-{stack}"


def tables_key_alias(environment: Environment, stack: str) -> str:
    """Return the alias of the key that a stack's tables share, if it has one."""
    return f"alias/{physical(environment, tables_template(stack))}"


def creates_key(table: Table) -> bool:
    """Return whether a table is encrypted with the key that its stack creates."""
    return (
        not table.existing
        and table.encryption.key == "customer_managed"
        and table.encryption.kms_key_arn is None
    )


def data_key_aliases(environment: Environment) -> tuple[str, ...]:
    """Return the aliases of the keys that the environment's copies and tables need."""
    return tuple(dict.fromkeys(_data_key_aliases(environment)))


def _data_key_aliases(environment: Environment) -> Iterator[str]:
    for key, vault in environment.vaults.items():
        if vault.kms_key_arn is None:
            yield vault_key_alias(environment, key)
    # Sorted, so that the order of tables in the file changes nothing.
    for stack in sorted({table.stack for table in environment.tables if creates_key(table)}):
        yield tables_key_alias(environment, stack)
    if recovers(environment):
        yield catalogue_key_alias(environment)
    for _, place in held_exports(environment):
        yield place.key_alias


def given_key_arns(environment: Environment) -> tuple[str, ...]:
    """Return the ARNs of keys that the file names for vaults and tables."""
    given = [vault.kms_key_arn for vault in environment.vaults.values()]
    given += [table.encryption.kms_key_arn for table in environment.tables if not table.existing]
    return tuple(dict.fromkeys(arn for arn in given if arn is not None))


def export_bucket_arn(environment: Environment) -> str:
    """Return the ARN of the bucket of exports in the environment's own account, if it has one."""
    return f"arn:{environment.partition}:s3:::{bucket_name(environment, EXPORTS)}"


def exporting(environment: Environment) -> Mapping[str, Exports]:
    """Return class → exports, of the protection classes of whose tables exports are made."""
    return environment.exports if recovers(environment) else {}


def export_classes(environment: Environment) -> tuple[str, ...]:
    """Return the protection classes of whose tables exports are made."""
    return tuple(exporting(environment))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPlace:
    """A bucket that holds exports of one environment: the original, or a replica."""

    name: str
    arn: str
    key_alias: str
    account_id: str
    region: str
    # The key by its alias; a reader resolves it to the key's own ARN.
    key_alias_arn: str
    object_lock: ObjectLock | None


def export_place(environment: Environment) -> ExportPlace | None:
    """Return the bucket that takes the environment's exports, None where nothing is exported."""
    if not export_classes(environment):
        return None
    there, lock = export_owner(environment), environment.spec.export_bucket.object_lock
    return _export_place(there, _exports_of(environment, there), lock)


def export_owner(environment: Environment) -> Environment:
    """Return the environment in whose account the exports' bucket is."""
    to = environment.spec.export_bucket.to
    return environment if to is None else environment.destinations[to]


def export_replicas(environment: Environment) -> Mapping[str, tuple[Environment, ExportPlace]]:
    """Return name → destination and bucket of each replica of the exports."""
    if not export_classes(environment):
        return {}
    found = {}
    for name, replica in environment.spec.export_bucket.replicas.items():
        there = environment.destinations[replica.to]
        place = _export_place(there, _exports_of(environment, there), replica.object_lock)
        found[name] = (there, place)
    return found


def held_exports(environment: Environment) -> tuple[tuple[Environment, ExportPlace], ...]:
    """Return the buckets of exports in the environment's own account, each with its source."""
    found = []
    for source in (environment, *environment.sources):
        place = export_place(source)
        if place is not None and export_owner(source).name == environment.name:
            found.append((source, place))
        found += [
            (source, replica)
            for there, replica in export_replicas(source).values()
            if there.name == environment.name
        ]
    return tuple(found)


def readable_exports(environment: Environment) -> tuple[tuple[Environment, ExportPlace], ...]:
    """Return the buckets of exports that data may come back from here, each with its source.

    They are the environment's own, wherever it lies, with its replicas, and all that it holds.
    """
    place = export_place(environment)
    own = (
        []
        if place is None
        else [place, *(each for _, each in export_replicas(environment).values())]
    )
    found = {each.name: (environment, each) for each in own}
    found |= {each.name: (source, each) for source, each in held_exports(environment)}
    return tuple(found.values())


def export_replication_role_arn(environment: Environment) -> str:
    """Return the ARN of the role with which S3 replicates exports."""
    return _role_arn(environment, "exports-replication")


def export_replicating_role_arns(environment: Environment) -> tuple[str, ...]:
    """Return the ARNs of the roles that replicate exports of other environments to here."""
    return tuple(
        export_replication_role_arn(source)
        for source, place in held_exports(environment)
        if place in [replica for _, replica in export_replicas(source).values()]
    )


def exports_machine(protection: str) -> str:
    """Return what the state machine of a protection class's exports is called."""
    return f"exports-{protection}"


def _exports_of(source: Environment, there: Environment) -> str:
    """Return what a bucket of exports is called: of another environment, after that one."""
    if source.name == there.name:
        return EXPORTS
    project = "" if source.project == there.project else f"{source.project}-"
    return f"{EXPORTS}-{project}{source.name}"


def _export_place(there: Environment, what: str, lock: ObjectLock | None) -> ExportPlace:
    name = bucket_name(there, what)
    alias = f"alias/{physical(there, what)}"
    return ExportPlace(
        name=name,
        arn=f"arn:{there.partition}:s3:::{name}",
        key_alias=alias,
        account_id=there.account_id,
        region=there.region,
        key_alias_arn=arn(there, "kms", alias),
        object_lock=lock,
    )


def recovers(environment: Environment) -> bool:
    """Return whether the environment has the state machine that restores, and a catalogue."""
    wanted = environment.is_destination or bool(environment.tables)
    return environment.spec.recovery.enabled and wanted


def catalogue_bucket_name(environment: Environment) -> str:
    """Return the name of the bucket with settings of tables and reports of restores."""
    return bucket_name(environment, "catalog")


def catalogue_bucket_arn(environment: Environment) -> str:
    """Return the ARN of the catalogue bucket."""
    return f"arn:{environment.partition}:s3:::{catalogue_bucket_name(environment)}"


def catalogue_key_alias(environment: Environment) -> str:
    """Return the alias of the key that encrypts the catalogue."""
    return f"alias/{physical(environment, 'catalog')}"


def replication_role_arn(environment: Environment) -> str:
    """Return the ARN of the role with which S3 replicates the catalogue."""
    return _role_arn(environment, "catalog-replication")


def restore_role_arn(environment: Environment) -> str:
    """Return the ARN of the role that AWS Backup restores tables with."""
    return _role_arn(environment, "restore")


def function_role_arn(environment: Environment, function: str) -> str:
    """Return the ARN of the role of a function, by the function's name such as plan_restore."""
    return _role_arn(environment, function.replace("_", "-"))


def restore_machine_arn(environment: Environment) -> str:
    """Return the ARN of the state machine that restores tables."""
    return state_machine_arn(environment, "restore")


def refill_machine_arn(environment: Environment) -> str:
    """Return the ARN of the state machine that writes files of S3 into a table."""
    return state_machine_arn(environment, REFILL)


def undo_machine_arn(environment: Environment) -> str:
    """Return the ARN of the state machine that takes back what a window of time has written."""
    return state_machine_arn(environment, UNDO)


def undoes(environment: Environment) -> bool:
    """Return whether the environment has tables whose changes can be undone in place."""
    return recovers(environment) and bool(environment.tables)


def state_machine_arn(environment: Environment, what: str) -> str:
    """Return the ARN of a state machine."""
    return arn(environment, "states", f"stateMachine:{physical(environment, what)}")


def unstarted_queue_name(environment: Environment, template: str) -> str:
    """Return the name of the queue for what a template's schedules could not start."""
    return physical(environment, f"{template}-unstarted")


def snapshots_machine(protection: str) -> str:
    """Return what the state machine of a protection class's native backups is called."""
    return f"snapshots-{protection}"


def pointer_name(environment: Environment, table: Table) -> str | None:
    """Return the name of the SSM parameter that points at the live table, if it has one."""
    pointer = table.spec.pointer
    if pointer is None:
        return None
    default = f"/{environment.project}/{environment.name}/tables/{table.key}"
    return pointer.parameter_name or default


def _role_arn(environment: Environment, what: str) -> str:
    return arn(environment, "iam", f"role/{iam_name(environment, what)}", regional=False)


def restore_machine_role_arn(environment: Environment) -> str:
    """Return the ARN of the role of the state machine that restores tables."""
    return _role_arn(environment, "restore-machine")


def refill_machine_role_arn(environment: Environment) -> str:
    """Return the ARN of the role of the state machine that writes files of S3 into a table."""
    return _role_arn(environment, "refill-machine")


def undo_machine_role_arn(environment: Environment) -> str:
    """Return the ARN of the role of the state machine that takes back a window of time."""
    return _role_arn(environment, "undo-machine")


def scheduled_machines_role_arn(environment: Environment) -> str:
    """Return the ARN of the role of the state machines that run by the clock."""
    return _role_arn(environment, "scheduled-machines")


def snapshot_classes(environment: Environment) -> tuple[str, ...]:
    """Return the protection classes of whose tables native backups are taken by schedule."""
    if not recovers(environment):
        return ()
    used = {table.protection_name for table in environment.tables}
    return tuple(
        name
        for name, protection in environment.protections.items()
        if protection.snapshots is not None and name in used
    )


def catalogue_destinations(environment: Environment) -> tuple[Environment, ...]:
    """Return where the environment's catalogue is replicated to."""
    if not recovers(environment):
        return ()
    return tuple(there for there in environment.destinations.values() if recovers(there))


def replicating_role_arns(environment: Environment) -> tuple[str, ...]:
    """Return ARNs, or a pattern of them, of the roles that replicate into the catalogue here."""
    if not recovers(environment):
        return ()
    if isinstance(environment.spec.accepts, AcceptedOrganization):
        # Any account of the organization may be a source.
        roles = f"arn:{environment.partition}:iam::*:role/{environment.project}-*"
        return (f"{roles}-catalog-replication-*",)
    return tuple(replication_role_arn(each) for each in environment.sources if recovers(each))


def service_of(environment: Environment, service: str, region: str | None = None) -> str:
    """Return what a request by way of a service of the Region carries as `kms:ViaService`."""
    suffix = "amazonaws.com.cn" if environment.partition == "aws-cn" else "amazonaws.com"
    return f"{service}.{region or environment.region}.{suffix}"


def alerts_topic_arn(environment: Environment) -> str:
    """Return the ARN of the topic that takes alerts."""
    return arn(environment, "sns", physical(environment, ALERTS))


def alerts_key_alias(environment: Environment) -> str:
    """Return the alias of the key that encrypts alerts."""
    return f"alias/{physical(environment, ALERTS)}"


def detail_types(environment: Environment, *given: str) -> list[str]:
    """Return the detail types; the pages for China spell them with "Amazon", unverified."""
    if environment.partition != "aws-cn":
        return list(given)
    return [name for each in given for name in (each, each.replace("AWS", "Amazon", 1))]
