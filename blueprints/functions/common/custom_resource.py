"""Answers CloudFormation, which waits for an answer to every request of a custom resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from blueprints.functions.common.log import log

Event = Mapping[str, Any]
# The whole answer may have 4,096 bytes; what it repeats of the request needs less than half.
_REASON_CHARACTERS = 500
SECONDS_TO_ANSWER = 10


def is_request(event: Event) -> bool:
    """Return whether CloudFormation called."""
    return "ResponseURL" in event


def answered(event: Event, work: Callable[[], object], physical_id: str) -> None:
    """Do the work unless the request is to delete, and answer whatever comes of it.

    A deletion changes nothing and succeeds, so that it never keeps a stack. An error of the work is
    answered as FAILED and not raised: Lambda would call again, and CloudFormation no longer listen.
    Raises OSError where the answer cannot be delivered: then Lambda does call again.
    """
    status, reason = "SUCCESS", ""
    if event["RequestType"] == "Delete":
        log("deletion changes nothing")
    else:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - CloudFormation would wait for its time-out
            status, reason = "FAILED", f"{type(error).__name__}: {error}"[:_REASON_CHARACTERS]
            log("failed", reason=reason)
    answer = {
        "Status": status,
        "Reason": reason,
        # Another id would be a replacement, which deletes the old one.
        "PhysicalResourceId": event.get("PhysicalResourceId", physical_id),
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    _put(event["ResponseURL"], json.dumps(answer).encode())
    log("answered", status=status)


def _put(url: str, body: bytes) -> None:
    """Send the answer to a pre-signed URL, which is signed for no type of content."""
    request = urllib.request.Request(  # noqa: S310 - CloudFormation gives the URL
        url, data=body, method="PUT", headers={"Content-Type": ""}
    )
    with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER):  # noqa: S310
        pass
