"""Turns a merged document into the specification, or says everything that is wrong with it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from generator.errors import Mistake
from generator.spec import EnvironmentSpec
from generator.validation.locating import is_known, locate
from generator.validation.wording import meant_key, words_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.environment import Document
    from generator.errors import Path
    from generator.validation.locating import Problem

# Every round refuses what is wrong and looks again at the rest. What a round refuses lies above
# what the last one refused, and no value lies deeper than this.
_ROUNDS = 10
# What stands in for a required key that is missing or wrong, wherever it belongs, so that what is
# beside it can be looked at. Without one, what the key belongs to is refused as a whole.
_STAND_INS: dict[str, Any] = {
    "project": "project",
    "environment": "environment",
    "account_id": "000000000000",
    "region": "us-east-1",
    "principals": {"break_glass": [{"role": "role"}]},
    "schedule": "cron(0 3 * * ? *)",
    "full_schedule": "cron(0 1 ? * SUN *)",
    "delete_after_days": 365,
    "min_retention_days": 1,
    "retention_days": 1,
}


def validate(
    document: Document,
) -> tuple[EnvironmentSpec | None, list[Mistake], frozenset[Path]]:
    """Return the specification, every mistake, and the paths that were refused.

    Where there are mistakes, the specification is what is left without the refused paths: rules
    may be checked on it, but what they find at, above or below a refused path means nothing. It
    is None when nothing is left.
    """
    data = document.data
    mistakes: list[Mistake] = []
    refused: frozenset[Path] = frozenset()
    for _ in range(_ROUNDS):
        try:
            return EnvironmentSpec.model_validate(data), mistakes, refused
        except ValidationError as error:
            problems = [locate(details) for details in error.errors(include_url=False)]
        misspelt = {meant for problem in problems for meant in _meant(problem)}
        mistakes += [
            _mistake(document, problem)
            for problem in problems
            if not (problem.details["type"] == "missing" and problem.path in misspelt)
            and not any(touches(path, refused) for path in problem.rests_on)
        ]
        if data is document.data:
            data = copy.deepcopy(data)
        refused |= {path for problem in problems for path in _refuse(data, problem)}
    return None, mistakes, refused


def blame(document: Document, path: Path, cause: str, fix: str) -> Mistake:
    """Return a mistake at `path`, placed where a person wrote it and not in a built-in class."""
    written = path
    while not document.mark(written).line:
        written = written[:-1]
    return Mistake(cause, fix, path, document.mark(written))


def touches(path: Path, others: Iterable[Path]) -> bool:
    """Return whether `path` is at, above or below one of `others`."""
    return any(path[: len(other)] == other[: len(path)] for other in others)


def _mistake(document: Document, problem: Problem) -> Mistake:
    cause, fix = words_for(problem)
    mistake = blame(document, problem.path, cause, fix)
    if problem.details["type"] in {"missing", "extra_forbidden"}:  # the cause names the key itself
        return Mistake(cause, fix, problem.path[:-1], mistake.mark)
    return mistake


def _meant(problem: Problem) -> tuple[Path, ...]:
    """Return the key that an unknown key was meant to be, if there is one."""
    meant = meant_key(problem) if problem.details["type"] == "extra_forbidden" else None
    return ((*problem.path[:-1], meant),) if meant else ()


def _refuse(data: dict[str, Any], problem: Problem) -> Iterator[Path]:
    """Take what is wrong out of `data`, and yield the paths of it."""
    for path in problem.rests_on:
        lacking = problem.details["type"] == "missing" and path[-1] not in _STAND_INS
        yield _take_out(data, path[:-1] if lacking else path)
    yield from _meant(problem)


def _take_out(data: dict[str, Any], path: Path) -> Path:
    """Remove an entry, or the list it is in: without one item the others would be renumbered."""
    container: Any = data
    for depth, segment in enumerate(path[:-1]):
        inner = container.get(segment, {})
        if isinstance(inner, list):
            path = path[: depth + 1]
            break
        container = inner
    key = str(path[-1])
    container.pop(key, None)
    if key in _STAND_INS and is_known(path):
        container[key] = copy.deepcopy(_STAND_INS[key])
    return path
