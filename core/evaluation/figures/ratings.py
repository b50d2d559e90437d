"""Predicted against true ratings, and the residuals."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.evaluation.figures.style import BLUE, GREY, MARKERS, PALETTE, VERMILION, escape, new_figure, number
from core.evaluation.metrics import mae, pearson
from core.evaluation.results import Row, ratings_of, scores_of

LIMITS = (0.9, 5.1)
"""Range of a rating axis: 1 to 5, with a margin for points on the border."""


def scatter_by_group(axes: Axes, rows: list[Row], x: np.ndarray, y: np.ndarray) -> None:
    """Draw a point per face, with colour and marker by group."""
    groups = np.array([row.group for row in rows])
    for place, group in enumerate(sorted(set(groups))):
        in_group = groups == group
        axes.scatter(
            x[in_group],
            y[in_group],
            s=7,
            marker=MARKERS[place % len(MARKERS)],
            color=PALETTE[place % len(PALETTE)],
            alpha=0.55,
            linewidths=0,
            label=f"{escape(group)} ($n = {in_group.sum()}$)",
        )


def plot_predicted(rows: list[Row], threshold: float | None) -> Figure:
    """Plot predicted against true rating, a point per face, with the identity line, Pearson's r and the MAE.

    threshold: the rating that separates the classes, drawn on both axes; None if unknown.
    """
    scores, ratings = scores_of(rows), ratings_of(rows)
    rows_of_legend = math.ceil(len({row.group for row in rows}) / 2)
    figure = new_figure(8.8 + 0.4 * rows_of_legend)
    axes = figure.add_subplot()
    if threshold is not None:
        axes.axvline(threshold, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
        axes.axhline(threshold, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
    axes.plot([1, 5], [1, 5], "--", color=GREY, linewidth=0.8, zorder=0)
    scatter_by_group(axes, rows, scores, ratings)
    axes.set(xlim=LIMITS, ylim=LIMITS, aspect="equal", xticks=range(1, 6), yticks=range(1, 6))
    axes.set_title(
        f"Pearson {number(pearson(scores, ratings), 3)}, mean absolute error {number(mae(scores, ratings), 3)}"
    )
    axes.set_xlabel("True rating, the panel's mean")
    axes.set_ylabel("Predicted rating")
    figure.legend(loc="outside lower center", ncols=2, markerscale=1.8, columnspacing=1.2, handletextpad=0.2)
    return figure


def mean_by_bin(x: np.ndarray, y: np.ndarray, width: float, min_count: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """Return (centres, means of y) for bins of x that hold at least `min_count` points, shapes (bins,)."""
    bins = np.floor(x / width).astype(int)
    kept = [place for place in np.unique(bins) if np.sum(bins == place) >= min_count]
    return (np.array(kept) + 0.5) * width, np.array([np.mean(y[bins == place]) for place in kept])


def bin_edges(values: np.ndarray) -> np.ndarray:
    """Return the edges of bins of width 0.1, one of them centred on 0, that cover all values."""
    low, high = np.floor(values.min() * 10 + 0.5), np.floor(values.max() * 10 + 0.5)
    return np.arange(low - 0.5, high + 1.5) / 10


def plot_residuals(rows: list[Row]) -> Figure:
    """Plot a histogram of the residuals, and residuals against the true rating with their mean by quarter points."""
    scores = scores_of(rows)
    residuals = ratings_of(rows) - scores
    figure = new_figure(10.5)
    above, below = figure.subplots(2, 1)
    above.hist(residuals, bins=bin_edges(residuals), color=BLUE, edgecolor="white", linewidth=0.3)
    above.axvline(0, color=GREY, linewidth=0.8, linestyle="--")
    above.set_title(f"mean {number(np.mean(residuals), 3)}, standard deviation {number(np.std(residuals), 3)}")
    above.set_xlabel("Predicted minus true rating")
    above.set_ylabel("Faces")
    below.axhline(0, color=GREY, linewidth=0.8, linestyle="--", zorder=1)
    below.scatter(scores, residuals, s=6, color=BLUE, alpha=0.35, linewidths=0, label="a face")
    below.plot(*mean_by_bin(scores, residuals, 0.25), color=VERMILION, marker="s", markersize=2.5, label="mean")
    below.set(xlim=LIMITS, xticks=range(1, 6))
    below.set_xlabel("True rating, the panel's mean")
    below.set_ylabel("Predicted minus true")
    figure.legend(*below.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
