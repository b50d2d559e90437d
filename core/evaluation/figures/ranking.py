"""ROC and precision-recall curves: how well ratings separate the two classes at every threshold."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from core.evaluation.curves import Curve
from core.evaluation.figures.style import BLUE, GREY, escape, new_figure, number

HEIGHT = 8.2


def finish_axes(figure: Figure, axes: Axes, above: str, x: str, y: str) -> None:
    """Set both axes to 0 to 1, equally long, with a margin for lines along the border; add axis titles and legend."""
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    axes.set_title(f"positive class: {escape(above)}")
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    figure.legend(loc="outside lower center", ncols=2)


def plot_roc(curve: Curve, above: str) -> Figure:
    """Plot the ROC curve with its area; the dashed line is chance. above: name of the positive class."""
    figure = new_figure(HEIGHT)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "--", color=GREY, linewidth=0.8, label=f"chance, {number(0.5)}")
    axes.plot(curve.x, curve.y, color=BLUE, label=f"AUC {number(curve.score, 3)}")
    finish_axes(figure, axes, above, "False positive rate", "True positive rate")
    return figure


def plot_precision_recall(curve: Curve, above: str, prevalence: float) -> Figure:
    """Plot precision against recall with the average precision; the dashed line is chance.

    Args:
        curve: x is recall, y precision.
        above: name of the positive class.
        prevalence: its share among the faces, in [0, 1].
    """
    figure = new_figure(HEIGHT)
    axes = figure.add_subplot()
    axes.axhline(prevalence, linestyle="--", color=GREY, linewidth=0.8, label=f"chance, {number(prevalence)}")
    axes.step(curve.x, curve.y, where="post", color=BLUE, label=f"average precision {number(curve.score, 3)}")
    finish_axes(figure, axes, above, "Recall", "Precision")
    return figure
