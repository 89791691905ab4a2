"""Roles of recovery, decided: of S3, AWS Backup, Step Functions and EventBridge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from blueprints.documents import Statement, document
from generator.naming import Label, iam_name, label
from generator.spec.resolved import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """One IAM role with one inline policy."""

    label: Label
    purpose: str
    name: str
    trust: Mapping[str, Any]
    policy_name: str
    policy: Mapping[str, Any]
    permissions_boundary_arn: str | None
    tags: Mapping[str, str]


def role_label(what: str) -> Label:
    """Return the label of the role of a state machine, of schedules or of S3."""
    return label("role_of", what)


def role(  # noqa: PLR0913 - what roles differ in
    environment: Environment,
    labelled: Label,
    what: str,
    *,
    purpose: str,
    trust: Mapping[str, Any],
    statements: Iterable[Statement],
) -> RoleFacts:
    """Return the role that `what` runs with."""
    return RoleFacts(
        label=labelled,
        purpose=purpose,
        name=iam_name(environment, what),
        trust=trust,
        policy_name=what,
        policy=document(*statements),
        permissions_boundary_arn=environment.spec.permissions_boundary_arn,
        tags=environment.tags,
    )


def trust_of(
    service: str, *, sid: str = "Service", **condition: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the trust in a service under a condition, if one is given.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return document(
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            **({"Condition": condition} if condition else {}),
        }
    )


def acting_for(
    environment: Environment, source_arn: str | list[str] | None = None
) -> Mapping[str, Any]:
    """Return the condition that a service acts for this account, and for `source_arn` alone."""
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": environment.account_id}}
    if source_arn is not None:
        condition["ArnLike"] = {"aws:SourceArn": source_arn}
    return condition
