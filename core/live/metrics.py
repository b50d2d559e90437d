"""Metrics of the frame flow: rates over the last seconds, time by stage. Time is passed in."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

WINDOW = 3.0
"""Seconds over which rates and means are computed."""


class Rate:
    """Events of the last WINDOW seconds, each with a value. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: deque[tuple[float, float]] = deque()

    def add(self, now: float, value: float = 0.0) -> None:
        """Add one event."""
        with self._lock:
            self._events.append((now, value))
            self._forget(now)

    def _forget(self, now: float) -> None:
        while self._events and self._events[0][0] < now - WINDOW:
            self._events.popleft()

    def per_second(self, now: float) -> float:
        """Events a second; 0 if there was at most one recently."""
        with self._lock:
            self._forget(now)
            if len(self._events) < 2:
                return 0.0
            return (len(self._events) - 1) / max(now - self._events[0][0], 1e-3)

    def values(self, now: float) -> list[float]:
        """Values of the events, oldest first."""
        with self._lock:
            self._forget(now)
            return [value for _, value in self._events]


class Stages:
    """Runs and total time, in seconds, of each stage. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._runs: dict[str, tuple[int, float]] = {}

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Time the code in the context."""
        begin = self._clock()
        try:
            yield
        finally:
            self.add(stage, self._clock() - begin)

    def add(self, stage: str, seconds: float) -> None:
        """Add one run of a stage."""
        with self._lock:
            runs, total = self._runs.get(stage, (0, 0.0))
            self._runs[stage] = (runs + 1, total + seconds)

    def read(self) -> dict[str, tuple[int, float]]:
        """(runs, seconds) of each stage."""
        with self._lock:
            return dict(self._runs)


class Load:
    """The share of the machine's cores that this process uses, over the time between readings."""

    def __init__(self, cpu: Callable[[], float] = time.process_time, cores: int | None = None) -> None:
        self._cpu = cpu
        self._cores = cores or os.cpu_count() or 1
        self._readings: deque[tuple[float, float]] = deque()

    def read(self, now: float) -> float:
        """Share in [0, 1] since the oldest reading of the last WINDOW seconds, or the last one before; 0 at first."""
        used = self._cpu()
        while len(self._readings) > 1 and self._readings[1][0] <= now - WINDOW:
            self._readings.popleft()
        self._readings.append((now, used))
        oldest_time, oldest_used = self._readings[0]
        return min((used - oldest_used) / ((now - oldest_time) * self._cores), 1.0) if now > oldest_time else 0.0
