"""The blueprints, in the order in which their templates are deployed."""

from __future__ import annotations

from types import ModuleType

from blueprints import alerts, backup, bootstrap, exports, guardrails, recovery, tables

ALL: tuple[ModuleType, ...] = (bootstrap, alerts, tables, backup, guardrails, recovery, exports)
# Terraform uploads nothing, so it needs no artifacts bucket.
CLOUDFORMATION_ONLY = frozenset({bootstrap.NAME})


def spelled_by(blueprint: ModuleType) -> ModuleType:
    """Return the blueprint whose spellings this one uses, its own unless it says otherwise."""
    found: ModuleType = getattr(blueprint, "SPELLED_BY", blueprint)
    return found
