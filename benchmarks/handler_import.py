"""What a cold start pays for a handler of ours: CPU time of its import, boto3 already imported.

Prints one line for each function; exits 1 beyond MOST_MILLISECONDS. The best of several runs,
because machines are noisy; and beside it the same for boto3 itself, to compare.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from generator.bundle import bundle

MOST_MILLISECONDS = 20
RUNS = 9
FUNCTIONS = Path(__file__).parent.parent / "blueprints" / "functions"
MEASURE = """
import sys, time
start = time.process_time()
import boto3, botocore.config
middle = time.process_time()
sys.path.insert(0, sys.argv[1])
__import__(sys.argv[2])
print((middle - start) * 1e3, (time.process_time() - middle) * 1e3)
"""


def measured(code: Path, module: str) -> tuple[float, float]:
    """Return milliseconds of CPU for boto3, and beyond it for the handler in the zip."""
    command = [sys.executable, "-c", MEASURE, str(code), module]
    done = subprocess.run(command, cwd=code.parent, capture_output=True, text=True, check=True)
    boto3, handler = map(float, done.stdout.split())
    return boto3, handler


def main() -> int:
    """Measure every function; return the exit status."""
    slow = False
    for path in sorted(FUNCTIONS.glob("*/handler.py")):
        name = path.parent.name
        with tempfile.TemporaryDirectory() as folder:
            code = Path(folder, f"{name}.zip")
            code.write_bytes(bundle(name).content)
            module = bundle(name).handler.rpartition(".")[0]
            runs = [measured(code, module) for _ in range(RUNS)]
        boto3, handler = (min(times) for times in zip(*runs, strict=True))
        print(
            f"{name}: {handler:.1f} ms of CPU beyond boto3 ({boto3:.0f} ms), "
            f"{len(bundle(name).content):,} bytes"
        )
        slow |= handler > MOST_MILLISECONDS
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
