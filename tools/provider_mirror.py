"""Finds a local mirror of the hashicorp/aws provider, so that nothing has to be downloaded."""

from __future__ import annotations

import os
from pathlib import Path

PLUGIN_DIR_VARIABLE = "HOLDFAST_TERRAFORM_PLUGIN_DIR"
PROVIDER = "*/hashicorp/aws/5.*/*/terraform-provider-aws_v5*"  # host, version, platform: any


def provider_mirror() -> Path | None:
    """Return the root of a filesystem mirror for `terraform init -plugin-dir`, or None."""
    if given := os.environ.get(PLUGIN_DIR_VARIABLE):
        return Path(given)
    opt = Path("/opt")
    places = [
        Path.home() / ".terraform.d" / "plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
        *([Path(cache)] if (cache := os.environ.get("TF_PLUGIN_CACHE_DIR")) else []),
        *(sorted(opt.iterdir()) if opt.is_dir() else []),
    ]
    return next((place for place in places if any(place.glob(PROVIDER))), None)


if __name__ == "__main__":
    print(provider_mirror() or "")
