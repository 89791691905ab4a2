"""Settings of a table worked out from a CloudFormation template alone: the oracle of requests.

It knows CloudFormation and the form of the settings, and nothing of facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Template = Mapping[str, Any]
Settings = dict[str, Any]
AWS_MANAGED = {"type": "KMS", "key": "alias/aws/dynamodb"}


def settings_in(template: Template, logical_id: str) -> Settings:
    """Return the settings of the table `logical_id`, without ARN and version."""
    own = template["Resources"][logical_id]["Properties"]
    indexes = own.get("GlobalSecondaryIndexes", ())
    recovery = own["PointInTimeRecoverySpecification"]
    stream, kinesis = own.get("StreamSpecification"), own.get("KinesisStreamSpecification")
    time_to_live = own.get("TimeToLiveSpecification", {"Enabled": False})
    return {
        "table_name": own["TableName"],
        "key_schema": own["KeySchema"],
        "attributes": {
            each["AttributeName"]: each["AttributeType"] for each in own["AttributeDefinitions"]
        },
        "billing_mode": own["BillingMode"],
        "throughput": own.get("ProvisionedThroughput"),
        "on_demand_throughput": own.get("OnDemandThroughput"),
        "global_indexes": {each["IndexName"]: _index(each) for each in indexes},
        "local_indexes": {
            each["IndexName"]: {name: each[name] for name in ("KeySchema", "Projection")}
            for each in own.get("LocalSecondaryIndexes", ())
        },
        "table_class": own["TableClass"],
        "encryption": _encryption(template, own["SSESpecification"]),
        "deletion_protection": own["DeletionProtectionEnabled"],
        "point_in_time_recovery": {
            "enabled": recovery["PointInTimeRecoveryEnabled"],
            "recovery_period_days": recovery.get("RecoveryPeriodInDays"),
        },
        "time_to_live": {"attribute_name": time_to_live["AttributeName"]}
        if time_to_live["Enabled"]
        else None,
        "stream_view_type": stream and stream["StreamViewType"],
        "kinesis_destinations": [
            {
                "stream_arn": kinesis["StreamArn"],
                "timestamp_precision": kinesis["ApproximateCreationDateTimePrecision"],
            }
        ]
        if kinesis
        else [],
        "contributor_insights": {
            "table": _watched(own),
            "indexes": sorted(each["IndexName"] for each in indexes if _watched(each)),
        },
        "resource_policy": own["ResourcePolicy"]["PolicyDocument"]
        if "ResourcePolicy" in own
        else None,
        "tags": {each["Key"]: each["Value"] for each in own["Tags"]},
        "scaling": _scaling(template, logical_id),
    }


def _index(index: Mapping[str, Any]) -> Settings:
    return {
        "KeySchema": index["KeySchema"],
        "Projection": index["Projection"],
        "throughput": index.get("ProvisionedThroughput"),
        "on_demand_throughput": index.get("OnDemandThroughput"),
    }


def _watched(owner: Mapping[str, Any]) -> bool:
    enabled: bool = owner["ContributorInsightsSpecification"]["Enabled"]
    return enabled


def _encryption(template: Template, given: Mapping[str, Any]) -> Settings:
    if not given["SSEEnabled"]:
        return {"type": "AWS_OWNED"}
    key = given.get("KMSMasterKeyId")
    if key is None:
        return AWS_MANAGED
    if isinstance(key, str):
        return {"type": "KMS", "key": key}
    ((logical_id, _),) = key.values()
    (alias,) = (
        body["Properties"]["AliasName"]
        for body in template["Resources"].values()
        if body["Type"] == "AWS::KMS::Alias"
        and body["Properties"]["TargetKeyId"] == {"Ref": logical_id}
    )
    return {"type": "KMS", "key": alias}


def _scaling(template: Template, table: str) -> list[Settings]:
    resources = template["Resources"]
    found = []
    for logical_id, body in resources.items():
        if body["Type"].endswith("::ScalableTarget") and body["DependsOn"] == table:
            own = body["Properties"]
            found.append(
                {
                    "index": own["ResourceId"].partition("/index/")[2] or None,
                    "dimension": own["ScalableDimension"],
                    "min_capacity": own["MinCapacity"],
                    "max_capacity": own["MaxCapacity"],
                    "policies": [
                        {
                            "name": each["Properties"]["PolicyName"],
                            "configuration": each["Properties"][
                                "TargetTrackingScalingPolicyConfiguration"
                            ],
                        }
                        for each in resources.values()
                        if each["Type"].endswith("::ScalingPolicy")
                        and each["Properties"]["ScalingTargetId"] == {"Ref": logical_id}
                    ],
                    "scheduled_actions": [],
                }
            )
    return found
