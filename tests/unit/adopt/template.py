"""CloudFormation properties worked out from answers of AWS alone: the oracle of the round trip.

It knows CloudFormation and DynamoDB, and nothing of entries, facts or spellings.
"""

from __future__ import annotations

import json
from typing import Any

Answer = dict[str, Any]
Properties = dict[str, Any]


def template_of(*answers: Answer) -> dict[str, Properties]:
    """Return physical name or resource id → properties, from the answers about one table."""
    (table,) = [answer["Table"] for answer in answers if "Table" in answer]
    resources = {table["TableName"]: comparable(_table(table, _merged(answers)))}
    for target in _merged(answers).get("ScalableTargets", ()):
        resources[f"target {target['ResourceId']} {target['ScalableDimension']}"] = {
            name: target[name]
            for name in (
                *("ServiceNamespace", "ResourceId", "ScalableDimension"),
                *("MinCapacity", "MaxCapacity"),
            )
        }
    for policy in _merged(answers).get("ScalingPolicies", ()):
        tracking = {
            name: value
            for name, value in policy["TargetTrackingScalingPolicyConfiguration"].items()
            if (name, value) != ("DisableScaleIn", False)
        }
        resources[f"policy {policy['ResourceId']} {policy['ScalableDimension']}"] = {
            "PolicyType": policy["PolicyType"],
            "TargetTrackingScalingPolicyConfiguration": tracking,
        }
    return resources


def comparable(properties: Properties) -> Properties:
    """Return a table's properties with what AWS keeps in no order in one order."""
    result = dict(properties)
    result["AttributeDefinitions"] = _by("AttributeName", result["AttributeDefinitions"])
    for indexes in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if indexes in result:
            result[indexes] = [_index(index) for index in _by("IndexName", result[indexes])]
    result["Tags"] = {tag["Key"]: tag["Value"] for tag in result.get("Tags", ())}
    return result


def _index(index: Properties) -> Properties:
    projection = dict(index["Projection"])
    if "NonKeyAttributes" in projection:
        projection["NonKeyAttributes"] = sorted(projection["NonKeyAttributes"])
    return {**index, "Projection": projection}


def _by(name: str, items: list[Properties]) -> list[Properties]:
    return sorted(items, key=lambda item: str(item[name]))


def _merged(answers: tuple[Answer, ...]) -> Answer:
    merged: Answer = {"insights": {}}
    for answer in answers:
        if "ContributorInsightsStatus" in answer:
            on = answer["ContributorInsightsStatus"] in ("ENABLED", "ENABLING")
            merged["insights"][answer.get("IndexName")] = on
        else:
            merged |= answer
    return merged


def _table(table: Answer, others: Answer) -> Properties:
    on_demand = table.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST"
    properties: Properties = {
        "TableName": table["TableName"],
        "AttributeDefinitions": table["AttributeDefinitions"],
        "KeySchema": table["KeySchema"],
        "BillingMode": "PAY_PER_REQUEST" if on_demand else "PROVISIONED",
        **_capacity(table, on_demand=on_demand),
        "DeletionProtectionEnabled": table.get("DeletionProtectionEnabled", False),
        "PointInTimeRecoverySpecification": _recovery(others),
        "SSESpecification": _encryption(table, others),
        "TableClass": table.get("TableClassSummary", {}).get("TableClass", "STANDARD"),
        "ContributorInsightsSpecification": {"Enabled": others["insights"].get(None, False)},
        "Tags": [tag for tag in others.get("Tags", ()) if not tag["Key"].startswith("aws:")],
        **_options(table, others),
    }
    indexes = [_global(index, others, on_demand=on_demand) for index in _globals(table)]
    local = [_only(index, "IndexName", "KeySchema", "Projection") for index in _locals(table)]
    if indexes:
        properties["GlobalSecondaryIndexes"] = indexes
    if local:
        properties["LocalSecondaryIndexes"] = local
    return properties


def _globals(table: Answer) -> list[Answer]:
    return list(table.get("GlobalSecondaryIndexes", ()))


def _locals(table: Answer) -> list[Answer]:
    return list(table.get("LocalSecondaryIndexes", ()))


def _global(index: Answer, others: Answer, *, on_demand: bool) -> Properties:
    return {
        **_only(index, "IndexName", "KeySchema", "Projection"),
        **_capacity(index, on_demand=on_demand),
        "ContributorInsightsSpecification": {
            "Enabled": others["insights"].get(index["IndexName"], False)
        },
    }


def _capacity(owner: Answer, *, on_demand: bool) -> Properties:
    if not on_demand:
        units = _only(owner["ProvisionedThroughput"], "ReadCapacityUnits", "WriteCapacityUnits")
        return {"ProvisionedThroughput": units}
    caps = {name: cap for name, cap in owner.get("OnDemandThroughput", {}).items() if cap > 0}
    return {"OnDemandThroughput": caps} if caps else {}


def _recovery(others: Answer) -> Properties:
    described = others["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    if described["PointInTimeRecoveryStatus"] == "DISABLED":
        return {"PointInTimeRecoveryEnabled": False}
    days = described["RecoveryPeriodInDays"]
    return {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": days}


def _encryption(table: Answer, others: Answer) -> Properties:
    described = table.get("SSEDescription", {})
    if described.get("Status") not in ("ENABLED", "UPDATING") or described["SSEType"] != "KMS":
        return {"SSEEnabled": False}
    if others.get("KeyMetadata", {}).get("KeyManager") == "AWS":
        return {"SSEEnabled": True}
    key = described["KMSMasterKeyArn"]
    return {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}


def _options(table: Answer, others: Answer) -> Properties:
    options: Properties = {}
    if table.get("StreamSpecification", {}).get("StreamEnabled"):
        view = table["StreamSpecification"]["StreamViewType"]
        options["StreamSpecification"] = {"StreamViewType": view}
    ttl = others["TimeToLiveDescription"]
    if "AttributeName" in ttl:
        options["TimeToLiveSpecification"] = {
            "AttributeName": ttl["AttributeName"],
            "Enabled": ttl["TimeToLiveStatus"] in ("ENABLED", "ENABLING"),
        }
    streams = [
        stream
        for stream in others.get("KinesisDataStreamDestinations", ())
        if stream["DestinationStatus"] in ("ACTIVE", "ENABLING", "UPDATING")
    ]
    if streams:
        options["KinesisStreamSpecification"] = _only(
            {"ApproximateCreationDateTimePrecision": "MILLISECOND", **streams[0]},
            *("StreamArn", "ApproximateCreationDateTimePrecision"),
        )
    if "Policy" in others:
        options["ResourcePolicy"] = {"PolicyDocument": json.loads(others["Policy"])}
    return options


def _only(members: Answer, *names: str) -> Properties:
    return {name: members[name] for name in names}
