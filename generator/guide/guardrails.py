"""The part of the guide about guardrails: which policy is for whom, and what IAM cannot attach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints import guardrails
from generator.guide.deploy import shell
from generator.pipeline import Tree
from generator.spec.resolved import Environment


def sections(tree: Tree) -> Iterator[str]:
    """Yield the sections in their order."""
    facts = [part.facts for part in tree.parts if part.blueprint is guardrails]
    if not facts:
        return
    own, *organization = facts
    environment = tree.environment
    yield "## Guardrails"
    yield (
        "Who may not delete what, and why, is one table: `docs/denials.md` of Holdfast. These "
        "policies are written from it; `holdfast explain --who-can-delete "
        f"{environment.name}` shows what they come to."
    )
    yield "\n".join(_policies(own))
    yield from _permission_sets(own)
    yield from _denying(environment)
    yield from _service_control(environment, own, rendered=bool(organization))


def _policies(own: Any) -> Iterator[str]:
    yield "| policy | what it does | who gets it |"
    yield "|---|---|---|"
    for policy in own.policies:
        people = [f"role `{each.name}`" for each in policy.roles]
        people += [f"group `{each.name}`" for each in policy.groups]
        people += [f"permission set `{name}`" for name in policy.permission_sets]
        yield f"| `{policy.name}` | {policy.purpose} | {', '.join(people) or 'nobody yet'} |"


def _permission_sets(own: Any) -> Iterator[str]:
    wanted: dict[str, list[str]] = {}
    for policy in own.policies:
        for name in policy.permission_sets:
            wanted.setdefault(name, []).append(policy.name)
    if not wanted:
        return
    yield (
        "IAM cannot attach a policy to a permission set. Whoever manages Identity Center gives it "
        "the policies by name, which this account has once it is deployed, and provisions it again "
        "(`aws sso-admin provision-permission-set --target-type ALL_PROVISIONED_ACCOUNTS`):"
    )
    lines = [
        "aws sso-admin attach-customer-managed-policy-reference-to-permission-set \\\n"
        "  --instance-arn INSTANCE_ARN --permission-set-arn ARN_OF_"
        f"{name} \\\n  --customer-managed-policy-reference Name={policy}"
        for name, policies in wanted.items()
        for policy in policies
    ]
    yield shell(lines)


def _denying(environment: Environment) -> Iterator[str]:
    attachment = environment.spec.guardrails.deny_destroy
    if attachment.roles or attachment.groups or attachment.permission_sets:
        yield (
            "The policies that deny also deny to rewrite themselves: whoever they are attached to "
            "cannot change the template `guardrails` any more, so deploy its changes as "
            "break-glass (under Terraform any plan that changes these policies). They change when "
            "vaults, keys or people do, and with every protected table unless a prefix in "
            "`table_name_pattern` stands for all. Holding a policy, one can still make another "
            "role: only a service control policy binds that one too."
        )


def _service_control(environment: Environment, own: Any, *, rendered: bool) -> Iterator[str]:
    files: Mapping[str, Any] = own.service_control_policies
    yield "### Service control policies"
    attached = environment.spec.guardrails.service_control_policy.attached
    yield (
        "They bind everyone in the account but break-glass, its root user too. "
        + (
            "The environment file says that they are attached. A change below `policies/` has to "
            "be carried over by whoever manages the organization."
            if attached
            else "**The environment file does not say that they are attached, so nothing here "
            "counts on them.** Once they are, say so: "
            "`guardrails: {service_control_policy: {attached: true}}`."
        )
    )
    yield (
        f"They are {len(files)}; AWS attaches five to one account, or ten since 2026, its own "
        "`FullAWSAccess` and those of a landing zone among them."
    )
    if rendered:
        yield (
            "The template `organization` and the root `terraform-organization/` hold them for the "
            "management account: deploy one of the two, as above, after the first deployment of "
            "the rest. The root names no backend: give it one (a `backend.tf` beside it is left "
            "alone) that whoever deploys the rest cannot reach."
        )
        return
    yield (
        "With credentials of the organization's management account, after the first deployment "
        "(they forbid, for example, to make the break-glass role), for each of them:"
    )
    name = f"{environment.project}-{environment.name}"
    yield shell(
        [
            f"aws organizations create-policy --type SERVICE_CONTROL_POLICY \\\n"
            f"  --name {name}-{key} --description 'Holdfast: {name}' \\\n"
            f"  --content file://policies/{key}.json --query Policy.PolicySummary.Id --output text"
            for key in files
        ]
        + [
            f"aws organizations attach-policy --target-id {environment.account_id} "
            "--policy-id ID_PRINTED_ABOVE"
        ]
    )
