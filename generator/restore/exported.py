"""What a restore from a chain of exports does, costs and takes, as far as it can be told here."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.points.model import Point, Prices
from generator.points.text import size, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How the data of a chain comes into a new table.

    `why` says why the full export is not imported, if so; None where settings are not known here.
    """

    point: Point
    why: str | None

    @property
    def imports(self) -> bool:
        """Whether the full export is imported, as far as can be told."""
        return not self.why

    @property
    def windows(self) -> int:
        """How many incremental exports lead to the moment, at least."""
        return max(0, bisect_right(self.point.moments, self.point.time) - 1)


def loading_of(point: Point, request: Mapping[str, Any]) -> Loading | None:
    """Return how the data of a point comes back by a request, None of all but exports."""
    if point.source != "export":
        return None
    settings = request["settings"]
    if settings is None:
        return Loading(point=point, why=None)
    why = "an import makes no local index" if settings["local_indexes"] else ""
    return Loading(point=point, why=why)


def steps(loading: Loading) -> Iterator[str]:
    """Yield what the state machine does until the data is there."""
    point, count = loading.point, loading.windows
    full = f"the full export of {stamp(point.moments[0])}"
    if point.thaw_hours is not None:
        yield f"has S3 thaw what is read, up to {point.thaw_hours} hours"
    after = f"{count} incremental export{'' if count == 1 else 's'} to {stamp(point.time)}"
    if loading.imports:
        unless = ", unless the table has local indexes" if loading.why is None else ""
        yield f"ImportTable of {full}{unless}"
    else:
        yield f"CreateTable, for {loading.why}"
        after = f"{full}{f' and {after}' if count else ''}"
    if count or not loading.imports:
        yield f"writes {after} into it, by the state machine refill"


def cost_text(loading: Loading, prices: Prices, basis: str) -> str:
    """Return the cost of the import; what is written is known by nobody before."""
    million = prices.loading["write_request_units_million"]
    writes = f"what is written, {million:g} USD for a million write units, is not known before"
    point = loading.point
    if not loading.imports or point.cost_usd is None:
        return f"{writes}; {basis}"
    usd = "less than 0.01" if point.cost_usd < 0.01 else f"about {point.cost_usd:.2f}"  # noqa: PLR2004 - a cent
    more = f"; {writes}" if loading.windows else ""
    return f"{usd} USD for the import of {size(point.size_bytes)}{more}; {basis}"


def takes_text(loading: Loading) -> str:
    """Return what is known of the time."""
    hours = loading.point.thaw_hours
    thaw = "" if hours is None else f", and up to {hours} hours of thawing before it"
    return f"not known before{thaw}; docs/restore.md says what it depends on"


def document(loading: Loading | None) -> dict[str, Any] | None:
    """Return the same as JSON holds it."""
    if loading is None:
        return None
    return {
        "load": "import" if loading.imports else "refill",
        "why_no_import": loading.why or None,
        "incremental_exports": loading.windows,
        "thaw_hours": loading.point.thaw_hours,
    }
