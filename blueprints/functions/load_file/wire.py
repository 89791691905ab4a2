"""One connection to DynamoDB, kept open and opened again where it was closed."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

# As those of the other clients: DynamoDB answers a batch in some ten milliseconds.
_TIMEOUT_SECONDS = 10


class NoAnswerError(Exception):
    """A request was not answered, or with something else than DynamoDB sent."""


class Answer(NamedTuple):
    """What DynamoDB answered; `date` is its own idea of the time."""

    status: int
    date: str
    content: bytes


class Wire:
    """A connection to one endpoint; `host` and `path` are what requests are signed for."""

    def __init__(self, endpoint_url: str, authorities: str) -> None:
        parts = urlsplit(endpoint_url)
        self.host, self.path = parts.netloc, parts.path or "/"
        self._connection: HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=authorities)
            self._connection = HTTPSConnection(
                parts.netloc, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            self._connection = HTTPConnection(parts.netloc, timeout=_TIMEOUT_SECONDS)

    def exchange(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request and return its answer; raises NoAnswerError."""
        try:
            self._connection.request("POST", self.path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            self.close()
            raise NoAnswerError(f"{type(error).__name__}: {error}") from error
        told = answer.headers.get("x-amz-crc32")
        if told is not None and told != str(crc32(content)):
            raise NoAnswerError(f"it has the checksum {crc32(content)}, not {told}")
        return Answer(answer.status, answer.headers.get("Date", ""), content)

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()
