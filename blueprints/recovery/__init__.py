"""Recovery: the functions that bring tables back, and what they need beforehand."""

from blueprints.recovery.facts import decide

NAME = "recovery"
# CloudFormation alone waits for an answer and is read by cfn-lint, Terraform alone names the hash
# of a zip before it is uploaded; the code itself goes into zips beside the templates.
ONE_ENGINE = frozenset({"bundles", "metadata", "service_timeout_seconds", "source_code_hash"})

__all__ = ["NAME", "ONE_ENGINE", "decide"]
