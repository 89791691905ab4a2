"""What each scope of the table of denials is in one environment: ARNs and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from blueprints.denials import Document, Scope
from blueprints.documents import loosening
from blueprints.guardrails.exempt import code_arns, code_role_arns, other_role_arns
from blueprints.guardrails.names import denying_policies_arn
from blueprints.names import (
    catalogue_bucket_arn,
    data_key_aliases,
    export_bucket_arn,
    given_key_arns,
    held_exports,
    recovers,
)
from generator.naming import arn

if TYPE_CHECKING:
    from generator.spec.resolved import Environment, Table

# What the ARNs of tables, and of their backups, may take of a document each time, in characters.
# A document names the tables twice and the backups once, and has 5,120 in all.
MOST_CHARACTERS_OF_TABLES, MOST_CHARACTERS_OF_BACKUPS = 1_500, 900
MOST_CHARACTERS_OF_ALIASES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The resources of one statement, with what else has to hold; `what` tells Sids apart."""

    resources: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)
    what: str = ""


def targets(environment: Environment, scope: Scope, document: Document) -> tuple[Target, ...]:
    """Return what `scope` is in `environment` for `document`; nothing where it has none of it."""
    found = _TARGETS[scope](environment, document)
    return tuple(target for target in found if target.resources)


def protected_tables(environment: Environment) -> tuple[Table, ...]:
    """Return the tables that nobody but break-glass deletes: those with deletion protection."""
    return tuple(table for table in environment.tables if table.deletion_protection)


def names_tables(environment: Environment) -> bool:
    """Return whether the protected tables are few enough, or alike enough, for a document."""
    return _fitting(protected_arns(environment), MOST_CHARACTERS_OF_TABLES)


def protected_arns(environment: Environment) -> tuple[str, ...]:
    """Return ARNs that cover the protected tables, and no other table of the environment."""
    return _covering(environment, protected_tables(environment))


def _covering(environment: Environment, tables: Iterable[Table]) -> tuple[str, ...]:
    """Return ARNs that cover `tables` and no other table of the environment.

    Where `table_name_pattern` begins with text of its own, one wildcard stands for all names that
    begin so.
    """
    wanted = {table.key: table for table in tables}
    prefix = _constant_prefix(environment)
    alike = [table for table in environment.tables if prefix and table.name.startswith(prefix)]
    found: dict[str, None] = {}
    if alike and all(table.key in wanted for table in alike):
        found[arn(environment, "dynamodb", f"table/{prefix}*")] = None
        for table in alike:
            del wanted[table.key]
    found |= {table.arn: None for table in wanted.values()}
    return tuple(found)


def _fitting(arns: Iterable[str], most_characters: int) -> bool:
    return sum(len(each) + len('"",') for each in arns) <= most_characters


def _constant_prefix(environment: Environment) -> str:
    before, _, _ = environment.spec.table_name_pattern.partition("{table}")
    return before.format(project=environment.project, environment=environment.name)


def _all_tables(environment: Environment) -> str:
    return arn(environment, "dynamodb", "table/*")


def _tables(environment: Environment, document: Document) -> Iterator[Target]:
    named = protected_arns(environment)
    if not names_tables(environment):
        # Who gets an identity policy is chosen, so it may deny all tables of the account and
        # Region; a service control policy would deny them to other teams, so it leaves them out.
        everywhere = (_all_tables(environment),)
        named = () if document is Document.SERVICE_CONTROL else everywhere
    yield Target(resources=named)


def _backups(environment: Environment, document: Document) -> Iterator[Target]:
    named = tuple(f"{each}/backup/*" for each in _covering(environment, environment.tables))
    people = document in Document.OPERATOR | Document.BACKUP_ADMINISTRATOR
    fitting = _fitting(named, MOST_CHARACTERS_OF_BACKUPS)
    if document is Document.SERVICE_CONTROL and not fitting:
        return  # all of them would also stop what expires the backups of other teams
    if people or not fitting:
        # A person who is to delete no backup at all, or too many tables to name.
        named = (f"{_all_tables(environment)}/backup/*",) if environment.tables else ()
    yield Target(resources=named)


def _points(environment: Environment, _: Document) -> Iterator[Target]:
    # AWS chooses the ids. Points from before the Region's opt-in are native backups.
    if environment.vaults:
        points = arn(environment, "backup", "recovery-point:*")
        yield Target(resources=(points, f"{_all_tables(environment)}/backup/*"))


def _vaults(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(resources=tuple(map(environment.vault_arn, environment.vaults)))


def _looser_locks(environment: Environment, _: Document) -> Iterator[Target]:
    """Yield one target for each way to loosen, for the vaults whose locks it would loosen alike."""
    by_condition: dict[tuple[str, str], tuple[Mapping[str, Any], list[str]]] = {}
    for key, vault in environment.vaults.items():
        if vault.lock is None:
            continue
        # Without bounds nothing is kept. AWS lists the key for this action, so it is there when
        # the request has bounds; unverified.
        ways = {"Unbounded": {"Null": {"backup:MinRetentionDays": "true"}}, **loosening(vault.lock)}
        for way, condition in ways.items():
            found = by_condition.setdefault((way, str(condition)), (condition, []))
            found[1].append(environment.vault_arn(key))
    before: list[str] = []
    for (way, _text), (condition, vaults) in by_condition.items():
        nth = before.count(way) + 1
        before.append(way)
        what = f"{way}{nth}" if nth > 1 else way
        yield Target(resources=tuple(vaults), condition=condition, what=what)


def _plans(environment: Environment, _: Document) -> Iterator[Target]:
    if environment.vaults:
        yield Target(resources=(arn(environment, "backup", "backup-plan:*"),))


def _everything(_: Environment, __: Document) -> Iterator[Target]:
    # AWS names no resource for these actions, or none that a name of ours decides.
    yield Target(resources=("*",))


def _buckets(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(resources=_bucket_arns(environment))


def _objects(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(resources=tuple(f"{each}/*" for each in _bucket_arns(environment)))


def _bucket_arns(environment: Environment) -> tuple[str, ...]:
    catalogue = (catalogue_bucket_arn(environment),) if recovers(environment) else ()
    held = (place.arn for _, place in held_exports(environment))
    return tuple(dict.fromkeys((export_bucket_arn(environment), *held, *catalogue)))


def _keys(environment: Environment, _: Document) -> Iterator[Target]:
    # AWS chooses the ids of keys; the condition names ours.
    names = data_key_aliases(environment)
    if names:
        operator = "StringEquals" if _fitting(names, MOST_CHARACTERS_OF_ALIASES) else "StringLike"
        aliases = list(_few(environment, names))
        condition = {f"ForAnyValue:{operator}": {"kms:ResourceAliases": aliases}}
        yield Target(resources=(arn(environment, "kms", "key/*"),), condition=condition)
    yield Target(resources=given_key_arns(environment), what="Given")


def _aliases(environment: Environment, _: Document) -> Iterator[Target]:
    names = _few(environment, data_key_aliases(environment))
    yield Target(resources=tuple(arn(environment, "kms", name) for name in names))


def _few(environment: Environment, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the aliases, or where they are too many, what all aliases of ours begin with."""
    if _fitting(aliases, MOST_CHARACTERS_OF_ALIASES):
        return aliases
    return (f"alias/{environment.project}-{environment.name}-*",)


def _break_glass(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(resources=_own_roles(environment, environment.break_glass_arns))


def _own_roles(environment: Environment, arns: Iterable[str]) -> tuple[str, ...]:
    """Return the roles of this account that can be edited: AWS keeps those of permission sets."""
    own = f"arn:{environment.partition}:iam::{environment.account_id}:role/"
    return tuple(
        each for each in arns if each.startswith(own) and not each.startswith(f"{own}aws-reserved/")
    )


def _exempt_roles(environment: Environment, _: Document) -> Iterator[Target]:
    deploy = _own_roles(environment, environment.deploy_arns)
    yield Target(resources=(*other_role_arns(environment), *code_role_arns(environment), *deploy))


def _exempt_code(environment: Environment, document: Document) -> Iterator[Target]:
    # The policies that deny name all functions and state machines of ours already.
    code = code_arns(environment) if document is Document.SERVICE_CONTROL else ()
    yield Target(resources=(*code_role_arns(environment), *code))


def _guardrails(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(resources=(denying_policies_arn(environment),))


def _attachments(environment: Environment, _: Document) -> Iterator[Target]:
    # Whoever a policy is attached to: the condition names the policies.
    condition = {"ArnLike": {"iam:PolicyARN": denying_policies_arn(environment)}}
    yield Target(resources=("*",), condition=condition)


def _own(*resources: tuple[str, str]) -> Callable[[Environment, Document], Iterator[Target]]:
    """Return the scope of everything that is named after the environment."""

    def found(environment: Environment, _: Document) -> Iterator[Target]:
        prefix = f"{environment.project}-{environment.name}-"
        yield Target(
            resources=tuple(
                arn(environment, service, resource.replace("PREFIX", prefix))
                for service, resource in resources
            )
        )

    return found


def _scaling(environment: Environment, _: Document) -> Iterator[Target]:
    yield Target(
        resources=(arn(environment, "application-autoscaling", "scalable-target/*"),),
        condition={"StringEquals": {"application-autoscaling:service-namespace": "dynamodb"}},
    )


_TARGETS: Mapping[Scope, Callable[[Environment, Document], Iterator[Target]]] = {
    Scope.TABLES: _tables,
    Scope.BACKUPS: _backups,
    Scope.ITEMS: _tables,
    Scope.POINTS: _points,
    Scope.VAULTS: _vaults,
    Scope.LOOSER_LOCKS: _looser_locks,
    Scope.PLANS: _plans,
    Scope.BACKUP_SETTINGS: _everything,
    Scope.BUCKETS: _buckets,
    Scope.OBJECTS: _objects,
    Scope.KEYS: _keys,
    Scope.ALIASES: _aliases,
    Scope.BREAK_GLASS: _break_glass,
    Scope.EXEMPT_ROLES: _exempt_roles,
    Scope.EXEMPT_CODE: _exempt_code,
    Scope.GUARDRAILS: _guardrails,
    Scope.GUARDRAIL_ATTACHMENTS: _attachments,
    Scope.ORGANIZATION: _everything,
    Scope.OWN_SCHEDULES: _own(
        ("scheduler", "schedule/*/PREFIX*"), ("scheduler", "schedule-group/PREFIX*")
    ),
    Scope.OWN_RULES: _own(("events", "rule/PREFIX*")),
    Scope.OWN_FUNCTIONS: _own(("lambda", "function:PREFIX*")),
    Scope.OWN_STATE_MACHINES: _own(
        ("states", "stateMachine:PREFIX*"), ("states", "execution:PREFIX*:*")
    ),
    Scope.OWN_TOPICS: _own(("sns", "PREFIX*")),
    Scope.OWN_QUEUES: _own(("sqs", "PREFIX*")),
    Scope.OWN_ALARMS: _own(
        ("cloudwatch", "alarm:PREFIX*"), ("cloudwatch", "alarm-mute-rule:PREFIX*")
    ),
    Scope.OWN_LOGS: _own(("logs", "log-group:/aws/*/PREFIX*")),
    Scope.SCALING: _scaling,
}
