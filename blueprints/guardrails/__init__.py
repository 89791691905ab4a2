"""Guardrails: policies that keep people, and whoever takes their place, from deleting copies."""

from blueprints.guardrails.facts import decide

NAME = "guardrails"
# Policies take tags in Terraform only; the rest goes into files, the README and provider.tf.
ONE_ENGINE = frozenset(
    {"elsewhere", "file", "key", "permission_sets", "policy_tags", "service_control_policies"}
)

__all__ = ["NAME", "ONE_ENGINE", "decide"]
