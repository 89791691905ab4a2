"""`make undo-demo` shows what the README shows."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECONDS = 600


def test_the_demo_puts_the_wrong_200_back_and_keeps_what_was_written() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/undo_demo.py")],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown = done.stdout
    assert len(shown.splitlines()) < 80
    dry, only, undone = re.findall(r"^\$ holdfast undo .*", shown, re.MULTILINE)
    assert dry.endswith(" --dry-run")
    assert only.endswith(" --only change=deleted --dry-run")
    assert undone.endswith(" --only change=deleted")
    assert "       200  put back whole: deleted in the window" in shown
    assert "      198  put back whole: deleted in the window" in shown
    assert 'status: "PAID" | (not there) | "ORDERED AGAIN"' in shown
    assert "= 198 of 200 are back as they were, 2 as they were ordered again" in shown
    kept = re.search(r"= kept: (\d+) changes and (\d+) new orders of the application", shown)
    assert kept is not None
    assert int(kept[1]) > 0
