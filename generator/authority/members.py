"""One environment of the world, with the resources of its templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.guardrails import NAME as GUARDRAILS
from generator.authority.evaluation import Policy
from generator.pipeline import Tree
from generator.spec.resolved import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One environment with what its templates hold."""

    environment: Environment
    resources: tuple[tuple[str, Mapping[str, Any]], ...]
    guardrails: tuple[Any, ...]

    def of_type(self, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield logical id and properties of every resource of a type."""
        for logical_id, resource in self.resources:
            if resource["Type"] == kind:
                yield logical_id, resource["Properties"]

    def arn(self, service: str, resource: str) -> str:
        """Return an ARN of the environment's account and Region."""
        here = self.environment
        return f"arn:{here.partition}:{service}:{here.region}:{here.account_id}:{resource}"

    def iam(self, resource: str) -> str:
        """Return an ARN of the account's IAM."""
        return f"arn:{self.environment.partition}:iam::{self.environment.account_id}:{resource}"

    def key_of(self, value: Any) -> str | None:
        """Return the ARN that stands for a key: given, or of the key with a logical id."""
        if value is None or isinstance(value, str):
            return value
        (call, argument), *_ = value.items()
        logical_id = argument[0] if call == "Fn::GetAtt" else argument
        here = self.environment
        return self.arn("kms", f"key/{here.project}-{here.name}-{logical_id}")


def member_of(tree: Tree) -> Member:
    """Return what stands in the environment's own account, from the rendered templates."""
    parts = [part for part in tree.parts if part.elsewhere is None]
    return Member(
        environment=tree.environment,
        resources=tuple(
            item
            for part in parts
            if part.cloudformation is not None
            for item in part.cloudformation.template["Resources"].items()
        ),
        guardrails=tuple(part.facts for part in parts if part.blueprint.NAME == GUARDRAILS),
    )


def guardrail_arns(member: Member) -> Mapping[str, str]:
    """Return policy name, as verdicts give it, → ARN of the member's guardrail policies."""
    return {
        f"policy {policy.name}": member.iam(f"policy/{policy.name}")
        for facts in member.guardrails
        for policy in facts.policies
    }


def attached(member: Member) -> Mapping[str, tuple[Policy, ...]]:
    """Return role or permission set → the guardrail policies attached to it."""
    found: dict[str, tuple[Policy, ...]] = {}
    for facts in member.guardrails:
        for each in facts.policies:
            policy = Policy(name=f"policy {each.name}", document=each.document)
            names = (*(role.name for role in each.roles), *each.permission_sets)
            for name in names:
                found[name] = (*found.get(name, ()), policy)
    return found


def service_control(member: Member) -> tuple[Policy, ...]:
    """Return the service control policies, if the file says that they are attached."""
    if not member.environment.spec.guardrails.service_control_policy.attached:
        return ()
    return tuple(
        Policy(name=f"{key} of {member.environment.name}", document=document)
        for facts in member.guardrails
        for key, document in facts.service_control_policies.items()
    )
