"""What IAM is asked when a role makes a call: actions, resources and the context of the request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from blueprints.names import (
    alerts_key_alias,
    catalogue_bucket_name,
    catalogue_key_alias,
    creates_key,
    held_exports,
    tables_key_alias,
)
from generator.naming import arn as arn_of
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
    "s3:HeadObject": "s3:GetObject",
}
DYNAMODB = "dynamodb.amazonaws.com"
# What DynamoDB is to be allowed beside PutObject, to export into a bucket.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
OF_EXPORTS = ("s3:PutObject", "s3:AbortMultipartUpload", "s3:PutObjectAcl")
# What DynamoDB logs with the rights of whoever imports.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.Requesting.html
IMPORT_LOGS = "log-group:/aws-dynamodb/imports"
_STREAM = f"{IMPORT_LOGS}:log-stream:1a2b3c"
OF_IMPORTS = {
    "logs:DescribeLogGroups": "",
    **dict.fromkeys(("logs:CreateLogStream", "logs:PutLogEvents"), _STREAM),
    **dict.fromkeys(
        ("logs:CreateLogGroup", "logs:DescribeLogStreams", "logs:PutRetentionPolicy"),
        IMPORT_LOGS,
    ),
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
    """Yield what IAM is asked for a recorded call, also where a service makes it for its caller."""
    service = SIGNED_AS.get(call["service"], call["service"])
    action = f"{service}:{call['operation']}"
    action = ACTIONS.get(action, action)
    given = call["parameters"]
    exports = action == "s3:PutObject" and call.get("invoked_by") == DYNAMODB
    for resource in _resources(action, given, call):
        for each in OF_EXPORTS if exports else (action,):
            yield Asked(
                role_arn=call["role_arn"],
                action=each,
                resource=resource,
                context=_context(action, given),
            )
    for other, resource, context in _besides(action, given, call):
        yield Asked(role_arn=call["role_arn"], action=other, resource=resource, context=context)


def _besides(
    action: str, given: Parameters, call: Call
) -> Iterator[tuple[str, str, dict[str, str | list[str]]]]:
    """Yield action, resource and context of what else a call takes."""
    if "IamRoleArn" in given:
        context: dict[str, str | list[str]] = {"iam:PassedToService": "backup.amazonaws.com"}
        yield "iam:PassRole", given["IamRoleArn"], context
    if action == "dynamodb:CreateTable" and given.get("Tags"):
        (table,) = _resources(action, given, call)
        yield "dynamodb:TagResource", table, {}
    if action == "dynamodb:ImportTable":
        here = f"arn:aws:logs:{call['region']}:{call['account_id']}"
        for other, resource in OF_IMPORTS.items():
            yield other, f"{here}:{resource}" if resource else "*", {}


def _context(action: str, given: Parameters) -> dict[str, str | list[str]]:
    if action == "s3:ListBucket":
        return {"s3:prefix": given.get("Prefix", "")}
    if action == "cloudwatch:PutMetricData":
        return {"cloudwatch:namespace": given["Namespace"]}
    return {}


def bucket_keys(environments: Iterable[Environment]) -> dict[str, str]:
    """Return bucket → ARN of its key's alias, of catalogues and of exports."""
    found = {}
    for each in environments:
        found[catalogue_bucket_name(each)] = arn_of(each, "kms", catalogue_key_alias(each))
        found |= {place.name: place.key_alias_arn for _, place in held_exports(each)}
    return found


def asked_by_services(each: Asked, place: Environment, keys: Mapping[str, str]) -> Iterator[Asked]:
    """Yield what a service then asks KMS, with the rights of the role that called it.

    `keys` are those of buckets. Of tables' keys only for those with the key of their stack.
    """
    service = each.action.partition(":")[0]
    for action, alias_arn in _of_keys(each, place, keys):
        context: dict[str, str | list[str]] = {
            "kms:ViaService": f"{service}.{place.region}.amazonaws.com",
            "kms:ResourceAliases": [alias_arn.rpartition(":")[2]],
        }
        if action == "kms:CreateGrant":
            context["kms:GrantIsForAWSResource"] = "true"
        yield Asked(role_arn=each.role_arn, action=action, resource=alias_arn, context=context)


def _of_keys(each: Asked, place: Environment, keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield actions of KMS, each with the ARN of the alias of a key."""
    service = each.action.partition(":")[0]
    if service == "s3":
        alias = keys.get(each.resource.removeprefix("arn:aws:s3:::").partition("/")[0])
    elif service == "sns":
        alias = arn_of(place, "kms", alerts_key_alias(place))
    else:
        stack = next(
            (t.stack for t in place.tables if t.arn == each.resource and creates_key(t)), None
        )
        alias = None if stack is None else arn_of(place, "kms", tables_key_alias(place, stack))
    for action in _OF_KEYS.get(each.action, ()) if alias else ():
        yield action, str(alias)


def _resources(action: str, given: Parameters, call: Call) -> Iterable[str]:
    if action in WITHOUT_RESOURCE:
        return ["*"]
    service = action.partition(":")[0]

    def arn(resource: str) -> str:
        return f"arn:aws:{service}:{call['region']}:{call['account_id']}:{resource}"

    found: Iterable[str] = _RESOURCES[service](given, arn)
    return found


def _dynamodb(given: Parameters, arn: Any) -> list[str]:
    if "BackupArn" in given and "TargetTableName" not in given:
        return [given["BackupArn"]]
    names = ("SourceTableName", "TargetTableName", "TableName")
    for name in ("ExportArn", "ImportArn"):
        if name in given:
            return [given[name]]
    given = given.get("TableCreationParameters", given)
    named = ("BackupArn", "ResourceArn", "TableArn")
    found = [given[name] for name in named if name in given]
    found += [arn(f"table/{given[name]}") for name in names if name in given]
    found += [arn(f"table/{name}") for name in given.get("RequestItems", ())]
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
# What AWS lists for whoever writes to a table, but for the grant that a new table needs.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
_WRITE = tuple(each for each in _USE if each != "kms:CreateGrant")
# Action → what KMS is asked then.
_OF_KEYS: Mapping[str, tuple[str, ...]] = {
    "dynamodb:BatchGetItem": ("kms:Decrypt",),
    "dynamodb:BatchWriteItem": _WRITE,
    "dynamodb:CreateTable": _USE,
    "dynamodb:DeleteItem": _WRITE,
    "dynamodb:ExportTableToPointInTime": ("kms:Decrypt",),
    "dynamodb:GetItem": ("kms:Decrypt",),
    "dynamodb:ImportTable": _USE,
    "dynamodb:PutItem": _WRITE,
    "dynamodb:Query": ("kms:Decrypt",),
    "dynamodb:Scan": ("kms:Decrypt",),
    "dynamodb:UpdateItem": _WRITE,
    "dynamodb:RestoreTableFromBackup": _USE,
    # Of an upload in parts S3 reads the key again.
    "s3:AbortMultipartUpload": ("kms:Decrypt",),
    "s3:GetObject": ("kms:Decrypt",),
    "s3:PutObject": ("kms:GenerateDataKey",),
    "sns:Publish": ("kms:Decrypt", "kms:GenerateDataKey"),
}
_RESOURCES: Mapping[str, Any] = {
    "application-autoscaling": lambda _given, arn: [arn("scalable-target/1a2b3c")],
    "backup": _backup,
    "cloudformation": lambda given, arn: [arn(f"stack/{given['StackName']}/1a2b3c")],
    "cloudwatch": lambda given, arn: [
        arn("dataset/any" if "MetricData" in given else f"alarm:{given.get('AlarmName', 'any')}")
    ],
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
    "states": lambda given, _arn: [given.get("executionArn") or given["stateMachineArn"]],
    "sts": lambda given, _arn: [given["RoleArn"]],
}
