"""Exports of protection classes and their buckets, as a person may write them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.property.texts import Written, keys, maps, some

# How long a chain is kept is known only where full exports come again and again.
SCHEDULES = (
    "cron(0 1 ? * SUN *)",
    "cron(0 3 * * ? *)",
    "cron(0 4 1 * ? *)",
    "cron(0 1,13 ? JAN,JUL SUN *)",
    "rate(1 hour)",
    "rate(7 days)",
)
TIME_ZONES = ("Etc/UTC", "Europe/Berlin", "Asia/Kolkata")
# The window is shorter than what is kept, so a tier within it is always reached.
WINDOWS = (1, 35, 365, 35_000)
_TIERS = {
    "standard_ia_after_days": (30, 31),
    "glacier_ir_after_days": (61, 90),
    "glacier_after_days": (91, 180),
    "deep_archive_after_days": (181, 364),
}
_THAWED = ("glacier_after_days", "deep_archive_after_days")
# Every chain is kept longer than a lock of this.
_LOCK_DAYS = (1, 9)


@st.composite
def _tiers(draw: st.DrawFn, window: int) -> Written:
    written: Written = {
        name: draw(st.sampled_from(days))
        for name, days in _TIERS.items()
        if days[-1] < window and draw(st.booleans())
    }
    if any(name in written for name in _THAWED):
        written["accept_thaw_hours"] = draw(st.sampled_from([12, 48]))
    return written


@st.composite
def exports(draw: st.DrawFn) -> Written:
    """Draw the exports of a class."""
    window = draw(st.sampled_from(WINDOWS))
    interval: Written = draw(
        st.sampled_from(
            [
                {"incremental_every_hours": 24},
                {"incremental_every_hours": 1},
                {"incremental_every_minutes": 15},
                {"incremental_every_minutes": 1_439},
            ]
        )
    )
    return {
        "full_schedule": draw(st.sampled_from(SCHEDULES)),
        "delete_after_days": window,
        **interval,
        **draw(
            some(
                full_schedule_timezone=st.sampled_from(TIME_ZONES),
                format=st.sampled_from(["DYNAMODB_JSON", "ION"]),
                tiers=_tiers(window),
            )
        ),
    }


@st.composite
def _locks(draw: st.DrawFn) -> Written:
    written: Written = {"retention_days": draw(st.sampled_from(_LOCK_DAYS))}
    if draw(st.booleans()):
        written["mode"] = draw(st.sampled_from(["governance", "compliance"]))
    if written.get("mode") == "compliance":
        written["i_understand_this_cannot_be_undone"] = True
    return written


@st.composite
def export_buckets(draw: st.DrawFn, destinations: list[Written]) -> Written:
    """Draw where exports go: here, here with replicas, or to a destination."""
    written: Written = {}
    names = [there["environment"] for there in destinations]
    where = draw(st.sampled_from(["replicas", "to", "here"])) if names else "here"
    if where == "to":
        written["to"] = draw(st.sampled_from(names))
    elif where == "replicas":
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        replicas = [{"to": name, **draw(some(object_lock=_locks()))} for name in chosen]
        written["replicas"] = dict(zip(draw(_names(len(replicas))), replicas, strict=True))
    if draw(st.booleans()):
        written |= {"object_lock": draw(_locks()), "object_lock_unverified": True}
    return written


def _names(count: int) -> st.SearchStrategy[list[str]]:
    return maps(keys, st.none(), (count,)).map(list)


def allow_exports(workload: Written, destinations: list[Written], file: str) -> None:
    """Take away what exports of the workload's tables rule out, if it has any."""
    classes = workload["protections"]
    default = workload["defaults"].get("protection", "standard")
    exported = {name for name, written in classes.items() if "exports" in written}
    tables = [
        table
        for table in workload["tables"].values()
        if table.get("protection", default) in exported
    ]
    for name in exported:
        classes[name].setdefault("point_in_time_recovery", {})["enabled"] = True
    for table in tables:
        table.get("point_in_time_recovery", {}).pop("enabled", None)
    if not tables:
        return
    _with_catalogue(workload)
    bucket: dict[str, Any] = workload.get("export_bucket", {})
    held = {bucket.get("to"), *(each["to"] for each in bucket.get("replicas", {}).values())}
    for there in destinations:
        if there["environment"] in held:
            there["accepts"] = [file]
            _with_catalogue(there)


def _with_catalogue(written: Written) -> None:
    written.get("recovery", {}).pop("enabled", None)
