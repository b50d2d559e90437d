"""Round-robin queue: every waiting owner gets one job done before any gets a second. No clock, no threads."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator
from itertools import chain
from typing import Generic, TypeVar

T = TypeVar("T")


class RoundRobinQueue(Generic[T]):
    """Jobs of several owners, served round-robin; FIFO per owner."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def __iter__(self) -> Iterator[T]:
        return chain.from_iterable(self._waiting.values())

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, owner: str, job: T) -> None:
        """Add a job; an owner without any yet is last in turn."""
        self._waiting.setdefault(owner, deque()).append(job)

    def next(self) -> T | None:
        """Remove and return the next job; None if there is none."""
        if not self._waiting:
            return None
        owner, jobs = self._waiting.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._waiting[owner] = jobs
        return job

    def cancel(self, owner: str) -> list[T]:
        """Remove and return an owner's jobs."""
        return list(self._waiting.pop(owner, ()))

    def clear(self) -> list[T]:
        """Remove and return all jobs."""
        jobs = list(self)
        self._waiting.clear()
        return jobs
