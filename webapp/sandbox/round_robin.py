"""Round-robin queue: everybody who waits gets one job done before anybody gets a second. No clock, no threads."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import chain
from typing import Generic, TypeVar

T = TypeVar("T")


class RoundRobinQueue(Generic[T]):
    """Jobs of several owners, in turns; those of one owner in the order they came."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._waiting.values())

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, owner: str, job: T) -> None:
        """A job; an owner with none yet comes last."""
        self._waiting.setdefault(owner, deque()).append(job)

    def next(self) -> T | None:
        """The job that is next, which waits no longer; None when none does."""
        if not self._waiting:
            return None
        owner, jobs = self._waiting.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._waiting[owner] = jobs
        return job

    def cancel(self, owner: str) -> list[T]:
        """An owner's jobs, which wait no longer."""
        return list(self._waiting.pop(owner, ()))

    def clear(self) -> list[T]:
        """Everybody's jobs, which wait no longer."""
        jobs = list(self)
        self._waiting.clear()
        return jobs
