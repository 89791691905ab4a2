"""Guardrails: the break-glass role, and whom policies can be attached to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.spec import Principal
from generator.spec.resolved import principal_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import Attachment

_WHO = ("roles", "groups", "permission_sets")


def check_guardrails(scope: Scope) -> Iterator[Mistake]:
    """Yield attachments and break-glass roles that AWS would refuse or that would not hold."""
    guardrails = scope.spec.guardrails
    attachments: Mapping[str, Attachment] = {
        "operator": guardrails.operator,
        "backup_administrator": guardrails.backup_administrator,
        "deny_destroy": guardrails.deny_destroy,
    }
    for name, attachment in attachments.items():
        for who in _WHO:
            path: Path = ("guardrails", name, who)
            yield from _twice(scope, path, getattr(attachment, who))
    yield from _roles_of_ours(scope, guardrails.deny_destroy.roles)
    yield from _break_glass(scope)
    yield from _organization(scope)


def _twice(scope: Scope, path: Path, names: list[str]) -> Iterator[Mistake]:
    for number, name in enumerate(names):
        if name in names[:number]:
            yield scope.mistake((*path, number), f"`{name}` stands here twice", "remove one")


def _roles_of_ours(scope: Scope, roles: list[str]) -> Iterator[Mistake]:
    prefix = f"{scope.environment.project}-{scope.environment.name}-"
    for number, role in enumerate(roles):
        if role.startswith(prefix) and role.endswith(f"-{scope.environment.region}"):
            yield scope.mistake(
                ("guardrails", "deny_destroy", "roles", number),
                f"`{role}` is a role that Holdfast makes, and the denials would stop its job",
                "remove it: nobody but AWS and break-glass can assume such a role",
            )


def _break_glass(scope: Scope) -> Iterator[Mistake]:
    role = scope.spec.guardrails.break_glass_role
    if role is None:
        return
    path: Path = ("guardrails", "break_glass_role")
    arn = principal_arn(scope.environment, Principal(role=role.role))
    if arn not in scope.environment.break_glass_arns:
        yield scope.mistake(
            (*path, "role"),
            f"`{role.role}` is made to break the glass, but every policy would stop it: it does "
            "not stand in `principals.break_glass`",
            f"add `- role: {role.role}` there",
        )
    if role.role in role.roles:
        yield scope.mistake((*path, "roles"), f"`{role.role}` would assume itself", "remove it")
    for who in ("users", "roles", "permission_sets"):
        yield from _twice(scope, (*path, who), getattr(role, who))


def _organization(scope: Scope) -> Iterator[Mistake]:
    control = scope.spec.guardrails.service_control_policy
    policy = control.organizations_policy
    if policy is None:
        return
    path: Path = ("guardrails", "service_control_policy", "organizations_policy")
    yield from _twice(scope, (*path, "target_ids"), policy.target_ids)
    accounts = [target for target in policy.target_ids if target.isdigit()]
    if scope.spec.account_id not in accounts and len(accounts) == len(policy.target_ids):
        yield scope.mistake(
            (*path, "target_ids"),
            f"the policies would bind other accounts and not {scope.spec.account_id}, the "
            "environment's own",
            f'add "{scope.spec.account_id}", or a unit that it belongs to',
        )
    manager = policy.management_account_id
    if manager == scope.spec.account_id:
        yield scope.mistake(
            (*path, "management_account_id"),
            f"{manager} is this environment's own account, and service control policies never "
            "bind the account that manages the organization",
            "keep tables and backups in a member account, or remove `organizations_policy`",
        )
    elif manager in policy.target_ids:
        yield scope.mistake(
            (*path, "target_ids"),
            f"service control policies never bind the account that manages the organization, "
            f"{manager}",
            "remove it",
        )
