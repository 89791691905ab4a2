"""Reads the newest point of every rule and table with few calls, and what cannot be read.

- AWS Backup: each vault is listed once. A point counts for a rule when it lies in the rule's vault
  with the rule's lifecycle: nothing else in the list says which rule made it. So several rules of
  a vault with the same lifecycle share their points, and one of them that stays away is noticed
  only if the others' points are too old for it.
- Native backups are listed once for all tables.
- Exports: the keys of a table's records, and the newest record of each kind, to see whose it is.
- Point-in-time recovery is described table by table; that also says which tables are gone.

Lists reach back twice the longest age that a rule allows: what is older is stale in any case.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.functions.check_freshness.ages import Looked, Pair, Rule, Seen, Table, tables_of
from blueprints.functions.common import catalogue, exports_store
from blueprints.functions.common.calls import pages
from blueprints.functions.common.log import log
from blueprints.functions.common.patience import FAILURES, Patience, reason_of
from blueprints.functions.common.recovery_window import ATTEMPTS, window_of

# Returns the client of a service, with `attempts` for one that tries more often.
Connect = Callable[..., Any]
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RecoveryPointByBackupVault.html
USABLE = ("COMPLETED", "AVAILABLE")
_EXPORTS = {"export_full": "full", "export_incremental": "incremental"}
# Keys sort by the start of a window, and the end of it counts.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
_LONGEST_EXPORT = timedelta(hours=24)
_POINTS_AT_ONCE, _BACKUPS_AT_ONCE = 1000, 100
_STAMP = r"\d{8}T\d{4}"


class _Listing:
    """The newest point of each key, or why there is no list."""

    def __init__(
        self, newest: Mapping[Any, datetime], looked_back_to: datetime, unreadable: str = ""
    ) -> None:
        self._newest = newest
        self._looked_back_to = looked_back_to
        self._unreadable = unreadable

    def of(self, key: Any) -> Seen:
        return Seen(self._newest.get(key), self._looked_back_to, unreadable=self._unreadable)


def look(
    connect: Connect,
    place: Mapping[str, Any],
    classes: Mapping[str, Sequence[Table]],
    rules: Sequence[Rule],
    now: datetime,
) -> Looked:
    """Return what there is of every rule and table that is not gone; never raises for one."""
    windows, gone = _windows(connect, classes)
    tables = {rule["name"]: tables_of(rule, classes, gone) for rule in rules}
    by_source: dict[str, list[Rule]] = {}
    for rule in rules:
        source = "export" if rule["source"] in _EXPORTS else rule["source"]
        by_source.setdefault(source, []).append(rule)
    seen: dict[Pair, Seen] = {}
    for rule in by_source.get("point_in_time", ()):
        for table in tables[rule["name"]]:
            seen[rule["name"], table["name"]] = windows[table["name"]]
    seen |= _of_vaults(connect, by_source.get("aws_backup", ()), tables, now)
    seen |= _of_snapshots(connect, by_source.get("snapshot", ()), tables, now)
    seen |= _of_exports(connect, place, by_source.get("export", ()), tables, now)
    unreadable = sum(1 for each in seen.values() if each.unreadable)
    log("looked", pairs=len(seen), unreadable=unreadable, gone=sorted(gone))
    return Looked(seen, gone)


def _listing(
    patience: Patience,
    what: str,
    back_to: datetime,
    read: Callable[..., Mapping[Any, datetime]],
    *given: Any,
) -> _Listing:
    """Return what `read` finds since a time, or why it finds nothing."""
    try:
        return _Listing(patience.ask(read, *given, back_to), back_to)
    except FAILURES as error:
        return _Listing({}, back_to, _not_read(what, error))


def _windows(
    connect: Connect, classes: Mapping[str, Sequence[Table]]
) -> tuple[dict[str, Seen], set[str]]:
    dynamodb = connect("dynamodb", attempts=ATTEMPTS)
    patience = Patience()
    found: dict[str, Seen] = {}
    gone: set[str] = set()
    for table in (each for tables in classes.values() for each in tables):
        name = table["name"]
        try:
            window = patience.ask(window_of, dynamodb, table)
        except FAILURES as error:
            what = f"point-in-time recovery of {name}"
            found[name] = Seen(unreadable=_not_read(what, error))
        else:
            if window is None:
                gone.add(name)
            else:
                found[name] = Seen(window.latest, off=window.days is None)
    return found, gone


def _of_vaults(
    connect: Connect, rules: Iterable[Rule], tables: Mapping[str, Sequence[Table]], now: datetime
) -> dict[Pair, Seen]:
    by_vault: dict[str, list[Rule]] = {}
    for rule in rules:
        by_vault.setdefault(rule["vault"], []).append(rule)
    patience = Patience()
    seen: dict[Pair, Seen] = {}
    for vault, of_vault in by_vault.items():
        back_to = _back_to(of_vault, now)
        listing = _listing(patience, f"vault {vault}", back_to, _points, connect, vault)
        for rule in of_vault:
            lifecycle = (
                _days(rule.get("delete_after_days")),
                _days(rule.get("cold_storage_after_days")),
            )
            for table in tables[rule["name"]]:
                seen[rule["name"], table["name"]] = listing.of((table["arn"], *lifecycle))
    return seen


def _points(connect: Connect, vault: str, back_to: datetime) -> dict[Any, datetime]:
    """Return the newest good point of each table and lifecycle."""
    listed = pages(
        connect("backup"),
        "list_recovery_points_by_backup_vault",
        "RecoveryPoints",
        f"vault {vault}",
        BackupVaultName=vault,
        ByCreatedAfter=back_to,
        ByResourceType="DynamoDB",
        PaginationConfig={"PageSize": _POINTS_AT_ONCE},
    )
    newest: dict[Any, datetime] = {}
    for point in listed:
        if point["Status"] in USABLE:
            lifecycle = point.get("Lifecycle") or {}
            key = (
                point["ResourceArn"],
                _days(lifecycle.get("DeleteAfterDays")),
                _days(lifecycle.get("MoveToColdStorageAfterDays")),
            )
            _note(newest, key, point["CreationDate"])
    return newest


def _of_snapshots(
    connect: Connect, rules: Sequence[Rule], tables: Mapping[str, Sequence[Table]], now: datetime
) -> dict[Pair, Seen]:
    if not rules:
        return {}
    back_to = _back_to(rules, now)
    prefixes = {rule["prefix"] for rule in rules}
    listing = _listing(Patience(), "native backups", back_to, _backups, connect, prefixes)
    return {
        (rule["name"], table["name"]): listing.of((rule["prefix"], table["arn"]))
        for rule in rules
        for table in tables[rule["name"]]
    }


def _backups(connect: Connect, prefixes: set[str], back_to: datetime) -> dict[Any, datetime]:
    """Return the newest good backup of each prefix and table; a list of all is a few calls."""
    own = re.compile(f"({'|'.join(sorted(map(re.escape, prefixes)))}){_STAMP}")
    listed = pages(
        connect("dynamodb", attempts=ATTEMPTS),
        "list_backups",
        "BackupSummaries",
        "*",
        BackupType="USER",
        TimeRangeLowerBound=back_to,
        PaginationConfig={"PageSize": _BACKUPS_AT_ONCE},
    )
    newest: dict[Any, datetime] = {}
    for backup in listed:
        match = own.fullmatch(backup["BackupName"])
        if match and backup["BackupStatus"] == "AVAILABLE":
            _note(newest, (match[1], backup["TableArn"]), backup["BackupCreationDateTime"])
    return newest


def _of_exports(
    connect: Connect,
    place: Mapping[str, Any],
    rules: Sequence[Rule],
    tables: Mapping[str, Sequence[Table]],
    now: datetime,
) -> dict[Pair, Seen]:
    by_class: dict[str, list[Rule]] = {}
    for rule in rules:
        by_class.setdefault(rule["class"], []).append(rule)
    bucket = place["catalogue_bucket"]
    patience = Patience()
    seen: dict[Pair, Seen] = {}
    for of_class in by_class.values():
        back_to = _back_to(of_class, now)
        kinds = {_EXPORTS[rule["source"]] for rule in of_class}
        both = {each["name"]: each for rule in of_class for each in tables[rule["name"]]}
        for table in both.values():
            what, s3 = f"exports of {table['name']}", connect("s3")
            listing = _listing(patience, what, back_to, _records, s3, bucket, table, kinds)
            for rule in of_class:
                seen[rule["name"], table["name"]] = listing.of(_EXPORTS[rule["source"]])
    return seen


def _records(
    s3: Any, bucket: str, table: Table, kinds: set[str], back_to: datetime
) -> dict[str, datetime]:
    """Return the end of the newest export of each kind that is of this very table."""
    listed = exports_store.records(s3, bucket, table["arn"], back_to - _LONGEST_EXPORT)
    newest: dict[str, datetime] = {}
    for record in sorted(listed, key=lambda each: each.end, reverse=True):
        if record.kind in kinds and record.kind not in newest:
            document = catalogue.read(s3, bucket, record.key)
            if document["table"]["arn"] == table["arn"]:
                newest[record.kind] = record.end
    return newest


def _back_to(rules: Iterable[Rule], now: datetime) -> datetime:
    return now - 2 * timedelta(minutes=max(rule["allowed_minutes"] for rule in rules))


def _days(days: int | None) -> int | None:
    """Return the days of a lifecycle; AWS Backup writes never as nothing or -1.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
    """
    return days if days is not None and days > 0 else None


def _note(newest: dict[Any, datetime], key: Any, moment: datetime) -> None:
    moment = moment.astimezone(UTC)
    if key not in newest or newest[key] < moment:
        newest[key] = moment


def _not_read(what: str, error: Exception) -> str:
    reason = reason_of(error)
    log("not read", what=what, reason=reason)
    return reason
