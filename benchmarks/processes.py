"""Whole processes, measured by the operating system's own accounting."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a command and all its children took; `peak_mb` is the largest of them alone."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None) -> Used:
    """Run a command in `folder`; ends the benchmark with its output unless its status is 0."""
    with tempfile.TemporaryFile("w+") as output:
        begun = time.monotonic()
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(variables or {})},
            stdout=output,
            stderr=output,
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            raise SystemExit(f"{command[:3]} ended with {child.returncode}:\n{output.read()}")
    return Used(
        wall_seconds=wall,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1024,
    )


def spread(figures: Iterable[float]) -> str:
    """Return minimum, median and maximum as text."""
    all_of_them = list(figures)
    shown = (min(all_of_them), statistics.median(all_of_them), max(all_of_them))
    return " / ".join(f"{figure:.2f}" for figure in shown)
