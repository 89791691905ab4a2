"""A failed export is told with its window and deadline, and the next run repeats that window."""

from __future__ import annotations

import json
import shlex
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from blueprints.functions.common import catalogue
from tests.exports import scenarios
from tests.exports.scenarios import CARTS, LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.exports.scenarios import Seen
    from tests.exports.shop import Run, Shop

    Ran = Callable[[Callable[[Shop], Any]], Any]

pytestmark = pytest.mark.e2e


def failure(run: Run, key: str) -> str:
    """Return the one message of a run that failed."""
    assert (run.status, run.ends) == ("SUCCEEDED", ("FAILED",))  # it is no failure of the others
    (message,) = run.messages
    assert f"export of {key} failed" in message.partition("\n")[0]
    return message


def window(seen: Seen) -> tuple[str, str, str]:
    """Return the window that the first run failed at, and the next one repeated."""
    first = seen.windows[0]
    assert f"Window: {first[1]} to {first[2]}, attempt 1" in seen.runs[0].messages[0]
    folder = next(each.partition("/")[0] for each in seen.attempts if "failed" in each)
    assert [each for each in seen.attempts if each.startswith(folder)] == [
        f"{folder}/{name}.json" for name in ("1-failed", "1", "2")
    ]
    assert [each[1] for each in seen.windows[1:]] == [each[2] for each in seen.windows[:-1]]
    assert seen.runs[1].ends == ("EXPORTED",)
    return first


def test_a_failed_export_is_told_and_its_window_repeated(ran: Ran, shop: Shop) -> None:
    seen: Seen = ran(scenarios.export_fails)
    message = failure(seen.runs[0], CARTS)
    start = window(seen)[1]
    assert "Failure: S3SlowDown" in message
    assert "Please reduce your request rate." in message
    until = catalogue.iso(catalogue.moment_of(start) + timedelta(days=35))
    assert f"Point-in-time recovery gives them until {until}" in message
    assert seen.runs[1].messages == ()
    assert seen.exports == 1 + len(seen.windows)
    # What the message says repeats it.
    command = next(each for each in message.splitlines() if "start-execution" in each)
    words = shlex.split(command)
    given = json.loads(words[words.index("--input") + 1])
    assert given["kind"] == "incremental"
    again = json.loads(shop.prod.run([*words, "--output", "json"]))["executionArn"]
    assert shop.end(shop.prod, again).ends == ("EXPORTED",)


def test_a_failure_that_two_executions_share_is_told_once(ran: Ran) -> None:
    seen: Seen = ran(scenarios.fails_once_for_two)
    *both, after = seen.runs
    assert [message for run in both for message in run.told_of(CARTS)] != []
    assert len([message for run in both for message in run.messages]) == 1
    assert [each for each in seen.attempts if "failed" in each] == [
        f"{seen.attempts[0].partition('/')[0]}/1-failed.json"
    ]
    assert (after.ends, after.messages) == (("EXPORTED",), ())


def test_throttled_calls_and_exports_in_the_way_are_waited_for(ran: Ran) -> None:
    seen: Seen = ran(scenarios.throttled)
    (run,) = seen.runs
    assert (run.ends, run.messages) == (("EXPORTED",), ())
    assert seen.exports == len(seen.windows) == len(seen.attempts) == 1


def test_without_point_in_time_recovery_it_is_told_and_a_new_chain_begins(ran: Ran) -> None:
    seen: Seen = ran(scenarios.recovery_is_off)
    message, end = failure(seen.runs[0], CARTS), seen.more["end"]
    assert "Failure: PointInTimeRecoveryUnavailableException" in message
    assert f"exports end at {end}" in message
    assert "PointInTimeRecoveryEnabled=true" in message
    new_chain(seen, f"Exports end at {end}")


def new_chain(seen: Seen, why: str) -> None:
    ((kind, start, _),) = seen.windows
    (record,), end = seen.records, seen.more["end"]
    assert (kind, record["starts_chain"], record["chain"]) == ("full", True, start)
    assert record["reason"].startswith(why)
    (message,) = seen.runs[1].messages
    assert f"new export chain of {CARTS} in prod" in message
    assert f"Why: {why}" in message
    assert f"Moments between {end} and {start} are in no export" in message


def test_a_table_that_was_created_anew_has_a_chain_of_its_own(ran: Ran) -> None:
    seen: Seen = ran(scenarios.created_anew)
    assert "Failure: ResourceNotFoundException" in failure(seen.runs[0], CARTS)
    new_chain(seen, "The table was created anew: its id is ")


def test_a_bucket_that_refuses_is_told_with_whose_it_is(ran: Ran) -> None:
    seen: Seen = ran(scenarios.bucket_refuses)
    message = failure(seen.runs[0], LEDGER)
    window(seen)
    assert "Failure: S3AccessDenied" in message
    assert "# in account 222222222222, whose bucket it is" in message
    assert "get-bucket-policy --bucket shop-archive-exports-remote-222222222222" in message


@pytest.mark.parametrize(
    ("scenario", "what"),
    [
        (scenarios.file_is_deleted, " is not there"),
        (scenarios.file_is_damaged, " has ETag "),
    ],
)
def test_an_export_that_is_not_whole_is_not_recorded(
    ran: Ran, scenario: Callable[[Shop], Seen], what: str
) -> None:
    seen: Seen = ran(scenario)
    message = failure(seen.runs[0], CARTS)
    window(seen)
    assert "Failure: VerificationFailedError" in message
    assert "1 of 4 data files" in message
    assert f"{seen.more['key']}{what}" in message
    # The record is of the second export of that window, whose files are all there.
    assert seen.exports == 1 + len(seen.windows)


def test_a_catalogue_that_refuses_is_told_and_the_window_repeated(ran: Ran) -> None:
    seen: Seen = ran(scenarios.catalogue_refuses)
    message = failure(seen.runs[0], CARTS)
    window(seen)
    assert "Failure: AccessDenied" in message
    assert (
        f"s3:PutObject on s3://{seen.more['bucket']}/catalog/exports/111111111111/eu-central-1/{CARTS}/"
        in message
    )
