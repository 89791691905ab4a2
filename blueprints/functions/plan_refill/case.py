"""What is asked for, checked, and where it is allowed to come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.common.refill_folder import Folder
from blueprints.functions.common.refills import folder_of

Event = Mapping[str, Any]
# Returns the client of a service, with `region` in another Region.
Connect = Callable[..., Any]
MOST_CHILDREN, CHILDREN = 1_000, 40
POLL_SECONDS = 30
_FOLDER = re.compile(r"[\w.-]{1,80}")
_NEEDED = {
    "chain": ("table_arn", "full", "until"),
    "export": ("bucket", "manifest_key"),
    "dump": ("bucket", "prefix"),
}


class Bucket(NamedTuple):
    """A bucket that this environment may read, below a prefix."""

    name: str
    account_id: str
    region: str
    prefix: str = ""

    @property
    def owner(self) -> dict[str, str]:
        """What goes with each call, so that nobody else's bucket of this name is read."""
        return {"ExpectedBucketOwner": self.account_id}


class Case(NamedTuple):
    """A refill: what asks for it, where it works, and what it may read."""

    connect: Connect
    request: Event
    place: Event
    execution: Event
    folder: Folder
    now: datetime
    has_time: Callable[[], bool]

    @property
    def s3(self) -> Any:
        """The client of the catalogue's bucket."""
        return self.connect("s3")

    def s3_in(self, region: str) -> Any:
        """Return the client of S3 in a Region."""
        return self.s3 if region == self.place["region"] else self.connect("s3", region=region)

    @property
    def poll_seconds(self) -> int:
        """How long to wait for a table that is being made."""
        return int(self.request.get("poll_seconds") or POLL_SECONDS)


def case_of(connect: Connect, event: Event, now: datetime, has_time: Callable[[], bool]) -> Case:
    """Return the case; raises RefusedError where the request lacks something."""
    request = _checked(event["request"])
    place, execution = event["place"], event["execution"]
    folder = folder_of(request, place, execution)
    return Case(connect, request, place, execution, folder, now, has_time)


def bucket_of(case: Case, name: str, key: str) -> Bucket:
    """Return the bucket in which a key may be read; raises RefusedError where none allows it."""
    places = [*case.place.get("export_buckets", ()), *case.place.get("dump_buckets", ())]
    known = [
        Bucket(each["name"], each["account_id"], each["region"], each.get("prefix") or "")
        for each in places
    ]
    for each in known:
        if each.name == name and key.startswith(each.prefix):
            return each
    readable = ", ".join(sorted(f"s3://{each.name}/{each.prefix}" for each in known)) or "nothing"
    folder = key.rpartition("/")[0] or key
    raise RefusedError(
        f"s3://{name}/{key} is not among what this environment may read ({readable}): write "
        f"`recovery: {{refill_sources: {{NAME: {{bucket: {name}, prefix: {folder}/}}}}}}` in the "
        f"file of environment {case.place['environment']}, deploy, and start again"
    )


def export_bucket(case: Case, name: str) -> Bucket | None:
    """Return the bucket of exports of this name, None where this environment reads none."""
    for each in case.place.get("export_buckets", ()):
        if each["name"] == name:
            return Bucket(each["name"], each["account_id"], each["region"])
    return None


def _checked(request: Event) -> Event:
    table, source = request.get("table") or {}, request.get("source") or {}
    lacking = [f"table.{name}" for name in ("name", "arn") if not table.get(name)]
    kind = source.get("kind")
    if kind not in _NEEDED:
        raise RefusedError(
            f"source.kind is {kind}: it has to be one of {', '.join(_NEEDED)}; `holdfast refill "
            "--help` shows each"
        )
    # A dump may begin at the root of its bucket.
    lacking += [
        f"source.{name}"
        for name in _NEEDED[kind]
        if not (source.get(name) or (name == "prefix" and source.get(name) == ""))
    ]
    if lacking:
        raise RefusedError(f"the request lacks {', '.join(lacking)}: see `holdfast refill --help`")
    units, children = request.get("write_units"), request.get("most_children")
    if units is not None and (not isinstance(units, int | float) or units <= 0):
        raise RefusedError(
            f"write_units is {units}: give write units per second above 0, or leave it out"
        )
    if children is not None and not (isinstance(children, int) and 0 < children <= MOST_CHILDREN):
        raise RefusedError(f"most_children is {children}: give a number from 1 to {MOST_CHILDREN}")
    resume = request.get("resume")
    if resume is not None and not _FOLDER.fullmatch(str(resume)):
        raise RefusedError(
            f"resume is {resume}: give the name of the execution whose refill is to go on"
        )
    return request
