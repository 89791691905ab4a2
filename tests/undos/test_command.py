"""`holdfast undo` against the deployed shop, as a person runs it: first dry, then for good."""

from __future__ import annotations

import re
import shlex
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from blueprints.functions.common import catalogue
from tests.e2e.moto_api import ask, set_clock
from tests.restores.people import command
from tests.undos.shop import CARTS, HERE, number, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.undos.shop import Shop

pytestmark = pytest.mark.e2e

LEFT, BOUGHT = text("LEFT"), text("BOUGHT")


@contextmanager
def before_now(shop: Shop, **passed: float) -> Iterator[None]:
    """Let DynamoDB's time be so long before that of the wall, and then what it was."""
    known = ask(shop.aws, "clock")["offset_seconds"]
    set_clock(shop.aws, -timedelta(**passed).total_seconds())
    try:
        yield
    finally:
        set_clock(shop.aws, known)


def test_a_script_of_minutes_ago_is_undone_in_two_commands(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sleep = time.sleep
    monkeypatch.setattr("time.sleep", lambda seconds: sleep(min(seconds, 0.3)))
    shutil.copytree(HERE, tmp_path / HERE.name)
    with before_now(shop, minutes=40):
        shop.put(CARTS, **{f"c{each}": {"status": BOUGHT} for each in range(6)})
    since, until = (catalogue.iso(datetime.now(UTC) - timedelta(minutes=each)) for each in (30, 10))
    then = shop.held(CARTS)
    with before_now(shop, minutes=20):
        shop.delete(CARTS, "c0", "c1", "c2")
        shop.set(CARTS, "c5", "views", number(1))
    with before_now(shop):
        shop.put(CARTS, c2={"status": LEFT})
        window = ("--since", since, "--until", until)
        asked = ("undo", "prod", CARTS, *window, "--only", "change=deleted")
        dry = command(shop.prod, tmp_path, *asked, "--dry-run")
        assert shop.held(CARTS).keys() == {"c2", "c3", "c4", "c5"}
        (following,) = (
            line.strip()
            for line in dry.stdout.splitlines()
            if "holdfast undo" in line and "--dry-run" not in line
        )
        done = command(shop.prod, tmp_path, *shlex.split(following)[1:])
        held = shop.held(CARTS)

    # A conflict is no success: somebody has to look at it.
    assert dry.exit_code == 1, dry.output
    assert "Traceback" not in dry.output
    assert f"DRY RUN: nothing was written to table {CARTS}." in dry.stdout
    kept = re.search(r"(undo-carts-\S+\.txt) written", dry.stderr)
    assert kept is not None
    assert '    status: (not there) -> "BOUGHT"' in (tmp_path / kept[1]).read_text()
    assert "--only change=deleted" in following
    assert done.exit_code == 1, done.output
    assert "2  put back whole: deleted in the window" in done.stdout
    assert 'cart_id="c2": it is there again, written after the window' in done.stdout
    assert held == then | {"c2": {"status": LEFT}, "c5": {"status": BOUGHT, "views": number(1)}}
