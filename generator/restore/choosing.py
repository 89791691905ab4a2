"""Chooses the point as the state machine would, from the list that `holdfast points` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from blueprints.functions.plan_restore.choice import Candidate, Kind, choose
from blueprints.functions.plan_restore.choice import Unreadable as Unread
from blueprints.names import readable_exports
from blueprints.recovery.place import place as known_place
from generator.executions.options import stamp
from generator.points.model import Found, Point, Source
from generator.restore.asked import Asked

_KINDS: Mapping[Source, Kind] = {
    "point_in_time": "point_in_time",
    "user_backup": "native",
    "system_backup": "native",
    "aws_backup": "native",
    "recovery_point": "recovery_point",
    "copy": "recovery_point",
    "export": "export",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The point to restore, why it is that one, and how the state machine is asked for it.

    `point.time` is the time whose data is restored.
    """

    point: Point
    why: str
    asked: Mapping[str, Any]

    def with_point(self, point: Point) -> Chosen:
        """Return the same choice with more known of the point."""
        return replace(self, point=point)


def chosen(found: Found, asked: Asked, now: datetime) -> Chosen:
    """Return what to restore; raises RefusedError where nothing there fits."""
    points = {
        (point.id, point.vault_name, point.place): point
        for point in _within_reach(found.points, asked)
    }
    candidates = {_candidate(point): point for point in points.values()}
    unread = [
        Unread(source=f"{each.source}, {each.place}", reason=each.reason, fix=each.fix)
        for each in found.unreadable
    ]
    best, why = choose(candidates, asked.request["point"], now, unread)
    # Of a window and a chain, the moment that is restored is put into the candidate.
    point = next(
        point for each, point in candidates.items() if each._replace(time=best.time) == best
    )
    named: dict[str, Any] = {"id": point.id}
    if best.kind in {"point_in_time", "export"}:
        named["at"] = stamp(best.time)
    return Chosen(point=replace(point, time=best.time), why=why, asked=named)


def _within_reach(points: Iterable[Point], asked: Asked) -> Iterator[Point]:
    """Yield the points; those that the state machine would not find are unusable.

    It knows the vaults that copies go to now, and fetches no copy out of cold storage; and the
    buckets of exports there are now.
    """
    place = known_place(asked.where)
    known = {(vault["name"], vault["account_id"], vault["region"]) for vault in place["vaults"]}
    buckets = _buckets(asked)
    for point in points:
        there = (point.vault_name, point.place.account_id, point.place.region)
        unusable = point.unusable
        if unusable is None and point.vault_name is not None and there not in known:
            unusable = "no backup of the environment copies to its vault any more"
        if (
            unusable is None
            and point.bucket
            and buckets.isdisjoint((point.bucket, *point.replicas))
        ):
            unusable = "the environment has none of the buckets any more that it lies in"
        if unusable is None and point.copy_back and point.cold_storage is not False:
            unusable = "it is in cold storage, and what is there cannot be copied"
        yield replace(point, unusable=unusable)


def _buckets(asked: Asked) -> set[str]:
    """Return the buckets of exports of the environment that are read where it is restored."""
    where = (asked.where.account_id, asked.where.region)
    return {
        place.name
        for _, place in readable_exports(asked.environment)
        if not asked.away or (place.account_id, place.region) == where
    }


def _candidate(point: Point) -> Candidate:
    kind, time, earliest = _KINDS[point.source], point.time, point.earliest
    if kind == "export":
        earliest = None
    elif earliest is not None:
        # Only whole seconds can be restored.
        time = time.replace(microsecond=0)
        begin = earliest.replace(microsecond=0)
        earliest = begin + timedelta(seconds=begin < earliest)
    return Candidate(
        id=point.id,
        kind="recovery_point" if ":recovery-point:" in point.id else kind,
        time=time,
        earliest=earliest,
        account_id=point.place.account_id,
        region=point.place.region,
        vault_name=point.vault_name,
        copy_back=point.copy_back,
        cold=point.cold_storage,
        unusable=point.unusable,
        name=point.name,
        size_bytes=point.size_bytes,
        moments=point.moments,
    )
