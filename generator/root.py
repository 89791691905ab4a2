"""The files of a Terraform root module that belong to no blueprint: versions, provider, backend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from generator.naming import provider_alias
from generator.render import commented
from generator.render.hcl import literal, tidy
from generator.spec.resolved import Environment

REQUIRED_TERRAFORM = ">= 1.5"
# Proven at 5.100. Version 6 deprecates what is listed in the README and is not tested here.
REQUIRED_PROVIDER = ">= 5.100, < 7"
# What lint judges with: 6 would answer with deprecation warnings that 5.100 gives no way to avoid.
PROVEN_PROVIDER = "~> 5.100"


def terraform_root(
    environment: Environment,
    header: str,
    *,
    account_id: str | None = None,
    regions: Iterable[str] = (),
) -> Mapping[str, str]:
    """Return file name → text, for the environment's account unless `account_id` is given.

    Each of `regions` gets a provider of its own under an alias, see `provider_alias`. A root of
    another account names no backend: whoever deploys the environment must not reach its state.
    """
    own = account_id is None
    account_id = account_id or environment.account_id
    provider = _provider(environment.region, account_id)
    provider += "".join(f"\n{_provider(region, account_id, alias=True)}" for region in regions)
    bodies = {"versions.tf": _versions(), "provider.tf": provider}
    backend = _backend(environment) if own else None
    if backend is not None:
        bodies["backend.tf"] = backend
    top = "\n".join(commented(header))
    return {name: tidy(f"{top}\n\n{body}") for name, body in bodies.items()}


def _versions() -> str:
    return f"""terraform {{
  required_version = {literal(REQUIRED_TERRAFORM)}
  required_providers {{
    aws = {literal({"source": "hashicorp/aws", "version": REQUIRED_PROVIDER})}
  }}
}}
"""


def _provider(region: str, account_id: str, *, alias: bool = False) -> str:
    why = (
        "For what exists in this Region only."
        if alias
        else "Refuses to run with the credentials of another account."
    )
    named = f"  alias = {literal(provider_alias(region))}\n" if alias else ""
    return f"""# {why}
provider "aws" {{
{named}  region = {literal(region)}
  allowed_account_ids = {literal([account_id])}
}}
"""


def _backend(environment: Environment) -> str | None:
    backend = environment.spec.deploy.terraform_backend
    if backend is None:
        return None
    settings = backend.s3.model_dump(exclude_none=True)
    settings.setdefault("key", f"{environment.project}/{environment.name}/holdfast.tfstate")
    lines = "\n".join(f"{name} = {literal(value)}" for name, value in settings.items())
    return f"""terraform {{
  backend "s3" {{
    {lines}
    encrypt = true
  }}
}}
"""
