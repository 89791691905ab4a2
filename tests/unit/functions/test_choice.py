"""What a table is restored from: the newest that fits, never something unusable or later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.common.errors import RefusedError
from blueprints.functions.plan_restore.choice import (
    NEARLY,
    Candidate,
    Unreadable,
    choose,
    duration_text,
    told,
)

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
HERE = {"account_id": "333333333333", "region": "eu-central-1"}
THERE = {"account_id": "222222222222", "region": "eu-west-1"}
GONE = Unreadable("vault archive", "AccessDenied", "allow sts:AssumeRole")


def ago(**duration: float) -> datetime:
    return NOW - timedelta(**duration)


def window(*, days: float = 35, latest: datetime | None = None, **more: Any) -> Candidate:
    return Candidate(
        id="point-in-time",
        kind="point_in_time",
        time=latest or ago(minutes=5),
        earliest=ago(days=days),
        **HERE,
        **more,
    )


def native(name: str, time: datetime, **more: Any) -> Candidate:
    return Candidate(id=f"arn:{name}", kind="native", time=time, name=name, **HERE, **more)


def own(name: str, time: datetime, **more: Any) -> Candidate:
    return Candidate(id=name, kind="recovery_point", time=time, vault_name="main", **(HERE | more))


def copy(name: str, time: datetime, **more: Any) -> Candidate:
    return own(name, time, copy_back=True, **THERE, **more)


def at(moment: datetime) -> dict[str, Any]:
    return {"at": moment.isoformat()}


def chain(name: str, *moments: datetime, **more: Any) -> Candidate:
    return Candidate(id=name, kind="export", time=moments[-1], moments=moments, **(HERE | more))


LATEST = {"latest": True}
T = ago(hours=10)


@pytest.mark.parametrize(
    ("candidates", "wanted", "chosen", "says"),
    [
        pytest.param([own("a", T)], LATEST, "a", "only usable", id="the only one"),
        pytest.param(
            [own("a", T), own("b", ago(hours=1)), own("c", ago(days=1))],
            LATEST,
            "b",
            "newest of 3",
            id="the newest",
        ),
        pytest.param(
            [own("a", T), native("n", T), copy("c", T), window(latest=T)],
            LATEST,
            "point-in-time",
            "newest of 4",
            id="equal: point-in-time recovery first",
        ),
        pytest.param(
            [copy("c", T), own("a", T), native("n", T)], LATEST, "arn:n", "", id="then native"
        ),
        pytest.param([copy("c", T), own("a", T)], LATEST, "a", "", id="then the own vault"),
        pytest.param(
            [copy("c", T), own("a", T - timedelta(seconds=40))],
            LATEST,
            "a",
            "40 s older than the newest point",
            id="nearly equal: what is here already",
        ),
        pytest.param(
            [copy("c", T), own("a", T - timedelta(seconds=61))], LATEST, "c", "", id="not nearly"
        ),
        pytest.param(
            [own("a", ago(hours=1), unusable="it is CREATING"), own("b", T)],
            LATEST,
            "b",
            "Passed over: recovery point a in vault main of 2026-11-20 11:00:00 UTC "
            "(it is CREATING)",
            id="unusable and newer: named",
        ),
        pytest.param([window(), own("a", T)], at(T), "point-in-time", "exactly", id="window"),
        pytest.param(
            [window(days=1), own("a", ago(days=3)), own("b", ago(days=2, hours=5))],
            at(ago(days=2)),
            "b",
            "its data is 5 h 0 min older than asked for",
            id="before the window: the newest that is not later",
        ),
        pytest.param(
            [window(days=1), own("a", ago(days=3)), own("b", ago(days=1, hours=12))],
            at(ago(days=2)),
            "a",
            "b in vault main of 2026-11-19 00:00:00 UTC (later than asked for)",
            id="the nearest later one is named",
        ),
        pytest.param(
            [own("a", ago(days=3)), own("b", ago(days=2, hours=5), unusable="it is EXPIRED")],
            at(ago(days=2)),
            "a",
            "(it is EXPIRED)",
            id="nearer and unusable: named",
        ),
        pytest.param(
            [window(), own("a", ago(hours=1))],
            at(ago(minutes=1)),
            "point-in-time",
            "4 min 0 s older",
            id="between the end of the window and now",
        ),
        pytest.param(
            [chain("e", T), copy("c", T - timedelta(seconds=50))], LATEST, "c", "", id="chain last"
        ),
        pytest.param(
            [chain("e", ago(days=3), ago(days=1)), own("a", ago(hours=1, days=2))],
            at(ago(days=2)),
            "a",
            "export chain e as of 2026-11-19 12:00:00 UTC (later than asked for)",
            id="a chain gives its moments only",
        ),
        pytest.param(
            [chain("e", ago(days=4), ago(days=3), ago(days=1)), own("a", ago(days=3, hours=1))],
            at(ago(days=2)),
            "e",
            "Export chain e as of 2026-11-17 12:00:00 UTC: no window",
            id="the moment of a chain that is nearest",
        ),
        pytest.param(
            [chain("e", ago(days=4), ago(days=3), unusable="it is lost"), own("a", ago(days=5))],
            at(ago(days=2)),
            "a",
            "export chain e as of 2026-11-17 12:00:00 UTC (it is lost)",
            id="a chain that is lost: named",
        ),
        pytest.param([own("a", T)], {"id": "a"}, "a", "asked for", id="by id"),
        pytest.param(
            [own("a", T, unusable="it is cold"), native("a", T)._replace(id="a")],
            {"id": "a"},
            "a",
            "Native backup",
            id="one id in two places: the usable one",
        ),
        pytest.param(
            [window(), own("a", NOW)],
            {"id": "point-in-time"},
            "point-in-time",
            "",
            id="window by id",
        ),
    ],
)
def test_what_is_chosen_and_why(
    candidates: list[Candidate], wanted: dict[str, Any], chosen: str, says: str
) -> None:
    for order in (candidates, candidates[::-1]):
        found, why = choose(order, wanted, NOW)
        assert found.id == chosen
        assert says in why
        assert why[0].isupper()
        assert why.endswith(".")


def test_the_second_of_a_window_is_exact() -> None:
    wanted = datetime(2026, 11, 19, 23, 59, 58, 999_999, tzinfo=UTC)
    for point in (at(wanted), {"id": "point-in-time", **at(wanted)}):
        found, _ = choose([window()], point, NOW)
        assert found.time == datetime(2026, 11, 19, 23, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize("hours", [70, 60, 49, 48])
def test_of_a_chain_the_last_moment_until_then_is_chosen(hours: int) -> None:
    known = chain("e", ago(hours=72), ago(hours=60), ago(hours=48))
    for point in (at(ago(hours=hours)), {"id": "e", **at(ago(hours=hours))}):
        found, _ = choose([known], point, NOW)
        assert found.time == ago(hours={70: 72, 60: 60, 49: 60, 48: 48}[hours])
    assert choose([known], {"id": "e"}, NOW)[0].time == ago(hours=48)


def test_a_time_in_another_zone_is_the_same_moment() -> None:
    found, _ = choose([window()], {"at": "2026-11-20T10:00:00+09:00"}, NOW)
    assert found.time == datetime(2026, 11, 20, 1, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("candidates", "wanted", "says"),
    [
        pytest.param([], LATEST, "there is no point that can be", id="nothing"),
        pytest.param([own("a", T, unusable="it is EXPIRED")], LATEST, "it is EXPIRED", id="none"),
        pytest.param([own("a", T)], at(NOW + timedelta(days=1)), "the future", id="the future"),
        pytest.param(
            [own("a", T), own("b", ago(hours=1)), window(days=2)],
            at(ago(days=3)),
            "of 3 that can be, the newest is point-in-time recovery at 2026-11-20 11:55:00 UTC and "
            "the oldest point-in-time recovery at 2026-11-18 12:00:00 UTC",
            id="nothing before",
        ),
        pytest.param([own("a", T)], {"id": "b"}, "no point of this table has the id b", id="no id"),
        pytest.param(
            [copy("a", T, unusable="it is in cold storage")],
            {"id": "a"},
            "account 222222222222, eu-west-1, of 2026-11-20 02:00:00 UTC cannot be restored: it is",
            id="unusable by id",
        ),
        pytest.param([own("a", T)], {"id": "a", **at(T)}, "belongs to point-in-time", id="time"),
        pytest.param(
            [chain("e", T)],
            {"id": "e", **at(ago(hours=11))},
            "before the first moment of export chain e as of 2026-11-20 02:00:00 UTC",
            id="before a chain",
        ),
        pytest.param(
            [chain("e", ago(days=9), T)],
            at(ago(days=10)),
            "the oldest export chain e as of 2026-11-11 12:00:00 UTC",
            id="nothing before a chain",
        ),
        pytest.param(
            [window(days=1)],
            {"id": "point-in-time", **at(ago(days=2))},
            "outside the window of point-in-time recovery, which is 2026-11-19 12:00:00 UTC to",
            id="outside the window",
        ),
        pytest.param([own("a", T)], {"at": "2026-11-20T03:04:05"}, "with a zone", id="no zone"),
        pytest.param([own("a", T)], {"at": "yesterday"}, "with a zone", id="no time"),
        pytest.param([own("a", T)], {}, "`latest`, `at` or `id`", id="nothing wanted"),
    ],
)
def test_what_is_refused(candidates: list[Candidate], wanted: dict[str, Any], says: str) -> None:
    with pytest.raises(RefusedError) as refused:
        choose(candidates, wanted, NOW)
    assert says in str(refused.value)


@pytest.mark.parametrize("wanted", [LATEST, at(T)])
def test_what_could_not_be_read_is_named_and_fatal_only_if_nothing_is_left(
    wanted: dict[str, Any],
) -> None:
    _, why = choose([own("a", ago(days=1))], wanted, NOW, [GONE])
    said = "may hold more: vault archive (AccessDenied; to mend it, allow sts:AssumeRole)."
    assert said in why
    with pytest.raises(RefusedError, match="allow sts:AssumeRole"):
        choose([], wanted, NOW, [GONE])
    _, why = choose([own("a", ago(days=1))], {"id": "a"}, NOW, [GONE])
    assert said not in why


def test_many_that_are_passed_over_are_counted() -> None:
    broken = [own(f"b{n}", ago(minutes=n), unusable="it is EXPIRED") for n in range(9)]
    _, why = choose([own("a", T), *broken], LATEST, NOW)
    assert why.count("EXPIRED") == 5
    assert "and 4 more." in why


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h")],
)
def test_durations(seconds: int, text: str) -> None:
    assert duration_text(timedelta(seconds=seconds)) == text


def test_a_name_says_more_than_an_arn() -> None:
    assert told(native("nightly", T)) == "native backup nightly of 2026-11-20 02:00:00 UTC"


# --- properties -----------------------------------------------------------------------------------

MOMENTS = st.datetimes(
    min_value=ago(days=50).replace(tzinfo=None),
    max_value=NOW.replace(tzinfo=None),
    timezones=st.just(UTC),
)


@st.composite
def candidates(draw: st.DrawFn) -> Candidate:
    kind = draw(st.sampled_from(["point_in_time", "native", "recovery_point", "export"]))
    time = draw(MOMENTS)
    is_window = kind == "point_in_time"
    time = time.replace(microsecond=0) if is_window else time
    hours = draw(st.lists(st.integers(0, 900), max_size=4)) if kind == "export" else []
    moments = (*(time - timedelta(hours=each) for each in sorted(hours, reverse=True)), time)
    return Candidate(
        id=draw(st.text("abc", min_size=1, max_size=3)),
        kind=kind,
        time=time,
        earliest=time - timedelta(seconds=draw(st.integers(0, 3_000_000))) if is_window else None,
        copy_back=kind == "recovery_point" and draw(st.booleans()),
        unusable=draw(st.none() | st.just("it is EXPIRED")),
        moments=moments if kind == "export" else (),
        **HERE,
    )


@given(st.lists(candidates(), max_size=8), MOMENTS)
def test_never_unusable_and_never_later(known: list[Candidate], wanted: datetime) -> None:
    second = wanted.replace(microsecond=0)
    usable = [each for each in known if each.unusable is None]
    holding = [each for each in usable if each.earliest and each.earliest <= second <= each.time]
    fitting = [
        each._replace(time=moment)
        for each in usable
        for moment in (each.moments or (each.time,))
        if moment <= wanted
    ]
    try:
        found, why = choose(known, at(wanted), NOW)
    except RefusedError:
        assert not holding
        assert not fitting
        return
    assert found.unusable is None
    assert found.time <= wanted
    assert why
    if holding:
        assert (found.kind, found.time) == ("point_in_time", second)
    else:
        assert found in fitting
        assert max(each.time for each in fitting) - found.time <= NEARLY


@given(st.lists(candidates(), max_size=8))
def test_the_latest_is_the_newest_usable(known: list[Candidate]) -> None:
    usable = [each for each in known if each.unusable is None]
    try:
        found, _ = choose(known, LATEST, NOW)
    except RefusedError:
        assert not usable
        return
    assert found in usable
    assert max(each.time for each in usable) - found.time <= NEARLY
