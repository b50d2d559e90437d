"""The gain from averaging more models: every subset of the ensemble's members."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from core.evaluation.figures.style import BLUE, SKY, VERMILION, new_figure
from core.evaluation.subsets import Subset, by_size

PANELS = {"pearson": "Pearson correlation", "mae": "Mean absolute error", "accuracy": "Accuracy"}


def plot_subsets(subsets: Sequence[Subset]) -> Figure:
    """Plot a point per subset over its number of models, and lines through the best and the mean for each number."""
    figure = new_figure(13.0)
    panels = figure.subplots(len(PANELS), 1, sharex=True)
    counts = [len(subset.models) for subset in subsets]
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        axes.scatter(
            counts, [subset.measures[measure] for subset in subsets], s=7, color=SKY, linewidths=0, label="a mean"
        )
        sizes = by_size(subsets, measure)
        numbers = [size.models for size in sizes]
        axes.plot(numbers, [size.best.measures[measure] for size in sizes], "o-", color=BLUE, label="best")
        axes.plot(numbers, [size.mean for size in sizes], "s--", color=VERMILION, label="on average")
        axes.set_ylabel(title)
    panels[-1].set_xlabel("Models averaged")
    panels[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    return figure
