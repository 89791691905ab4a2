"""Signatures of BatchWriteItem, with all that stays the same from one request to the next kept.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

_ALGORITHM = "AWS4-HMAC-SHA256"
_SERVICE = "dynamodb"
_TARGET = "DynamoDB_20120810.BatchWriteItem"
_CONTENT_TYPE = "application/x-amz-json-1.0"
_USER_AGENT = "holdfast-load-file"

# Returns credentials as botocore has them: they may change while they are used.
Credentials = Callable[[], Any]


class Signer:
    """Signs requests to one endpoint; `renew` has the next one ask for credentials anew."""

    def __init__(self, host: str, path: str, region: str, credentials: Credentials) -> None:
        self._host, self._path, self._region = host, path, region
        self._find = credentials
        self._found: Any = None
        self._key = ("", "", b"")

    def renew(self) -> None:
        """Forget the credentials."""
        self._found = None

    def headers(self, body: bytes, now: datetime) -> dict[str, str]:
        """Return the headers that a request with this body is sent with."""
        self._found = self._found or self._find()
        frozen = self._found.get_frozen_credentials()
        moment = f"{now:%Y%m%dT%H%M%SZ}"
        headers = {"Content-Type": _CONTENT_TYPE, "Host": self._host, "X-Amz-Date": moment}
        if frozen.token:
            headers["X-Amz-Security-Token"] = frozen.token
        headers["X-Amz-Target"] = _TARGET  # names in order, as they are signed
        names = ";".join(name.lower() for name in headers)
        listed = "".join(f"{name.lower()}:{value}\n" for name, value in headers.items())
        digest = hashlib.sha256(body).hexdigest()
        canonical = f"POST\n{self._path}\n\n{listed}\n{names}\n{digest}"
        scope = f"{moment[:8]}/{self._region}/{_SERVICE}/aws4_request"
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        key = self._signing_key(frozen.secret_key, moment[:8])
        signature = _mac(key, f"{_ALGORITHM}\n{moment}\n{scope}\n{hashed}").hex()
        headers["User-Agent"] = _USER_AGENT  # not signed, as proxies may change it
        headers["Authorization"] = (
            f"{_ALGORITHM} Credential={frozen.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return headers

    def _signing_key(self, secret: str, day: str) -> bytes:
        if self._key[:2] != (secret, day):
            key = _mac(f"AWS4{secret}".encode(), day)
            for part in (self._region, _SERVICE, "aws4_request"):
                key = _mac(key, part)
            self._key = (secret, day, key)
        return self._key[2]


def _mac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
