"""Says which tables are stale, what that puts at risk, and what to look at or to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from blueprints.functions.check_freshness.ages import Pair, Problem, Rule
from blueprints.functions.check_freshness.judging import Decision
from blueprints.functions.common.catalogue import iso

MOST_NAMED = 50
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
MOST_OF_SUBJECT = 100
_REASON_CHARACTERS = 400
_RISKS = {
    "aws_backup": "changes since the newest point, should the table and its point-in-time "
    "recovery be lost",
    "snapshot": "changes since the newest backup, should the table be lost and its point-in-time "
    "recovery be off",
    "export_full": "the window that exports promise: restores have to begin with an older full "
    "export, and those expire",
    "export_incremental": "moments after the newest export, as soon as point-in-time recovery "
    "does not reach back to them; then the chain of exports breaks",
    "point_in_time": "moments after the newest one: they cannot be restored, undone or exported",
}
_CALLED = {
    "aws_backup": "AWS Backup",
    "snapshot": "native backups",
    "export_full": "full exports",
    "export_incremental": "incremental exports",
    "point_in_time": "point-in-time recovery",
}


def subject_of(
    place: Mapping[str, Any], problems: Sequence[Problem], decision: Decision, troubles: int
) -> str:
    """Return the subject of the message; SNS takes 100 characters of ASCII."""
    where = f"in {place['project']}-{place['environment']}"
    stale = len({each.table["name"] for each in problems if not each.unreadable})
    unknown = len({each.table["name"] for each in problems if each.unreadable})
    if stale:
        what = f"{_count(stale, 'table')} stale {where}"
    elif unknown:
        what = f"freshness of {_count(unknown, 'table')} unknown {where}"
    elif decision.newly_gone:
        what = f"{_count(len(decision.newly_gone), 'table')} gone {where}"
    elif troubles:
        what = f"watching of tables impaired {where}"
    else:
        what = f"tables fresh again {where}"
    return f"Holdfast: {what}"[:MOST_OF_SUBJECT]


def message_of(
    problems: Sequence[Problem], decision: Decision, troubles: Sequence[str], now: datetime
) -> str:
    """Return the message for people."""
    return "\n".join(_lines(problems, decision, troubles, now))


def listed(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return problems as data; as many as the message names, for an answer is small."""
    return [
        {
            "rule": each.rule["name"],
            "table": each.table["name"],
            "newest": None if each.newest is None else iso(each.newest),
            "allowed_minutes": each.rule["allowed_minutes"],
            "unreadable": bool(each.unreadable),
        }
        for each in problems[:MOST_NAMED]
    ]


def _lines(
    problems: Sequence[Problem], decision: Decision, troubles: Sequence[str], now: datetime
) -> Iterator[str]:
    tables = len({each.table["name"] for each in problems})
    if problems:
        yield f"{_count(tables, 'table')} without points as new as they should be, or not readable."
    else:
        yield "No table is stale."
    named = problems[:MOST_NAMED]
    for rule in {each.rule["name"]: each.rule for each in named}.values():
        yield from _of_rule(rule, [each for each in named if each.rule is rule], now)
    if len(problems) > MOST_NAMED:
        yield f"And {len(problems) - MOST_NAMED} more: see the metric of each rule."
    if decision.newly_gone:
        yield ""
        yield from _gone(decision.newly_gone)
    if decision.in_order_again:
        yield ""
        yield from _again(decision.in_order_again)
    for trouble in troubles:
        yield ""
        yield trouble
    if problems:
        yield ""
        yield "Told again when this changes, and once a day until it is mended."


def _of_rule(rule: Rule, problems: Sequence[Problem], now: datetime) -> Iterator[str]:
    yield ""
    allowed = _span(timedelta(minutes=rule["allowed_minutes"]))
    where = f", vault {rule['vault']}" if rule["source"] == "aws_backup" else ""
    yield f"{rule['name']} ({_CALLED[rule['source']]}{where}): at most {allowed} old is allowed."
    yield f"At risk: {_RISKS[rule['source']]}."
    for each in problems:
        yield f"- {each.table['name']}: {_state(each, now)}"
        for command in _commands(each, now):
            yield f"    {command}"


def _state(problem: Problem, now: datetime) -> str:
    newest = "never"
    if problem.newest is not None:
        newest = f"{iso(problem.newest)}, {_span(now - problem.newest)} old"
    if problem.unreadable:
        last = f"; newest known point: {newest}" if problem.newest is not None else ""
        return f"could not be read: {problem.unreadable[:_REASON_CHARACTERS]}{last}"
    if problem.off:
        return "point-in-time recovery is off: no moment can be restored"
    return f"newest point: {newest}"


def _commands(problem: Problem, now: datetime) -> Iterator[str]:
    rule, name, arn = problem.rule, problem.table["name"], problem.table["arn"]
    region = arn.split(":")[3]
    source = rule["source"]
    if source == "aws_backup":
        yield (
            f"aws backup list-backup-jobs --by-resource-arn {arn} --by-backup-vault-name "
            f"{rule['vault']} --max-items 5 --region {region}"
        )
    elif source == "point_in_time":
        yield f"aws dynamodb describe-continuous-backups --table-name {name} --region {region}"
        if problem.off:
            yield (
                f"aws dynamodb update-continuous-backups --table-name {name} "
                "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true "
                f"--region {region}"
            )
    elif source == "snapshot":
        yield (
            f"aws dynamodb create-backup --table-name {name} --backup-name "
            f"{rule['prefix']}{now:%Y%m%dT%H%M} --region {region}"
        )
    else:
        yield f"aws dynamodb list-exports --table-arn {arn} --region {region}"
        if rule.get("machine_arn"):
            yield (
                f"aws stepfunctions list-executions --state-machine-arn {rule['machine_arn']} "
                f"--max-items 5 --region {region}"
            )


def _gone(names: Sequence[str]) -> Iterator[str]:
    yield (
        f"Not there, deleted or not created yet (told once): {_names(names)}. Points of a deleted "
        "table stay as long as their retention says: holdfast points and holdfast restore bring "
        "it back. If it was deleted on purpose, take it out of the environment's file."
    )


def _again(pairs: Sequence[Pair]) -> Iterator[str]:
    texts = [f"{table} ({rule})" if table else rule for rule, table in pairs]
    yield f"Fresh again: {_names(texts)}."


def _names(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _span(span: timedelta) -> str:
    """Return a time in its two largest units."""
    minutes = int(span.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day"), (hours, "hour"), (minutes, "minute")]
    given = [_count(number, unit) for number, unit in parts if number]
    return " ".join(given[:2]) or "0 minutes"
