"""What a person writes about a whole environment; the root of the specification."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from generator.spec.base import (
    AccountId,
    BoundaryArn,
    Key,
    Model,
    Region,
    TableKey,
    Tags,
    matching,
    refuse,
    shown,
)
from generator.spec.exports import ExportBucket
from generator.spec.guardrails import Guardrails
from generator.spec.protection import Protection, Vault
from generator.spec.recovery import Recovery
from generator.spec.tables import Billing, Encryption, Table, TableAlarms

_NAME_FIX = "use 2 to 20 lower-case letters, digits and `-`, starting with a letter"
ProjectName = Annotated[
    str,
    *matching(
        r"[a-z][a-z0-9-]{0,18}[a-z0-9]",
        "`{value}` cannot be used as the name of a project or environment",
        _NAME_FIX,
        example="shop",
    ),
]
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
_ROLE = (
    r"(arn:(aws|aws-cn|aws-us-gov):iam::[0-9]{12}:role/)?"
    r"([A-Za-z0-9+=,.@_/-]{1,510}/)?[\w+=,.@-]{1,64}"
)


class Principal(Model):
    """One IAM role or Identity Center permission set."""

    role: (
        Annotated[
            str,
            *matching(
                _ROLE,
                "`{value}` is not a role",
                "give a role's name, its path and name, or its ARN; no wildcards",
                example="Deploy",
            ),
        ]
        | None
    ) = Field(None, description="Role name (with its path, if it has one) or role ARN.")
    permission_set: (
        Annotated[
            str,
            *matching(
                r"[\w+=,.@-]{1,32}",
                "`{value}` is not the name of a permission set",
                "give the permission set's name as Identity Center shows it",
                example="EmergencyAdmin",
            ),
        ]
        | None
    ) = Field(None, description="Name of an Identity Center permission set.")

    @model_validator(mode="after")
    def _one_of(self) -> Principal:
        if (self.role is None) == (self.permission_set is None):
            refuse(
                "a principal is a role or a permission_set: this one has "
                f"{'neither' if self.role is None else 'both'}",
                "write {role: NAME} or {permission_set: NAME}",
            )
        name = (self.role or "").rpartition("/")[2]
        if name.startswith("AWSReservedSSO_"):
            permission_set = name.removeprefix("AWSReservedSSO_").rpartition("_")[0]
            refuse(
                f"`{name}` is the role of a permission set: its path and suffix are AWS's choice",
                f"write permission_set: {permission_set or 'NAME'}",
                at="role",
            )
        return self


class Principals(Model):
    """Who may destroy and who may change what protects the tables."""

    break_glass: list[Principal] = Field(
        min_length=1, description="Who may destroy backups, vaults and keys; at least one."
    )
    deploy: list[Principal] = Field(
        default_factory=list,
        description="Who deploys: may change policies, plans and selections, never destroy.",
    )


def _https(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        refuse(f"`{shown(url)}` is not an https address", "write https://HOST/PATH")
    if parts.username or parts.password:
        refuse("the address carries a user name or password", "no secret belongs into this file")
    return url


_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s.]+"
_LAMBDA = r"arn:(aws|aws-cn|aws-us-gov):lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]{1,64}"
_SQS = r"arn:(aws|aws-cn|aws-us-gov):sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}"


class Subscription(Model):
    """One receiver of alerts."""

    email: (
        Annotated[
            str,
            *matching(
                _EMAIL,
                "`{value}` is not an e-mail address",
                "give one address; a further receiver is an entry of its own",
                example="oncall@shop.test",
            ),
        ]
        | None
    ) = Field(None, description="E-mail address; has to confirm once.")
    https: Annotated[str, AfterValidator(_https)] | None = Field(
        None, description="HTTPS endpoint; has to confirm once."
    )
    sms: (
        Annotated[
            str,
            *matching(
                r"\+[1-9][0-9]{6,14}",
                "`{value}` is not a telephone number",
                "write it with country code and without spaces, for example +491701234567",
                example="+491701234567",
            ),
        ]
        | None
    ) = Field(None, description="Telephone number in E.164 form.")
    lambda_arn: (
        Annotated[
            str,
            *matching(
                _LAMBDA,
                "`{value}` is not the ARN of a Lambda function",
                "give the function's ARN without version or alias",
                example="arn:aws:lambda:eu-central-1:111111111111:function:pager",
            ),
        ]
        | None
    ) = Field(None, description="Lambda function; may be called by the topic only.")
    sqs_arn: (
        Annotated[
            str,
            *matching(
                _SQS,
                "`{value}` is not the ARN of a standard SQS queue",
                "give the queue's ARN; a standard topic cannot feed a FIFO queue",
                example="arn:aws:sqs:eu-central-1:111111111111:alerts",
            ),
        ]
        | None
    ) = Field(None, description="SQS queue; its own policy has to let the topic send.")

    @model_validator(mode="after")
    def _one_of(self) -> Subscription:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            refuse(
                f"a subscription has exactly one of {', '.join(type(self).model_fields)}; this one "
                f"has {' and '.join(given) or 'none'}",
                "give every receiver an entry of its own"
                if given
                else "add one of them, for example `email: oncall@example.com`",
            )
        return self


class Tripwires(Model):
    """Alerts the moment somebody destroys, weakens or silences something, or tries to."""

    enabled: bool = Field(
        default=True,
        description="Watch; needs a CloudTrail trail of the account that logs management events.",
    )
    change_subscriptions: dict[Key, Subscription] = Field(
        default_factory=dict,
        description="Receivers of what `principals.deploy` change as a matter of course, by name. "
        "Absent: nobody is told of that; what they weaken is an alert all the same.",
    )


class Alerts(Model):
    """Who is told when a backup fails or does not happen."""

    subscriptions: dict[Key, Subscription] = Field(
        min_length=1, description="Receivers of alerts, by name."
    )
    watchdog_subscriptions: dict[Key, Subscription] = Field(
        default_factory=dict,
        description="Receivers when an alert itself could not be delivered. Default: the same.",
    )
    freshness_alarms: bool = Field(
        default=True,
        description="Alarms when a vault, or a table in any of its ways back, gets nothing new in "
        "time.",
    )
    tripwires: Tripwires = Field(
        default_factory=Tripwires, description="Alerts when somebody destroys or silences."
    )


class S3Backend(Model):
    """Terraform's S3 backend."""

    bucket: str = Field(description="Bucket of the state.")
    region: Region = Field(description="Region of the bucket.")
    key: str | None = Field(
        None, description="Key of the state. Default: PROJECT/ENVIRONMENT/holdfast.tfstate."
    )
    kms_key_id: str | None = Field(None, description="Key that encrypts the state.")
    dynamodb_table: str | None = Field(None, description="Lock table (Terraform before 1.10).")
    use_lockfile: bool | None = Field(None, description="Lock file in S3 (Terraform from 1.10).")


class TerraformBackend(Model):
    """Where Terraform keeps its state."""

    s3: S3Backend = Field(description="The S3 backend.")


# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def _bucket_pattern(value: str) -> str:
    plain = value
    for name, filler in (("project", "p"), ("environment", "e"), ("region", "r")):
        plain = plain.replace(f"{{{name}}}", filler)
    plain = plain.replace("{account_id}", "111111111111")
    if not _BUCKET_PATTERN.fullmatch(plain) or ".." in plain:
        refuse(
            f"`{value}` does not give an S3 bucket name",
            "use 3 to 63 lower-case letters, digits, `-` and `.`, and the placeholders {project}, "
            "{environment}, {account_id} and {region}",
        )
    return value


class Deploy(Model):
    """How output is deployed."""

    artifacts_bucket: Annotated[str, AfterValidator(_bucket_pattern)] | None = Field(
        None,
        description="Bucket for templates and function code, made by the bootstrap template; may "
        "use {project}, {environment}, {account_id} and {region}. "
        "Default: PROJECT-ENVIRONMENT-artifacts-ACCOUNT-REGION.",
    )
    terraform_backend: TerraformBackend | None = Field(None, description="Absent: local state.")


class Defaults(Model):
    """What tables get unless they say otherwise."""

    protection: Key = Field("standard", description="Protection class.")
    billing: Billing = Field(default_factory=Billing, description="Billing.")
    encryption: Encryption = Field(default_factory=Encryption, description="Encryption at rest.")
    alarms: TableAlarms = Field(default_factory=TableAlarms, description="Alarms of each table.")


class AcceptedOrganization(Model):
    """Every account of one AWS organization."""

    organization_id: Annotated[
        str,
        *matching(
            r"o-[a-z0-9]{10,32}",
            "`{value}` is not the id of an AWS organization",
            "give the id that starts with o-",
            example="o-exampleorgid",
        ),
    ] = Field(description="Id of the organization.")


def _kind_of_accepts(value: Any) -> str:
    return "organization" if isinstance(value, dict | AcceptedOrganization) else "files"


class LintSettings(Model):
    """Findings this environment lives with, each with its reason."""

    accept: dict[str, str] = Field(
        default_factory=dict,
        description="HF rule id, or `ID:dotted.path` for one place, to the reason.",
    )


def _table_pattern(value: str) -> str:
    rest = value
    for name in ("project", "environment", "table"):
        rest = rest.replace(f"{{{name}}}", "")
    if "{table}" not in value or not re.fullmatch(r"[A-Za-z0-9_.-]*", rest):
        refuse(
            f"`{value}` is not a pattern for table names",
            "use {table} once, and {project}, {environment}, letters, digits, `_`, `.` and `-`",
        )
    return value


class EnvironmentSpec(Model):
    """One environment file, merged with all it extends and includes."""

    kind: Literal["workload", "destination"] = Field(
        "workload", description="destination: an environment that takes copies of others."
    )
    project: ProjectName = Field(
        description="Name of the project, part of every other name; frozen once deployed."
    )
    environment: ProjectName = Field(
        description="Name of the environment, part of every other name; frozen once deployed."
    )
    account_id: AccountId = Field(description="The AWS account: twelve digits in quotes.")
    region: Region = Field(description="The AWS Region, such as eu-central-1.")
    tags: Tags = Field(default_factory=dict, description="On everything that takes tags.")
    principals: Principals = Field(
        description="Who may destroy, and who may change, what is protected."
    )
    permissions_boundary_arn: BoundaryArn | None = Field(
        None, description="Permissions boundary of every role."
    )
    table_name_pattern: Annotated[str, AfterValidator(_table_pattern)] = Field(
        "{table}", description="Physical table names: {project}, {environment} and {table}."
    )
    deploy: Deploy = Field(default_factory=Deploy, description="How output is deployed.")
    defaults: Defaults = Field(default_factory=Defaults, description="What tables get.")
    protections: dict[Key, Protection] = Field(
        default_factory=dict, description="Protection classes; standard and critical are built in."
    )
    vaults: dict[Key, Vault] = Field(
        default_factory=dict,
        description="Vaults; `main` and `critical` are made when a backup needs them.",
    )
    tables: dict[TableKey, Table] = Field(default_factory=dict, description="Tables by key.")
    alerts: Alerts | None = Field(None, description="Absent: nobody is told of failures.")
    recovery: Recovery = Field(
        default_factory=Recovery, description="The way back: restores, and what they need."
    )
    export_bucket: ExportBucket = Field(
        default_factory=ExportBucket, description="Where exports of tables go."
    )
    manage_region_settings: bool = Field(
        False,
        description="A function adds DynamoDB to AWS Backup's settings of the account and Region, "
        "and leaves those of other services as they are.",
    )
    accepts: (
        Annotated[
            Annotated[list[str], Tag("files")]
            | Annotated[AcceptedOrganization, Tag("organization")],
            Discriminator(_kind_of_accepts),
        ]
        | None
    ) = Field(None, description="Destinations: files whose copies are taken, or an organization.")
    guardrails: Guardrails = Field(
        default_factory=Guardrails, description="Policies that keep copies from being deleted."
    )
    lint: LintSettings = Field(default_factory=LintSettings, description="Settings of lint.")
