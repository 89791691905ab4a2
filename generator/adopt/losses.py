"""What no entry can hold: replicas, vector indexes, warm throughput, and what AWS adds tomorrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.adopt.described import Note, by_name, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.adopt.described import Described, Members

# What is written elsewhere, noted below, or only says how the table is at the moment.
_OF_TABLE = {
    *("TableName", "TableArn", "TableId", "TableStatus", "CreationDateTime", "TableSizeBytes"),
    *("ItemCount", "LatestStreamLabel", "LatestStreamArn", "RestoreSummary", "ArchivalSummary"),
    *("AttributeDefinitions", "KeySchema", "ProvisionedThroughput", "BillingModeSummary"),
    *("OnDemandThroughput", "LocalSecondaryIndexes", "GlobalSecondaryIndexes", "SSEDescription"),
    *("StreamSpecification", "TableClassSummary", "DeletionProtectionEnabled", "WarmThroughput"),
    *("GlobalTableVersion", "Replicas", "GlobalTableWitnesses", "MultiRegionConsistency"),
    *("GlobalTableSettingsReplicationMode", "VectorIndexes"),
}
_OF_INDEX = {
    *("IndexName", "IndexArn", "IndexStatus", "Backfilling", "IndexSizeBytes", "ItemCount"),
    *("KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput", "WarmThroughput"),
}
# What a new on-demand table starts with. Whatever is above stays with a table for good.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html
_WARM = {"Read": 12_000, "Write": 4_000}


def beyond(described: Described) -> Iterator[Note]:
    """Yield a note on everything of a table that no entry can hold; some rule a definition out."""
    table = described.table
    regions = sorted(plain(each.get("RegionName", "?")) for each in table.get("Replicas", ()))
    if regions:
        yield Note(
            "existing",
            f"it is a global table (replicas in {', '.join(regions)}), and Terraform would delete "
            "the replicas that its definition does not name",
        )
    for index in by_name(table.get("VectorIndexes", ())):
        yield Note("existing", f"it has a vector index, {plain(index['IndexName'])}")
    yield from _warm(table, "")
    yield from _unheard(table, _OF_TABLE, "the table")
    for index in (*described.indexes, *by_name(table.get("LocalSecondaryIndexes", ()))):
        yield from _warm(index, f" of index {index['IndexName']}")
        yield from _unheard(index, _OF_INDEX, f"index {index['IndexName']}")
    if described.status != "ACTIVE":
        yield Note("note", f"its status is {plain(described.status)}")
    if "InaccessibleEncryptionDateTime" in table.get("SSEDescription", {}):
        yield Note("note", "DynamoDB cannot use its key, and archives it after seven days")


def _warm(owner: Members, where: str) -> Iterator[Note]:
    warm, provisioned = owner.get("WarmThroughput", {}), owner.get("ProvisionedThroughput", {})
    for operation, start in _WARM.items():
        units = warm.get(f"{operation}UnitsPerSecond", 0)
        if units > max(start, provisioned.get(f"{operation}CapacityUnits", 0)):
            yield Note(
                "lost",
                f"warm throughput{where}, {units} {operation.lower()} units a second: this table "
                "keeps it, one created anew does not have it",
            )


def _unheard(owner: Members, known: set[str], what: str) -> Iterator[Note]:
    for member in sorted(owner.keys() - known):
        if owner[member]:
            yield Note("lost", f"{plain(member)} of {what}, which Holdfast does not know")
