"""The artifacts bucket, decided. CloudFormation only: Terraform reads code from the local disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.documents import document
from generator.naming import Label, label
from generator.spec.resolved import Environment

OLD_VERSIONS_EXPIRE_AFTER_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapFacts:
    """The artifacts bucket and its policy."""

    template: str
    description: str
    label: Label
    policy_label: Label
    purpose: str
    bucket_name: str
    policy: Mapping[str, Any]
    old_versions_expire_after_days: int
    tags: Mapping[str, str]


def decide(environment: Environment) -> tuple[BootstrapFacts, ...]:
    """Return the facts of the one bucket."""
    name = environment.artifacts_bucket
    bucket_arn = f"arn:{environment.partition}:s3:::{name}"
    return (
        BootstrapFacts(
            template="bootstrap",
            description=f"Artifacts bucket of {environment.project}-{environment.name}",
            label=label("artifacts_bucket"),
            policy_label=label("policy_of_artifacts_bucket"),
            purpose="Takes the templates and function code that deployments upload.",
            bucket_name=name,
            policy=document(
                {
                    "Sid": "DenyPlainHttp",
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": [bucket_arn, f"{bucket_arn}/*"],
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ),
            old_versions_expire_after_days=OLD_VERSIONS_EXPIRE_AFTER_DAYS,
            tags=environment.tags,
        ),
    )
