"""`holdfast generate` of 400 simple tables for both engines, beside raw troposphere.

Both are whole processes, measured by the operating system's own accounting, in turn in one run.
Quote the ratio: machines are noisy.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 7
TABLES = 400
ENVIRONMENT = """\
project: bench
environment: large
account_id: "111111111111"
region: eu-central-1
tags: {owner: bench, cost_center: "1"}
principals: {break_glass: [{role: BreakGlass}], deploy: [{role: Deploy}]}
alerts: {subscriptions: {oncall: {email: oncall@shop.example}}}
tables:
"""
TABLE = "  table_{number}:\n    partition_key: {{name: id, type: S}}\n"
BASELINE = """\
from troposphere import Tags, Template, dynamodb
template = Template()
for number in range({tables}):
    template.add_resource(dynamodb.Table(
        f"Table{{number}}",
        DeletionPolicy="Retain",
        UpdateReplacePolicy="Retain",
        TableName=f"table_{{number}}",
        AttributeDefinitions=[dynamodb.AttributeDefinition(AttributeName="id", AttributeType="S")],
        KeySchema=[dynamodb.KeySchema(AttributeName="id", KeyType="HASH")],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=False,
        PointInTimeRecoverySpecification=dynamodb.PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=35),
        SSESpecification=dynamodb.SSESpecification(SSEEnabled=False),
        TableClass="STANDARD",
        Tags=Tags(project="bench", environment="large", owner="bench", cost_center="1"),
    ))
open("tables.yaml", "w").write(template.to_yaml())
"""


def main() -> None:
    """Print CPU seconds and peak memory of both, and the ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "environments").mkdir()
        tables = "".join(TABLE.format(number=number) for number in range(TABLES))
        (folder / "environments" / "large.yaml").write_text(ENVIRONMENT + tables)
        (folder / "baseline.py").write_text(BASELINE.format(tables=TABLES))
        holdfast = [str(Path(sys.executable).with_name("holdfast")), "generate"]
        baseline = [sys.executable, "baseline.py"]
        measured(holdfast, folder)
        pairs = [(measured(holdfast, folder), measured(baseline, folder)) for _ in range(RUNS)]
    for index, title in ((0, "holdfast generate, both engines"), (1, "raw troposphere")):
        seconds = [pair[index][0] for pair in pairs]
        peak = max(pair[index][1] for pair in pairs)
        print(
            f"{title:32} {min(seconds):.2f} / {statistics.median(seconds):.2f} / "
            f"{max(seconds):.2f} s CPU (min/median/max), {peak:.0f} MB peak"
        )
    ratios = [ours[0] / theirs[0] for ours, theirs in pairs]
    print(f"{'ratio':32} {min(ratios):.2f} / {statistics.median(ratios):.2f} / {max(ratios):.2f}")


def measured(command: list[str], folder: Path) -> tuple[float, float]:
    """Return CPU seconds and peak resident megabytes of one run in a clean output folder."""
    subprocess.run(["rm", "-rf", "output"], cwd=folder, check=True)
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command} failed with {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
