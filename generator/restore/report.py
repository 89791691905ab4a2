"""The report of a restore: read from the catalogue, and printed for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from blueprints.names import catalogue_bucket_name
from generator.adopt.described import plain
from generator.executions.following import elapsed
from generator.executions.reports import Report, report_of
from generator.points.access import Clients
from generator.points.text import stamp, wrapped
from generator.restore.asked import Asked

_INDENT = 10


def key_of(asked: Asked, execution_arn: str) -> tuple[str, str]:
    """Return bucket and key of the report of an execution."""
    name = execution_arn.rpartition(":")[2]
    return catalogue_bucket_name(asked.where), f"restores/{asked.table.name}/{name}.json"


def read(asked: Asked, clients: Clients, execution_arn: str) -> Report:
    """Return the report; raises StoppedError where there is none or it cannot be read."""
    bucket, key = key_of(asked, execution_arn)
    return report_of(asked, clients, bucket, key)


def is_right(report: Report) -> bool:
    """Return whether the restore succeeded and was verified; what is not known is not right."""
    verification = report.get("verification") or {}
    return report.get("status") == "SUCCEEDED" and verification.get("passed") is True


def lines(report: Report, where: str) -> Iterator[str]:
    """Yield the lines of a report that lies `where`."""
    table, target = report.get("table") or {}, report.get("target")
    yield from _headline(report, table.get("name"), target)
    yield ""
    for head, text in _members(report):
        yield from _line(head, text)
    yield from _checks(report)
    for number, text in enumerate(report.get("not_right") or ()):
        yield from _line("NOT RIGHT" if number == 0 else "", f"- {text}")
    yield from _settings(report)
    yield from _line("REPORT", where)
    following = report.get("next") or ()
    if following:
        yield ""
        yield "NEXT, in the environment's folder of the output:"
    for each in following:
        yield f"  {plain(each)}"


def _headline(report: Report, name: object, target: Any) -> list[str]:
    environment = report.get("environment")
    if is_right(report) and target:
        return wrapped(
            "RESTORED  ",
            f"{name} of {environment} is back as {target['name']}, and verified.",
            indent=_INDENT,
        )
    if not target:
        text = f"{name} of {environment}: there was no plan, and nothing was changed."
    else:
        text = (
            f"{name} of {environment}: let nothing use {target['name']} before what follows is "
            "mended."
        )
    return wrapped("FAILED    ", text, indent=_INDENT)


def _members(report: Report) -> Iterator[tuple[str, str]]:
    why = report.get("chosen_because") or report.get("why")
    if why:
        yield "FROM", why
    if isinstance(report.get("seconds"), int) and report.get("started_at"):
        took = elapsed(timedelta(seconds=report["seconds"]))
        began = datetime.fromisoformat(report["started_at"]).astimezone(UTC)
        yield "TOOK", f"{took} from {stamp(began)}"
    if report.get("settings_from"):
        applied = len((report.get("settings") or {}).get("applied") or ())
        yield "SETTINGS", f"from {report['settings_from']}; {applied} applied"
    owner = report.get("owner") or {}
    if report.get("target") and owner.get("meaning"):
        stack = f" ({owner['stack_name']})" if owner.get("stack_name") else ""
        yield "OWNER", f"{owner['meaning']}{stack}"
    pointer = report.get("pointer")
    if pointer:
        yield "POINTER", f"{pointer.get('parameter_name')} {pointer.get('became')}"


def _checks(report: Report) -> Iterator[str]:
    checks = (report.get("verification") or {}).get("checks") or ()
    if not checks:
        return
    count = Counter(_verdict(check) for check in checks)
    told = ", ".join(f"{count[verdict]} {verdict}" for verdict in _VERDICTS if count[verdict])
    yield from _line("CHECKS", told)
    for check in checks:
        verdict, detail = _verdict(check), check.get("detail")
        text = f"{check.get('check')}{f': {detail}' if detail else ''}"
        yield from wrapped(f"{'':{_INDENT}}{verdict:8}  ", plain(text), indent=_INDENT + 10)


_VERDICTS = ("right", "wrong", "unknown")


def _verdict(check: Mapping[str, Any]) -> str:
    ok = check.get("ok")
    return "right" if ok is True else ("wrong" if ok is False else "unknown")


def _settings(report: Report) -> Iterator[str]:
    settings = report.get("settings") or {}
    for number, each in enumerate(settings.get("left") or ()):
        text = f"{each.get('setting')}: {each.get('reason')}"
        yield from _line("LEFT" if number == 0 else "", text)


def _line(head: str, text: str) -> list[str]:
    return wrapped(f"{head:{_INDENT}}", plain(text), indent=_INDENT)
