"""Guardrails, spelled in CloudFormation. No decisions here: see facts.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from troposphere import AWSObject, Tags, iam, organizations

from generator.render.cloudformation import Verbatim

if TYPE_CHECKING:
    from blueprints.guardrails.facts import (
        GuardrailsFacts,
        OrganizationsPolicyFacts,
        PolicyFacts,
        RoleFacts,
    )


def resources(facts: GuardrailsFacts) -> Iterator[AWSObject]:
    """Yield the policies, then the break-glass role, then what the organization holds."""
    for policy in facts.policies:
        yield _policy(policy)
    if facts.break_glass_role is not None:
        yield _role(facts.break_glass_role)
    for organizations_policy in facts.organizations_policies:
        yield _organizations_policy(organizations_policy)


def comments(facts: GuardrailsFacts) -> Mapping[str, str]:
    """Return logical id → what the resource is for."""
    named: list[PolicyFacts | RoleFacts | OrganizationsPolicyFacts]
    named = [*facts.policies, *facts.organizations_policies]
    if facts.break_glass_role is not None:
        named.append(facts.break_glass_role)
    return {each.label.logical_id: each.purpose for each in named}


def _policy(facts: PolicyFacts) -> iam.ManagedPolicy:
    policy = iam.ManagedPolicy(
        facts.label.logical_id,
        ManagedPolicyName=facts.name,
        Description=facts.purpose,
        PolicyDocument=Verbatim(facts.document),
    )
    if facts.roles:
        policy.Roles = [role.name for role in facts.roles]
    if facts.groups:
        policy.Groups = [group.name for group in facts.groups]
    return policy


def _role(facts: RoleFacts) -> iam.Role:
    role = iam.Role(
        facts.label.logical_id,
        RoleName=facts.name,
        AssumeRolePolicyDocument=Verbatim(facts.trust),
        MaxSessionDuration=facts.session_seconds,
        Policies=[iam.Policy(PolicyName=facts.policy_name, PolicyDocument=Verbatim(facts.policy))],
    )
    if facts.managed_policies:
        role.ManagedPolicyArns = [managed.arn for managed in facts.managed_policies]
    if facts.permissions_boundary_arn is not None:
        role.PermissionsBoundary = facts.permissions_boundary_arn
    role.Tags = Tags(facts.tags)
    return role


def _organizations_policy(facts: OrganizationsPolicyFacts) -> organizations.Policy:
    return organizations.Policy(
        facts.label.logical_id,
        Name=facts.name,
        Description=facts.purpose,
        Type="SERVICE_CONTROL_POLICY",
        Content=Verbatim(facts.document),
        TargetIds=[target.id for target in facts.targets],
        Tags=Tags(facts.tags),
    )
