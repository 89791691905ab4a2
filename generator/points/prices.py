"""Rough cost and time of restoring a point, from a dated file that anybody may replace."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from generator.adopt.described import plain
from generator.errors import Mistake, Mistakes
from generator.points.model import Point, Prices

VARIABLE = "HOLDFAST_PRICES"
SHIPPED = "prices.yaml"
GIB = 1024**3
_LOADING = (
    "write_request_units_million",
    "write_capacity_unit_hour",
    "export_gib",
    "import_gib",
    "function_gb_second",
    "transitions_thousand",
)
_PRICES = ("point_in_time", "native", "warm", "cold", "cross_region_copy")
_FIX = "copy generator/points/prices.yaml and change its figures"


def load_prices() -> Prices:
    """Return the prices of the file that HOLDFAST_PRICES names, else those of Holdfast.

    Raises `Mistakes` where that file is not one of prices.
    """
    named = os.environ.get(VARIABLE)
    if not named:
        return prices_of(files("generator.points").joinpath(SHIPPED).read_text("utf-8"), "Holdfast")
    try:
        text = Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        cause = f"{VARIABLE} names {named}, which cannot be read: {plain(error)}"
        raise Mistakes([Mistake(cause, _FIX)]) from None
    return prices_of(text, named)


def prices_of(text: str, file: str) -> Prices:
    """Return the prices in the text of a file; raises `Mistakes` where one is missing or none."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Mistakes([Mistake(f"{file} is not YAML: {plain(error)}", _FIX)]) from None
    given = document if isinstance(document, dict) else {}
    usd, restore, loading = (_map(given, name) for name in ("usd_per_gib", "restore", "loading"))
    wrong = [f"usd_per_gib.{name}" for name in _PRICES if not _is_price(usd.get(name))]
    wrong += [f"loading.{name}" for name in _LOADING if not _is_price(loading.get(name))]
    wrong += [name for name in ("as_of", "region") if not isinstance(given.get(name), str)]
    if not _is_price(restore.get("minutes_at_least")):
        wrong.append("restore.minutes_at_least")
    if not isinstance(restore.get("basis"), str):
        wrong.append("restore.basis")
    if wrong:
        raise Mistakes([Mistake(f"{file} gives no valid {name}", _FIX) for name in wrong])
    return Prices(
        file=file,
        as_of=given["as_of"],
        region=given["region"],
        usd_per_gib={name: float(usd[name]) for name in _PRICES},
        loading={name: float(loading[name]) for name in _LOADING},
        minutes_at_least=int(restore["minutes_at_least"]),
        time_basis=" ".join(restore["basis"].split()),
    )


def priced(point: Point, prices: Prices, home_region: str) -> Point:
    """Return a point with rough cost and least time, both None where it cannot be restored.

    Of exports the cost is that of an import of the full one, the time is unknown. The cost is
    unknown (None), too, where the size or the storage class is.
    """
    if point.unusable is not None:
        return point
    if point.source == "export":
        size, import_gib = point.size_bytes, prices.loading["import_gib"]
        return replace(point, cost_usd=None if size is None else import_gib * size / GIB)
    usd = _usd_per_gib(point, prices, home_region)
    known = usd is not None and point.size_bytes is not None
    return replace(
        point,
        cost_usd=usd * point.size_bytes / GIB if known else None,  # type: ignore[operator]
        minutes_at_least=prices.minutes_at_least,
    )


def _usd_per_gib(point: Point, prices: Prices, home_region: str) -> float | None:
    usd = prices.usd_per_gib
    if point.cold_storage is None:
        return None
    if point.cold_storage:
        return usd["cold"]  # it cannot be copied, so it is restored where it lies
    if point.vault_name is not None:
        away = point.place.region != home_region
        return usd["warm"] + (usd["cross_region_copy"] if away else 0)
    return usd["point_in_time" if point.source == "point_in_time" else "native"]


def _map(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _is_price(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isfinite(value) and value >= 0
