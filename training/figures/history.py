"""Training curves: what the log says after each epoch."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from training.errors import DataError
from training.figures.style import BLUE, GREY, VERMILION, new_figure, number

QUALITY = {"pearson": "Pearson correlation", "box_iou": "Mean IoU"}
"""The measures that choose the best epoch, higher is better; a classifier logs the first, a detector the second."""

History = dict[str, np.ndarray]
"""Columns of a training log, each of shape (epochs,); `epoch` counts from 0."""


def draw_pair(axes: Axes, history: History, name: str, title: str) -> None:
    """A measure on the training and, where it was logged, the validation pictures."""
    epochs = history["epoch"] + 1
    for column, label, colour, style in (
        (name, "training", BLUE, "--"),
        (f"val_{name}", "validation", VERMILION, "-"),
    ):
        if column in history:
            marker = "o" if len(epochs) <= 30 else None
            axes.plot(epochs, history[column], style, color=colour, label=label, marker=marker, markersize=2.2)
    axes.set_ylabel(title)


def logarithmic(axes: Axes) -> None:
    """A logarithmic axis whose ticks are plain numbers, few enough to be read."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    subs = (1, 2, 3, 5, 7) if high / low < 20 else (1, 2, 5) if high / low < 300 else (1,)
    axes.yaxis.set_major_locator(LogLocator(subs=subs))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def plot_history(history: History) -> Figure:
    """Loss above, the measure that chose the best epoch below, that epoch marked.

    Raises:
        DataError: the log has no loss or none of QUALITY.
    """
    measures = [name for name in QUALITY if name in history]
    if "loss" not in history or not measures:
        raise DataError(f"expected columns loss and one of {', '.join(QUALITY)} in the training log; received others.")
    measure = measures[0]
    figure = new_figure(9.6)
    above, below = figure.subplots(2, 1, sharex=True)
    draw_pair(above, history, "loss", "Loss")
    losses = np.concatenate([history[name] for name in ("loss", "val_loss") if name in history])
    losses = losses[np.isfinite(losses)]
    if losses.size and losses.min() > 0:
        logarithmic(above)
    draw_pair(below, history, measure, QUALITY[measure])
    below.set_xlabel("Epoch")
    chosen = history.get(f"val_{measure}", history[measure])
    if np.isfinite(chosen).any():
        best = int(np.nanargmax(chosen))
        for axes in (above, below):
            axes.axvline(history["epoch"][best] + 1, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
        below.set_xlabel(f"Epoch (best: {history['epoch'][best] + 1:.0f}, {number(chosen[best], 3)})")
    below.xaxis.set_major_locator(MaxNLocator(integer=True))
    below.set_xlim(left=history["epoch"][0] + 0.5)
    figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
