"""Executions of an export that failed, or begin a chain, and what people were told of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.sns.models import sns_backends

from blueprints.functions.report_export.handler import report
from tests.unit.functions import exporting
from tests.unit.functions.exporting import EXECUTION, connect
from tests.unit.functions.places import ACCOUNT, BUCKET, PLACE, REGION
from tests.unit.functions.tables import ARN, TABLE

FROM, TO = "2026-11-24T01:00:00Z", "2026-11-25T01:00:00Z"
DEADLINE = "2026-12-29T01:00:00Z"
TABLE_ID = "0d9a3c1c-5a42-4a51-9b0b-8d8a8ea2f5c7"
ATTEMPTS = f"catalog/attempts/{ACCOUNT}/{REGION}/{TABLE}/"
FAILED_KEY = f"{ATTEMPTS}20261124T010000Z-incremental/2-failed.json"
EXPORT_ARN = f"{ARN}/export/01764032400000-a1b2c3d4"


def plan(kind: str = "incremental", **more: Any) -> dict[str, Any]:
    full = kind == "full"
    return {
        "action": "export",
        "kind": kind,
        "chain": "2026-11-01T01:00:00Z",
        "starts_chain": False,
        "from": TO if full else FROM,
        "to": TO,
        "identity": "full-20261125T010000Z" if full else "20261124T010000Z-incremental",
        "attempt": 2,
        "client_token": "token-2",
        "prefix": f"gold/{kind}/{TABLE}",
        "table_id": TABLE_ID,
        "reason": None,
        "tell": False,
        "windows": 1,
        "earliest": "2026-11-20T00:00:00Z",
        "deadline": DEADLINE,
        "started_at": "2026-11-25T01:00:10Z",
        **more,
    }


def chain(gap: str = "20261120T010000Z", **more: Any) -> dict[str, Any]:
    reason = "point-in-time recovery was off, and reaches back to 2026-11-20T00:00:00Z only"
    return plan(
        "full", starts_chain=True, identity=f"chain-{TABLE_ID}-{gap}", reason=reason, **more
    )


def lambda_error(name: str, message: str) -> dict[str, str]:
    cause = {"errorType": name, "errorMessage": message, "stackTrace": ["x"]}
    return {"Error": name, "Cause": json.dumps(cause)}


DENIED_EXPORT = lambda_error(
    "ExportFailedError",
    f"DynamoDB could not export table {TABLE} to s3://b/p (S3AccessDenied: Access Denied (Service: "
    f"Amazon S3; Status Code: 403)): {EXPORT_ARN}",
)


def state(found: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    return {
        "request": exporting.request("incremental"),
        **({"plan": found} if found else {}),
        "exported": {"export_arn": EXPORT_ARN, "client_token": "token-2"},
        "error": DENIED_EXPORT,
        **more,
    }


def event(data: dict[str, Any], *, occasion: str = "failure", **more: Any) -> dict[str, Any]:
    return {
        "state": data,
        "place": dict(PLACE),
        "export": exporting.constants("there"),
        "execution": dict(EXECUTION),
        "occasion": occasion,
        **more,
    }


def call(data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return report(connect, event(data, **more))


def messages() -> Iterator[tuple[str, str]]:
    topic = sns_backends[ACCOUNT][REGION].topics[PLACE["topic_arn"]]
    for sent in topic.sent_notifications:
        yield sent[2], sent[1]


def told() -> str:
    ((_, message),) = messages()
    return message


def failures() -> list[str]:
    return exporting.objects(BUCKET, "catalog/attempts/")
