"""ROC and precision-recall curves."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.curves import Curve
from webapp.common.i18n import _
from webapp.metrics.charts.style import BLUE, GREY, SHARE, named

HEIGHT = 340
"""Pixels; about equal to the width, since both axes are shares."""


def roc_chart(curve: Curve) -> Any:
    """Plot the true positive rate of the upper class against the false positive rate; dashed line: chance."""
    return named(
        alt.layer(
            _chance([0, 1], [0, 1]),
            _curve(curve, _("False positive rate"), _("True positive rate"), "linear", falling=False),
        ),
        _("ROC curve; the area under it is {score:.3f}.").format(score=curve.score),
        height=HEIGHT,
    )


def precision_recall_chart(curve: Curve, prevalence: float) -> Any:
    """Plot precision against recall of the upper class; dashed line: chance.

    prevalence: share of the upper class among the faces, in [0, 1].
    """
    return named(
        alt.layer(
            _chance([0, 1], [prevalence, prevalence]),
            _curve(curve, _("Recall"), _("Precision"), "step-after", falling=True),
        ),
        _("Precision against recall; the average precision is {score:.3f}.").format(score=curve.score),
        height=HEIGHT,
    )


def _chance(x: list[float], y: list[float]) -> Any:
    ends = pd.DataFrame({"x": x, "y": y})
    return alt.Chart(ends).mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(x="x:Q", y="y:Q")


def _curve(curve: Curve, x: str, y: str, interpolate: Any, falling: bool) -> Any:
    points = pd.DataFrame({"x": curve.x, "y": curve.y, "order": range(len(curve.x))})
    return (
        alt.Chart(points)
        .mark_line(color=BLUE, interpolate=interpolate, strokeWidth=2.5)
        .encode(
            x=alt.X("x:Q", title=x, scale=SHARE),
            y=alt.Y("y:Q", title=y, scale=SHARE),
            order=alt.Order("order:Q", sort="descending" if falling else "ascending"),
            tooltip=[alt.Tooltip("x:Q", title=x, format=".3f"), alt.Tooltip("y:Q", title=y, format=".3f")],
        )
    )
