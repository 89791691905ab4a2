"""`make restore-demo` shows what the README shows."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.e2e.demos import demo

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_the_demo_runs_from_nothing_to_a_table_that_is_owned_again() -> None:
    shown = demo("restore_demo")
    assert len(shown.splitlines()) <= 100
    assert (
        "RESTORED  order_transaction of prod is back as order_transaction, and verified." in shown
    )
    assert "Import\tTableOrderTransaction" in shown
    assert "No changes to deploy. Stack shop-prod-tables is up to date" in shown
    equal = re.findall(r"= equal: (\d+) of (\d+) items, (\d+) of (\d+) settings", shown)
    assert {(items, settings) for items, _, settings, _ in equal} == {("8", "22")}
    if shutil.which("terraform"):
        assert "RESTORED  order_transaction of staging is back" in shown
        assert "1 imported, 0 added, 0 changed, 0 destroyed" in shown
        assert shown.count("No changes. Your infrastructure matches the configuration.") == 2
        assert len(equal) == 4
