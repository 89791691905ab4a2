"""What a table can come back from, and what could not be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

Source = Literal[
    "point_in_time",
    "user_backup",
    "system_backup",
    "aws_backup",
    "recovery_point",
    "copy",
    "export",
]
Lock = Literal["none", "governance", "compliance", "unknown"]
POINT_IN_TIME_ID = "point-in-time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An account and a Region."""

    account_id: str
    region: str

    def __str__(self) -> str:
        return f"account {self.account_id}, {self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One way back: a backup, a recovery point, the window of point-in-time recovery, or exports.

    `time` is the newest moment whose data it holds, `earliest` the oldest one of a window; of an
    export chain `moments` come back and nothing in between, `bucket` and `replicas` are where it
    lies, and `thaw_hours` is how long it may take until it can be read. `status` is AWS's word;
    `unusable` says why it cannot be restored now. `lock` is None outside vaults, and `lock_date` is
    when a compliance lock becomes final. None as `size_bytes`, `cold_storage`, `cost_usd` is
    unknown. `copy_back` says that it lies in another account or Region.
    """

    id: str
    source: Source
    time: datetime
    place: Place
    status: str
    earliest: datetime | None = None
    name: str | None = None
    vault_name: str | None = None
    bucket: str | None = None
    replicas: tuple[str, ...] = ()
    moments: tuple[datetime, ...] = ()
    thaw_hours: int | None = None
    lock: Lock | None = None
    lock_date: datetime | None = None
    unusable: str | None = None
    expires: datetime | None = None
    size_bytes: int | None = None
    cold_storage: bool | None = False
    copy_back: bool = False
    cost_usd: float | None = None
    minutes_at_least: int | None = None
    notes: tuple[str, ...] = ()


def fields_of(point: Point) -> dict[str, Any]:
    """Return the fields of a point as a document has them; of its moments, which and how many."""
    fields = asdict(point)
    moments: tuple[datetime, ...] = fields.pop("moments")
    gaps = [later - before for before, later in pairwise(moments)]
    boundaries = (
        {
            "count": len(moments),
            "first": moments[0],
            "last": moments[-1],
            "longest_gap_seconds": int(max(gaps, default=timedelta(0)).total_seconds()),
        }
        if moments
        else None
    )
    return {**fields, "boundaries": boundaries, **fields.pop("place")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A source, or one detail of it, that could not be read: why, and what to do about it."""

    source: str
    place: Place
    reason: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What reading one or more sources gave; `empty` names those that were read and hold nothing.

    `exists` says whether the table does; None where that is not known.
    """

    points: tuple[Point, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    empty: tuple[str, ...] = ()
    exists: bool | None = None


def together(parts: Iterable[Found]) -> Found:
    """Return the parts as one, newest point first.

    A backup that AWS Backup took before the Region's opt-in has one ARN in DynamoDB and in its
    vault: it is listed once, as the vault tells it, for only the vault knows lock and retention.
    """
    found = tuple(parts)
    by_id: dict[str, Point] = {}
    for point in (point for part in found for point in part.points):
        if point.id not in by_id or point.vault_name is not None:
            by_id[point.id] = point
    known = [part.exists for part in found if part.exists is not None]
    return Found(
        points=tuple(sorted(by_id.values(), key=lambda point: (-point.time.timestamp(), point.id))),
        unreadable=tuple(each for part in found for each in part.unreadable),
        empty=tuple(each for part in found for each in part.empty),
        exists=known[0] if known else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Rough prices and times of a restore, with their date and where they come from.

    `usd_per_gib` has the keys point_in_time, native, warm, cold and cross_region_copy; `loading`
    what writing items and exporting windows costs, by its unit.
    """

    file: str
    as_of: str
    region: str
    usd_per_gib: Mapping[str, float]
    loading: Mapping[str, float]
    minutes_at_least: int
    time_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was asked for, when, and everything that was found."""

    environment: str
    key: str
    table_name: str
    table_arn: str
    place: Place
    now: datetime
    found: Found
    prices: Prices

    @property
    def complete(self) -> bool:
        """Whether every source was read and at least one point can be restored."""
        usable = any(point.unusable is None for point in self.found.points)
        return usable and not self.found.unreadable
