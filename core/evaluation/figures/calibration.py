"""Calibration: whether labels are correct as often as predicted."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from core.evaluation.curves import Reliability, wilson_interval
from core.evaluation.figures.style import BLUE, GREY, SKY, new_figure, number


def plot_calibration(reliability: Reliability) -> Figure:
    """Plot a reliability diagram with 95 % intervals and the expected calibration error, and the faces in each bin."""
    figure = new_figure(9.6)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1.2))
    filled = np.flatnonzero(reliability.counts)
    probability, right = reliability.probability[filled], reliability.right[filled]
    limits = [wilson_interval(reliability.right[place], int(reliability.counts[place])) for place in filled]
    low, high = np.transpose(limits)
    above.plot([0.5, 1], [0.5, 1], "--", color=GREY, linewidth=0.8, label="perfectly calibrated")
    above.errorbar(
        probability,
        right,
        yerr=np.maximum(0, [right - low, high - right]),
        fmt="o-",
        color=BLUE,
        capsize=1.5,
        elinewidth=0.8,
        label="the model",
    )
    above.set(xlim=(0.49, 1.01), ylim=(min(0.45, float(low.min()) - 0.03), 1.02))
    above.set_ylabel("Share of correct labels")
    above.set_title(f"expected calibration error {number(reliability.error, 3)}")
    bars = below.bar(
        reliability.edges[:-1],
        reliability.counts,
        np.diff(reliability.edges),
        align="edge",
        color=SKY,
        edgecolor="white",
    )
    below.bar_label(bars, fontsize=6, padding=1)
    below.margins(y=0.25)
    below.set_xlabel("Probability that the label is right")
    below.set_ylabel("Faces")
    figure.legend(*above.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
