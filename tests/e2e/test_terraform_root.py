"""The helper that runs Terraform, as far as it needs no Terraform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.e2e.terraform_root import TerraformRoot
from tools.provider_mirror import provider_mirror

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

BINARY = "linux_amd64/terraform-provider-aws_v5.100.0_x5"


def test_a_mirror_is_found_in_the_plugin_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = tmp_path / "example.com" / "hashicorp" / "aws" / "5.100.0" / BINARY
    binary.parent.mkdir(parents=True)
    binary.touch()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HOLDFAST_TERRAFORM_PLUGIN_DIR", raising=False)
    monkeypatch.setenv("TF_PLUGIN_CACHE_DIR", str(tmp_path))
    found = provider_mirror()
    assert found is not None
    assert any(found.glob(f"*/hashicorp/aws/5.*/{BINARY}"))


def test_a_mirror_that_is_named_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_TERRAFORM_PLUGIN_DIR", "/somewhere/else")
    assert str(provider_mirror()) == "/somewhere/else"


def test_a_copy_leaves_state_behind_and_loses_only_its_prevent_destroy_lines(
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "terraform.tfstate").touch()
    (source / ".terraform.lock.hcl").touch()
    kept = 'resource "x" "y" {\n  lifecycle {\n%s    ignore_changes = [z]\n  }\n}\n'
    (source / "main.tf").write_text(kept % "    prevent_destroy = true\n")
    root = TerraformRoot.copy(source, tmp_path / "copy", {})
    assert sorted(path.name for path in root.directory.iterdir()) == [
        "main.tf",
        "zz_local_override.tf",
    ]
    assert root.allow_destroy() == 1
    assert (root.directory / "main.tf").read_text() == kept % ""
