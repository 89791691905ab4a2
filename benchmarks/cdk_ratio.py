"""`holdfast generate` for both engines, beside the AWS CDK synthesising the same for one.

The same tables (customer managed keys, two scaled indexes, recovery, deletion protection), vault
with lock, plan and selections; that both say the same is checked first. Holdfast writes alerts
besides. Whole processes in turn, CPU time with that of all children:

- as it comes: `node app.js` with the library's defaults, which validate every template
- bare: that validation, stack traces and the tree of constructs switched off

Needs Node and npm, which bring the pinned packages into a cache. Quote the ratios, not the seconds.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from comparable import said
from large_environment import TABLES_PER_STACK, environment
from processes import Used, run, spread

ROUNDS = 5
SIZES = (50, 500)
LEAST_RATIO = 4
APP = Path(__file__).parent / "cdk"
HOLDFAST = [str(Path(sys.executable).with_name("holdfast")), "generate"]
OURS, AS_IT_COMES, BARE = "holdfast, both engines", "CDK as it comes", "CDK bare"


def main() -> None:
    """Print CPU seconds and ratios for each size; ends with 1 where a ratio is below the bound."""
    app = installed()
    below = [size for size in SIZES if measured(size, app) < LEAST_RATIO]
    if below:
        raise SystemExit(f"less than {LEAST_RATIO} times faster with {below} tables")


def installed() -> Path:
    """Return a folder with the app and its packages, which npm installs once."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is not installed")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "holdfast" / "benchmarks" / "cdk"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("app.js", "package.json", ".npmrc"):
        shutil.copy(APP / name, folder)
    pinned = json.loads((APP / "package.json").read_text(encoding="utf-8"))["dependencies"]
    if any(version_of(folder, name) != version for name, version in pinned.items()):
        quiet = ("--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts")
        subprocess.run(["npm", "install", *quiet], cwd=folder, check=True)
    return folder


def version_of(folder: Path, package: str) -> str | None:
    """Return the version of an installed package."""
    manifest = folder / "node_modules" / package / "package.json"
    if not manifest.is_file():
        return None
    return str(json.loads(manifest.read_text(encoding="utf-8"))["version"])


def measured(size: int, app: Path) -> float:
    """Return the median ratio to the CDK as it comes, once both have said the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "environments").mkdir()
        text = environment(size)
        (folder / "environments" / "large.yaml").write_text(text, encoding="utf-8")
        synth = ["node", str(app / "app.js"), str(size), str(TABLES_PER_STACK)]
        commands = {
            OURS: HOLDFAST,
            AS_IT_COMES: [*synth, str(folder / "synthesised")],
            BARE: [*synth, str(folder / "bare"), "bare"],
        }
        for command in commands.values():
            run(command, folder)
        compare(folder)
        rounds = [
            {title: fresh(command, folder) for title, command in commands.items()}
            for _ in range(ROUNDS)
        ]
    print(f"{size} tables; CPU seconds: min / median / max of {ROUNDS}; peak memory; median ratio")
    ratios = {}
    for title in commands:
        used = [each[title] for each in rounds]
        ratios[title] = statistics.median(
            each[title].cpu_seconds / each[OURS].cpu_seconds for each in rounds
        )
        seconds = spread(each.cpu_seconds for each in used)
        peak = max(each.peak_mb for each in used)
        print(f"  {title:24} {seconds}   {peak:4.0f} MB   {ratios[title]:.2f}")
    return ratios[AS_IT_COMES]


def fresh(command: list[str], folder: Path) -> Used:
    """Run a command that finds nothing of an earlier run."""
    for name in ("output", "synthesised", "bare"):
        shutil.rmtree(folder / name, ignore_errors=True)
    return run(command, folder)


def compare(folder: Path) -> None:
    """End the benchmark unless all three wrote the same tables and backups."""
    ours = said(folder / "output" / "large" / "cloudformation")
    for name in ("synthesised", "bare"):
        theirs = said(folder / name)
        for kind in sorted({*ours, *theirs}):
            if ours.get(kind) != theirs.get(kind):
                raise SystemExit(f"{kind} differs:\n{ours.get(kind)}\n{theirs.get(kind)}"[:4000])
    counts = ", ".join(f"{len(ours[kind])} {kind.removeprefix('AWS::')}" for kind in sorted(ours))
    print(f"both wrote the same {counts}")


if __name__ == "__main__":
    main()
