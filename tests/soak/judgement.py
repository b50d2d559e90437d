"""Evaluate a soak. Pure functions from samples and probes to slopes, leaks and a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import theilslopes

from tests.soak.machine import Reading
from tests.soak.probes import Probe

MAX_SLOPE = 2.0
"""Maximum growth of memory in megabytes per hour after the first quarter."""
MAX_CHANGE = 0.10
"""Maximum relative increase of the 95th percentile from the second quarter to the last."""
HOUR = 3600.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A reading with its time. at: seconds since the soak's start. rest: number of the rest, 0 during busy time."""

    at: float
    rest: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Timed:
    """A value with its time, in seconds since the soak's start."""

    at: float
    value: float


@dataclass(frozen=True, slots=True)
class Slope:
    """Growth per unit of time: the Theil-Sen estimate, which is robust to outliers, with its 95 % interval."""

    grows: float
    low: float
    high: float


def slope(values: Sequence[Timed], unit: float = HOUR) -> Slope | None:
    """Return the slope; None for fewer than three values.

    Args:
        values: the values.
        unit: unit of time in seconds.
    """
    if len(values) < 3:
        return None
    estimate = theilslopes([timed.value for timed in values], [timed.at / unit for timed in values], 0.95)
    return Slope(*(float(estimate[index]) for index in (0, 2, 3)))


def quarter(values: Sequence[Timed], number: int, begin: float, end: float) -> list[float]:
    """Return the values of a quarter, 1 to 4, of the time from begin to end."""
    length = (end - begin) / 4
    first = begin + (number - 1) * length
    last = float("inf") if number == 4 else first + length
    return [timed.value for timed in values if first <= timed.at < last]


def p95(values: Sequence[float]) -> float | None:
    """Return the 95th percentile; None for no values."""
    return float(np.percentile(values, 95)) if values else None


def change(second: float | None, last: float | None) -> float | None:
    """Return the relative increase from the second quarter to the last; None if either is unknown."""
    return None if second is None or last is None else last / second - 1


def at_rest(samples: Sequence[Sample], count: Callable[[Reading], float]) -> list[Timed]:
    """Return the minimum of a count in each rest, in order: what appears only briefly is not a leak."""
    rests = sorted({sample.rest for sample in samples if sample.rest})
    minima = []
    for rest in rests:
        in_rest = [sample for sample in samples if sample.rest == rest]
        minima.append(Timed(in_rest[0].at, min(count(sample.reading) for sample in in_rest)))
    return minima


COUNTS: dict[str, Callable[[Reading], float]] = {
    "threads": lambda reading: reading.threads,
    "sockets": lambda reading: reading.sockets,
    "descriptors": lambda reading: reading.descriptors,
    "worker_threads": lambda reading: reading.worker_threads,
    "worker_descriptors": lambda reading: reading.worker_descriptors,
}


def memory(reading: Reading) -> float:
    """Return the memory of the server and its workers, megabytes."""
    return reading.server_mb + reading.workers_mb


def later(values: Sequence[Timed], begin: float, end: float) -> list[Timed]:
    """Return the values after the first quarter of the time from begin to end."""
    return [timed for timed in values if timed.at >= begin + (end - begin) / 4]


def of_memory(samples: Sequence[Sample], begin: float, end: float) -> dict[str, float | None]:
    """Return the memory figures: slopes after the first quarter, of all samples and of those at rest."""
    all_samples = [Timed(sample.at, memory(sample.reading)) for sample in samples]
    resting = at_rest(samples, memory)
    figures: dict[str, float | None] = {}
    for name, values in (("memory", all_samples), ("memory_at_rest", resting)):
        growth = slope(later(values, begin, end))
        figures[f"{name}_mb_an_hour"] = growth.grows if growth else None
        figures[f"{name}_mb_an_hour_low"] = growth.low if growth else None
        figures[f"{name}_mb_an_hour_high"] = growth.high if growth else None
    figures["memory_first_mb"] = resting[0].value if resting else None
    figures["memory_last_mb"] = resting[-1].value if resting else None
    figures["memory_peak_mb"] = max((timed.value for timed in all_samples), default=None)
    return figures


def of_counts(samples: Sequence[Sample], begin: float, end: float) -> dict[str, float | None]:
    """Return resources open at rest: the minimum in the first quarter, in the last, and the difference.

    A page's session is kept for two minutes, and pools keep idle threads for a while. So single rests may differ, but
    the minimum of several grows only if there is a leak.
    """
    figures: dict[str, float | None] = {}
    for name, count in COUNTS.items():
        counts = at_rest(samples, count)
        first, last = (min(quarter(counts, number, begin, end), default=None) for number in (1, 4))
        figures[f"{name}_first"] = first
        figures[f"{name}_last"] = last
        figures[f"{name}_more"] = None if first is None or last is None else last - first
    return figures


def of_latency(
    probes: Sequence[tuple[float, Probe]], ages: Sequence[Timed], begin: float, end: float
) -> dict[str, float | None]:
    """Return 95th percentiles of the second and last quarters and their change: photo times and the age of faces."""
    series = {
        "photo_ms": [Timed(moment, probe.wall) for moment, probe in probes],
        "photo_by_loop": [Timed(moment, probe.ratio) for moment, probe in probes],
        "photo_cpu_ms": [Timed(moment, probe.cpu) for moment, probe in probes],
        "loop_ms": [Timed(moment, probe.loop) for moment, probe in probes],
        "faces_age_ms": ages,
    }
    figures: dict[str, float | None] = {}
    for name, values in series.items():
        second, last = (p95(quarter(values, number, begin, end)) for number in (2, 4))
        figures[f"{name}_p95_second"] = second
        figures[f"{name}_p95_last"] = last
        figures[f"{name}_p95_change"] = change(second, last)
    return figures


def verdict(figures: dict[str, float | None], failures: int) -> dict[str, bool]:
    """Return whether each criterion is met, by name.

    A criterion with unknown figures, as after a few minutes, is not met. Latency is judged by the workers' CPU time;
    wall time depends on the whole machine and is reported in addition.
    """

    def at_most(name: str, limit: float) -> bool:
        value = figures[name]
        return value is not None and value <= limit

    return {
        "memory_steady": at_most("memory_mb_an_hour", MAX_SLOPE),
        "threads_steady": at_most("threads_more", 0),
        "sockets_steady": at_most("sockets_more", 0),
        "descriptors_steady": at_most("descriptors_more", 0),
        "latency_steady": at_most("photo_cpu_ms_p95_change", MAX_CHANGE),
        "all_answered_right": failures == 0,
    }
