"""`holdfast lint` beside bare `cfn-lint -c I` of the same templates.

Of the example environments, and of 500 scaled tables in several stacks. Whole processes in turn;
wall time, and CPU time with that of all children (terraform and its provider). Every round changes
a tag, so that no file is as it was before:

- first run: nothing is cached; `terraform init` installs the provider first, from a local mirror
- changed: the provider is installed, every rendered file has changed since the last run
- unchanged: once more; terraform does not judge again what it has passed

Needs terraform: without it, lint is little more than cfn-lint. Quote the ratios, not the seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from large_environment import environment
from processes import Used, run, spread

ROUNDS, LARGE_ROUNDS, LARGE = 5, 1, 500
MOST_RATIO = 2
ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
MIRROR_VARIABLE = "HOLDFAST_TERRAFORM_PLUGIN_DIR"
TAG = re.compile(r'cost_center: "\d+"')
BARE, FIRST, CHANGED, UNCHANGED = "cfn-lint -c I", "first run", "changed", "unchanged"


def main() -> None:
    """Print seconds, memory and median ratios; ends with 1 where many tables are over the bound."""
    if shutil.which("terraform") is None:
        raise SystemExit("terraform is not installed")
    if not os.environ.get(MIRROR_VARIABLE):
        print(f"{MIRROR_VARIABLE} is not set: a first run downloads the provider")
    files = {path.name: path.read_text("utf-8") for path in (ROOT / "environments").glob("*.yaml")}
    measured("the example environments", files, files, ROUNDS)
    small, large = ({"large.yaml": environment(tables)} for tables in (1, LARGE))
    if measured(f"{LARGE} tables", small, large, LARGE_ROUNDS) > MOST_RATIO:
        raise SystemExit(f"more than {MOST_RATIO} times the CPU time of bare cfn-lint")


def measured(what: str, warm_up: Mapping[str, str], files: Mapping[str, str], rounds: int) -> float:
    """Print what linting `files` takes; return the CPU ratio once the provider is installed."""
    if not any(TAG.search(text) for text in files.values()):
        raise SystemExit(f"{what}: no file has a tag like {TAG.pattern}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "environments").mkdir()
        one_round(folder, warm_up, 0)
        all_of_them = [one_round(folder, files, number) for number in range(1, rounds + 1)]
    ratios: dict[str, float] = {}
    for title, unit in (("CPU", "cpu_seconds"), ("wall", "wall_seconds")):
        print(f"{what}: {title} seconds: min / median / max; median ratio of {rounds} rounds")
        for command in (BARE, FIRST, CHANGED, UNCHANGED):
            seconds = [getattr(each[command], unit) for each in all_of_them]
            bare = [getattr(each[BARE], unit) for each in all_of_them]
            ratio = statistics.median(
                ours / theirs for ours, theirs in zip(seconds, bare, strict=True)
            )
            peak = max(each[command].peak_mb for each in all_of_them)
            print(f"  {command:14} {spread(seconds)}   {peak:4.0f} MB   {ratio:.2f}")
            ratios.setdefault(command, ratio)
    return ratios[CHANGED]


def one_round(folder: Path, files: Mapping[str, str], number: int) -> Mapping[str, Used]:
    """Change every rendered file, then measure all four; bare cfn-lint is first, then last."""
    for name, text in files.items():
        changed = TAG.sub(f'cost_center: "{number}"', text)
        (folder / "environments" / name).write_text(changed, encoding="utf-8")
    kept = {"XDG_CACHE_HOME": str(folder / "kept")}
    run([str(BIN / "holdfast"), "generate"], folder, kept)
    templates = sorted(str(path) for path in folder.glob("output/*/cloudformation/*.yaml"))
    lint = [str(BIN / "holdfast"), "lint"]
    bare = [str(BIN / "cfn-lint"), "-c", "I", "--", *templates]
    used = {}
    if number % 2 == 0:
        used[BARE] = run(bare, folder, kept)
    with tempfile.TemporaryDirectory() as empty:
        used[FIRST] = run(lint, folder, {"XDG_CACHE_HOME": empty})
    for title in (CHANGED, UNCHANGED):
        used[title] = run(lint, folder, kept)
    if number % 2 == 1:
        used[BARE] = run(bare, folder, kept)
    return used


if __name__ == "__main__":
    main()
