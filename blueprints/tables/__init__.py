"""DynamoDB tables with everything both engines can express: indexes, capacity, keys, recovery."""

from blueprints.tables.facts import ONE_ENGINE, decide

NAME = "tables"

__all__ = ["NAME", "ONE_ENGINE", "decide"]
