"""Every way to get an environment file wrong, with the exact message that stands beside it.

`NAME.yaml` has one fault and `NAME.txt` what is said about it. A folder holds a case of several
files and `expected.txt`; all its environments are loaded. HOLDFAST_UPDATE_GOLDEN=1 writes the
messages anew, for a reviewer to read.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator import workspace
from generator.errors import Mistakes

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.yaml"))
FOLDERS = sorted(path for path in HERE.iterdir() if path.is_dir() and any(path.glob("*.yaml")))
UPDATE = os.environ.get("HOLDFAST_UPDATE_GOLDEN") == "1"


def load_mistakes(path: Path) -> str:
    """Return what is said about a file, or about all environments of a folder."""
    try:
        if path.is_dir():
            workspace.load((), path)
        else:
            workspace.load((str(path),))
    except Mistakes as mistakes:
        return f"{mistakes}\n"
    return "no mistake was found\n"


@pytest.mark.parametrize("case", [*FILES, *FOLDERS], ids=lambda path: path.stem)
def test_mistakes_read_as_recorded(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(HERE)  # messages name files relative to the current directory
    golden = case / "expected.txt" if case.is_dir() else case.with_suffix(".txt")
    said = load_mistakes(case.relative_to(HERE))
    if UPDATE:
        assert os.environ.get("CI") != "true", "recorded messages are not rewritten in CI"
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


def test_cases_are_enough_and_each_has_one_fault() -> None:
    assert len(FILES) + len(FOLDERS) >= 60
    goldens = [*HERE.glob("*.txt"), *HERE.glob("*/expected.txt")]
    assert len(goldens) == len(FILES) + len(FOLDERS)
    others = [
        path for path in goldens if path.read_text(encoding="utf-8").count("\n    fix: ") != 1
    ]
    assert others == []
