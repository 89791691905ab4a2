"""Compares what was seen of every rule and table with what is allowed; asks nobody."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

Rule = Mapping[str, Any]
Table = Mapping[str, str]
# A rule and a table, by their names.
Pair = tuple[str, str]


class Seen(NamedTuple):
    """What was seen of a table's points: the newest, or why there is none."""

    newest: datetime | None = None
    # Points that are older than this were not looked for.
    looked_back_to: datetime | None = None
    # Point-in-time recovery is off, so that there is nothing, however new the table is.
    off: bool = False
    unreadable: str = ""


class Looked(NamedTuple):
    """What was seen of every pair, and the names of tables that are not there."""

    seen: Mapping[Pair, Seen]
    gone: Collection[str]


class Watched(NamedTuple):
    """What a run knows of a rule and table from earlier runs."""

    since: datetime
    newest: datetime | None = None


class WatchedRule(NamedTuple):
    """The tables of a rule, as long as the same points count for it."""

    points: str
    tables: Mapping[str, Watched]


class Problem(NamedTuple):
    """A rule and table that is stale or could not be read."""

    rule: Rule
    table: Table
    newest: datetime | None
    off: bool = False
    unreadable: str = ""

    @property
    def pair(self) -> Pair:
        """The names of rule and table."""
        return self.rule["name"], self.table["name"]


class Compared:
    """What came out: problems, pairs in order, seconds by rule, and what to remember."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.problems: list[Problem] = []
        self.in_order: set[Pair] = set()
        self.ages: dict[str, float] = {}
        self.watched: dict[str, WatchedRule] = {}


def compared(
    rules: Sequence[Rule],
    classes: Mapping[str, Sequence[Table]],
    looked: Looked,
    before: Mapping[str, WatchedRule],
    now: datetime,
) -> Compared:
    """Return what is stale; tables that are gone are left out.

    A table without any point is as old as the time for which it is watched by the rule: a new
    table, or a new rule, is stale only when its first point is overdue. The age of a rule is that
    of its oldest table; a rule of which a table could not be read has none.
    """
    outcome = Compared(now)
    for rule in rules:
        _compare(
            rule,
            tables_of(rule, classes, looked.gone),
            looked.seen,
            before.get(rule["name"]),
            outcome,
        )
    return outcome


def tables_of(
    rule: Rule, classes: Mapping[str, Sequence[Table]], gone: Collection[str]
) -> list[Table]:
    """Return the tables that are there and that the rule is about: those of its class.

    Without those that it leaves out, which the file itself has no such points of.
    """
    without = {*gone, *rule.get("leave_out", ())}
    return [table for table in classes.get(rule["class"], ()) if table["name"] not in without]


def _compare(
    rule: Rule,
    tables: Sequence[Table],
    seen: Mapping[Pair, Seen],
    known: WatchedRule | None,
    outcome: Compared,
) -> None:
    name, points, now = rule["name"], counted(rule), outcome.now
    # Where other points count now, those of before are none, and new ones need their time.
    remembered = known.tables if known is not None and known.points == points else {}
    allowed = timedelta(minutes=rule["allowed_minutes"])
    ages: list[timedelta] = []
    watched: dict[str, Watched] = {}
    for table in tables:
        look = seen[name, table["name"]]
        earlier = remembered.get(table["name"], Watched(now))
        newest = earlier.newest if look.unreadable else newest_of(look, earlier.newest)
        watched[table["name"]] = Watched(earlier.since, newest)
        age = max(timedelta(0), now - (newest or earlier.since))
        if not look.unreadable:
            ages.append(age)
        if look.unreadable or look.off or age > allowed:
            outcome.problems.append(
                Problem(
                    rule=rule,
                    table=table,
                    newest=newest,
                    off=look.off,
                    unreadable=look.unreadable,
                )
            )
        else:
            outcome.in_order.add((name, table["name"]))
    outcome.watched[name] = WatchedRule(points=points, tables=watched)
    if ages and len(ages) == len(tables):
        outcome.ages[name] = max(ages).total_seconds()


def newest_of(look: Seen, remembered: datetime | None) -> datetime | None:
    """Return the newest point: the one that was seen, else one from before the time looked at.

    A remembered one of the time that was looked at is not there any more: somebody deleted it.
    """
    if look.newest is not None or remembered is None or look.looked_back_to is None:
        return look.newest
    return remembered if remembered < look.looked_back_to else None


def counted(rule: Rule) -> str:
    """Return which points count for a rule, as text to compare."""
    parts = (
        rule["source"],
        rule.get("vault"),
        rule.get("delete_after_days"),
        rule.get("cold_storage_after_days"),
        rule.get("prefix"),
    )
    return " ".join("-" if part is None else str(part) for part in parts)
