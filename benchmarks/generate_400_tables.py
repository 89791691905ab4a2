"""`holdfast generate` of 400 simple tables for both engines, beside raw troposphere.

Both are whole processes, measured by the operating system's own accounting, in turn in one run.
Quote the ratio: machines are noisy.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from processes import Used, run, spread

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
        fresh(holdfast, folder)
        pairs = [(fresh(holdfast, folder), fresh(baseline, folder)) for _ in range(RUNS)]
    for index, title in ((0, "holdfast generate, both engines"), (1, "raw troposphere")):
        seconds = spread(pair[index].cpu_seconds for pair in pairs)
        peak = max(pair[index].peak_mb for pair in pairs)
        print(f"{title:32} {seconds} s CPU (min/median/max), {peak:.0f} MB peak")
    print(f"{'ratio':32} {spread(ours.cpu_seconds / raw.cpu_seconds for ours, raw in pairs)}")


def fresh(command: list[str], folder: Path) -> Used:
    """Run a command that finds no output of an earlier run."""
    shutil.rmtree(folder / "output", ignore_errors=True)
    return run(command, folder)


if __name__ == "__main__":
    main()
