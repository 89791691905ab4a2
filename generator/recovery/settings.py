"""The settings of a table as its restore applies and verifies them, from the table's facts.

The form is that of `blueprints.functions.common.settings`, which reads the same from AWS. All
members are there; what a table does not have is null or empty.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generator.render.cloudformation import present

if TYPE_CHECKING:
    from collections.abc import Iterator

    from blueprints.tables.capacity import CapFacts, ScalingFacts, ThroughputFacts
    from blueprints.tables.facts import (
        GlobalIndexFacts,
        KeyFacts,
        LocalIndexFacts,
        RecoveryFacts,
        TableFacts,
    )

Settings = dict[str, Any]
VERSION = 1
# An alias is known before AWS chooses the key's id; what reads it finds the key behind it.
AWS_MANAGED = {"type": "KMS", "key": "alias/aws/dynamodb"}
AWS_OWNED = {"type": "AWS_OWNED"}


def settings_of(table: TableFacts, key: KeyFacts | None, table_arn: str) -> Settings:
    """Return the settings of a table; `key` is the one that its template creates.

    Alarms are resources of their own, which a restore under the same name does not touch.
    """
    return {
        "version": VERSION,
        "table_name": table.name,
        "table_arn": table_arn,
        "table_id": None,
        "taken_at": None,
        "key_schema": _key_schema(table.partition_key, table.sort_key),
        "attributes": {each.name: each.type for each in table.attributes},
        "billing_mode": table.billing_mode,
        "throughput": _throughput(table.throughput),
        "on_demand_throughput": _caps(table.caps),
        "global_indexes": {each.name: _global(each) for each in table.global_indexes},
        "local_indexes": {each.name: _local(table, each) for each in table.local_indexes},
        "table_class": table.table_class,
        "encryption": encryption_of(table, key),
        "deletion_protection": table.deletion_protection,
        "point_in_time_recovery": _recovery(table.point_in_time_recovery),
        "time_to_live": _time_to_live(table),
        "stream_view_type": table.stream_view_type,
        "kinesis_destinations": list(_kinesis(table)),
        "contributor_insights": {
            "table": table.contributor_insights,
            "indexes": sorted(
                each.name for each in table.global_indexes if each.contributor_insights
            ),
        },
        "resource_policy": table.resource_policy,
        "tags": {**table.tags},
        "scaling": [_scaling(each) for each in table.scaling],
        "alarms": [],
    }


def encryption_of(table: TableFacts, key: KeyFacts | None) -> Settings:
    """Return the encryption of a table: never left to what AWS would choose."""
    encryption = table.encryption
    if not encryption.enabled:
        return AWS_OWNED
    if encryption.kms_key_arn is not None:
        return {"type": "KMS", "key": encryption.kms_key_arn}
    if encryption.key_label is not None:
        if key is None:
            raise ValueError(f"the template of {table.name} creates no key")
        return {"type": "KMS", "key": key.alias_name}
    return AWS_MANAGED


def _key_schema(partition_key: str, sort_key: str | None) -> list[Settings]:
    schema: list[Settings] = [{"AttributeName": partition_key, "KeyType": "HASH"}]
    if sort_key is not None:
        schema.append({"AttributeName": sort_key, "KeyType": "RANGE"})
    return schema


def _throughput(facts: ThroughputFacts | None) -> Settings | None:
    if facts is None:
        return None
    return {
        "ReadCapacityUnits": facts.read_capacity_units,
        "WriteCapacityUnits": facts.write_capacity_units,
    }


def _caps(facts: CapFacts | None) -> Settings | None:
    if facts is None:
        return None
    return present(
        MaxReadRequestUnits=facts.max_read_request_units,
        MaxWriteRequestUnits=facts.max_write_request_units,
    )


def _global(index: GlobalIndexFacts) -> Settings:
    return {
        "KeySchema": _key_schema(index.partition_key, index.sort_key),
        "Projection": _projection(index),
        "throughput": _throughput(index.throughput),
        "on_demand_throughput": _caps(index.caps),
    }


def _local(table: TableFacts, index: LocalIndexFacts) -> Settings:
    return {
        "KeySchema": _key_schema(table.partition_key, index.sort_key),
        "Projection": _projection(index),
    }


def _projection(index: GlobalIndexFacts | LocalIndexFacts) -> Settings:
    return present(
        ProjectionType=index.projection_type,
        NonKeyAttributes=index.non_key_attributes and list(index.non_key_attributes),
    )


def _recovery(facts: RecoveryFacts) -> Settings:
    return {"enabled": facts.enabled, "recovery_period_days": facts.recovery_period_days}


def _time_to_live(table: TableFacts) -> Settings | None:
    given = table.time_to_live
    return {"attribute_name": given.attribute_name} if given and given.enabled else None


def _kinesis(table: TableFacts) -> Iterator[Settings]:
    given = table.kinesis_destination
    if given is not None:
        yield {"stream_arn": given.stream_arn, "timestamp_precision": given.timestamp_precision}


def _scaling(facts: ScalingFacts) -> Settings:
    index = facts.resource_id.partition("/index/")[2]
    configuration = present(
        TargetValue=float(facts.target_utilization_percent),
        PredefinedMetricSpecification={"PredefinedMetricType": facts.metric},
        ScaleOutCooldown=facts.scale_out_cooldown_seconds,
        ScaleInCooldown=facts.scale_in_cooldown_seconds,
    )
    return {
        "index": index or None,
        "dimension": facts.dimension,
        "min_capacity": facts.min_capacity_units,
        "max_capacity": facts.max_capacity_units,
        "policies": [{"name": facts.policy_name, "configuration": configuration}],
        "scheduled_actions": [],
    }
