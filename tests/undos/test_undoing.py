"""What a script has spoiled goes back, and what the application writes stays, from end to end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.undos import scenarios
from tests.undos.scenarios import DELETED, LOST, MARKED, SOLD
from tests.undos.shop import CUSTOMERS, ORDERS, number, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.undos.shop import Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e

CONFLICTS = {
    DELETED[0]: "created_later",
    MARKED[1]: "changed_later",
    MARKED[2]: "changed_elsewhere",
    MARKED[3]: "deleted_later",
}


def lines_of(key: str, reasons: dict[str, str]) -> dict[str, str]:
    """Return the same by the texts of keys."""
    if key == ORDERS:
        return {f'order_id="{name}", line=1': reason for name, reason in reasons.items()}
    return {f'customer_id="{name}"': reason for name, reason in reasons.items()}


def still(held: dict[str, Any]) -> dict[str, Any]:
    """Return what is held without what the application writes all the time."""
    return {name: each for name, each in held.items() if name not in SOLD[:2]}


# --- a clean-up script ----------------------------------------------------------------------------


def test_a_dry_run_tells_what_an_undo_would_do_and_writes_nothing(ran: Ran) -> None:
    found = ran(scenarios.clean_up)
    undo = found.undos["dry run"]
    assert undo.status == "SUCCEEDED"
    assert undo.counts == {
        "conflict": 4,
        "restored": 9,
        "recreated": 11,
        "created": 1,
        "not_selected": 1,
    }
    assert undo.conflicts == lines_of(ORDERS, CONFLICTS)
    assert found.writes["dry run"] == []
    assert still(found.held["dry run"]) == still(found.spoiled)
    lines = undo.text.splitlines()
    assert (
        lines[0] == "DRY RUN: nothing was written to table orders. This is what an undo would do."
    )
    assert "         9  status" in lines
    assert '    status: "LOST" -> "PAID"' in lines
    assert '    status: (not there) -> "PAID"' in lines
    assert '    status: "PAID" | "LOST" | "SENT"' in lines
    assert '  order_id="n0", line=1' in lines


def test_what_was_deleted_and_changed_is_back(ran: Ran) -> None:
    found = ran(scenarios.clean_up)
    undo, held = found.undos["undo"], found.held["undo"]
    assert (undo.status, undo.errors) == ("SUCCEEDED", "")
    hot = MARKED[-1]
    for name in {*DELETED, *MARKED} - {*CONFLICTS, hot}:
        assert held[name] == found.then[name], name
    # Somebody wrote to this one without an end: before it was read, or after that.
    assert undo.conflicts.pop(f'order_id="{hot}", line=1') in {"changed_later", "written_between"}
    assert held[hot]["status"] not in (LOST, found.then[hot]["status"])


def test_what_the_application_wrote_is_there(ran: Ran) -> None:
    found = ran(scenarios.clean_up)
    before, held = found.held["dry run"], found.held["undo"]
    for name in (*CONFLICTS, *SOLD[2:], "n0"):
        assert held.get(name) == before.get(name), name
    viewed = held[SOLD[0]]
    assert int(viewed["views"]["N"]) > 0
    assert viewed == found.then[SOLD[0]] | {"views": viewed["views"]}
    assert held[SOLD[1]]["total"] == number(9)
    assert held[SOLD[1]]["status"]["S"].startswith("SENT-")


def test_conflicts_are_listed_and_told(ran: Ran, shop: Shop) -> None:
    undo = ran(scenarios.clean_up).undos["undo"]
    assert undo.conflicts.items() >= lines_of(ORDERS, CONFLICTS).items()
    listed = shop.written(f"undos/orders/{undo.name}.conflicts.jsonl").splitlines()
    assert {json.loads(each)["text"] for each in listed} == undo.conflicts.keys()
    (message,) = undo.messages
    assert message.startswith("Holdfast: orders undone, conflicts: 5, in prod\n")
    assert "holdfast undo prod orders --since" in message
    assert "--only attribute=status --overwrite-conflicts --dry-run" in message


def test_a_second_undo_changes_nothing(ran: Ran) -> None:
    found = ran(scenarios.clean_up)
    undo = found.undos["again"]
    assert undo.status == "SUCCEEDED"
    assert undo.counts["already"] == 19
    assert not undo.counts.keys() & {"restored", "recreated", "deleted"}
    assert found.writes["again"] == []
    assert still(found.held["again"]) == still(found.held["undo"])


def test_conflicts_go_back_where_that_is_asked_for(ran: Ran) -> None:
    found = ran(scenarios.clean_up)
    undo, held = found.undos["overwritten"], found.held["overwritten"]
    assert undo.counts.get("conflict") is None
    for name in (*DELETED, *MARKED):
        assert held[name]["status"] == found.then[name]["status"]
    # What the window did not change is left as it was written later.
    assert held[MARKED[2]] == found.then[MARKED[2]] | {"note": text("hi")}
    assert held[MARKED[3]] == found.then[MARKED[3]]


# --- what was not there, and ends of windows ------------------------------------------------------


def test_what_was_not_there_is_kept_listed_or_deleted(ran: Ran) -> None:
    found = ran(scenarios.created_since)
    assert [undo.status for undo in found.undos.values()] == ["SUCCEEDED"] * 3
    assert {how: undo.counts for how, undo in found.undos.items()} == {
        "keep": {"kept": 2},
        "report": {"created": 2},
        "delete": {"deleted": 1, "conflict": 1},
    }
    assert found.held == {
        "keep": {"junk_1", "junk_2"},
        "report": {"junk_1", "junk_2"},
        "delete": {"junk_2"},
    }
    assert 'customer_id="junk_1"' in found.undos["report"].text
    assert "is not seen: no condition can name it" in found.undos["delete"].text
    assert found.undos["delete"].conflicts == lines_of(CUSTOMERS, {"junk_2": "changed_later"})


def test_what_was_written_at_the_end_or_later_is_a_conflict(ran: Ran) -> None:
    found = ran(scenarios.ends_in_the_middle)
    reasons = dict.fromkeys(("mid_2", "mid_3"), "written_after_until")
    assert found.undo.conflicts == lines_of(CUSTOMERS, reasons)
    assert found.undo.counts == {"restored": 1, "conflict": 2}
    assert found.held["mid_1"] == {"x": number(1)}
    assert found.held["mid_2"] == found.held["mid_3"] == {"x": number(3)}


def test_several_days_are_undone_at_once(ran: Ran, shop: Shop) -> None:
    found = ran(scenarios.several_days)
    assert found.undo.counts == {"restored": 4}
    assert found.held == found.then
    made = scenarios.exports_of(shop, CUSTOMERS, found.undo.arn)
    spans = sorted(
        (window["ExportFromTime"], window["ExportToTime"])
        for window in (each["IncrementalExportSpecification"] for each in made)
    )
    assert len(spans) == 3
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


def test_what_is_too_recent_is_waited_for(ran: Ran, shop: Shop) -> None:
    found = ran(scenarios.too_recent)
    assert found.more == {"waited": True, "exports before": 0}
    assert (found.undo.status, found.undo.counts) == ("SUCCEEDED", {"restored": 1})
    assert found.held == found.then
    assert len(scenarios.exports_of(shop, CUSTOMERS, found.undo.arn)) == 1


def test_the_state_at_the_time_may_come_from_a_full_export(ran: Ran, shop: Shop) -> None:
    found = ran(scenarios.state_in_full)
    assert found.undo.counts == {"restored": 1, "recreated": 1}
    assert found.held == found.then
    made = scenarios.exports_of(shop, ORDERS, found.undo.arn)
    assert {each["ExportType"] for each in made} == {"INCREMENTAL_EXPORT", "FULL_EXPORT"}
    (full,) = (each for each in made if each["ExportType"] == "FULL_EXPORT")
    assert f"{full['ExportTime']:%Y-%m-%dT%H:%M:%SZ}" == found.undo.report["window"]["since"]
