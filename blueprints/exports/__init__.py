"""Exports: chains of full and incremental exports to S3, and the buckets that hold them."""

from blueprints import recovery
from blueprints.exports.facts import decide

NAME = "exports"
ONE_ENGINE = recovery.ONE_ENGINE
# Buckets, functions, state machines and schedules are spelled where recovery spells them.
SPELLED_BY = recovery

__all__ = ["NAME", "ONE_ENGINE", "SPELLED_BY", "decide"]
