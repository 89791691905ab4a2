"""What two sets of CloudFormation templates say of tables and backups, in one form to compare."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

PARTITION = {"AWS::Partition": "aws"}


class _Loader(yaml.SafeLoader):
    """Reads the short forms of intrinsic functions as their long ones."""


def _call(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    return {name: loader.construct_scalar(node)}


_Loader.add_multi_constructor("!", _call)


def said(folder: Path) -> Mapping[str, Any]:
    """Return what the templates of tables and backups in a folder define.

    Tables with indexes, recovery, protection and encryption; scaling; vaults, plans, selections.
    """
    ours = sorted((*folder.glob("tables*.yaml"), *folder.glob("backup.yaml")))
    theirs = sorted(folder.glob("*.template.json"))
    templates = [
        *(yaml.load(path.read_text("utf-8"), _Loader) for path in ours),
        *(json.loads(path.read_text("utf-8")) for path in theirs),
    ]
    found: dict[str, Any] = {}
    for template in templates:
        for kind, key, value in _said(template["Resources"]):
            of_kind = found.setdefault(kind, {})
            if key in of_kind:
                raise SystemExit(f"{folder}: {kind} {key} is there twice")
            of_kind[key] = value
    return found


def _said(resources: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    targets = dict(_targets(resources))
    for resource in resources.values():
        kind, properties = resource["Type"], resource.get("Properties", {})
        match kind.removeprefix("AWS::"):
            case "DynamoDB::Table":
                yield kind, properties["TableName"], _table(properties, resource)
            case "ApplicationAutoScaling::ScalableTarget":
                bounds = properties["MinCapacity"], properties["MaxCapacity"]
                yield kind, _dimension(properties, resources), (bounds, _tags(properties["Tags"]))
            case "ApplicationAutoScaling::ScalingPolicy":
                goal = properties["TargetTrackingScalingPolicyConfiguration"]
                yield kind, targets[properties["ScalingTargetId"]["Ref"]], goal
            case "KMS::Alias":
                yield kind, properties["AliasName"], None
            case "Backup::BackupVault":
                lock = properties["LockConfiguration"]
                yield kind, properties["BackupVaultName"], (lock, properties["BackupVaultTags"])
            case "Backup::BackupPlan":
                plan = properties["BackupPlan"]
                yield kind, plan["BackupPlanName"], [_rule(r) for r in plan["BackupPlanRule"]]
            case "Backup::BackupSelection":
                selection = properties["BackupSelection"]
                arns = [_text(arn, resources) for arn in selection["Resources"]]
                yield kind, selection["SelectionName"], arns


def _targets(resources: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    for title, resource in resources.items():
        if resource["Type"].endswith("::ScalableTarget"):
            yield title, _dimension(resource["Properties"], resources)


def _dimension(properties: Mapping[str, Any], resources: Mapping[str, Any]) -> str:
    return f"{_text(properties['ResourceId'], resources)} {properties['ScalableDimension']}"


def _table(properties: Mapping[str, Any], resource: Mapping[str, Any]) -> Mapping[str, Any]:
    indexes = {
        index["IndexName"]: [
            index["KeySchema"],
            index["Projection"],
            index["ProvisionedThroughput"],
        ]
        for index in properties["GlobalSecondaryIndexes"]
    }
    names = ("AttributeDefinitions", "KeySchema", "ProvisionedThroughput")
    return {
        **{name: properties[name] for name in names},
        "indexes": indexes,
        "recovery": properties["PointInTimeRecoverySpecification"],
        "protected": properties["DeletionProtectionEnabled"],
        "kept": [resource["DeletionPolicy"].startswith("Retain"), resource["UpdateReplacePolicy"]],
        "encryption": properties["SSESpecification"]["SSEType"],
        "tags": _tags(properties["Tags"]),
    }


def _rule(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    left_out = ("TargetBackupVault", "RecoveryPointTags")
    return {name: value for name, value in rule.items() if name not in left_out}


def _tags(tags: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _text(value: Any, resources: Mapping[str, Any]) -> str:
    """Return a text, its joins and its references to tables resolved."""
    if isinstance(value, str):
        return value
    ((name, content),) = value.items()
    if name == "Fn::Join":
        return str(content[0]).join(_text(item, resources) for item in content[1])
    if name == "Ref" and content in PARTITION:
        return PARTITION[content]
    if name == "Ref":
        return str(resources[content]["Properties"]["TableName"])
    raise SystemExit(f"{value} cannot be compared")
