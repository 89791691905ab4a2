"""Whatever goes wrong: nothing is lost, it is said what to do, and the same may be asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.undos import scenarios
from tests.undos.shop import number

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.undos.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def test_without_recovery_it_is_refused_and_said_what_is_left(ran: Ran) -> None:
    found = ran(scenarios.recovery_is_off)
    assert found.undo.status == "FAILED"
    assert "point-in-time recovery of table drafts is off" in found.undo.errors
    assert "`holdfast points prod drafts` shows what there is" in found.undo.errors
    first, *_ = found.undo.text.splitlines()
    assert first == "The undo of table drafts did not begin. Nothing was put back."
    (message,) = found.undo.messages
    assert message.startswith("Holdfast: drafts NOT RIGHT after an undo in prod\n")
    assert found.held == found.then


def test_a_busy_table_is_waited_for(ran: Ran) -> None:
    found = ran(scenarios.throttled)
    assert (found.undo.status, found.undo.counts) == ("SUCCEEDED", {"restored": 40})
    assert found.held == found.then


def test_what_is_denied_is_told_with_the_right_that_is_missing(ran: Ran) -> None:
    first, second = ran(scenarios.denied)
    assert first.undo.status == "FAILED"
    assert "allow dynamodb:UpdateItem on table/customers" in first.undo.errors
    assert "The undo of table customers did not end right." in first.undo.text
    assert first.held["denied"] == {"x": number(2)}
    assert (second.undo.status, second.undo.counts) == ("SUCCEEDED", {"restored": 1})
    assert second.held == second.then


def test_an_export_that_fails_is_told_with_its_code(ran: Ran) -> None:
    found = ran(scenarios.export_fails)
    assert found.undo.status == "FAILED"
    assert "(S3AccessDenied: Access Denied)" in found.undo.errors
    assert "Nothing was put back" in found.undo.errors
    assert found.held["failed"] == {"x": number(2)}


def test_what_ends_in_the_middle_goes_on(ran: Ran) -> None:
    found = ran(scenarios.killed)
    before, counts = found.more["put back before"], found.undo.counts
    assert 0 < before < 60
    assert found.undo.status == "SUCCEEDED"
    # What the call did that was ended is found to be there by the next.
    assert counts["already"] >= before
    assert sum(counts.values()) == 60
    assert found.held == found.then
