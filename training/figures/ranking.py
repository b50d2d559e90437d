"""ROC and precision-recall: how well the rating tells the upper class from the lower, at every threshold."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from training.curves import Curve
from training.figures.style import BLUE, GREY, new_figure, number, text

HEIGHT = 8.2


def unit_square(axes: Axes) -> None:
    """Both axes from 0 to 1, equally long, with room for lines that run along the border."""
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")


def plot_roc(curve: Curve, above: str) -> Figure:
    """ROC with its area; the dashed line is chance. `above` names the class that is looked for."""
    figure = new_figure(HEIGHT)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "--", color=GREY, linewidth=0.8, label=f"chance, {number(0.5)}")
    axes.plot(curve.x, curve.y, color=BLUE, label=f"AUC {number(curve.score, 3)}")
    unit_square(axes)
    axes.set_title(f"positive class: {text(above)}")
    axes.set_xlabel("False positive rate")
    axes.set_ylabel("True positive rate")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def plot_precision_recall(curve: Curve, above: str, prevalence: float) -> Figure:
    """Precision against recall with the average precision; the dashed line is chance.

    Args:
        curve: x is recall, y precision.
        above: the class that is looked for.
        prevalence: its share among the faces, in [0, 1].
    """
    figure = new_figure(HEIGHT)
    axes = figure.add_subplot()
    axes.axhline(prevalence, linestyle="--", color=GREY, linewidth=0.8, label=f"chance, {number(prevalence)}")
    axes.step(curve.x, curve.y, where="post", color=BLUE, label=f"average precision {number(curve.score, 3)}")
    unit_square(axes)
    axes.set_title(f"positive class: {text(above)}")
    axes.set_xlabel("Recall")
    axes.set_ylabel("Precision")
    figure.legend(loc="outside lower center", ncols=2)
    return figure
