"""Texts kept for review."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

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
