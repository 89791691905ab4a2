"""Older dumps and exports into tables that exist: right or with what is wrong, fast or slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.refills import loads
from tests.refills.shop import DUMPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.refills.loads import Loaded
    from tests.refills.shop import Refill, Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def right(refill: Refill, written: int) -> None:
    assert refill.status == "SUCCEEDED", refill.report["not_right"]
    assert (refill.report["written"], refill.report["not_right"]) == (written, [])
    (message,) = refill.messages
    assert message.startswith("Holdfast: payments-")
    assert "was refilled to the end of its source" in message


def test_older_dumps_are_loaded_by_one_command_each(ran: Ran) -> None:
    done: Loaded = ran(loads.older_dumps)
    first, refused, second = done.results
    assert first.exit_code == 0, first.output
    assert f"dump of 2 files below s3://{DUMPS}/dumps/json/, pipeline_json" in first.stdout
    assert len(done.held[0]) == 60
    # The table has items now, and nobody said that they may be replaced.
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert done.held[1] == done.held[0]
    assert second.exit_code == 0, second.output
    assert f"dump of 1 file below s3://{DUMPS}/dumps/text/, pipeline_text" in second.stdout
    assert len(done.held[2]) == 90
    assert done.held[2] == done.wanted


def test_what_is_damaged_is_named_and_the_rest_is_loaded_once_it_is_mended(ran: Ran) -> None:
    done: Loaded = ran(loads.damaged)
    (failed,) = done.refills
    assert failed.status == "FAILED"
    wrong, cut = failed.report["not_right"]
    for told, key, what in (
        (wrong, done.more["wrong"], "line 7 of "),
        (cut, done.more["cut"], ""),
    ):
        assert told.startswith(f"BadDataError: {what}")
        assert told.count(f"s3://{DUMPS}/{key}") == 1
    assert wrong.endswith("; correct that in the file, and resume the refill")
    # Nothing is in the table but what the report lists.
    assert failed.report["written"] == len(done.held[0])
    assert [each for each in done.more["first"] if each not in done.held[0]] == []
    assert [each for each in done.held[0] if each not in done.wanted] == []
    (message,) = failed.messages
    assert "stopped before its end: the table holds a part" in message
    assert f"holdfast refill prod payments-damaged --resume {failed.name}" in message

    (result,) = done.results
    assert result.exit_code == 0, result.output
    assert done.held[1] == done.wanted


def test_a_file_that_is_not_what_its_manifest_says_is_not_loaded(ran: Ran) -> None:
    done: Loaded = ran(loads.of_an_export)
    failed, again = done.refills
    assert failed.status == "FAILED"
    text = "\n".join(failed.report["not_right"])
    assert f"s3://{done.more['bucket']}/{done.more['key']}" in text
    assert "ETag" in text
    assert again.status == "SUCCEEDED", again.report["not_right"]
    assert done.held[0] == done.wanted


def test_a_busy_table_gets_all_items_within_its_units(ran: Ran) -> None:
    done: Loaded = ran(loads.throttled)
    (refill,) = done.refills
    right(refill, 160)
    assert done.held[0] == done.wanted
    children = done.more["progress"]
    assert len(children) == 2
    for each in children:
        # A second may be made up for, and a request goes out when those before it are paid for.
        assert each["units"] <= 25 * (each["seconds"] + 1) + 25
        assert each["units"] >= 80


def test_a_child_whose_time_is_over_goes_on(ran: Ran) -> None:
    done: Loaded = ran(loads.out_of_time)
    (refill,) = done.refills
    right(refill, 100)
    assert done.held[0] == done.wanted
    assert len(done.more["calls"]) >= 4
    assert all(each.endswith("Succeeded") for each in done.more["calls"])


def test_a_child_that_is_killed_is_called_again(ran: Ran) -> None:
    done: Loaded = ran(loads.killed)
    (refill,) = done.refills
    assert done.more["over"] == 1
    assert 0 < done.more["at"] < 100
    assert refill.status == "SUCCEEDED", refill.report["not_right"]
    assert done.held[0] == done.wanted
    assert not done.more["calls"][0].endswith("Succeeded")
    assert done.more["calls"][-1].endswith("Succeeded")
