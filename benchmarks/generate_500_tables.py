"""`holdfast generate` of 500 scaled tables with two scaled indexes each, for both engines.

In fifteen stacks, with one key a stack; then once more with every alarm of tables and indexes.
Whole processes; CPU time and memory are the operating system's own figures. The bounds are for a
machine of our kind that does nothing else: seconds of another one are another machine's.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from large_environment import environment
from processes import run, spread

RUNS, TABLES = 7, 500
MOST_CPU_SECONDS, MOST_MB = 3, 400
ALARMS = "defaults: {alarms: {throttling: true, system_errors: true}}\n"


def main() -> None:
    """Print CPU seconds and peak memory; ends with 1 where the fastest run is over the bounds."""
    for title, more in (("without alarms of tables", ""), ("with all alarms of tables", ALARMS)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "environments").mkdir()
            text = environment(TABLES, more=more)
            (folder / "environments" / "large.yaml").write_text(text, encoding="utf-8")
            used = []
            for _ in range(RUNS):
                shutil.rmtree(folder / "output", ignore_errors=True)
                used.append(
                    run([str(Path(sys.executable).with_name("holdfast")), "generate"], folder)
                )
        seconds = [each.cpu_seconds for each in used]
        peak = max(each.peak_mb for each in used)
        print(
            f"{TABLES} tables, {title:26} {spread(seconds)} s CPU (min/median/max), {peak:.0f} MB"
        )
        if min(seconds) > MOST_CPU_SECONDS or peak > MOST_MB:
            raise SystemExit(f"over {MOST_CPU_SECONDS} s of CPU or {MOST_MB} MB")


if __name__ == "__main__":
    main()
