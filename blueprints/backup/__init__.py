"""AWS Backup: vaults, locks, plans, selections, and the way back from other accounts."""

from blueprints.backup.facts import decide

NAME = "backup"

__all__ = ["NAME", "decide"]
