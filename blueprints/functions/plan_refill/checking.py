"""Looks whether every child of a round is done, before anything is loaded over what it wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from blueprints.functions.common import at_once
from blueprints.functions.common.catalogue import read
from blueprints.functions.common.refills import DONE, added, nothing, of_child, progress_keys
from blueprints.functions.plan_refill import lists
from blueprints.functions.plan_refill.case import Case
from blueprints.functions.plan_refill.work import Work

State = dict[str, Any]
MOST_NAMED, _IN_MESSAGE = 20, 3
_MOST_CHARACTERS = 1_000
# What the machine does not call again after.
_FINAL = frozenset(("BadDataError", "RefusedError"))


def begun(number: int, items: int) -> State:
    """Return a look at a round of so many items that has not begun yet."""
    return {
        "round": number,
        "items": items,
        "after": None,
        "next": 0,
        "sums": nothing(),
        "wrong": 0,
        "unknown": 0,
        "named": [],
    }


def checked(case: Case, before: Mapping[str, Any]) -> tuple[State, bool]:
    """Return what the children have told so far, and whether that is all of it."""
    state: State = {**before, "named": list(before["named"])}
    is_whole = False
    found = progress_keys(case.s3, case.folder, state["round"], state["after"])

    def while_time() -> Iterator[tuple[int, str]]:
        nonlocal is_whole
        for each in found:
            if not case.has_time():
                return
            yield each
        is_whole = True

    def told(each: tuple[int, str]) -> tuple[int, str, dict[str, Any]]:
        return (*each, read(case.s3, case.folder.bucket, each[1]))

    for index, key, progress in at_once.results(told, while_time()):
        if index >= state["items"]:
            continue  # of a list that was longer
        _missing(state, index)
        state["sums"] = added(state["sums"], of_child(progress))
        if progress["status"] != DONE:
            _note(state, _of_progress(case, index, progress, state["round"]))
        state["after"], state["next"] = key, index + 1
    if is_whole:
        _missing(state, state["items"])
    return state, is_whole


def error_of(case: Case, work: Work, state: State) -> dict[str, Any]:
    """Return what is to be told of a round that is not done; files are named up to MOST_NAMED."""
    number, wrong = state["round"], state["wrong"]
    wanted = {each["index"]: each for each in state["named"] if not each["file"]}
    with lists.opened(case, work.parts, work.rounds, number) as file:
        for item in lists.items_in(file) if wanted else ():
            if (named := wanted.get(item["index"])) is not None:
                files = item["files"]
                found = files[min(named["at"], len(files) - 1)]
                named["file"] = f"s3://{found['bucket']}/{found['key']}"
    lines = [_line(each) for each in state["named"]]
    return {
        "type": "RoundNotLoadedError",
        "message": f"{wrong} of {state['items']} children of round {number + 1} of "
        f"{len(work.rounds)} did not load their files: {'; '.join(lines[:_IN_MESSAGE])}"
        + (f"; and {wrong - _IN_MESSAGE} more" if wrong > _IN_MESSAGE else ""),
        "files": state["named"],
        "not_named": wrong - len(lines),
        "results": f"s3://{case.folder.bucket}/{case.folder.results(number)}/",
    }


def _line(named: Mapping[str, Any]) -> str:
    if named["file"] in named["message"]:
        return str(named["message"])
    line = f", line {named['line']}" if named["line"] else ""
    return f"{named['file']}{line}: {named['message']}"


def _missing(state: State, index: int) -> None:
    """Note the children before an index that have told nothing."""
    for each in range(state["next"], index):
        message = (
            "its child ended before it noted anything; what it wrote is not known; loading again "
            "mends it"
        )
        named = {"index": each, "status": "MISSING", "file": "", "at": 0, "line": None}
        _note(state, {**named, "type": "NoProgressError", "message": message})
    state["next"] = max(state["next"], index)


def _note(state: State, named: dict[str, Any]) -> None:
    state["wrong"] += 1
    # A child that refuses has noted all that it wrote; others may have been ended after their note.
    state["unknown"] += not (named["status"] == "FAILED" and named["type"] in _FINAL)
    if len(state["named"]) < MOST_NAMED:
        state["named"].append(named)


def _of_progress(
    case: Case, index: int, progress: Mapping[str, Any], number: int
) -> dict[str, Any]:
    error = progress.get("error") or {}
    where = f"s3://{case.folder.bucket}/{case.folder.results(number)}/"
    busy = progress.get("calls_without_progress")
    throttled = (
        f", throttled: DynamoDB took nothing in its last {busy} calls, so give the table more "
        "write units"
        if busy
        else ""
    )
    stopped = f"its child ended before it was done{throttled}; why is below {where}"
    return {
        "index": index,
        "status": progress["status"],
        "file": error.get("file") or "",
        "at": int(progress.get("file") or 0),
        "line": error.get("line") or progress.get("line"),
        "type": error.get("type") or "NotDoneError",
        "message": str(error.get("message") or stopped)[:_MOST_CHARACTERS],
    }
