"""Everything that the local endpoints hold, as the services describe it, fit to be compared.

Times and generated IDs are gone (a key is named by its alias), documents are parsed, tags are
mappings, lists are sorted, and what is false or empty counts as absent.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.e2e.local_aws import LocalAws

    Described = dict[str, Any]

VOLATILE = {
    *(
        "TableId",
        "creationDate",
        "CreationDate",
        "CreationDateTime",
        "CreationTime",
        "CreatorRequestId",
        "CreateDate",
    ),
    *("EarliestRestorableDateTime", "LatestRestorableDateTime", "LastUpdateDateTime"),
    *("LatestStreamArn", "LatestStreamLabel", "RuleId", "VersionId", "BackupPlanId", "RoleId"),
    *(
        "SelectionId",
        "BackupPlanArn",
        "PolicyARN",
        "Alarms",
        "ScalableTargetARN",
        "ResponseMetadata",
    ),
    *("CreatedTimestamp", "LastModifiedTimestamp", "AlarmConfigurationUpdatedTimestamp"),
    *("StateUpdatedTimestamp", "StateTransitionedTimestamp", "StateReason", "StateReasonData"),
    *("RoleLastUsed", "SubscriptionArn", "LastUpdatedDate", "NumberOfDecreasesToday"),
    *("LastModifiedDate", "LastModificationDate", "Version"),
}


def read_back(local_aws: LocalAws, account_id: str, region: str) -> dict[str, Described]:
    """Return {"tables": {name: …}, "vaults": …, …} of one account and Region."""

    def client(service: str) -> Any:
        return local_aws.client(service, account_id=account_id, region=region)

    found = {
        "tables": _tables(client("dynamodb")),
        "scaling": _scaling(client("application-autoscaling")),
        "topics": _topics(client("sns")),
        "queues": _queues(client("sqs")),
        "rules": _rules(client("events")),
        "alarms": _alarms(client("cloudwatch")),
        "roles": _roles(client("iam")),
        "vaults": _vaults(client("backup")),
        "plans": _plans(client("backup")),
        "machines": _machines(client("stepfunctions")),
        "schedules": _schedules(client("scheduler")),
        "parameters": _parameters(client("ssm")),
        "buckets": _buckets(client("s3")),
    }
    keys, names = _keys(client("kms"))
    text = json.dumps(_comparable(found | {"keys": keys}), default=str)
    for key_id, alias in names.items():
        text = re.sub(rf"(arn:[^\"]*:key/)?{key_id}", alias, text)
    described: dict[str, Described] = json.loads(text)
    return described


def differences(one: Any, other: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Return {path: (value in one, value in the other)}, None where there is no such value."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {
            found: values
            for key in sorted(one.keys() | other.keys())
            for found, values in differences(one.get(key), other.get(key), f"{path}/{key}").items()
        }
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return {
            found: values
            for index, pair in enumerate(zip(one, other, strict=True))
            for found, values in differences(*pair, f"{path}/{index}").items()
        }
    return {} if one == other else {path: (one, other)}


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        members = {k: _comparable(v) for k, v in value.items() if k not in VOLATILE}
        return {k: v for k, v in members.items() if v not in (None, [], {}) and v is not False}
    if isinstance(value, list):
        items = [_comparable(item) for item in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str) and value.startswith("{"):
        try:
            return _comparable(json.loads(value))
        except ValueError:  # the template of a message, not a document
            return value
    return value


def _all(client: Any, operation: str, member: str, **request: Any) -> list[Any]:
    if not client.can_paginate(operation):
        return list(getattr(client, operation)(**request)[member])
    pages = client.get_paginator(operation).paginate(**request)
    return [item for page in pages for item in page.get(member, [])]


def _mapping(tags: Iterable[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _or_none(call: Any, **request: Any) -> Any:
    """Return the answer, or None where the resource has no such setting."""
    try:
        return call(**request)
    except ClientError as error:
        if any(sign in error.response["Error"]["Code"] for sign in ("NotFound", "NoSuch")):
            return None
        raise


def _tables(dynamodb: Any) -> Described:
    found = {}
    for name in _all(dynamodb, "list_tables", "TableNames"):
        table = dynamodb.describe_table(TableName=name)["Table"]
        arn = table["TableArn"]
        insights = {
            index: dynamodb.describe_contributor_insights(TableName=name, **where)[
                "ContributorInsightsStatus"
            ]
            for index, where in [("", {})]
            + [(i["IndexName"], {"IndexName": i["IndexName"]}) for i in _indexes(table)]
        }
        if table.get("TableClassSummary") == {"TableClass": "STANDARD"}:
            del table["TableClassSummary"]  # shown only where somebody named the default
        found[name] = table | {
            "ContinuousBackups": dynamodb.describe_continuous_backups(TableName=name)[
                "ContinuousBackupsDescription"
            ],
            "TimeToLive": dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"],
            "ContributorInsights": insights,
            "Kinesis": dynamodb.describe_kinesis_streaming_destination(TableName=name)[
                "KinesisDataStreamDestinations"
            ],
            "ResourcePolicy": (
                _or_none(dynamodb.get_resource_policy, ResourceArn=arn) or {"Policy": None}
            )["Policy"],
            "Tags": _mapping(_all(dynamodb, "list_tags_of_resource", "Tags", ResourceArn=arn)),
        }
    return found


def _indexes(table: Described) -> list[Described]:
    return list(table.get("GlobalSecondaryIndexes", []))


def _scaling(scaling: Any) -> Described:
    where = {"ServiceNamespace": "dynamodb"}
    targets = _all(scaling, "describe_scalable_targets", "ScalableTargets", **where)
    policies = _all(scaling, "describe_scaling_policies", "ScalingPolicies", **where)
    return {
        f"{target['ResourceId']} {target['ScalableDimension']}": target
        | {
            "Tags": scaling.list_tags_for_resource(ResourceARN=target["ScalableTargetARN"])["Tags"],
            "Policies": [
                policy
                for policy in policies
                if policy["ResourceId"] == target["ResourceId"]
                and policy["ScalableDimension"] == target["ScalableDimension"]
            ],
        }
        for target in targets
    }


def _topics(sns: Any) -> Described:
    return {
        arn.rpartition(":")[2]: sns.get_topic_attributes(TopicArn=arn)["Attributes"]
        | {
            "Tags": _mapping(sns.list_tags_for_resource(ResourceArn=arn)["Tags"]),
            "Subscriptions": [
                sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])[
                    "Attributes"
                ]
                for made in _all(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
            ],
        }
        for arn in (topic["TopicArn"] for topic in _all(sns, "list_topics", "Topics"))
    }


def _queues(sqs: Any) -> Described:
    return {
        url.rpartition("/")[2]: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
            "Attributes"
        ]
        | {"Tags": sqs.list_queue_tags(QueueUrl=url).get("Tags", {})}
        for url in _all(sqs, "list_queues", "QueueUrls")
    }


def _rules(events: Any) -> Described:
    return {
        rule["Name"]: rule
        | {
            "Targets": _all(events, "list_targets_by_rule", "Targets", Rule=rule["Name"]),
            "Tags": _mapping(events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]),
        }
        for rule in _all(events, "list_rules", "Rules")
    }


def _alarms(cloudwatch: Any) -> Described:
    return {
        alarm["AlarmName"]: alarm
        | {
            "Tags": _mapping(
                cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]
            )
        }
        for alarm in _all(cloudwatch, "describe_alarms", "MetricAlarms")
        if not alarm["AlarmName"].startswith("TargetTracking-")  # made by Auto Scaling
    }


def _roles(iam: Any) -> Described:
    return {
        name: iam.get_role(RoleName=name)["Role"]
        | {
            "Attached": [
                policy["PolicyArn"]
                for policy in _all(
                    iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name
                )
            ],
            "Inline": {
                policy: iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
                for policy in _all(iam, "list_role_policies", "PolicyNames", RoleName=name)
            },
            "Tags": _mapping(iam.list_role_tags(RoleName=name)["Tags"]),
        }
        for name in (role["RoleName"] for role in _all(iam, "list_roles", "Roles"))
    }


def _vaults(backup: Any) -> Described:
    return {
        name: vault
        | {
            "Policy": (
                _or_none(backup.get_backup_vault_access_policy, BackupVaultName=name) or {}
            ).get("Policy"),
            "Notifications": _or_none(backup.get_backup_vault_notifications, BackupVaultName=name),
            "Tags": backup.list_tags(ResourceArn=vault["BackupVaultArn"])["Tags"],
        }
        for vault in _all(backup, "list_backup_vaults", "BackupVaultList")
        for name in [vault["BackupVaultName"]]
    }


def _plans(backup: Any) -> Described:
    found = {}
    for summary in _all(backup, "list_backup_plans", "BackupPlansList"):
        plan_id = summary["BackupPlanId"]
        found[summary["BackupPlanName"]] = {
            "Plan": backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"],
            "Tags": backup.list_tags(ResourceArn=summary["BackupPlanArn"])["Tags"],
            "Selections": [
                backup.get_backup_selection(BackupPlanId=plan_id, SelectionId=made["SelectionId"])[
                    "BackupSelection"
                ]
                for made in _all(
                    backup, "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id
                )
            ],
        }
    return found


def _machines(states: Any) -> Described:
    return {
        machine["name"]: states.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
        | {"Tags": states.list_tags_for_resource(resourceArn=machine["stateMachineArn"])["tags"]}
        for machine in _all(states, "list_state_machines", "stateMachines")
    }


def _schedules(scheduler: Any) -> Described:
    return {
        each["Name"]: scheduler.get_schedule(Name=each["Name"])
        for each in _all(scheduler, "list_schedules", "Schedules")
    }


def _parameters(ssm: Any) -> Described:
    named = {"ResourceType": "Parameter"}
    return {
        each["Name"]: ssm.get_parameter(Name=each["Name"])["Parameter"]
        | {
            "Tags": _mapping(
                ssm.list_tags_for_resource(**named, ResourceId=each["Name"])["TagList"]
            )
        }
        for each in _all(ssm, "describe_parameters", "Parameters")
    }


BUCKET_SETTINGS = {
    "bucket_encryption": "ServerSideEncryptionConfiguration",
    "bucket_ownership_controls": "OwnershipControls",
    "bucket_replication": "ReplicationConfiguration",
    "bucket_tagging": "TagSet",
    "bucket_versioning": "Status",
    "public_access_block": "PublicAccessBlockConfiguration",
}


def _buckets(s3: Any) -> Described:
    return {
        name: {
            setting: (_or_none(getattr(s3, f"get_{setting}"), Bucket=name) or {}).get(member)
            for setting, member in BUCKET_SETTINGS.items()
        }
        for name in (bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
    }


def _keys(kms: Any) -> tuple[Described, dict[str, str]]:
    """Return the customer keys by alias, and the alias of each key ID."""
    names = {  # those of AWS too: a table may be encrypted with one
        alias["TargetKeyId"]: alias["AliasName"]
        for alias in _all(kms, "list_aliases", "Aliases")
        if "TargetKeyId" in alias
    }
    return {
        alias: {
            "Description": kms.describe_key(KeyId=key_id)["KeyMetadata"]["Description"],
            "Rotation": kms.get_key_rotation_status(KeyId=key_id)["KeyRotationEnabled"],
            "Policy": kms.get_key_policy(KeyId=key_id, PolicyName="default")["Policy"],
            "Tags": {
                tag["TagKey"]: tag["TagValue"]
                for tag in _all(kms, "list_resource_tags", "Tags", KeyId=key_id)
            },
        }
        for key_id, alias in names.items()
        if not alias.startswith("alias/aws/")
    }, names
