"""The report as a person reads it, and what counts as success."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from generator.executions.stopped import StoppedError
from generator.points.text import WIDTH
from generator.restore.report import is_right, key_of, lines, read
from tests.restore.fakes import EXECUTION, Catalogue, clients, error, what
from tests.restore.reports import STATE, a_report

GOLDEN = Path(__file__).parent / "golden"
WHERE = "s3://shop-prod-catalog-111111111111-eu-central-1/restores/order_transaction/one.json"
FAILED: dict[str, Any] = {
    "settings": {
        "done": True,
        "applied": [],
        "failed": [{"setting": "resource_policy", "reason": "AccessDenied", "fix": "allow it"}],
        "left": [],
    },
    "verification": {
        "done": True,
        "passed": False,
        "checks": [
            {"check": "status", "ok": True, "detail": "ACTIVE"},
            {"check": "time_to_live", "ok": False, "detail": "it is off, wanted expires_at"},
            {"check": "item count", "ok": None, "detail": "the source does not tell"},
        ],
    },
}
REFUSED: dict[str, Any] = {
    "plan": {},
    "restore": {},
    "settings": {},
    "verification": {},
    "error": {
        "Error": "RefusedError",
        "Cause": '{"errorMessage": "nothing can be restored", "errorType": "RefusedError"}',
    },
}


@pytest.mark.parametrize(
    ("name", "state"), [("right", {}), ("not-right", FAILED), ("refused", REFUSED)]
)
def test_the_report_as_text(name: str, state: dict[str, Any]) -> None:
    text = "\n".join(lines(a_report(**state), WHERE)) + "\n"
    golden = GOLDEN / f"report-{name}.txt"
    if os.environ.get("HOLDFAST_UPDATE_GOLDEN") and not os.environ.get("CI"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
    # Commands are to be copied whole.
    prose = text.partition("NEXT, in")[0].splitlines()
    assert [line for line in prose if len(line) > WIDTH] == []


def test_only_success_that_was_verified_is_right() -> None:
    right = a_report()
    assert is_right(right)
    for state in (FAILED, REFUSED):
        assert not is_right(a_report(**state))
    assert not is_right({**right, "verification": {"passed": None}})
    assert not is_right({**right, "verification": None})
    assert not is_right({**right, "status": "FAILED"})
    assert not is_right({})


@pytest.mark.parametrize("member", [*a_report(), "none of them"])
def test_a_report_that_lacks_something_is_printed_all_the_same(member: str) -> None:
    lacking = {key: value for key, value in a_report().items() if key != member}
    assert "".join(lines(lacking, WHERE))


def test_where_the_report_lies() -> None:
    assert "s3://{}/{}".format(*key_of(what(), EXECUTION)) == WHERE
    catalogue = Catalogue(body=a_report())
    assert read(what(), clients(s3=catalogue), EXECUTION)["status"] == "SUCCEEDED"
    assert catalogue.asked_for == [WHERE]


@pytest.mark.parametrize(
    ("body", "cause", "fix"),
    [
        (error("NoSuchKey", "GetObject", 404), "there is no report s3://", ""),
        (error("AccessDenied", "GetObject", 403), "cannot be read: AccessDenied", "kms:Decrypt"),
        (error("NoSuchBucket", "GetObject", 404), "cannot be read: NoSuchBucket", "run it again"),
        ("not JSON", "is not a report", ""),
        ("[]", "is not a report", ""),
    ],
)
def test_a_report_that_cannot_be_read_is_said(body: Any, cause: str, fix: str) -> None:
    with pytest.raises(StoppedError) as stopped:
        read(what(), clients(s3=Catalogue(body=body)), EXECUTION)
    assert cause in str(stopped.value)
    assert fix in stopped.value.fix


def test_what_aws_says_cannot_move_the_cursor() -> None:
    state = {**STATE, "plan": {**STATE["plan"], "why": "x\x1b[2Jy\nz"}}  # type: ignore[dict-item]
    text = "\n".join(lines(a_report(**state), WHERE))
    assert "\x1b" not in text
    assert "x\\x1b[2Jy\\nz" in text
