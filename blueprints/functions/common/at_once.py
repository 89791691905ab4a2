"""Does one thing to many, several at once and never with all of them in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

# As many as a client of botocore keeps connections; more would open one for each call.
WORKERS = 10
# Enough that nobody waits for the slowest, few enough to weigh nothing.
_AHEAD = 8 * WORKERS

_T = TypeVar("_T")
_R = TypeVar("_R")


def results(work: Callable[[_T], _R], many: Iterable[_T]) -> Iterator[_R]:
    """Yield the results of work, in order; what fails first is raised, and nothing more begun."""
    workers = ThreadPoolExecutor(WORKERS)
    begun: deque[Future[_R]] = deque()
    try:
        for each in many:
            if len(begun) == _AHEAD:
                yield begun.popleft().result()
            begun.append(workers.submit(work, each))
        while begun:
            yield begun.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
