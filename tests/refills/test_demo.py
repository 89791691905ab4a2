"""`make chain-demo` and `make refill-demo` show what they say."""

from __future__ import annotations

import re

import pytest

from tests.e2e.demos import demo

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

LINES = 80


def test_a_table_without_recovery_and_stack_comes_back_from_its_exports() -> None:
    shown = demo("chain_demo")
    assert len(shown.splitlines()) < LINES
    exports = re.findall(r"^  exported: (full|incremental) .* (\d) items? ", shown, re.MULTILINE)
    assert exports == [
        *(("full", "8"), ("incremental", "2"), ("incremental", "1"), ("incremental", "2"))
    ]
    points = shown.partition("$ holdfast points")[2].partition("$ holdfast restore")[0]
    assert re.findall(r"^  \S+Z +\d+ min  (.*?)  ", points, re.MULTILINE) == ["export chain"]
    assert "then 3 incremental to" in points
    assert "RESTORED  order_transaction of prod is back as order_transaction, and verified." in (
        shown
    )
    assert re.search(r"COMPLETED: 8 items of critical/full/order_transaction/", shown)
    assert re.search(r"SUCCEEDED: 3 items put, 2 deleted, from full export of .* 3 inc", shown)
    assert "Import\tTableOrderTransaction" in shown
    assert "No changes to deploy. Stack shop-prod-tables is up to date" in shown
    assert shown.count("= equal: 7 of 7 items, 22 of 22 settings") == 2


def test_an_older_dump_is_refilled_after_its_file_is_mended() -> None:
    shown = demo("refill_demo")
    assert len(shown.splitlines()) < LINES
    dry, failed, resumed = shown.split("$ holdfast refill ")[1:]
    assert "Nothing was started." in dry
    assert "FAILED    order_transaction of prod: it holds a part" in failed
    assert re.search(
        r"NOT RIGHT - BadDataError: line 2 of\s+s3://shop-data-pipeline/\S+7f:", failed
    )
    assert "this is no JSON: Unterminated string" in failed
    assert "= the table holds 6 of 8 orders, each as in the file" in failed
    assert resumed.startswith("prod order_transaction --resume order_transaction-")
    assert "REFILLED  order_transaction of prod, to the end." in resumed
    assert "= the table holds 8 of 8 orders, each as in the file" in resumed
