"""Alerts: who is told when a backup, copy or restore fails, or a backup does not happen."""

from blueprints.alerts.facts import decide

NAME = "alerts"

__all__ = ["NAME", "decide"]
