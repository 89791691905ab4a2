"""What a person writes about guardrails: who gets which policy, and what holds for everyone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from generator.spec.base import AccountId, Model, matching, refuse

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
IamName = Annotated[
    str,
    *matching(
        r"[\w+=,.@-]{1,64}",
        "`{value}` is not the name of an IAM identity",
        "give the name alone, without path or ARN",
        example="Developers",
    ),
]
PermissionSet = Annotated[
    str,
    *matching(
        r"[\w+=,.@-]{1,32}",
        "`{value}` is not the name of a permission set",
        "give the permission set's name as Identity Center shows it",
        example="Developer",
    ),
]
TargetId = Annotated[
    str,
    *matching(
        r"r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}|[0-9]{12}",
        "`{value}` is neither an account nor an organizational unit nor a root",
        'give the twelve digits of an account in quotes, or an id such as "ou-ab12-11111111"',
        example="111111111111",
    ),
]
PolicyArn = Annotated[
    str,
    *matching(
        r"arn:(aws|aws-cn|aws-us-gov):iam::(aws|[0-9]{12}):policy/[\w+=,.@/-]{1,512}",
        "`{value}` is not the ARN of a managed policy",
        "give the ARN, for example arn:aws:iam::aws:policy/ReadOnlyAccess",
        example="arn:aws:iam::aws:policy/ReadOnlyAccess",
    ),
]
# IAM's own bounds of a role's sessions.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
SHORTEST_SESSION_MINUTES, LONGEST_SESSION_MINUTES = 60, 720


class Attachment(Model):
    """Who gets a policy."""

    roles: list[IamName] = Field(default_factory=list, description="Roles of the account, by name.")
    groups: list[IamName] = Field(
        default_factory=list, description="Groups of the account, by name."
    )
    permission_sets: list[PermissionSet] = Field(
        default_factory=list,
        description="Permission sets: IAM cannot attach to them, so the README says what to paste.",
    )


class OrganizationsPolicy(Model):
    """The service control policy as a resource of the organization's management account."""

    management_account_id: AccountId = Field(
        description="The account that manages the organization's policies: twelve digits in quotes."
    )
    target_ids: list[TargetId] = Field(
        min_length=1, description="Accounts, organizational units or roots that it is attached to."
    )


class ServiceControlPolicy(Model):
    """The policy that binds everyone in the account, its root user too."""

    attached: bool = Field(
        default=False,
        description="Say true once it is attached: only then reports and lint count on it.",
    )
    organizations_policy: OrganizationsPolicy | None = Field(
        None, description="Also render it for the management account."
    )


class BreakGlassRole(Model):
    """A break-glass role that Holdfast makes."""

    role: IamName = Field(description="Its name; it has to stand in principals.break_glass.")
    users: list[IamName] = Field(
        default_factory=list, description="IAM users who may assume it, with MFA only."
    )
    roles: list[IamName] = Field(
        default_factory=list, description="Roles of the account that may assume it."
    )
    permission_sets: list[PermissionSet] = Field(
        default_factory=list, description="Permission sets whose people may assume it."
    )
    managed_policy_arns: list[PolicyArn] = Field(
        default_factory=list,
        description="Further managed policies; what the table of denials lists it has anyway.",
    )
    session_minutes: int = Field(
        default=SHORTEST_SESSION_MINUTES,
        ge=SHORTEST_SESSION_MINUTES,
        le=LONGEST_SESSION_MINUTES,
        description="Longest session.",
    )

    @model_validator(mode="after")
    def _somebody(self) -> BreakGlassRole:
        if not (self.users or self.roles or self.permission_sets):
            refuse(
                "nobody may assume this role",
                "name users, roles or permission_sets that may",
            )
        return self


class Guardrails(Model):
    """Policies that keep copies from being deleted."""

    operator: Attachment = Field(
        default_factory=Attachment,
        description="Who creates tables and backups and starts restores, and deletes no copy.",
    )
    backup_administrator: Attachment = Field(
        default_factory=Attachment,
        description="Who manages plans and selections, and deletes neither selections nor copies.",
    )
    deny_destroy: Attachment = Field(
        default_factory=Attachment,
        description="Whose other rights must not reach the copies; also those who deploy.",
    )
    service_control_policy: ServiceControlPolicy = Field(
        default_factory=ServiceControlPolicy, description="What binds everyone in the account."
    )
    break_glass_role: BreakGlassRole | None = Field(
        None, description="Absent: the roles of principals.break_glass are made elsewhere."
    )
