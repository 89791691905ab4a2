"""S3: objects of GLACIER and DEEP_ARCHIVE, which have to be thawed before they can be read.

A thaw takes as many hours as its tier, by the clock that `clock` moves. `POST /moto-api/thaw` takes
`{"seconds": 2}`: how long each takes instead, those that have begun included (null: its hours).
`POST /moto-api/transitions` takes `{"bucket": "b", "prefix": "p/", "suffix": ".gz",
"storage_class": "GLACIER"}`: these objects move as by a lifecycle rule, which changes nothing else
of them. The answer tells how many they are.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from moto.core.utils import get_service_model
from moto.moto_api._internal import urls
from moto.moto_api._internal.models import MotoAPIBackend
from moto.s3.exceptions import MissingKey
from moto.s3.models import FakeKey, S3Backend
from moto.s3.responses import S3Response

from . import clock, s3_buckets
from .operations import parsed_request

if TYPE_CHECKING:
    from moto.core.request import Request

HOUR = 3600.0
# Storage class → tier → how long a thaw takes at most.
TIERS = {
    "GLACIER": {"Expedited": HOUR / 12, "Standard": 5 * HOUR, "Bulk": 12 * HOUR},
    "DEEP_ARCHIVE": {"Standard": 12 * HOUR, "Bulk": 48 * HOUR},
}
THAW = "extension_thaw"
SETTINGS: dict[str, float | None] = {"seconds": None}
_moto_response_post = S3Response._key_response_post  # noqa: SLF001
_moto_get_object = S3Backend.get_object


@dataclass(kw_only=True)
class Thaw:
    """A copy of an object that can be read, from a time on and until another."""

    begun: float
    takes: float
    until: datetime

    @property
    def ends(self) -> float:
        seconds = SETTINGS["seconds"]
        return self.begun + (self.takes if seconds is None else seconds)


def readable(key: FakeKey) -> bool:
    """Tell whether an object can be read now."""
    return key.storage_class not in TIERS or key.status == "RESTORED"


def _status(self: FakeKey) -> str | None:
    thaw: Thaw | None = self.__dict__.get(THAW)
    if thaw is None or _now() >= thaw.until:
        self.set_expiry(None)
        return None
    self.set_expiry(thaw.until)
    return "IN_PROGRESS" if clock.now() < thaw.ends else "RESTORED"


def _now() -> datetime:
    return datetime.fromtimestamp(clock.now(), UTC)


def _until(takes: float, days: int) -> datetime:
    """Return the midnight after as many days, to which S3 rounds up."""
    end = _now() + timedelta(seconds=takes, days=days + 1)
    return end.replace(hour=0, minute=0, second=0, microsecond=0)


def _get_object(self: S3Backend, *args: Any, **kwargs: Any) -> FakeKey | None:
    """Let what is looked at be as it is now."""
    key = _moto_get_object(self, *args, **kwargs)
    if isinstance(key, FakeKey) and key.storage_class in TIERS:  # no delete marker
        _ = key.status
    return key


def _response_post(self: S3Response, request: Request, *args: Any, **kwargs: Any) -> Any:
    operation, asked = parsed_request(get_service_model("s3"), self.normalized_request)
    if operation != "RestoreObject":
        return _moto_response_post(self, request, *args, **kwargs)
    key = self.backend.get_object(asked["Bucket"], asked["Key"], version_id=asked.get("VersionId"))
    if key is None:
        raise MissingKey(key=asked["Key"])
    wanted = asked.get("RestoreRequest", {})
    tier = wanted.get("GlacierJobParameters", {}).get("Tier", wanted.get("Tier", "Standard"))
    if refused := _refused(key, wanted, tier):
        code, message, status = refused
        body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return status, {"Content-Type": "application/xml"}, body
    if key.status == "RESTORED":  # it can be read longer, and at once
        key.__dict__[THAW].until = _until(0, int(wanted["Days"]))
        return 200, {}, ""
    takes = TIERS[str(key.storage_class)][tier]
    until = _until(takes, int(wanted["Days"]))
    key.__dict__[THAW] = Thaw(begun=clock.now(), takes=takes, until=until)
    return 202, {}, ""


def _refused(key: FakeKey, wanted: dict[str, Any], tier: str) -> tuple[str, str, int] | None:
    """Return code, message and status with which a thaw is refused."""
    if key.storage_class not in TIERS:
        message = "Restore is not allowed for the object's current storage class"
        return "InvalidObjectState", message, 403
    if "Days" not in wanted:
        message = "The XML you provided was not well-formed"
        return "MalformedXML", message, 400
    if tier not in TIERS[key.storage_class]:
        return "InvalidArgument", "Retrieval option is not supported by this storage class", 400
    if key.status == "IN_PROGRESS":
        return "RestoreAlreadyInProgress", "Object restore is already in progress", 409
    return None


def _answer(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    if request.method == "POST":
        SETTINGS.update(json.loads(request.data))
    return 200, {"Content-Type": "application/json"}, json.dumps(SETTINGS)


def _transition(request: Request, _url: str, _headers: Any) -> tuple[int, dict[str, str], str]:
    asked = json.loads(request.data)
    found = s3_buckets.find(asked["bucket"])
    assert found is not None
    moved = [
        key
        for key in list(found[1].keys.values())
        if key.name.startswith(asked["prefix"]) and key.name.endswith(asked.get("suffix", ""))
    ]
    for key in moved:
        key.set_storage_class(asked["storage_class"])
    return 200, {"Content-Type": "application/json"}, json.dumps({"moved": len(moved)})


def install() -> None:
    """Thaw as above, around what else a reset does."""
    reset = MotoAPIBackend.reset

    def reset_all(self: MotoAPIBackend) -> None:
        reset(self)
        SETTINGS["seconds"] = None

    MotoAPIBackend.reset = reset_all
    FakeKey.status = property(_status)
    S3Backend.get_object = _get_object
    S3Response._key_response_post = _response_post  # noqa: SLF001
    urls.url_paths["{0}/moto-api/thaw"] = _answer
    urls.url_paths["{0}/moto-api/transitions"] = _transition
