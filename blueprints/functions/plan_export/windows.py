"""What of a table is exported next: a pure function of its chain and of what can be restored.

A chain is a full export and the incremental ones after it, each from where the one before ended.
It breaks where point-in-time recovery no longer gives its end, or where the table is another one.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport_Requesting.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from blueprints.functions.common.catalogue import compact, iso
from blueprints.functions.common.exports_store import Kind

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=24)
# What can be restored lies some five minutes back: the full export that a schedule asks for is
# older than its schedule.
LAG = timedelta(minutes=15)
# Further back than point-in-time recovery reaches at most, and a window is long: a chain whose last
# record starts earlier is broken in any case.
SEEN = timedelta(days=40)
NOT_YET = "point-in-time recovery was switched on just now: nothing can be exported yet"
_NO_CHAIN = "none"
_NOT_MADE = " The full export planned for "


class Asked(NamedTuple):
    """What a run asks for."""

    kind: Kind
    scheduled_at: datetime
    interval: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The newest chain of a table: `start` is its id, `last_full` its newest full export."""

    table_id: str
    start: datetime
    end: datetime
    last_full: datetime


class Recovery(NamedTuple):
    """What point-in-time recovery can give."""

    earliest: datetime
    latest: datetime

    @property
    def last_minute(self) -> datetime:
        """The last whole minute; exports have no seconds."""
        return self.latest.replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """An export: a full one ends when it starts. `reason` says why it starts a chain, if so."""

    kind: Kind
    chain: datetime
    start: datetime
    end: datetime
    identity: str
    reason: str | None = None


class Nothing(NamedTuple):
    """Nothing is exported now."""

    reason: str


def decide(
    asked: Asked, table_id: str, chain: Chain | None, recovery: Recovery
) -> Window | Nothing:
    """Return what is exported next; nothing ends later than what can be restored.

    `chain` is that of a former table where this one has none.
    """
    if recovery.last_minute < recovery.earliest:
        return Nothing(reason=NOT_YET)
    latest = recovery.last_minute
    if chain is None:
        why = f"No export of this table from the last {SEEN.days} days is recorded."
        return _new_chain(table_id, latest, _NO_CHAIN, why)
    reason = _why_broken(table_id, chain, recovery)
    if reason is not None:
        return _new_chain(table_id, latest, compact(chain.end), reason)
    if asked.kind == "full":
        return _full(asked, chain, latest)
    return _incremental(asked, chain, latest)


def instead_of(window: Window, table_id: str, planned: datetime) -> Window:
    """Return the window for a full export of `planned`, which was to start the chain, not made.

    Its identity names that time: all who find the plan out of reach agree on one instead.
    """
    gap = window.identity.rpartition("-")[2]
    reason = (window.reason or "").partition(_NOT_MADE)[0]
    return replace(
        window,
        identity=f"chain-{table_id}-{compact(planned)}-{gap}",
        reason=f"{reason}{_NOT_MADE}{iso(planned)} was not made while it could be.",
    )


def _why_broken(table_id: str, chain: Chain, recovery: Recovery) -> str | None:
    if chain.table_id != table_id:
        return (
            f"The table was created anew: its id is {table_id}, and exports up to "
            f"{iso(chain.end)} are of a table of the same name with id {chain.table_id}."
        )
    if chain.end < recovery.earliest:
        return (
            f"Exports end at {iso(chain.end)}, and point-in-time recovery gives nothing before "
            f"{iso(recovery.earliest)}: it was off in between, or no export succeeded for as long "
            "as it reaches back."
        )
    return None


def _new_chain(table_id: str, latest: datetime, gap: str, reason: str) -> Window:
    """Return the full export that starts a chain."""
    return Window(
        kind="full",
        chain=latest,
        start=latest,
        end=latest,
        identity=f"chain-{table_id}-{gap}",
        reason=reason,
    )


def _full(asked: Asked, chain: Chain, latest: datetime) -> Window | Nothing:
    # The chain has it already where it was started just before, or the event came twice.
    if chain.last_full >= min(asked.scheduled_at - LAG, latest):
        return Nothing(reason=f"there is a full export of {iso(chain.last_full)}")
    return Window(
        kind="full",
        chain=chain.start,
        start=latest,
        end=latest,
        identity=f"full-{compact(asked.scheduled_at)}",
    )


def _incremental(asked: Asked, chain: Chain, latest: datetime) -> Window | Nothing:
    start = chain.end
    if latest - start < max(SHORTEST, asked.interval / 2):
        return Nothing(
            reason=f"exported up to {iso(start)}; what can be exported ends at {iso(latest)}, too "
            "soon after that"
        )
    return Window(
        kind="incremental",
        chain=chain.start,
        start=start,
        end=min(start + LONGEST, latest),
        identity=f"{compact(start)}-incremental",
    )
