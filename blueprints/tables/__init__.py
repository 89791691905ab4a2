"""DynamoDB tables with everything both engines can express: indexes, capacity, keys, recovery."""

from blueprints.tables.facts import decide

NAME = "tables"

__all__ = ["NAME", "decide"]
