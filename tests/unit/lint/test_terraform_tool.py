from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from generator.lint import terraform_command
from generator.lint.terraform_tool import lint_roots
from tests.unit.lint.conftest import ANSWERS

if TYPE_CHECKING:
    from generator.lint.findings import Finding
    from tests.unit.lint.conftest import FakeTerraform

JUDGED = ["version", "fmt", "get", "validate"]

# What `init` leaves with no mirror set, below the cache.
KEPT = Path("cache", "holdfast", "terraform", "5_100")


def tree(name: str = "prod", text: str = "# a table\n", file: str = "terraform/tables.tf") -> Any:
    """What lint reads of a rendered environment."""
    return SimpleNamespace(
        environment=SimpleNamespace(name=name, project="shop"), files={file: text}
    )


def lint(tmp_path: Path, *trees: Any, remember: bool = True) -> list[Finding]:
    return lint_roots(trees, Path(mkdtemp(dir=tmp_path)), remember=remember)


def test_the_provider_is_installed_once(fake: FakeTerraform, tmp_path: Path) -> None:
    assert lint(tmp_path, tree(), remember=False) == []
    assert fake.asked() == ["version", "init", "fmt", "get", "validate", 'module "prod"']
    assert lint(tmp_path, tree(), remember=False) == []
    assert fake.asked() == [*JUDGED, 'module "prod"']


def test_a_root_that_passed_is_judged_again_only_when_it_changes(
    fake: FakeTerraform, tmp_path: Path
) -> None:
    assert lint(tmp_path, tree("dev"), tree("prod")) == []
    assert fake.asked()[-2:] == ['module "dev"', 'module "prod"']
    assert lint(tmp_path, tree("dev"), tree("prod")) == []
    assert fake.asked() == ["version"]
    assert lint(tmp_path, tree("dev"), tree("prod", "# another\n")) == []
    assert fake.asked() == [*JUDGED, 'module "prod"']


def test_a_renamed_file_is_a_change_and_a_template_is_none(
    fake: FakeTerraform, tmp_path: Path
) -> None:
    before = tree()
    lint(tmp_path, before)
    before.files["cloudformation/tables.yaml"] = "Resources: {}\n"
    fake.asked()
    lint(tmp_path, before)
    assert fake.asked() == ["version"]
    lint(tmp_path, tree(file="terraform/other.tf"))
    assert fake.asked() == [*JUDGED, 'module "prod"']


def test_another_terraform_judges_again(fake: FakeTerraform, tmp_path: Path) -> None:
    lint(tmp_path, tree())
    fake.answers(version="""echo '{"terraform_version": "1.12.0"}'""")
    fake.asked()
    lint(tmp_path, tree())
    assert fake.asked() == [*JUDGED, 'module "prod"']


def test_another_provider_judges_again(fake: FakeTerraform, tmp_path: Path) -> None:
    lint(tmp_path, tree())
    (tmp_path / KEPT / ".terraform.lock.hcl").write_text("# another\n")
    fake.asked()
    lint(tmp_path, tree())
    assert fake.asked() == [*JUDGED, 'module "prod"']


def test_findings_are_found_again(fake: FakeTerraform, tmp_path: Path) -> None:
    report = {
        "diagnostics": [
            {
                "severity": "warning",
                "summary": "Argument is deprecated",
                "detail": "use another",
                "range": {"filename": "prod/terraform/tables.tf", "start": {"line": 7}},
            },
            {"severity": "error", "summary": "Module not installed"},
        ]
    }
    fake.answers(validate=f"echo '{json.dumps(report)}'; exit 1")
    for _ in range(2):
        found = lint(tmp_path, tree())
        assert [(each.severity, each.place, each.message) for each in found] == [
            ("warning", "output/prod/terraform/tables.tf:7", "Argument is deprecated use another"),
            ("error", "terraform", "Module not installed"),
        ]
        assert all(each.fails for each in found)


def test_a_file_that_fmt_would_change_is_a_defect_of_ours(
    fake: FakeTerraform, tmp_path: Path
) -> None:
    fake.answers(fmt="echo prod/terraform/tables.tf; exit 3")
    for _ in range(2):
        (found,) = lint(tmp_path, tree())
        assert found.rule == "terraform-fmt"
        assert found.place == "output/prod/terraform/tables.tf"
        assert "defect of Holdfast" in found.fix


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("fmt", "echo no such option >&2; exit 1", "`terraform fmt` failed: no such option"),
        ("get", "echo no module >&2; exit 1", "`terraform get` failed: no module"),
        ("validate", "echo panic >&2; exit 11", "`terraform validate` failed: panic"),
        ("validate", "exit 9", "`terraform validate` failed: exit status 9"),
        ("validate", "echo {}", "`terraform validate` failed: {}"),
        ("version", "echo Terraform v0.11; exit 0", "`terraform version` failed: Terraform v0.11"),
    ],
)
def test_a_command_that_fails_is_a_finding(
    fake: FakeTerraform, tmp_path: Path, command: str, answer: str, words: str
) -> None:
    fake.answers(**{command: answer})
    for _ in range(2):
        (found,) = lint(tmp_path, tree())
        assert found.message == words
        assert found.fails


@pytest.mark.parametrize("version", ["1.4.7", "0.15.5", "1.4.0-beta1"])
def test_a_terraform_that_is_too_old_is_told(
    fake: FakeTerraform, tmp_path: Path, version: str
) -> None:
    fake.answers(version=f"""echo '{{"terraform_version": "{version}"}}'""")
    (found,) = lint(tmp_path, tree())
    assert found.message == (
        f"{fake.folder / 'terraform'} is version {version}; the roots require >= 1.5"
    )
    assert found.fix == "install terraform >= 1.5, or take it off PATH: then lint skips it"
    assert fake.asked() == ["version"]


@pytest.mark.parametrize("version", ["1.5.0", "1.10.5", "1.15.0-alpha20260101", "2.0.0"])
def test_terraform_from_1_5_is_taken(fake: FakeTerraform, tmp_path: Path, version: str) -> None:
    fake.answers(version=f"""echo '{{"terraform_version": "{version}"}}'""")
    assert lint(tmp_path, tree()) == []


def test_a_terraform_that_never_ends_is_stopped(
    fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terraform_command, "_MOST_SECONDS", 0.1)
    fake.answers(version="trap '' TERM; exec sleep 600")
    monkeypatch.setattr(terraform_command, "_MOST_SECONDS_TO_END", 0.1)
    (found,) = lint(tmp_path, tree())
    assert found.message == "`terraform version` failed: it had not ended after 0.1 seconds"


def test_a_terraform_that_is_no_program_is_a_finding(fake: FakeTerraform, tmp_path: Path) -> None:
    (fake.folder / "terraform").write_bytes(b"\x7fELF of another machine")
    (found,) = lint(tmp_path, tree())
    assert found.message.startswith("`terraform version` failed: [Errno 8] Exec format error")


def test_a_provider_that_cannot_be_installed_is_a_finding(
    fake: FakeTerraform, tmp_path: Path
) -> None:
    fake.answers(init="printf '╷\\n│ Error: no such host\\n╵\\n' >&2; exit 1")
    (found,) = lint(tmp_path, tree())
    assert found.fails
    assert found.message == "`terraform init` failed: Error: no such host"
    assert found.fix.endswith("name a mirror's folder in HOLDFAST_TERRAFORM_PLUGIN_DIR")
    assert list((tmp_path / KEPT).parent.iterdir()) == []


def test_another_run_may_install_the_provider_first(fake: FakeTerraform, tmp_path: Path) -> None:
    fake.answers(init=f"{ANSWERS['init']}; cp -R . ../{KEPT.name}")
    assert lint(tmp_path, tree()) == []
    assert list((tmp_path / KEPT).parent.iterdir()) == [tmp_path / KEPT]


def test_a_cache_that_cannot_be_written_is_done_without(
    fake: FakeTerraform, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file, so nothing can be created in it")
    for _ in range(2):
        assert lint(tmp_path, tree()) == []
        assert fake.asked() == ["version", "init", "fmt", "get", "validate", 'module "prod"']


def test_a_user_without_a_home_has_no_cache(
    fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_home() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", no_home)
    assert lint(tmp_path, tree()) == []


def test_a_provider_that_is_gone_is_installed_again(fake: FakeTerraform, tmp_path: Path) -> None:
    lint(tmp_path, tree())
    (provider,) = (tmp_path / KEPT).rglob("terraform-provider-aws_v5.100.0_x5")
    provider.unlink()
    fake.asked()
    assert lint(tmp_path, tree(), remember=False) == []
    assert fake.asked() == ["version", "init", "fmt", "get", "validate", 'module "prod"']


def test_settings_for_roots_of_the_users_own_are_not_passed_on(
    fake: FakeTerraform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_DATA_DIR", "elsewhere")
    monkeypatch.setenv("TF_CLI_ARGS_validate", "-test-directory=elsewhere")
    monkeypatch.setenv("TF_CLI_ARGS", "-chdir=elsewhere")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", os.fspath(tmp_path / "missing"))
    fake.answers(get='env | grep ^TF_ >> "$log"; exit 0')
    lint(tmp_path, tree())
    seen = {line for line in fake.asked() if line.startswith("TF_")}
    assert seen == {"TF_IN_AUTOMATION=1", "TF_CLI_ARGS=-no-color"}


@pytest.mark.terraform
@pytest.mark.usefixtures("terraform")
def test_the_real_terraform_finds_what_is_wrong(tmp_path: Path) -> None:
    versions = """terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}
"""
    wrong = 'resource "aws_dynamodb_table" "orders" {\n  nam = "orders"\n}\n'
    here = SimpleNamespace(
        environment=SimpleNamespace(name="prod"),
        files={
            "terraform/versions.tf": versions,
            "terraform/provider.tf": 'provider "aws" {\n  region= "eu-central-1"\n}\n',
            "terraform/tables.tf": wrong,
        },
    )
    found = lint(tmp_path, here, remember=False)
    assert [(each.rule, each.place) for each in found] == [
        ("terraform-fmt", "output/prod/terraform/provider.tf"),
        ("terraform-validate", "output/prod/terraform/tables.tf:1"),
        ("terraform-validate", "output/prod/terraform/tables.tf:2"),
    ]
    assert "Unsupported argument" in found[2].message


@pytest.mark.terraform
def test_the_real_terraform_says_which_provider_is_missing(
    terraform: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    monkeypatch.setenv("HOLDFAST_TERRAFORM_PLUGIN_DIR", str(mirror))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (found,) = lint(tmp_path, tree())
    assert found.rule == "terraform-init"
    assert "hashicorp/aws was not found in any of the search locations" in found.message
    assert str(mirror) in found.message
