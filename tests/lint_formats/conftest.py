"""Findings of every kind, and an environment that has them."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result

from generator.lint.formats import FORMATS
from tests.lint_formats import judges
from tests.unit.command import holdfast

ENVIRONMENT = """\
project: shop
environment: {name}
account_id: "{account}"
region: eu-central-1
principals: {{break_glass: [{{role: BreakGlass}}], deploy: [{{role: Deploy}}]}}
lint:
  accept:
    HF002:tables.scratch: made again every night
    HF009: switched on, 100%, 2026-11-02
tables:
  orders: {{partition_key: {{name: id, type: S}}, point_in_time_recovery: {{enabled: false}}}}
  scratch: {{partition_key: {{name: id, type: S}}, protection: bare}}
protections: {{bare: {{point_in_time_recovery: {{}}}}}}
"""


@pytest.fixture(scope="session")
def tools() -> None:
    judges.install()


def repository(root: Path) -> Path:
    """Make a repository whose folder `infra` holds two environments with findings; return that."""
    (root / ".git").mkdir()
    folder = root / "infra"
    (folder / "environments").mkdir(parents=True)
    for name, account in (("dev", "1" * 12), ("prod", "2" * 12)):
        file = folder / "environments" / f"{name}.yaml"
        file.write_text(ENVIRONMENT.format(name=name, account=account), encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two environments with findings, in the current folder."""
    folder = repository(tmp_path)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What `holdfast lint` says of them in each format, where there is no terraform."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository(tmp_path_factory.mktemp("reports")))
        patch.setattr("generator.lint.installed", lambda: None)
        return {form: holdfast("lint", "--format", form) for form in FORMATS}
