"""`make export-demo` shows what the README shows."""

from __future__ import annotations

import re

import pytest

from tests.e2e.demos import demo

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_the_demo_shows_a_chain_that_gives_the_table_back_at_each_boundary() -> None:
    shown = demo("export_demo")
    assert len(shown.splitlines()) < 80
    failed = re.search(r"\| Window: (\S+) to (\S+), attempt 1\n", shown)
    assert failed is not None
    assert "| Holdfast: export of order_transaction failed in prod" in shown
    assert "| Failure: S3AccessDenied" in shown
    assert f"exported: incremental {failed[1]} to {failed[2]} 2 items" in shown
    catalogue = shown.partition("# The catalogue")[2].partition("= equal")[0]
    assert re.findall(r"^  (full|incremental) .* (\d+) items? ", catalogue, re.MULTILINE) == [
        *(("full", "8"), ("incremental", "2"), ("incremental", "1"), ("incremental", "1"))
    ]
    equal = re.findall(r"= equal at 4 of 4 boundaries \((.*) items\), by (exports|replicas)", shown)
    assert equal == [("8, 7, 8, 7", "exports"), ("8, 7, 8, 7", "replicas")]
    points = shown.partition("# What the table can come back from")[2]
    assert re.search(r"export chain +B +COMPLETED", points)
    assert "then 3 incremental to" in points
