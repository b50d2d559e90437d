"""The confusion matrix: how many faces of each class were predicted as which."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from core.evaluation.curves import row_shares
from core.evaluation.figures.style import escaped_percent, new_figure, wrap

NAME_WIDTH = 13
"""Maximum characters per line of a class name."""


def plot_confusion_matrix(counts: np.ndarray, names: Sequence[str], normalised: bool = False) -> Figure:
    """Plot a confusion matrix, cells shaded by value.

    Args:
        counts: true classes are rows, predicted ones columns, shape (k, k).
        names: of the classes, k of them.
        normalised: show percentages of each row instead of counts.

    Raises:
        ValueError: counts is not a square matrix with as many rows as there are names.
    """
    if counts.shape != (len(names), len(names)):
        raise ValueError(f"expected counts of shape {(len(names), len(names))}; received {counts.shape}")
    shares = row_shares(counts)
    values = shares if normalised else counts
    highest = 1.0 if normalised else max(1, int(counts.max()))
    figure = new_figure(7.2)
    axes = figure.add_subplot()
    axes.imshow(np.nan_to_num(values), cmap="Blues", vmin=0, vmax=highest)
    for row, column in np.ndindex(counts.shape):
        share = float(shares[row, column])
        text = "--" if np.isnan(share) else escaped_percent(share, 1)
        axes.text(
            column,
            row,
            text if normalised else f"{counts[row, column]}",
            ha="center",
            va="center",
            fontsize=11,
            color="white" if np.nan_to_num(values)[row, column] > 0.55 * highest else "black",
        )
    lines = [wrap(name, NAME_WIDTH, lines=3) for name in names]
    axes.set_xticks(range(len(names)), lines)
    axes.set_yticks(range(len(names)), lines)
    axes.tick_params(length=0, labelsize=8)
    axes.set_xlabel("Predicted class")
    axes.set_ylabel("True class, by the panel's rating")
    axes.spines[:].set_visible(True)
    return figure
