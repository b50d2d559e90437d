"""Inference time of each model, and of the same networks in other runtimes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.evaluation.figures.style import BLACK, SKY, escape, new_figure, number, wrap
from core.evaluation.schemas import Speed, Timing

NAME_WIDTH = 24
"""Maximum characters per line of a model's name."""


def draw_times(axes: Axes, times: Mapping[str, Timing]) -> None:
    """Draw a bar per median, the first on top, with the value at its end; lines from the 5th to the 95th percentile."""
    medians = np.array([timing.median for timing in times.values()])
    places = np.arange(len(times))
    reach = np.array([[timing.median - timing.p5, timing.p95 - timing.median] for timing in times.values()]).T
    axes.barh(places, medians, height=0.62, color=SKY)
    axes.errorbar(medians, places, xerr=np.maximum(0, reach), fmt="none", ecolor=BLACK, elinewidth=0.7, capsize=1.5)
    for place, timing in enumerate(times.values()):
        end = max(timing.median, timing.p95)
        axes.annotate(
            number(timing.median, 1), (end, place), (3, 0), textcoords="offset points", va="center", fontsize=7
        )
    axes.set_yticks(places, [wrap(name, NAME_WIDTH) for name in times])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(times) - 0.4, -0.6)
    axes.set_xlim(0, 1.18 * max(max(timing.median, timing.p95) for timing in times.values()))


def plot_speed(speed: Speed, titles: Mapping[str, str]) -> Figure:
    """Plot detectors, classifiers and runtimes, one panel for each that the report contains.

    titles: of the models, by name.
    """
    panels = {
        "Finding the faces": {titles.get(name, name): timing for name, timing in speed.models("detect").items()},
        "Rating a face": {titles.get(name, name): timing for name, timing in speed.models("classify").items()},
        "Both, other runtimes": speed.runtimes,
    }
    panels = {title: times for title, times in panels.items() if times}
    sizes = [len(times) for times in panels.values()]
    figure = new_figure(2.4 + 0.62 * sum(sizes) + 0.6 * len(sizes))
    all_axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=[size + 0.3 for size in sizes])[:, 0]
    for axes, (title, times) in zip(all_axes, panels.items(), strict=True):
        draw_times(axes, times)
        axes.set_title(title, loc="left")
    width, height = speed.frame
    lines = f"Milliseconds a picture of {width} x {height},", f"median of {speed.repeats}, {speed.threads} threads"
    figure.supxlabel("\n".join(map(escape, lines)), fontsize=8)
    return figure
