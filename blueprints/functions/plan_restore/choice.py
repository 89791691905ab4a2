"""Chooses what a table is restored from; knows no service, so that others can choose alike.

    choose(candidates, wanted, now, unreadable=()) -> (Candidate, why)

`candidates` is any iterable of Candidate, `wanted` the `point` of a request: `{"latest": true}`,
`{"at": "2026-11-20T03:04:05Z"}`, `{"id": ARN}`, `{"id": "point-in-time"}` or, of the latter and of
a chain of exports, an id with an `at`. All times have a zone. The chosen candidate's `time` is what
to restore: of the window of point-in-time recovery a whole second, of a chain one of its moments.
`why` is one or more sentences. Raises RefusedError.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple

from blueprints.functions.common.errors import RefusedError

Kind = Literal["point_in_time", "native", "recovery_point", "export"]
POINT_IN_TIME_ID = "point-in-time"
# Within this, what is restored sooner or with more of its settings counts for more than newer data.
NEARLY = timedelta(seconds=60)
# A chain is imported, and what followed its full export is written item by item.
_PREFERENCE = ("point_in_time", "native", "recovery_point", "copy_back", "export")
_MOST_NAMED = 5
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class Candidate(NamedTuple):
    """A backup, a recovery point, the window of point-in-time recovery, or a chain of exports.

    `time` is the newest moment whose data it holds, `earliest` the oldest one of a window, and
    `moments` are those of a chain, ascending: it gives no other. `copy_back` says that it must be
    fetched before it can be restored here, `unusable` why it cannot be restored at all. None as
    `cold` or `size_bytes` is unknown. `known` is what its reader knows beside that.
    """

    id: str
    kind: Kind
    time: datetime
    account_id: str
    region: str
    earliest: datetime | None = None
    vault_name: str | None = None
    copy_back: bool = False
    cold: bool | None = False
    unusable: str | None = None
    name: str | None = None
    size_bytes: int | None = None
    moments: tuple[datetime, ...] = ()
    known: Any = None


PassedOver = tuple[Candidate, str]


class Unreadable(NamedTuple):
    """A source that could not be read: why, and what to do about it."""

    source: str
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"{self.source} ({self.reason}; to mend it, {self.fix})"


def choose(
    candidates: Iterable[Candidate],
    wanted: Mapping[str, Any],
    now: datetime,
    unreadable: Sequence[Unreadable] = (),
) -> tuple[Candidate, str]:
    """Return the candidate to restore and why it is that one. Raises RefusedError."""
    known = list(candidates)
    if "id" in wanted:
        return _by_id(known, wanted, unreadable)
    if "at" in wanted:
        return _at(known, moment_of(wanted["at"]), now, unreadable)
    if wanted.get("latest") is True:
        return _latest(known, unreadable)
    raise RefusedError(f"a point is `latest`, `at` or `id`, and this is none: {dict(wanted)}")


def told(candidate: Candidate) -> str:
    """Return how a person calls a candidate."""
    if candidate.kind == "point_in_time":
        return f"point-in-time recovery at {moment_text(candidate.time)}"
    if candidate.kind == "export":
        return f"export chain {candidate.id} as of {moment_text(candidate.time)}"
    where = f" in vault {candidate.vault_name}" if candidate.vault_name else ""
    if candidate.copy_back:
        where += f" of account {candidate.account_id}, {candidate.region},"
    what = "native backup" if candidate.kind == "native" else "recovery point"
    return f"{what} {candidate.name or candidate.id}{where} of {moment_text(candidate.time)}"


def moment_text(moment: datetime) -> str:
    """Return a time as a person reads it, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def duration_text(duration: timedelta) -> str:
    """Return a duration in its two largest units."""
    seconds = int(duration.total_seconds())
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
    if seconds >= _HOUR:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    if seconds >= _MINUTE:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    return f"{seconds} s"


def _latest(known: list[Candidate], unreadable: Sequence[Unreadable]) -> tuple[Candidate, str]:
    usable = _usable(known)
    if not usable:
        raise RefusedError(f"no point can be restored: {_what_there_is(known, unreadable)}")
    best = _best(usable)
    of = "the only usable point" if len(usable) == 1 else f"the newest of {len(usable)} points"
    newer = max(each.time for each in usable) - best.time
    if newer >= timedelta(seconds=1):
        of = f"{duration_text(newer)} older than the newest point, and restored sooner"
    passed_over = _passed_over([pair for pair in _unusable(known) if pair[0].time > best.time])
    why = f"{told(best)}: {of}.{passed_over}{_not_read(unreadable)}"
    return best, _sentence(why)


def _at(
    known: list[Candidate], wanted: datetime, now: datetime, unreadable: Sequence[Unreadable]
) -> tuple[Candidate, str]:
    if wanted > now:
        raise RefusedError(
            f"{moment_text(wanted)} lies in the future: {_what_there_is(known, unreadable)}"
        )
    second = wanted.replace(microsecond=0)
    for window in _usable(known):
        if window.earliest is not None and window.earliest <= second <= window.time:
            exact = window._replace(time=second)
            why = f"{told(exact)}: the window holds exactly that second.{_not_read(unreadable)}"
            return exact, _sentence(why)
    # Of a chain, what counts from here on is the moment that it would be restored to.
    placed = [_before(each, wanted) for each in known]
    before = [each for each in _usable(placed) if each.time <= wanted]
    if not before:
        raise RefusedError(
            f"nothing can be restored as of {moment_text(wanted)} or before: "
            f"{_what_there_is(known, unreadable)}"
        )
    best = _best(before)
    why = (
        f"{told(best)}: no window of point-in-time recovery holds {moment_text(wanted)}, and this "
        f"is the newest point that is not later; its data is {_age(wanted - best.time)}."
        f"{_passed_over(_around(placed, best, wanted))}{_not_read(unreadable)}"
    )
    return best, _sentence(why)


def _age(older: timedelta) -> str:
    if older < timedelta(seconds=1):
        return "of exactly that second"
    return f"{duration_text(older)} older than asked for"


def _around(known: list[Candidate], best: Candidate, wanted: datetime) -> list[PassedOver]:
    """Return what is nearer to the wanted time than the best, and the nearest later points."""
    nearer = [each for each in known if best.time < each.time <= wanted]
    nearer.sort(key=lambda each: each.time, reverse=True)
    later = [each for each in map(partial(_after, wanted), _usable(known)) if each.time > wanted]
    later.sort(key=lambda each: each.time)
    return [
        *((each, each.unusable or "restored less soon") for each in nearer),
        *((each, "later than asked for") for each in later[:1]),
    ]


def _before(candidate: Candidate, wanted: datetime) -> Candidate:
    """Return the candidate at its last moment until then, if it has one; else as it is."""
    known = bisect_right(candidate.moments, wanted)
    return candidate._replace(time=candidate.moments[known - 1]) if known else candidate


def _after(wanted: datetime, candidate: Candidate) -> Candidate:
    """Return the candidate at its first moment after that, if it has one; else at its beginning."""
    later = candidate.moments[bisect_right(candidate.moments, wanted) :]
    return candidate._replace(time=later[0] if later else _begin(candidate))


def _by_id(
    known: list[Candidate], wanted: Mapping[str, Any], unreadable: Sequence[Unreadable]
) -> tuple[Candidate, str]:
    found = [each for each in known if each.id == wanted["id"]]
    if not found:
        raise RefusedError(
            f"no point of this table has the id {wanted['id']}: {_what_there_is(known, unreadable)}"
        )
    # One id in two places: the one that can be restored soonest.
    chosen = min(found, key=lambda each: (each.unusable is not None, _preference(each)))
    if chosen.unusable:
        raise RefusedError(
            f"{told(chosen)} cannot be restored: {chosen.unusable}. "
            f"{_sentence(_what_there_is(known, unreadable))}"
        )
    if "at" in wanted:
        chosen = _second_of(chosen, moment_of(wanted["at"]))
    return chosen, _sentence(f"{told(chosen)}: the point that was asked for.")


def _second_of(window: Candidate, wanted: datetime) -> Candidate:
    if window.moments:
        if wanted < window.moments[0]:
            first = moment_text(window.moments[0])
            raise RefusedError(
                f"{moment_text(wanted)} lies before the first moment of {told(window)}: it begins "
                f"with its full export, of {first}; ask for that, or for an earlier chain"
            )
        return _before(window, wanted)
    if window.earliest is None:
        raise RefusedError(
            f"a time belongs to {POINT_IN_TIME_ID} and to export chains only, not to {told(window)}"
        )
    second = wanted.replace(microsecond=0)
    if not window.earliest <= second <= window.time:
        raise RefusedError(
            f"{moment_text(wanted)} lies outside the window of point-in-time recovery, which is "
            f"{moment_text(window.earliest)} to {moment_text(window.time)}"
        )
    return window._replace(time=second)


def _usable(known: Iterable[Candidate]) -> list[Candidate]:
    return [each for each in known if each.unusable is None]


def _unusable(known: Iterable[Candidate]) -> list[PassedOver]:
    found = [(each, each.unusable) for each in known if each.unusable]
    return sorted(found, key=lambda pair: pair[0].time, reverse=True)


def _best(usable: Sequence[Candidate]) -> Candidate:
    newest = max(each.time for each in usable)
    near = [each for each in usable if newest - each.time <= NEARLY]
    return min(near, key=lambda each: (_preference(each), -each.time.timestamp(), each.id))


def _preference(candidate: Candidate) -> int:
    return _PREFERENCE.index("copy_back" if candidate.copy_back else candidate.kind)


def moment_of(text: str) -> datetime:
    """Return a time in UTC; raises RefusedError where it is none, or has no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise RefusedError(f"{text} is no time with a zone, such as 2026-11-20T03:04:05Z")
    return moment.astimezone(UTC)


def _begin(candidate: Candidate) -> datetime:
    return candidate.moments[0] if candidate.moments else candidate.earliest or candidate.time


def _what_there_is(known: Sequence[Candidate], unreadable: Sequence[Unreadable]) -> str:
    usable = _usable(known)
    there = "there is no point that can be."
    if usable:
        newest = max(usable, key=lambda each: each.time)
        oldest = min(usable, key=_begin)
        there = (
            f"of {len(usable)} that can be, the newest is {told(newest)} "
            f"and the oldest {told(oldest._replace(time=_begin(oldest)))}."
        )
    return f"{there}{_passed_over(_unusable(known))}{_not_read(unreadable)}"


def _passed_over(pairs: Sequence[PassedOver]) -> str:
    if not pairs:
        return ""
    named = "; ".join(f"{told(each)} ({reason})" for each, reason in pairs[:_MOST_NAMED])
    more = len(pairs) - _MOST_NAMED
    return f" Passed over: {named}{f'; and {more} more' if more > 0 else ''}."


def _not_read(unreadable: Sequence[Unreadable]) -> str:
    if not unreadable:
        return ""
    return f" What could not be read may hold more: {'; '.join(map(str, unreadable))}."


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
