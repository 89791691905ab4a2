"""Guardrails, decided: policies, who gets them, and the break-glass role."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from blueprints.denials import Document, Kind
from blueprints.documents import Statement, document
from blueprints.elsewhere import ORGANIZATION, Elsewhere
from blueprints.guardrails.documents import (
    ACCESS,
    DATA,
    MOST_CHARACTERS_OF_POLICY,
    OWN,
    VAULTS,
    backup_administrator,
    break_glass,
    denials,
    operator,
    parts_of,
    service_control_policies,
    text_of,
)
from blueprints.guardrails.names import (
    Policy,
    numbered,
    organizations_policy_name,
    policy_name,
)
from generator.naming import Label, label, root_arn
from generator.spec import Principal
from generator.spec.resolved import Environment, principal_arn

if TYPE_CHECKING:
    from generator.spec import Attachment, BreakGlassRole


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentFacts:
    """One role or group that gets a policy."""

    label: Label
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFacts:
    """One managed policy, or a part of one; IAM cannot attach it to `permission_sets`."""

    key: Policy
    file: str
    label: Label
    purpose: str
    name: str
    document: Mapping[str, Any]
    roles: tuple[AttachmentFacts, ...]
    groups: tuple[AttachmentFacts, ...]
    permission_sets: tuple[str, ...]
    policy_tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedPolicyFacts:
    """One further policy of the break-glass role."""

    label: Label
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """The break-glass role with its one inline policy."""

    label: Label
    purpose: str
    name: str
    trust: Mapping[str, Any]
    session_seconds: int
    policy_name: str
    policy: Mapping[str, Any]
    managed_policies: tuple[ManagedPolicyFacts, ...]
    permissions_boundary_arn: str | None
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFacts:
    """One account, organizational unit or root that a service control policy is attached to."""

    label: Label
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationsPolicyFacts:
    """One service control policy, as the management account holds it."""

    label: Label
    purpose: str
    name: str
    document: Mapping[str, Any]
    targets: tuple[TargetFacts, ...]
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailsFacts:
    """The template of the account, or the one of the organization's management account."""

    template: str
    description: str
    elsewhere: Elsewhere | None
    policies: tuple[PolicyFacts, ...]
    break_glass_role: RoleFacts | None
    service_control_policies: Mapping[str, Mapping[str, Any]]
    organizations_policies: tuple[OrganizationsPolicyFacts, ...]

    @property
    def files(self) -> Mapping[str, str]:
        """The documents as files, for permission sets and for whoever manages the organization."""
        documents = {policy.file: policy.document for policy in self.policies}
        documents |= self.service_control_policies
        return {f"policies/{key}.json": text_of(document) for key, document in documents.items()}


def decide(environment: Environment) -> tuple[GuardrailsFacts, ...]:
    """Return the facts of the account's template and, where asked for, of the organization's."""
    spec = environment.spec.guardrails
    controls = service_control_policies(environment)
    where = f"{environment.project}-{environment.name}"
    own = GuardrailsFacts(
        template="guardrails",
        description=f"Guardrails of {where}",
        elsewhere=None,
        policies=tuple(_policies(environment)),
        break_glass_role=None
        if spec.break_glass_role is None
        else _role(environment, spec.break_glass_role),
        service_control_policies=controls,
        organizations_policies=(),
    )
    management = spec.service_control_policy.organizations_policy
    if management is None:
        return (own,)
    organization = GuardrailsFacts(
        template="organization",
        description=f"Service control policies of {where}",
        elsewhere=Elsewhere(
            account_id=management.management_account_id,
            region=environment.region,
            root=ORGANIZATION,
        ),
        policies=(),
        break_glass_role=None,
        service_control_policies={},
        organizations_policies=tuple(
            OrganizationsPolicyFacts(
                label=_label_of(key),
                purpose="Binds everyone in the account, its root user too, but break-glass.",
                name=organizations_policy_name(environment, key),
                document=document,
                targets=tuple(
                    TargetFacts(
                        label=label(f"attachment_of_{key.replace('-', '_')}_to", target), id=target
                    )
                    for target in management.target_ids
                ),
                tags=environment.tags,
            )
            for key, document in controls.items()
        ),
    )
    return (own, organization)


_PURPOSES = {
    Policy.OPERATOR: "Operates tables, takes backups, starts restores; deletes nothing protected.",
    Policy.BACKUP_ADMINISTRATOR: "Manages plans and selections; deletes no selection and no copy.",
    Policy.DENY_DESTROY_DATA: "Denies to destroy tables, backups and exports, whoever allows it.",
    Policy.DENY_DESTROY_VAULTS: "Denies to destroy recovery points, vaults and locks.",
    Policy.DENY_DESTROY_ACCESS: "Denies to destroy keys, and to lift these very policies.",
    Policy.DENY_CHANGE_DATA: "Denies to change what protects tables, to all but who deploys.",
    Policy.DENY_CHANGE_VAULTS: "Denies to change vaults and plans, to all but who deploys.",
    Policy.DENY_SILENCE: "Denies to silence alerts, to all but who deploys.",
}


def _policies(environment: Environment) -> Iterator[PolicyFacts]:
    spec = environment.spec.guardrails
    written: list[tuple[Policy, Iterable[Statement], Attachment]] = [
        (Policy.OPERATOR, operator(environment), spec.operator),
        (
            Policy.BACKUP_ADMINISTRATOR,
            backup_administrator(environment),
            spec.backup_administrator,
        ),
    ]
    for policy, kind, scopes in (
        (Policy.DENY_DESTROY_DATA, Kind.DESTROY, DATA),
        (Policy.DENY_DESTROY_VAULTS, Kind.DESTROY, VAULTS),
        (Policy.DENY_DESTROY_ACCESS, Kind.DESTROY, ACCESS),
        (Policy.DENY_CHANGE_DATA, Kind.CHANGE, DATA | ACCESS),
        (Policy.DENY_CHANGE_VAULTS, Kind.CHANGE, VAULTS),
        (Policy.DENY_SILENCE, Kind.CHANGE, OWN),
    ):
        denied = denials(environment, Document.DENY, kinds=(kind,), scopes=scopes)
        written.append((policy, denied, spec.deny_destroy))
    for policy, statements, attachment in written:
        for number, part in enumerate(parts_of(statements, MOST_CHARACTERS_OF_POLICY), 1):
            yield _policy(environment, policy, number, part, attachment)


def _policy(
    environment: Environment,
    key: Policy,
    part: int,
    document: Mapping[str, Any],
    attachment: Attachment,
) -> PolicyFacts:
    file = numbered(key.value, part)
    kind = f"guardrail_{file.replace('-', '_')}"
    return PolicyFacts(
        key=key,
        file=file,
        label=_label_of(kind),
        purpose=_PURPOSES[key],
        name=policy_name(environment, key, part),
        document=document,
        roles=tuple(
            AttachmentFacts(label=label(f"attachment_of_{kind}_to_role", name), name=name)
            for name in attachment.roles
        ),
        groups=tuple(
            AttachmentFacts(label=label(f"attachment_of_{kind}_to_group", name), name=name)
            for name in attachment.groups
        ),
        permission_sets=tuple(attachment.permission_sets),
        policy_tags=environment.tags,
    )


def _label_of(document: str) -> Label:
    """Return the label of a document or of its second part, whose number is a key of its own."""
    kind = document.replace("-", "_")
    name, _, part = kind.rpartition("_")
    return label(name, part) if part.isdigit() else label(kind)


def _role(environment: Environment, spec: BreakGlassRole) -> RoleFacts:
    return RoleFacts(
        label=label("role_for_break_glass"),
        purpose="Break-glass: for emergencies, and every use of it is reported.",
        name=spec.role,
        trust=document(*_trust(environment, spec)),
        session_seconds=spec.session_minutes * 60,
        policy_name="break-glass",
        policy=break_glass(environment),
        managed_policies=tuple(
            ManagedPolicyFacts(label=label("attachment_to_break_glass", arn), arn=arn)
            for arn in spec.managed_policy_arns
        ),
        permissions_boundary_arn=environment.spec.permissions_boundary_arn,
        tags=environment.tags,
    )


def _trust(environment: Environment, spec: BreakGlassRole) -> Iterator[Mapping[str, Any]]:
    """Yield who may assume the role: IAM users with MFA, and people behind other roles.

    Sessions of single sign-on carry no `aws:MultiFactorAuthPresent`: a condition on it would shut
    them out, and their identity provider has asked for the second factor.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    account = f"arn:{environment.partition}:iam::{environment.account_id}"
    users = [f"{account}:user/{name}" for name in spec.users]
    people = [Principal(role=name) for name in spec.roles]
    people += [Principal(permission_set=name) for name in spec.permission_sets]
    assume = {
        "Effect": "Allow",
        "Principal": {"AWS": root_arn(environment.partition, environment.account_id)},
        "Action": "sts:AssumeRole",
    }
    if users:
        yield {
            "Sid": "UsersWithMfa",
            **assume,
            "Condition": {
                "ArnLike": {"aws:PrincipalArn": users},
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
            },
        }
    if people:
        yield {
            "Sid": "RolesAndPermissionSets",
            **assume,
            "Condition": {
                "ArnLike": {
                    "aws:PrincipalArn": [principal_arn(environment, person) for person in people]
                }
            },
        }
