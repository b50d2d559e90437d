"""Training curves: the log's values after each epoch."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from core.evaluation.figures.style import BLUE, GREY, VERMILION, new_figure, number
from core.evaluation.history import MEASURES, History, best_epoch, measure_of


def draw_pair(axes: Axes, history: History, name: str, title: str) -> None:
    """Draw a measure on the training set and, if logged, on the validation set."""
    epochs = history["epoch"] + 1
    for column, label, colour, style in (
        (name, "training", BLUE, "--"),
        (f"val_{name}", "validation", VERMILION, "-"),
    ):
        if column in history:
            marker = "o" if len(epochs) <= 30 else None
            axes.plot(epochs, history[column], style, color=colour, label=label, marker=marker, markersize=2.2)
    axes.set_ylabel(title)


def set_log_scale(axes: Axes) -> None:
    """Make the axis logarithmic, with few ticks and plain numbers as tick labels."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    subs = (1, 2, 3, 5, 7) if high / low < 20 else (1, 2, 5) if high / low < 300 else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=subs))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def plot_history(history: History) -> Figure:
    """Plot the loss and, below, the quality measure, with the selected epoch marked.

    Raises:
        ReportError: the log has no loss or no quality measure.
    """
    measure = measure_of(history)
    figure = new_figure(9.6)
    above, below = figure.subplots(2, 1, sharex=True)
    draw_pair(above, history, "loss", "Loss")
    losses = np.concatenate([history[name] for name in ("loss", "val_loss") if name in history])
    losses = losses[np.isfinite(losses)]
    if losses.size and losses.min() > 0:
        set_log_scale(above)
    draw_pair(below, history, measure, MEASURES[measure].title)
    below.set_xlabel("Epoch")
    best = best_epoch(history)
    if best is not None:
        for axes in (above, below):
            axes.axvline(history["epoch"][best] + 1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
        best_value = history.get(f"val_{measure}", history[measure])[best]
        below.set_xlabel(f"Epoch (kept: {history['epoch'][best] + 1:.0f}, {number(best_value, 3)})")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    below.set_xlim(left=history["epoch"][0] + 0.5)
    figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
