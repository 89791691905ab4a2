"""Turns a merged document into the specification, or says everything that is wrong with it."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from generator.errors import Mistake
from generator.spec import EnvironmentSpec
from generator.validation.locating import locate
from generator.validation.wording import meant_key, words_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.environment import Document
    from generator.errors import Path
    from generator.validation.locating import Problem

# Every round refuses what is wrong and looks again at the rest. What a round refuses lies above
# what the last one refused, and no value lies deeper than this.
_ROUNDS = 10
# What stands in for a required key that is missing or wrong, so that the rest can be looked at.
_STAND_INS: dict[str, Any] = {
    "project": "project",
    "environment": "environment",
    "account_id": "000000000000",
    "region": "us-east-1",
    "principals": {"break_glass": [{"role": "role"}]},
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
        misspelt = {
            (*problem.path[:-1], meant_key(problem))
            for problem in problems
            if problem.details["type"] == "extra_forbidden"
        }
        mistakes += [
            _mistake(document, problem)
            for problem in problems
            if not (problem.details["type"] == "missing" and problem.path in misspelt)
            and not touches(problem.whole, refused)
        ]
        if not refused:
            data = copy.deepcopy(data)
        refused |= {_refuse(data, problem) for problem in problems}
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


def _refuse(data: dict[str, Any], problem: Problem) -> Path:
    """Take what is wrong out of `data`, and return the path of what was taken."""
    path = problem.whole
    if problem.details["type"] == "missing" and len(path) > 1:
        path = path[:-1]
    container: Any = data
    for depth, segment in enumerate(path[:-1], start=1):
        container = container.get(segment)
        if isinstance(container, list):  # taking one item out would renumber the others
            return _refuse_at(data, path[:depth])
        if not isinstance(container, dict):  # taken out already
            return path
    return _refuse_at(data, path)


def _refuse_at(data: dict[str, Any], path: Path) -> Path:
    container = data
    for segment in path[:-1]:
        container = container[str(segment)]
    key = str(path[-1])
    container.pop(key, None)
    if len(path) == 1 and key in _STAND_INS:
        container[key] = _STAND_INS[key]
    return path
