"""Alerts: who is told when a backup, copy or restore fails, or a backup does not happen."""

from blueprints.alerts.facts import decide, watches
from blueprints.alerts.freshness import UncoveredRule, uncovered_rules
from blueprints.alerts.names import watchdog_topic_arn

NAME = "alerts"

__all__ = [
    "NAME",
    "UncoveredRule",
    "decide",
    "uncovered_rules",
    "watchdog_topic_arn",
    "watches",
]
