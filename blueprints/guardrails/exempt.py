"""Who is exempt from a denial in one environment, and what acts with the rights of our roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from blueprints.denials import Exempt
from blueprints.names import (
    backup_role_arn,
    catalogue_destinations,
    export_replicas,
    export_replicating_role_arns,
    export_replication_role_arn,
    function_role_arn,
    recovers,
    replicating_role_arns,
    replication_role_arn,
    restore_machine_role_arn,
    scheduled_machines_role_arn,
    snapshot_classes,
    state_machine_arn,
)
from generator.naming import arn, physical

if TYPE_CHECKING:
    from generator.spec.resolved import Environment

_RECOVERY, _KEEPING, _SNAPSHOTS = "apply_settings", "keep_pitr", "take_snapshots"


def exempt_arns(environment: Environment, exempt: Exempt) -> tuple[str, ...]:
    """Return `aws:PrincipalArn` patterns of break-glass and of those who are exempt beside it."""
    found = list(environment.break_glass_arns)
    for each in exempt:
        found += _arns(environment, each)
    return tuple(dict.fromkeys(found))


def effective(environment: Environment, exempt: Exempt) -> Exempt:
    """Return those of `exempt` who are anybody here, so that equal statements become one."""
    found = Exempt.NOBODY
    for each in exempt:
        if _arns(environment, each):
            found |= each
    return found


def _arns(environment: Environment, exempt: Exempt) -> tuple[str, ...]:
    snapshots = bool(snapshot_classes(environment))
    match exempt:
        case Exempt.DEPLOY:
            return environment.deploy_arns
        case Exempt.BACKUP_ROLE:
            return (backup_role_arn(environment),)
        case Exempt.SNAPSHOTS:
            return (function_role_arn(environment, _SNAPSHOTS),) if snapshots else ()
        case Exempt.RECOVERY:
            return tuple(function_role_arn(environment, each) for each in _recovering(environment))
        case Exempt.REPLICATION:
            return (
                *replicating_role_arns(environment),
                *export_replicating_role_arns(environment),
            )
        case _:
            return machine_role_arns(environment)


def machine_role_arns(environment: Environment) -> tuple[str, ...]:
    """Return the roles of the state machines that give functions with exempt roles their orders."""
    found = [restore_machine_role_arn(environment)] if recovers(environment) else []
    if _keeps(environment):
        found.append(scheduled_machines_role_arn(environment))
    return tuple(found)


def code_role_arns(environment: Environment) -> tuple[str, ...]:
    """Return our roles that are exempt and run code: who runs code with them is exempt as well."""
    functions = [function_role_arn(environment, each) for each in _functions(environment)]
    return (*functions, *machine_role_arns(environment))


def code_arns(environment: Environment) -> tuple[str, ...]:
    """Return the functions, with their versions, and the state machines that have these roles."""
    functions = tuple(
        arn(environment, "lambda", f"function:{physical(environment, each.replace('_', '-'))}*")
        for each in _functions(environment)
    )
    # By their common beginning: those that run by the clock share a role, and they are many.
    machines = (state_machine_arn(environment, "*"),) if recovers(environment) else ()
    return (*functions, *machines)


def other_role_arns(environment: Environment) -> tuple[str, ...]:
    """Return our roles that are exempt and run no code, in a destination's documents too."""
    found = []
    if any(protection.backups for protection in environment.protections.values()):
        found.append(backup_role_arn(environment))
    if catalogue_destinations(environment):
        found.append(replication_role_arn(environment))
    if export_replicas(environment):
        found.append(export_replication_role_arn(environment))
    return tuple(found)


def _functions(environment: Environment) -> tuple[str, ...]:
    snapshots = (_SNAPSHOTS,) if snapshot_classes(environment) else ()
    return (*_recovering(environment), *snapshots)


def _recovering(environment: Environment) -> tuple[str, ...]:
    """Return the functions that switch point-in-time recovery."""
    restoring = (_RECOVERY,) if recovers(environment) else ()
    return (*restoring, *((_KEEPING,) if _keeps(environment) else ()))


def _keeps(environment: Environment) -> bool:
    """Return whether state machines that run by the clock are rendered."""
    return recovers(environment) and bool(environment.tables)
