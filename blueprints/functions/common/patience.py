"""Asks a service about many things, and stops when it does not answer any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from blueprints.functions.common.errors import RefusedError, code_of, message_of

# In a row. A service that is down takes all attempts and time-outs of a client for each of them.
MOST_FAILURES = 3
_THROTTLED = ("RequestLimitExceeded", "SlowDown", "TooManyRequestsException")
_SERVER_ERROR = 500

Answer = TypeVar("Answer")


class GivenUpError(Exception):
    """The service was not asked any more: the message has the last answer."""


# What makes one thing unreadable, malformed answers included, and never stops the others.
FAILURES = (
    *(BotoCoreError, ClientError, RefusedError, GivenUpError),
    *(KeyError, TypeError, ValueError),
)


class Patience:
    """Counts how often in a row a service failed so that it cost time."""

    def __init__(self) -> None:
        self._failures = 0
        self._last = ""

    def ask(self, work: Callable[..., Answer], *given: Any) -> Answer:
        """Return what the work returns; raises as it does, or GivenUpError without doing it."""
        if self._failures >= MOST_FAILURES:
            said = f"not asked, after {MOST_FAILURES} failures in a row: {self._last}"
            raise GivenUpError(said)
        try:
            answer = work(*given)
        except (BotoCoreError, ClientError) as error:
            if takes_time(error):
                self._failures += 1
                self._last = message_of(error)
            raise
        self._failures = 0
        return answer


def takes_time(error: BotoCoreError | ClientError) -> bool:
    """Return whether a client waits and tries again before it raises this error."""
    if not isinstance(error, ClientError):
        return True
    code = code_of(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return "Throttl" in code or code in _THROTTLED or status >= _SERVER_ERROR


def reason_of(error: BaseException) -> str:
    """Return why something could not be read, on one line."""
    if isinstance(error, (GivenUpError, RefusedError)):
        return " ".join(str(error).split())
    return message_of(error)
