"""What a state machine wrote into the catalogue bucket about its execution."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from generator.executions.asking import Asking
from generator.executions.stopped import StoppedError
from generator.points.access import FAILURES, Clients, code_of, fix_of, said

Report = Mapping[str, Any]


def text_of(asking: Asking, clients: Clients, bucket: str, key: str) -> str:
    """Return the text of an object; raises StoppedError where there is none or it is refused."""
    where = f"s3://{bucket}/{key}"
    try:
        body: bytes = clients("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    except FAILURES as error:
        if isinstance(error, ClientError) and code_of(error) in {"NoSuchKey", "404"}:
            raise StoppedError(f"there is no report {where}", "") from None
        fix = fix_of(asking.place, error, allow=f"s3:GetObject on {where}, and kms:Decrypt")
        raise StoppedError(f"the report {where} cannot be read: {said(error)}", fix) from None
    return body.decode(errors="replace")


def report_of(asking: Asking, clients: Clients, bucket: str, key: str) -> Report:
    """Return a report; raises StoppedError where there is none or it cannot be read."""
    try:
        report = json.loads(text_of(asking, clients, bucket, key))
    except ValueError:
        report = None
    if not isinstance(report, dict):
        raise StoppedError(f"s3://{bucket}/{key} is not a report", "")
    return report
