"""`holdfast lint` of the example environments beside bare `cfn-lint -c I` of the same templates.

Whole processes in turn, several rounds; wall time, and CPU time with that of all children
(terraform and its provider). Every round changes a tag, so that no file is as it was before:

- first run: nothing is cached; `terraform init` installs the provider first, from a local mirror
- changed: the provider is installed, every rendered file has changed since the last run
- unchanged: once more; terraform does not judge again what it has passed

Needs terraform: without it, lint is little more than cfn-lint. Quote the ratios, not the seconds.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

ROUNDS = 5
ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MIRROR_VARIABLE = "HOLDFAST_TERRAFORM_PLUGIN_DIR"
TAG = 'cost_center: "4711"'
BARE, FIRST, CHANGED, UNCHANGED = "cfn-lint -c I", "first run", "changed", "unchanged"

# Seconds of wall time and of CPU time.
Seconds = tuple[float, float]


def main() -> None:
    """Print wall and CPU seconds of each, and the median ratios to bare cfn-lint."""
    if shutil.which("terraform") is None:
        raise SystemExit("terraform is not installed")
    if not os.environ.get(MIRROR_VARIABLE):
        print(f"{MIRROR_VARIABLE} is not set: a first run downloads the provider")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "environments", folder / "environments")
        one_round(folder, 0)
        rounds = [one_round(folder, number) for number in range(1, ROUNDS + 1)]
    for index, what in ((0, "wall"), (1, "CPU")):
        print(f"{what} time, seconds: min / median / max; median ratio of {ROUNDS} rounds")
        for title in (BARE, FIRST, CHANGED, UNCHANGED):
            seconds = [measured[title][index] for measured in rounds]
            ratio = statistics.median(
                measured[title][index] / measured[BARE][index] for measured in rounds
            )
            shown = f"{min(seconds):.2f} / {statistics.median(seconds):.2f} / {max(seconds):.2f}"
            print(f"  {title:14} {shown}   {ratio:.2f}")


def one_round(folder: Path, number: int) -> Mapping[str, Seconds]:
    """Change every rendered file, then measure all four; bare cfn-lint is first, then last."""
    base = folder / "environments" / "base.yaml"
    text = (ROOT / "environments" / "base.yaml").read_text(encoding="utf-8")
    archive = folder / "environments" / "archive.yaml"
    archive_text = (ROOT / "environments" / "archive.yaml").read_text(encoding="utf-8")
    for path, before in ((base, text), (archive, archive_text)):
        if before.count(TAG) != 1:
            raise SystemExit(f"{path.name} no longer has the tag {TAG}")
        path.write_text(before.replace(TAG, f'cost_center: "{number}"'), encoding="utf-8")
    run([str(BIN / "holdfast"), "generate"], folder, folder / "kept")
    templates = sorted(str(path) for path in folder.glob("output/*/cloudformation/*.yaml"))
    lint = [str(BIN / "holdfast"), "lint"]
    bare = [str(BIN / "cfn-lint"), "-c", "I", "--", *templates]
    measured = {}
    if number % 2 == 0:
        measured[BARE] = run(bare, folder, folder / "kept")
    with tempfile.TemporaryDirectory() as empty:
        measured[FIRST] = run(lint, folder, Path(empty))
    for title in (CHANGED, UNCHANGED):
        measured[title] = run(lint, folder, folder / "kept")
    if number % 2 == 1:
        measured[BARE] = run(bare, folder, folder / "kept")
    return measured


def run(command: list[str], folder: Path, cache: Path) -> Seconds:
    """Return the time that a command and all its children took; it must end with status 0."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    with tempfile.TemporaryFile("w+") as output:
        begun = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            output.seek(0)
            raise SystemExit(f"{command[:3]} ended with {child.returncode}:\n{output.read()}")
    return wall, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
