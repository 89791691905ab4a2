"""What loading a file into a table takes, beside boto3's `batch_writer` and PyPI's `dynamodump`.

All three write the same items to the same sink, which takes every batch at once: each as a process
of its own, one after the other, several times in turn. What counts is CPU time, as Lambda's price
and the number of children do; that of the same process without any item is taken off, because a
function starts once for thousands of batches, but it is printed too. Then the peak memory of our
own, for little input and for much. Exits 1 beyond the bounds below.

The sink is nginx where it is installed, a server in Python otherwise. `dynamodump` is no dependency
of ours: `python3 -m venv V && V/bin/pip install dynamodump`, then set
HOLDFAST_DYNAMODUMP=V/bin/dynamodump; without it that comparison is left out.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from processes import run, spread
from refill_sink import TABLE, sink

from generator.bundle import bundle

ITEMS, RUNS = 50_000, 3
OURS, BATCH_WRITER, DYNAMODUMP = "load_file", "batch_writer", "dynamodump"
LEAST_TIMES = {BATCH_WRITER: 8, DYNAMODUMP: 5}
SIZES_MB, ITEMS_OF_PIECE = (10, 1_000), 2_000
MOST_MB_ABOVE_INTERPRETER, MOST_MB_BETWEEN = 60, 4
BUCKET, REGION = "exports", "eu-central-1"
ARN = f"arn:aws:dynamodb:{REGION}:123456789012:table/{TABLE}"
FENCE = f"arn:aws:states:{REGION}:123456789012:execution:shop-refill:benchmark"
PEAK = """
import atexit, os
@atexit.register
def peak():
    lines = open("/proc/self/status").read().splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    open(os.environ["PEAK"], "w").write(str(peak))
"""
WITH_OURS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from blueprints.functions.load_file.handler import handler
class Context:
    get_remaining_time_in_millis = staticmethod(lambda: 900_000)
answer = handler(json.load(open(sys.argv[2])), Context())
assert answer["done"], answer
assert answer["written"] == int(sys.argv[3]), answer
"""
WITH_BATCH_WRITER = """
import gzip, json, sys
import boto3
from boto3.dynamodb.types import TypeDeserializer
plain = TypeDeserializer().deserialize
table = boto3.resource("dynamodb").Table("orders")
with gzip.open(sys.argv[1]) as lines, table.batch_writer() as batch:
    for line in lines:
        item = json.loads(line)["Item"]
        batch.put_item(Item={name: plain(value) for name, value in item.items()})
"""


def items(count: int) -> Iterator[dict[str, Any]]:
    """Yield items of about 0.6 KB, such as an order is."""
    chance = random.Random(6)
    words = ["copper", "kettle", "blue", "Straße", "large", "spare", "part", "left", "Zürich"]
    for number in range(count):
        yield {
            "pk": {"S": f"CUSTOMER#{chance.randrange(10**6):07}"},
            "sk": {"S": f"ORDER#2026-11-{1 + number % 28:02}#{number:09}"},
            "total": {"N": f"{chance.randrange(10**6) / 100}"},
            "paid": {"BOOL": number % 3 == 0},
            "note": {"S": " ".join(chance.choices(words, k=20))},
            "lines": {
                "L": [
                    {"M": {"sku": {"S": f"{chance.randrange(10**9):09}"}, "count": {"N": "1"}}}
                    for _ in range(4)
                ]
            },
            "tags": {"SS": ["gift", "express", f"batch-{number // 1000}"]},
            "checksum": {"S": chance.randbytes(24).hex()},
        }


def export_file(path: Path, count: int) -> None:
    """Write a data file as an export has them."""
    with gzip.open(path, "wb", 6) as file:
        for item in items(count):
            line = json.dumps({"Item": item}, ensure_ascii=False, separators=(",", ":"))
            file.write(f"{line}\n".encode())


def dump_folder(folder: Path, count: int) -> None:
    """Write the same items as `dynamodump` keeps them."""
    (folder / TABLE / "data").mkdir(parents=True)
    throughput = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}
    schema = {
        "TableName": TABLE,
        "KeySchema": [],
        "AttributeDefinitions": [],
        "ProvisionedThroughput": throughput,
    }
    (folder / TABLE / "schema.json").write_text(json.dumps({"Table": schema}))
    text = json.dumps({"Items": list(items(count))})
    (folder / TABLE / "data" / "0001.json").write_text(text)


def event(export: Path) -> dict[str, Any]:
    """Return what the state machine calls the function with."""
    with export.open("rb") as file:
        md5 = hashlib.file_digest(file, "md5").digest()
    file_ = {
        "bucket": BUCKET,
        "key": export.name,
        "region": REGION,
        "account_id": None,
        "etag": None,
        "md5": base64.b64encode(md5).decode(),
        "items": None,
        "bytes": None,
        "format": "dynamodb_json",
        "kind": "full",
        "compression": "GZIP",
    }
    load = {
        "table": {"name": TABLE, "arn": ARN},
        "keys": ["pk", "sk"],
        "folder": "work/refills/benchmark/00000/progress/",
        "bucket": "catalogue",
        "write_units": None,
        "fence": FENCE,
    }
    return {"item": {"index": 0, "files": [file_]}, "load": load, "place": {}, "previous": {}}


class Cost(NamedTuple):
    """Seconds of CPU of a process, and without those of its start."""

    whole: float
    work: float


class Contestants:
    """The commands that write a number of items, each in its own way."""

    def __init__(self, folder: Path, code: Path) -> None:
        self._folder, self._code = folder, code
        self._dynamodump = os.environ.get("HOLDFAST_DYNAMODUMP")

    def commands(self, count: int, port: int) -> dict[str, Sequence[str]]:
        """Return the commands by name."""
        export = self._folder / "s3" / BUCKET / f"{count}.json.gz"
        export.parent.mkdir(parents=True, exist_ok=True)
        export_file(export, count)
        commands = {
            OURS: self.ours(export, count),
            BATCH_WRITER: [sys.executable, "-c", WITH_BATCH_WRITER, str(export)],
        }
        if self._dynamodump:
            dump = self._folder / f"dump-{count}"
            dump_folder(dump, count)
            commands[DYNAMODUMP] = [
                *(self._dynamodump, "-m", "restore", "--dataOnly", "--skipThroughputUpdate"),
                *("-r", REGION, "-s", TABLE, "-d", TABLE, "--dumpPath", str(dump)),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--accessKey", "testing", "--secretKey", "testing"),
            ]
        return commands

    def ours(self, export: Path, count: int) -> Sequence[str]:
        """Return the command that calls the function with one file."""
        asked = self._folder / f"{export.name}.event"
        asked.write_text(json.dumps(event(export)))
        return [sys.executable, "-c", WITH_OURS, str(self._code), str(asked), str(count)]


def cpu_seconds(contestants: Contestants, folder: Path, port: int) -> Mapping[str, list[Cost]]:
    """Return what each run of each contestant took; they take turns."""
    costs: dict[str, list[Cost]] = {}
    work, nothing = contestants.commands(ITEMS, port), contestants.commands(0, port)
    for _ in range(RUNS):
        for name, command in work.items():
            start = run(nothing[name], folder, variables(port)).cpu_seconds
            whole = run(command, folder, variables(port)).cpu_seconds
            costs.setdefault(name, []).append(Cost(whole, whole - start))
    return costs


def variables(port: int) -> Mapping[str, str]:
    """Return what makes everybody's clients go to the sink."""
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def told(costs: Mapping[str, list[Cost]]) -> bool:
    """Print the figures; return whether we are fast enough."""
    for name, runs in costs.items():
        print(
            f"{name}: {spread(ITEMS / cost.work for cost in runs)} items for a second of CPU "
            f"(least / median / most), {spread(ITEMS / cost.whole for cost in runs)} with its start"
        )
    fast = True
    for other, least in LEAST_TIMES.items():
        if other not in costs:
            print(f"{other} is not there to compare with: see the top of this file")
            continue
        pairs = list(zip(costs[other], costs[OURS], strict=True))
        ratios = [theirs.work / ours.work for theirs, ours in pairs]
        whole = [theirs.whole / ours.whole for theirs, ours in pairs]
        print(f"{spread(ratios)} times the items of {other} (at least {least})")
        print(f"  {spread(whole)} times with the start of both")
        fast = fast and statistics.median(ratios) >= least
    return fast


def peak_mb(command: Sequence[str], folder: Path, port: int) -> float:
    """Return the most memory that a process of Python had by itself."""
    said = folder / "peak"
    run(
        [*command[:2], f"{PEAK}{command[2]}", *command[3:]],
        folder,
        {**variables(port), "PEAK": str(said)},
    )
    return float(said.read_text())


def remembered(contestants: Contestants, folder: Path, port: int) -> bool:
    """Measure memory, print it, and return whether it is little."""
    bare = peak_mb([sys.executable, "-c", ""], folder, port)
    one = folder / "s3" / BUCKET / "one.json.gz"
    export_file(one, ITEMS_OF_PIECE)
    with gzip.open(one) as file:
        piece_bytes = len(file.read())
    peaks = []
    for size in SIZES_MB:
        times = size * 10**6 // piece_bytes
        export = folder / "s3" / BUCKET / f"{size}-mb.json.gz"
        with export.open("wb") as file:
            for _ in range(times):  # members of gzip may follow each other
                file.write(one.read_bytes())
        peaks.append(peak_mb(contestants.ours(export, times * ITEMS_OF_PIECE), folder, port) - bare)
        print(f"{size:,} MB of input: {peaks[-1]:.1f} MB above an interpreter of {bare:.1f} MB")
    return max(peaks) <= MOST_MB_ABOVE_INTERPRETER and peaks[-1] - peaks[0] <= MOST_MB_BETWEEN


def main() -> int:
    """Measure; return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "s3").mkdir()
        kept = folder / "s3" / "catalogue" / "work" / "refills" / "benchmark"
        kept.mkdir(parents=True)
        (kept / "fence.json").write_text(json.dumps({"execution_arn": FENCE}))
        code = folder / "load_file.zip"
        code.write_bytes(bundle("load_file").content)
        contestants = Contestants(folder, code)
        with sink(folder) as port:
            fast = told(cpu_seconds(contestants, folder, port))
            small = remembered(contestants, folder, port)
    return 0 if fast and small else 1


if __name__ == "__main__":
    sys.exit(main())
