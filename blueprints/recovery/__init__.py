"""Recovery: the functions that bring tables back, and what they need beforehand."""

from blueprints.recovery.facts import decide

NAME = "recovery"
# CloudFormation alone waits for an answer; the code itself goes into zips beside the templates.
ONE_ENGINE = frozenset({"bundles", "service_timeout_seconds"})

__all__ = ["NAME", "ONE_ENGINE", "decide"]
