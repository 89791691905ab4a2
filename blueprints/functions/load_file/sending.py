"""Sends requests to DynamoDB until it takes or refuses them, as botocore would, with less work.

It tries again after what botocore's standard mode tries again after, waits as long, refreshes
credentials and sets its clock by DynamoDB's; but it signs, sends and reads nothing that it does not
need. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from blueprints.functions.common.errors import code_of, needs
from blueprints.functions.common.log import log
from blueprints.functions.load_file.clock import LONGEST_WAIT, Clock, StopError
from blueprints.functions.load_file.pacing import backoff
from blueprints.functions.load_file.signing import Signer
from blueprints.functions.load_file.wire import Answer, NoAnswerError, Wire

# In a row, some twenty seconds: whoever is busy for longer is left alone for a while.
MOST_TRIES = 10
_THROTTLED = frozenset(
    (
        *("ProvisionedThroughputExceededException", "ThrottlingException", "Throttling"),
        *("ThrottledException", "RequestThrottled", "RequestThrottledException"),
        *("RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "LimitExceededException"),
        *("BandwidthLimitExceeded", "PriorRequestNotComplete"),
    )
)
_PASSING = frozenset(
    (
        *("InternalServerError", "InternalFailure", "ServiceUnavailable", "RequestTimeout"),
        *("RequestTimeoutException", "TransactionInProgressException"),
        *("TransactionConflictException", "ReplicatedWriteConflictException"),
    )
)
# A request is signed too early, too late, or with credentials that were replaced meanwhile.
_UNSIGNED = frozenset(
    (
        *("ExpiredToken", "ExpiredTokenException", "UnrecognizedClientException"),
        *("InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired"),
        *("RequestTimeTooSkewed", "RequestInTheFuture", "IncompleteSignature"),
    )
)
# What is wrong is in the items: sent again, they would be refused again.
_BAD_ITEMS = frozenset(
    (
        *("ValidationException", "SerializationException"),
        *("ItemCollectionSizeLimitExceededException", "413"),
    )
)
_OK, _SERVER_ERROR = 200, 500


class BatchRefusedError(Exception):
    """DynamoDB writes nothing of a request, for a reason that lies in its items."""


class Sender:
    """Sends requests that write to one table, one after the other."""

    def __init__(self, wire: Wire, signer: Signer, clock: Clock, table_arn: str) -> None:
        self._wire, self._signer, self._clock = wire, signer, clock
        self._table_arn = table_arn
        self._skew = timedelta()

    def send(self, body: bytes) -> Mapping[str, Any]:
        """Return the answer to BatchWriteItem.

        Raises StopError where the table stays busy or time runs out, BatchRefusedError where items
        are refused, RefusedError where access is denied, else NoAnswerError or ClientError.
        """
        tries, signed_anew = 0, False
        while True:
            try:
                return self._tried(body)
            except (NoAnswerError, ClientError) as error:
                code = code_of(error)
                if code in _BAD_ITEMS:
                    raise BatchRefusedError(_words(error)) from error
                if code in _UNSIGNED and not signed_anew:
                    signed_anew = True
                    continue
                if not _passes(error):
                    with needs("dynamodb:BatchWriteItem", self._table_arn):
                        raise
                tries += 1
                if tries == MOST_TRIES:
                    log("gave up", error=str(error), tries=tries)
                    if code in _THROTTLED:
                        raise StopError(busy_wait()) from error
                    raise
            self._clock.wait(backoff(tries))

    def _tried(self, body: bytes) -> Mapping[str, Any]:
        headers = self._signer.headers(body, self._clock.now() + self._skew)
        answer = self._wire.exchange(headers, body)
        try:
            told = json.loads(answer.content)
        except ValueError as error:
            told = None
            if answer.status == _OK:
                raise NoAnswerError(f"the answer is no JSON: {error}") from error
        if answer.status == _OK and isinstance(told, dict):
            return told
        raise self._failed(answer, told if isinstance(told, dict) else {})

    def _failed(self, answer: Answer, told: Mapping[str, Any]) -> ClientError:
        code = str(told.get("__type", answer.status)).rpartition("#")[2]
        if code in _UNSIGNED:
            self._signer.renew()
            self._set_clock(answer.date)
        message = told.get("message", told.get("Message", ""))
        response: Any = {
            "Error": {"Code": code, "Message": str(message)},
            "ResponseMetadata": {"HTTPStatusCode": answer.status},
        }
        return ClientError(response, "BatchWriteItem")  # type: ignore[no-untyped-call]

    def _set_clock(self, date: str) -> None:
        try:
            self._skew = parsedate_to_datetime(date) - self._clock.now()
        except (TypeError, ValueError):  # a date that is none, or without its zone
            self._skew = timedelta()


def busy_wait() -> float:
    """Return how many seconds to leave a table alone that was busy for many tries."""
    return LONGEST_WAIT / 2 + backoff(MOST_TRIES)


def _passes(error: NoAnswerError | ClientError) -> bool:
    """Return whether the same request may be taken later."""
    if not isinstance(error, ClientError):
        return True
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in _THROTTLED | _PASSING or status >= _SERVER_ERROR


def _words(error: BaseException) -> str:
    if not isinstance(error, ClientError):
        return str(error)
    return " ".join(str(error.response["Error"].get("Message") or code_of(error)).split())
