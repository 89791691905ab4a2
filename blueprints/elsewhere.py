"""Where a template belongs that is not deployed in the environment's own account and Region."""

from __future__ import annotations

from dataclasses import dataclass

from generator.naming import provider_alias

# Terraform roots of their own: other credentials, other state.
ORGANIZATION = "organization"
ROOTS = (ORGANIZATION,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Account and Region of a template, and its Terraform root.

    Without `root` it stands in the environment's root and uses a provider under an alias: the same
    credentials in another Region.
    """

    account_id: str
    region: str
    root: str | None = None

    @property
    def provider(self) -> str | None:
        """The provider of its resources, or None for the root's own."""
        return None if self.root is not None else f"aws.{provider_alias(self.region)}"
