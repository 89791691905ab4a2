"""Texts kept for review, and the place that the real tools need."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.provider_mirror import PLUGIN_DIR_VARIABLE, provider_mirror

UPDATE = "HOLDFAST_UPDATE_GOLDEN"


@pytest.fixture
def as_reviewed() -> Callable[[str, Path], None]:
    """Compare a text with the file kept for review; write the file where that is asked for."""

    def compare(text: str, file: Path) -> None:
        if os.environ.get(UPDATE) == "1":
            if os.environ.get("CI") == "true":
                pytest.fail(f"{UPDATE} is for people, who read what changes; CI only compares")
            file.write_text(text, encoding="utf-8")
        reviewed = file.read_text(encoding="utf-8") if file.exists() else ""
        assert text.splitlines() == reviewed.splitlines(), (
            f"{file.name} is stale: set {UPDATE}=1, run the parity tests, and read what changes"
        )

    return compare


@pytest.fixture
def terraform_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the real terraform find its provider."""
    if shutil.which("terraform") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("terraform is not installed, and CI must not skip this")
        pytest.skip("terraform is not installed")
    mirror = provider_mirror()
    if mirror is not None:
        monkeypatch.setenv(PLUGIN_DIR_VARIABLE, str(mirror))
