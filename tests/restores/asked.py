"""What IAM is asked when a role makes a call: actions, resources and the context of the request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blueprints.names import creates_key
from generator.naming import physical
from generator.spec.resolved import Environment

Call = Mapping[str, Any]
Parameters = Mapping[str, Any]
# Services whose requests are signed with another name than their actions have.
SIGNED_AS = {"monitoring": "cloudwatch"}
# Operations of another name than their action.
ACTIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/
WITHOUT_RESOURCE = frozenset(
    {
        *("dynamodb:ListBackups", "backup:ListRestoreJobs", "backup:GetRestoreJobMetadata"),
        *("backup:DescribeRestoreJob", "backup:ListCopyJobs", "backup:DescribeCopyJob"),
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:DescribeScheduledActions",
    }
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One question to IAM."""

    role_arn: str
    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[Any, ...]:
        """What two equal questions share."""
        context = sorted((name, str(value)) for name, value in self.context.items())
        return (self.role_arn, self.action, self.resource, *context)


def asked(call: Call) -> Iterator[Asked]:
    """Yield what IAM is asked for a recorded call."""
    service = SIGNED_AS.get(call["service"], call["service"])
    action = f"{service}:{call['operation']}"
    action = ACTIONS.get(action, action)
    given = call["parameters"]
    for resource in _resources(action, given, call):
        context = {"s3:prefix": given.get("Prefix", "")} if action == "s3:ListBucket" else {}
        yield Asked(role_arn=call["role_arn"], action=action, resource=resource, context=context)
    if "IamRoleArn" in given:
        yield Asked(
            role_arn=call["role_arn"],
            action="iam:PassRole",
            resource=given["IamRoleArn"],
            context={"iam:PassedToService": "backup.amazonaws.com"},
        )


def asked_by_services(each: Asked, place: Environment) -> Iterator[Asked]:
    """Yield what a service then asks KMS, with the rights of the role that called it.

    Of tables' keys only for those with the key of their stack: see `with_stack_key`.
    """
    actions, what = _OF_KEYS.get(each.action, ((), ""))
    if each.action.startswith("dynamodb:") and each.resource not in with_stack_key(place):
        return
    alias = f"alias/{physical(place, what)}"
    service = each.action.partition(":")[0]
    for action in actions:
        context: dict[str, str | list[str]] = {
            "kms:ViaService": f"{service}.{place.region}.amazonaws.com",
            "kms:ResourceAliases": [alias],
        }
        if action == "kms:CreateGrant":
            context["kms:GrantIsForAWSResource"] = "true"
        yield Asked(role_arn=each.role_arn, action=action, resource=alias, context=context)


def with_stack_key(place: Environment) -> set[str]:
    """Return the ARNs of the tables that have their stack's key."""
    return {table.arn for table in place.tables if creates_key(table)}


def _resources(action: str, given: Parameters, call: Call) -> Iterable[str]:
    if action in WITHOUT_RESOURCE:
        return ["*"]
    service = action.partition(":")[0]

    def arn(resource: str) -> str:
        return f"arn:aws:{service}:{call['region']}:{call['account_id']}:{resource}"

    return _RESOURCES[service](given, arn)


def _dynamodb(given: Parameters, arn: Any) -> list[str]:
    if "BackupArn" in given and "TargetTableName" not in given:
        return [given["BackupArn"]]
    names = ("SourceTableName", "TargetTableName", "TableName")
    found = [given[name] for name in ("BackupArn", "ResourceArn") if name in given]
    found += [arn(f"table/{given[name]}") for name in names if name in given]
    if "IndexName" in given:
        found = [f"{each}/index/{given['IndexName']}" for each in found]
    return found


def _backup(given: Parameters, arn: Any) -> list[str]:
    if "RecoveryPointArn" in given:
        return [given["RecoveryPointArn"]]
    return [arn(f"backup-vault:{given['BackupVaultName']}")]


def _s3(given: Parameters, _arn: Any) -> list[str]:
    key = f"/{given['Key']}" if "Key" in given else ""
    return [f"arn:aws:s3:::{given['Bucket']}{key}"]


_USE = (
    *("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
)
# Action → what KMS is asked then, and for whose key.
_OF_KEYS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "dynamodb:GetItem": (("kms:Decrypt",), "tables"),
    "dynamodb:Query": (("kms:Decrypt",), "tables"),
    "dynamodb:Scan": (("kms:Decrypt",), "tables"),
    "dynamodb:RestoreTableFromBackup": (_USE, "tables"),
    "s3:GetObject": (("kms:Decrypt",), "catalog"),
    "s3:PutObject": (("kms:GenerateDataKey",), "catalog"),
    "sns:Publish": (("kms:Decrypt", "kms:GenerateDataKey"), "alerts"),
}
_RESOURCES: Mapping[str, Any] = {
    "application-autoscaling": lambda _given, arn: [arn("scalable-target/1a2b3c")],
    "backup": _backup,
    "cloudformation": lambda given, arn: [arn(f"stack/{given['StackName']}/1a2b3c")],
    "cloudwatch": lambda given, arn: [arn(f"alarm:{given.get('AlarmName', 'any')}")],
    "dynamodb": _dynamodb,
    "kms": lambda given, _arn: [given["KeyId"]],
    "lambda": lambda given, arn: [
        given["FunctionName"]
        if given["FunctionName"].startswith("arn:")
        else arn(f"function:{given['FunctionName']}")
    ],
    "s3": _s3,
    "sns": lambda given, _arn: [given["TopicArn"]],
    "ssm": lambda given, arn: [arn(f"parameter{given['Name']}")],
    "sts": lambda given, _arn: [given["RoleArn"]],
}
