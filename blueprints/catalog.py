"""The blueprints, in the order in which their templates are deployed."""

from __future__ import annotations

from types import ModuleType

from blueprints import alerts, backup, bootstrap, guardrails, recovery, tables

ALL: tuple[ModuleType, ...] = (bootstrap, alerts, tables, backup, guardrails, recovery)
# Terraform uploads nothing, so it needs no artifacts bucket.
CLOUDFORMATION_ONLY = frozenset({bootstrap.NAME})
