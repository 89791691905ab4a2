"""What is stale and when it is told: decided from plain data, without asking anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprints.functions.check_freshness import memory, telling
from blueprints.functions.check_freshness.ages import (
    Compared,
    Looked,
    Pair,
    Seen,
    Watched,
    WatchedRule,
    compared,
    counted,
    newest_of,
)
from blueprints.functions.check_freshness.judging import REPEATED_AFTER, Alert, decided
from blueprints.functions.check_freshness.memory import Memory

NOW = datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/"
PLACE = {"project": "shop", "environment": "prod"}
HOUR = timedelta(hours=1)


def table(name: str) -> dict[str, str]:
    return {"name": name, "arn": f"{ARN}{name}"}


ORDERS, ITEMS = table("orders"), table("items")
DAILY: dict[str, Any] = {
    "name": "critical.backups.daily",
    "class": "critical",
    "source": "aws_backup",
    "allowed_minutes": 26 * 60,
    "vault": "main",
    "delete_after_days": 35,
}
PITR: dict[str, Any] = {
    "name": "critical.pitr",
    "class": "critical",
    "source": "point_in_time",
    "allowed_minutes": 60,
}
CLASSES = {"critical": [ORDERS, ITEMS]}
OLD = {
    "critical.backups.daily": WatchedRule(
        points=counted(DAILY),
        tables={"orders": Watched(NOW - 900 * HOUR), "items": Watched(NOW - 900 * HOUR)},
    )
}


def at(hours: float) -> Seen:
    """A point so many hours old, looked for in 52 hours."""
    return Seen(NOW - hours * HOUR, NOW - 52 * HOUR)


NOTHING = Seen(None, NOW - 52 * HOUR)


def compare(
    orders: Seen, items: Seen, before: Any = OLD, rule: Any = DAILY, gone: Any = ()
) -> Compared:
    seen = {(rule["name"], "orders"): orders, (rule["name"], "items"): items}
    return compared([rule], CLASSES, Looked(seen, gone), before, NOW)


def stale(outcome: Compared) -> list[str]:
    return [problem.table["name"] for problem in outcome.problems]


# --- ages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("hours", "names"), [(25.9, []), (26, []), (26.01, ["orders"])])
def test_a_point_is_stale_when_it_is_older_than_allowed(hours: float, names: list[str]) -> None:
    outcome = compare(at(hours), at(1))
    assert stale(outcome) == names
    assert outcome.ages == {DAILY["name"]: pytest.approx(hours * 3600)}


def test_a_table_without_any_point_is_stale_when_it_is_watched_for_longer_than_allowed() -> None:
    new = compare(NOTHING, NOTHING, before={})
    assert (stale(new), new.ages) == ([], {DAILY["name"]: 0})
    assert new.watched[DAILY["name"]].tables["orders"] == Watched(NOW)
    assert stale(compare(NOTHING, at(1))) == ["orders"]


def test_recovery_that_is_off_is_stale_at_once() -> None:
    outcome = compare(Seen(off=True), Seen(NOW), before={}, rule=PITR)
    assert stale(outcome) == ["orders"]


def test_one_that_cannot_be_read_is_unknown_and_its_rule_has_no_age() -> None:
    newest = NOW - 5 * HOUR
    tables = {"orders": Watched(NOW - 900 * HOUR, newest), "items": Watched(NOW - 900 * HOUR)}
    before = {DAILY["name"]: WatchedRule(points=counted(DAILY), tables=tables)}
    outcome = compare(Seen(unreadable="AccessDenied: no"), at(1), before=before)
    (problem,) = outcome.problems
    assert (problem.unreadable, problem.newest) == ("AccessDenied: no", newest)
    assert outcome.ages == {}
    assert outcome.in_order == {(DAILY["name"], "items")}
    assert outcome.watched[DAILY["name"]].tables["orders"] == tables["orders"]


def test_tables_that_are_gone_or_left_out_count_for_nothing() -> None:
    outcome = compare(NOTHING, at(1), gone={"orders"})
    assert (stale(outcome), list(outcome.watched[DAILY["name"]].tables)) == ([], ["items"])
    without = {**DAILY, "leave_out": ["orders"]}
    assert stale(compare(NOTHING, at(1), rule=without)) == []
    assert compare(NOTHING, at(1), gone={"orders", "items"}).ages == {}


def test_a_rule_that_counts_other_points_begins_anew() -> None:
    longer = {**DAILY, "delete_after_days": 60}
    outcome = compare(NOTHING, NOTHING, rule=longer)
    assert stale(outcome) == []
    assert outcome.watched[DAILY["name"]].tables["orders"] == Watched(NOW)


def test_a_point_is_remembered_when_it_is_too_old_to_be_looked_for() -> None:
    back_to = NOW - 52 * HOUR
    before, within = back_to - HOUR, back_to + HOUR
    assert newest_of(Seen(None, back_to), before) == before
    # It would have been seen: somebody deleted it.
    assert newest_of(Seen(None, back_to), within) is None
    assert newest_of(Seen(NOW, back_to), before) == NOW
    assert newest_of(Seen(None), before) is None


def test_points_that_were_all_deleted_are_stale_at_once() -> None:
    tables = {name: Watched(NOW - 900 * HOUR, NOW - HOUR) for name in ("orders", "items")}
    before = {DAILY["name"]: WatchedRule(points=counted(DAILY), tables=tables)}
    assert stale(compare(NOTHING, NOTHING, before=before)) == ["orders", "items"]


def test_a_clock_that_is_behind_makes_no_negative_age() -> None:
    assert compare(at(-1), at(-2)).ages == {DAILY["name"]: 0}


# --- when it is told ------------------------------------------------------------------------------

A, B = ("r", "a"), ("r", "b")


def decide(wrong: set[Pair], before: Alert, now: datetime = NOW, gone: Any = ()) -> Any:
    return decided(wrong, {A, B} - wrong, set(gone), before, now)


def test_a_change_is_told_and_no_change_is_not() -> None:
    first = decide({A}, Alert())
    assert (first.tell, first.alert.told_at) == (True, NOW)
    assert not decide({A}, first.alert, NOW + HOUR).tell
    assert decide({A, B}, first.alert, NOW + HOUR).tell
    over = decide(set(), first.alert, NOW + HOUR)
    assert (over.tell, over.in_order_again) == (True, [A])
    assert not decide(set(), over.alert, NOW + 30 * HOUR).tell
    assert not decide(set(), Alert()).tell


def test_what_stays_wrong_is_told_once_a_day() -> None:
    alert = decide({A}, Alert()).alert
    told = []
    for hour in range(1, 73):
        decision = decide({A}, alert, NOW + hour * HOUR)
        alert = decision.alert
        told += [hour] if decision.tell else []
    assert told == [24, 48, 72]


def test_a_table_that_is_gone_is_told_once_and_again_when_it_went_again() -> None:
    first = decide(set(), Alert(), gone={"a"})
    assert (first.tell, first.newly_gone) == (True, ["a"])
    second = decide(set(), first.alert, NOW + 48 * HOUR, gone={"a"})
    assert (second.tell, second.newly_gone) == (False, [])
    back = decide(set(), second.alert)
    assert not back.tell
    assert decide(set(), back.alert, gone={"a"}).newly_gone == ["a"]


def test_what_is_gone_is_not_fresh_again() -> None:
    decision = decided(set(), {B}, {"a"}, Alert(frozenset({A}), NOW), NOW)
    assert (decision.tell, decision.in_order_again) == (True, [])


STEPS = st.lists(
    st.tuples(st.sets(st.sampled_from([A, B])), st.sets(st.sampled_from(["a", "b"]))), max_size=80
)


@given(STEPS)
def test_nothing_changes_untold_and_nothing_wrong_stays_untold_for_longer_than_a_day(
    steps: list[tuple[set[Pair], set[str]]],
) -> None:
    alert, wrong_before, gone_before, told_at = Alert(), set[Pair](), set[str](), NOW
    for number, (wrong, gone) in enumerate(steps):
        now = NOW + number * HOUR
        decision = decide(wrong, alert, now, gone)
        alert = decision.alert
        assert decision.tell or (wrong == wrong_before and gone <= gone_before)
        if decision.tell:
            changed = wrong != wrong_before or bool(gone - gone_before)
            assert changed or (wrong and now - told_at >= REPEATED_AFTER)
            told_at = now
        elif wrong:
            assert now - told_at < REPEATED_AFTER
        wrong_before, gone_before = wrong, gone


# --- memory ---------------------------------------------------------------------------------------

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(  # noqa: DTZ001 - made UTC
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
ALERTS = st.builds(
    Alert,
    st.frozensets(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3),
    st.none() | MOMENTS,
    st.frozensets(st.text(max_size=5), max_size=3),
)
RULES = st.dictionaries(
    st.text(max_size=5),
    st.builds(
        lambda points, tables: WatchedRule(points=points, tables=tables),
        st.text(max_size=5),
        st.dictionaries(
            st.text(max_size=5), st.builds(Watched, MOMENTS, st.none() | MOMENTS), max_size=3
        ),
    ),
    max_size=3,
)


@given(st.builds(Memory, st.text(max_size=5), ALERTS, ALERTS, RULES))
def test_what_is_kept_is_read_as_it_was(kept: Memory) -> None:
    written = json.loads(json.dumps(memory.document(kept)))
    assert memory.parsed(written) == kept


@pytest.mark.parametrize(
    "found", [{}, {"scheduled_at": "x", "alert": {}}, {**memory.document(Memory()), "rules": 3}]
)
def test_another_document_is_refused(found: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        memory.parsed(found)


def test_a_run_that_is_repeated_for_a_time_compares_with_the_run_before_it() -> None:
    alert, earlier = Alert(frozenset({A}), NOW), Alert()
    kept = Memory("2026-11-20T03:00:00Z", alert, earlier)
    assert kept.alert_to_compare("2026-11-20T03:00:00Z") == earlier
    assert kept.alert_to_compare("2026-11-20T04:00:00Z") == alert


# --- the message ----------------------------------------------------------------------------------


NEVER = Alert()


def told(outcome: Compared, before: Alert = NEVER, troubles: Any = (), gone: Any = ()) -> str:
    wrong = {problem.pair for problem in outcome.problems}
    decision = decided(wrong, outcome.in_order, set(gone), before, NOW)
    subject = telling.subject_of(PLACE, outcome.problems, decision, len(troubles))
    assert len(subject) <= 100
    assert subject.isascii()
    return f"{subject}\n{telling.message_of(outcome.problems, decision, troubles, NOW)}"


def test_a_message_names_table_rule_time_age_risk_and_command() -> None:
    text = told(compare(at(50), NOTHING), Alert(frozenset({("critical.pitr", "orders")})))
    assert text.startswith("Holdfast: 2 tables stale in shop-prod\n2 tables without points as new")
    assert (
        "critical.backups.daily (AWS Backup, vault main): at most 1 day 2 hours old is allowed."
        in text
    )
    assert "At risk: changes since the newest point, should the table and its" in text
    assert "- orders: newest point: 2026-11-18T01:04:05Z, 2 days 2 hours old" in text
    assert "- items: newest point: never" in text
    assert (
        f"aws backup list-backup-jobs --by-resource-arn {ARN}orders --by-backup-vault-name main "
        "--max-items 5 --region eu-central-1" in text
    )
    assert "Fresh again" not in text


def test_a_message_says_what_is_unknown_and_what_is_fresh_again() -> None:
    before = Alert(frozenset({(DAILY["name"], "items"), ("critical.pitr", "orders")}))
    text = told(compare(Seen(unreadable="Timeout: x"), at(1)), before)
    assert text.startswith("Holdfast: freshness of 1 table unknown in shop-prod")
    assert "- orders: could not be read: Timeout: x" in text
    assert "Fresh again: items (critical.backups.daily)." in text


@pytest.mark.parametrize(
    ("rule", "command"),
    [
        ({"source": "snapshot", "prefix": "shop-prod-"}, "--backup-name shop-prod-20261120T0304"),
        ({"source": "export_full"}, "aws dynamodb list-exports --table-arn"),
        ({"source": "export_incremental", "machine_arn": "arn:m"}, "--state-machine-arn arn:m"),
        ({"source": "point_in_time"}, "aws dynamodb describe-continuous-backups --table-name"),
    ],
)
def test_every_source_has_its_risk_and_command(rule: dict[str, Any], command: str) -> None:
    whole = {"name": "critical.x", "class": "critical", "allowed_minutes": 60, **rule}
    known = {name: Watched(NOW - 900 * HOUR) for name in ("orders", "items")}
    before = {"critical.x": WatchedRule(points=counted(whole), tables=known)}
    text = told(compare(NOTHING, Seen(NOW), before=before, rule=whole))
    assert command in text
    assert "At risk: " in text
    assert "at most 1 hour old is allowed" in text


def test_recovery_that_is_off_has_the_command_that_switches_it_on() -> None:
    text = told(compare(Seen(off=True), Seen(NOW), rule=PITR))
    assert "- orders: point-in-time recovery is off: no moment can be restored" in text
    assert "aws dynamodb update-continuous-backups --table-name orders" in text


def test_tables_that_are_gone_and_troubles_are_said() -> None:
    text = told(compare(at(1), at(1)), troubles=["Trouble."], gone={"other"})
    assert text.startswith("Holdfast: 1 table gone in shop-prod\nNo table is stale.")
    assert "Not there, deleted or not created yet (told once): other." in text
    assert text.endswith("Trouble.")
    assert told(compare(at(1), at(1)), troubles=["Trouble."]).startswith("Holdfast: watching of")
    assert told(compare(at(1), at(1)), Alert(frozenset({A}))).startswith("Holdfast: tables fresh")


def test_a_message_of_500_tables_is_short() -> None:
    many = {"critical": [table("t" * 250 + f"{number:05}") for number in range(500)]}
    seen = {(DAILY["name"], each["name"]): NOTHING for each in many["critical"]}
    known = {each["name"]: Watched(NOW - 900 * HOUR) for each in many["critical"]}
    before = {DAILY["name"]: WatchedRule(points=counted(DAILY), tables=known)}
    outcome = compared([DAILY], many, Looked(seen, ()), before, NOW)
    text = told(outcome)
    assert "And 450 more: see the metric of each rule." in text
    answer = {"stale": telling.listed(outcome.problems), "message": text}
    assert len(json.dumps(answer)) < 100_000
