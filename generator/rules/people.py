"""Who may destroy, who is told, and what kind of environment it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generator.spec.resolved import principal_arn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generator.errors import Mistake, Path
    from generator.rules.scope import Scope
    from generator.spec import Principal, Subscription

# A pattern of EventBridge has 2,048 characters, and most denials fit into one document each.
MOST_CHARACTERS_OF_PRINCIPALS = 2_500
_FINDING = re.compile(r"HF[0-9]{3}(:.+)?")


def check_people(scope: Scope) -> Iterator[Mistake]:
    """Yield principals and receivers that contradict each other, and alarms nobody hears."""
    yield from _kind(scope)
    yield from _principals(scope)
    yield from _receivers(scope)
    yield from _alarms(scope)
    yield from _accepted_findings(scope)


def _kind(scope: Scope) -> Iterator[Mistake]:
    spec = scope.spec
    if not scope.sound("kind"):
        return
    if spec.kind == "destination":
        if scope.names("tables"):
            yield scope.mistake(
                ("tables",),
                "an environment of `kind: destination` holds copies, no tables",
                "move the tables to an environment of their own",
            )
        if not scope.names("vaults"):
            yield scope.mistake(
                ("kind",),
                "a destination needs a vault that takes the copies",
                "add one, for example `vaults: {archive: {lock: {min_retention_days: 7}}}`",
            )
    elif spec.accepts is not None:
        yield scope.mistake(
            ("accepts",),
            "`accepts` says whose copies a destination takes, and this is a workload",
            "write `kind: destination`, or remove it",
        )
    accepted = spec.accepts if isinstance(spec.accepts, list) else []
    for number, name in enumerate(accepted):
        if name in accepted[:number]:
            yield scope.mistake(("accepts", number), f"`{name}` stands here twice", "remove one")


def _principals(scope: Scope) -> Iterator[Mistake]:
    principals = scope.spec.principals
    first: dict[str, Path] = {}
    listed: dict[str, list[Principal]] = {
        "break_glass": principals.break_glass,
        "deploy": principals.deploy,
    }
    for kind, members in listed.items():
        for number, principal in enumerate(members):
            path: Path = ("principals", kind, number)
            name = principal.permission_set or principal.role
            before = first.setdefault(principal_arn(scope.environment, principal), path)
            if before == path:
                continue
            if before[1] == kind:
                cause, fix = f"`{name}` is named twice", "remove one"
            else:
                cause = f"`{name}` is in `break_glass` already, and may destroy what it deploys"
                fix = "remove it here, or let somebody else break the glass"
            yield scope.mistake(path, cause, fix)
    taken = sum(map(len, first))
    if taken > MOST_CHARACTERS_OF_PRINCIPALS:
        yield scope.mistake(
            ("principals",),
            f"the {len(first)} principals take {taken:,} characters as ARNs; policies and event "
            f"patterns, which repeat them, have room for {MOST_CHARACTERS_OF_PRINCIPALS:,}",
            "name fewer: one role or permission set that several people may assume",
        )


def _receivers(scope: Scope) -> Iterator[Mistake]:
    """Find receivers that stand twice: SNS keeps one subscription of a topic for one address."""
    for path, subscriptions in receivers(scope):
        first: dict[tuple[str, str], str] = {}
        for name, subscription in subscriptions.items():
            ((protocol, address),) = subscription.model_dump(exclude_none=True).items()
            before = first.setdefault((protocol, address), name)
            if before != name:
                yield scope.mistake(
                    (*path, name, protocol),
                    f"`{address}` is the receiver of `{before}` "
                    f"({scope.place(*path, before)}) too, and SNS keeps one of the two",
                    "remove one of the two entries",
                )


def receivers(scope: Scope) -> Iterator[tuple[Path, Mapping[str, Subscription]]]:
    """Yield where the file names receivers of messages, and the receivers by name."""
    alerts = scope.spec.alerts
    if alerts is not None:
        yield ("alerts", "subscriptions"), alerts.subscriptions
        yield ("alerts", "watchdog_subscriptions"), alerts.watchdog_subscriptions
        changes = alerts.tripwires.change_subscriptions
        yield ("alerts", "tripwires", "change_subscriptions"), changes


def _alarms(scope: Scope) -> Iterator[Mistake]:
    if "alerts" in scope.document.data:
        return
    for table in scope.environment.tables:
        path: Path = ("tables", table.key) if table.spec.alarms else ("defaults",)
        for name in ("throttling", "system_errors"):
            if getattr(table.alarms, name):
                yield scope.mistake(
                    (*path, "alarms", name),
                    "the alarm would tell nobody: the environment has no `alerts`",
                    "add `alerts: {subscriptions: {oncall: {email: …}}}`, or remove it",
                )


def _accepted_findings(scope: Scope) -> Iterator[Mistake]:
    for finding, reason in scope.spec.lint.accept.items():
        path = ("lint", "accept", finding)
        if not _FINDING.fullmatch(finding):
            yield scope.mistake(
                path,
                f"`{finding}` is not the id of a finding",
                "write HF and three digits, and for one place a colon and its path: "
                "HF001:tables.orders",
            )
        elif not reason.strip():
            yield scope.mistake(path, "a finding is accepted without a reason", "write the reason")
