"""Plot a soak: memory, open resources and latency over the hours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from tests.soak.conductor import Record
from tests.soak.judgement import COUNTS, HOUR, Sample, Timed, at_rest, later, memory, slope

SHOWN = ("threads", "sockets", "descriptors")
SIZE, DPI = (9.0, 9.0), 90
"""Inches, and dots per inch."""
ABOVE: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "ncols": 3, "frameon": False}
"""Place legends above their axes, where they hide nothing."""
AROUND = 60.0
"""Megabytes shown below and above the memory at rest."""
RUNNING = 15
"""Number of values per running median in scatter plots."""


def draw(record: Record, path: Path) -> None:
    """Write the plot; the file extension determines the format."""
    figure = Figure(SIZE, DPI, layout="constrained")
    of_memory, of_counts, of_photos, of_load = figure.subplots(4, 1, sharex=True, height_ratios=[3, 2, 3, 2])
    _draw_memory(of_memory, record)
    for name in SHOWN:
        counts = at_rest(record.samples, COUNTS[name])
        of_counts.plot(*_points(counts), ".-", label=name)
    of_counts.set(ylabel="open at rest", ylim=(0, None))
    of_counts.legend(**ABOVE)
    wall = [Timed(moment, probe.wall) for moment, probe in record.probes]
    cpu = [Timed(moment, probe.cpu) for moment, probe in record.probes]
    for values, label in ((wall, "a photo, by the clock"), (cpu, "its processor time")):
        _draw_scattered(of_photos, values, label)
    of_photos.set(ylabel="ms", yscale="log")
    of_photos.legend(**ABOVE)
    _draw_scattered(of_load, record.ages, "age of live faces, ms")
    of_load.set(ylabel="ms", yscale="log", xlabel="hours")
    loads = of_load.twinx()
    loads.plot(*_points([Timed(sample.at, sample.reading.load) for sample in record.samples]), color="grey", lw=0.8)
    loads.set(ylabel="load of the machine", ylim=(0, None))
    of_load.legend(**ABOVE)
    figure.savefig(path)


def _draw_memory(axes: Any, record: Record) -> None:
    busy = [sample for sample in record.samples if not sample.rest]
    resting = at_rest(record.samples, memory)
    axes.plot(*_points(_memory(busy)), ".", ms=2, color="silver", label="somebody is there")
    axes.plot(*_points(resting), "o", ms=4, label="at rest")
    counted = later(_memory(record.samples), record.began, record.ended)
    growth = slope(counted)
    if growth is not None:
        first, last = counted[0].at, counted[-1].at
        middle = sorted(timed.value for timed in counted)[len(counted) // 2]
        half = growth.grows * (last - first) / HOUR / 2
        label = f"{growth.grows:+.2f} MB an hour ({growth.low:+.2f} to {growth.high:+.2f})"
        axes.plot([first / HOUR, last / HOUR], [middle - half, middle + half], lw=2, label=label)
    middles = [timed.value for timed in resting] or [0.0]
    axes.set(ylabel="memory, server and workers, MB", ylim=(min(middles) - AROUND, max(middles) + AROUND))
    axes.legend(**ABOVE)


def _draw_scattered(axes: Any, values: Sequence[Timed], label: str) -> None:
    """Plot points and their running median."""
    (points,) = axes.plot(*_points(values), ".", ms=2, alpha=0.3)
    medians = [
        Timed(window[RUNNING // 2].at, sorted(timed.value for timed in window)[RUNNING // 2])
        for start in range(0, len(values) - RUNNING + 1, RUNNING)
        if (window := values[start : start + RUNNING])
    ]
    axes.plot(*_points(medians), lw=1.5, color=points.get_color(), label=label)


def _memory(samples: Sequence[Sample]) -> list[Timed]:
    return [Timed(sample.at, memory(sample.reading)) for sample in samples]


def _points(values: Sequence[Timed]) -> tuple[list[float], list[float]]:
    """Return hours and values."""
    return [timed.at / HOUR for timed in values], [timed.value for timed in values]
