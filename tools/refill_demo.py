"""Shows an older dump written into a table, one of its files damaged at first: `make refill-demo`.

Needs the `aws` command line. AWS is played by local endpoints that are started for it and ended
with it; nothing outside a temporary folder is touched.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.local_aws import LocalAws  # noqa: E402
from tests.refills.dumps import FOLDER, dump, pipeline_json, rows  # noqa: E402
from tests.restores.shop import Place  # noqa: E402
from tools.demo import (  # noqa: E402
    NUMBERS,
    ORDERS,
    DemoError,
    Item,
    aws_cli,
    clipped,
    deploy,
    generated,
    orders_file,
    play,
    say,
    show,
)

STACKS = ("bootstrap", "alerts", "tables", "recovery")
REFILL = f"holdfast refill prod {ORDERS}"
ITEMS_OF_A_FILE = 3
KEPT_BYTES = 300  # of the damaged file: to the middle of its second line


@dataclass(frozen=True, kw_only=True)
class Dump:
    """A dump as a run of Data Pipeline wrote it; `files` by their path in the bucket."""

    items: Sequence[Item]
    bucket: str
    prefix: str
    files: Mapping[str, bytes]

    @property
    def source(self) -> str:
        """Where it lies."""
        return f"s3://{self.bucket}/{self.prefix}/{FOLDER}/"

    @property
    def damaged(self) -> str:
        """The path of the file that is damaged: the second of three."""
        return list(self.files)[1]


def run(aws: LocalAws, folder: Path) -> None:
    """Show everything in a folder."""
    say("# Production with an empty table; its file names where older dumps lie")
    (prod,) = generated(aws, folder, "prod")
    deploy(prod, STACKS)
    orders = dumped(prod)

    say("", "# A dump as AWS Data Pipeline wrote it in 2015; one of its files lost its end since")
    aws_cli(prod, "s3", "mb", f"s3://{orders.bucket}")
    lost = orders.files[orders.damaged][:KEPT_BYTES]
    copy(prod, orders, folder, {**orders.files, orders.damaged: lost})

    say("", "# What a refill from it would do")
    show(prod, f"{REFILL} --from {orders.source} --dry-run", told=True)

    say("", "# It fails, names the line that is no item, and writes the other files to their end")
    shown = show(prod, f"{REFILL} --from {orders.source}", status=1, told=True)
    compare(prod, orders, missing=2)

    say("", "# The file is mended, and the refill goes on")
    copy(prod, orders, folder, {orders.damaged: orders.files[orders.damaged]})
    name = re.search(r"--resume (\S+)", shown)
    if name is None:
        raise DemoError(f"it does not say how to go on:\n{shown}")
    shown = show(prod, f"{REFILL} --resume {name[1]}")
    say(*twice(shown, orders))
    compare(prod, orders)


def dumped(place: Place) -> Dump:
    """Return a dump of the orders, where the environment's file says that dumps lie."""
    (source,) = place.environment.spec.recovery.refill_sources.values()
    items, prefix = rows(orders_file(), NUMBERS), f"{source.prefix}{ORDERS}"
    files = dump(list(bodies(items)), source.bucket, prefix)
    return Dump(items=items, bucket=source.bucket, prefix=prefix, files=files)


def bodies(items: Sequence[Item]) -> Iterator[bytes]:
    """Yield what the files hold."""
    for start in range(0, len(items), ITEMS_OF_A_FILE):
        yield pipeline_json(items[start : start + ITEMS_OF_A_FILE])


def copy(place: Place, orders: Dump, folder: Path, files: Mapping[str, bytes]) -> None:
    """Copy files of the dump to the bucket, and show what they hold."""
    there = folder / "dump"
    for key, body in files.items():
        path = there / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    place.run(["aws", "s3", "sync", str(there), f"s3://{orders.bucket}"])
    say(f"$ aws s3 sync dump s3://{orders.bucket}")
    for key, body in files.items():
        name, lines = key.rpartition("/")[2], body.decode().splitlines()
        say(
            clipped(f"  {name:36}  {len(lines)} lines{f', the last: {lines[-1]}' if lines else ''}")
        )


def twice(shown: str, orders: Dump) -> Iterator[str]:
    """Yield why more was written than the dump has."""
    (put,) = re.findall(r"^WRITTEN +(\d+) items put", shown, re.MULTILINE)
    count = len(orders.items)
    if int(put) > count:
        again = int(put) - count
        yield f"# {put} puts for {count} orders: the mended file was begun anew, {again} put again"


def compare(place: Place, orders: Dump, missing: int = 0) -> None:
    """Compare the table with the orders, item by item."""
    found = place.items(place.table(ORDERS).name)
    there = [each for each in orders.items if each in found]
    if len(there) != len(found) or len(there) != len(orders.items) - missing:
        raise DemoError(f"{found} are not {orders.items}, of which {missing} are missing")
    say(f"= the table holds {len(there)} of {len(orders.items)} orders, each as in the file")


if __name__ == "__main__":
    play(run)
