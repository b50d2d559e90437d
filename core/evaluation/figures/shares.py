"""Shares within groups, as bars with the number of pictures and 95 % intervals."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from core.evaluation.curves import wilson_interval
from core.evaluation.figures.style import BLACK, SKY, VERMILION, escaped_percent, new_figure, wrap
from core.evaluation.schemas import Accuracies, Overlaps

NAME_WIDTH = 18
"""Maximum characters per line of a group's name."""


Share = tuple[str, float, int]
"""Name, share in [0, 1], number of pictures."""


def draw_bars(axes: Axes, shares: list[Share]) -> None:
    """Draw a bar per group, the first on top, with share and interval at its end."""
    places = np.arange(len(shares))
    values = np.array([share for _, share, _ in shares])
    low, high = np.transpose([wilson_interval(share, pictures) for _, share, pictures in shares])
    axes.barh(places, values, height=0.62, color=SKY)
    # A rounded share may lie just outside its interval.
    reach = np.maximum(0, [values - low, high - values])
    axes.errorbar(values, places, xerr=reach, fmt="none", ecolor=BLACK, elinewidth=0.7, capsize=1.5)
    for place, share in enumerate(values.tolist()):
        axes.text(0.02, place, escaped_percent(share, 1), va="center", fontsize=7)
    names = [f"{wrap(name, NAME_WIDTH)} ($n = {pictures}$)" for name, _, pictures in shares]
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(shares) - 0.4, -0.6)
    axes.set_xlim(0, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: escaped_percent(value)))


def plot_accuracy_within(test: Accuracies) -> Figure:
    """Plot accuracy within each photo source and group of faces, with the baseline that knows only the source."""
    tables = {"Within a photo source": test.by_source, "Within a group": test.by_group}
    sizes = [len(table) for table in tables.values()]
    figure = new_figure(3.2 + 0.62 * sum(sizes))
    panels = figure.subplots(2, 1, sharex=True, height_ratios=[size + 0.3 for size in sizes])
    for axes, (title, table) in zip(panels, tables.items(), strict=True):
        draw_bars(axes, [(name, scores.accuracy, scores.pictures) for name, scores in table.items()])
        axes.axvline(test.source_alone, color=VERMILION, linewidth=1.0, linestyle="--", label="the source alone")
        axes.set_title(title, loc="left")
    panels[-1].set_xlabel("Accuracy")
    handles, _ = panels[0].get_legend_handles_labels()
    label = f"knowing the source alone, all pictures: {escaped_percent(test.source_alone, 1)}"
    figure.legend(handles, [label], loc="outside lower center")
    return figure


def plot_overlap_by_set(test: Overlaps) -> Figure:
    """Plot the share of pictures whose face a detector finds with IoU 0.5 or more, within each data set."""
    figure = new_figure(2.0 + 0.75 * len(test.by_set))
    axes = figure.add_subplot()
    draw_bars(axes, [(name, scores.iou_50, scores.pictures) for name, scores in test.by_set.items()])
    axes.set_xlabel("Pictures with IoU 0.5 or more")
    return figure
