"""The reliability diagram, with the histogram of confidences below it."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.evaluation.curves import Reliability, wilson_interval
from webapp.common.i18n import _
from webapp.metrics.charts.style import BLUE, GREY, named

CONFIDENCE = alt.Scale(domain=[0.5, 1])
BESIDE = 44
"""Width in pixels reserved for the vertical axis of both charts, so that they line up."""


def reliability_chart(reliability: Reliability) -> Any:
    """Plot the share of right labels by stated probability, with 95 % intervals; dashed line: perfect calibration."""
    filled = np.flatnonzero(reliability.counts)
    limits = [wilson_interval(reliability.right[index], int(reliability.counts[index])) for index in filled]
    points = pd.DataFrame(
        {
            "said": reliability.probability[filled],
            "right": reliability.right[filled],
            "low": [low for low, _high in limits],
            "high": [high for _low, high in limits],
            "faces": reliability.counts[filled],
        }
    )
    scale = alt.Scale(domain=[min(0.4, float(points["low"].min())), 1], nice=False)
    y = alt.Y(
        "right:Q",
        title=_("Share of correct labels"),
        scale=scale,
        axis=alt.Axis(format="%", minExtent=BESIDE, maxExtent=BESIDE),
    )
    base = alt.Chart(points).encode(
        x=alt.X("said:Q", title=None, scale=CONFIDENCE, axis=alt.Axis(format="%", labels=False)),
        tooltip=[
            alt.Tooltip("said:Q", title=_("Predicted probability"), format=".1%"),
            alt.Tooltip("right:Q", title=_("Share of correct labels"), format=".1%"),
            alt.Tooltip("faces:Q", title=_("Faces")),
        ],
    )
    ideal = pd.DataFrame({"said": [0.5, 1.0], "right": [0.5, 1.0]})
    return named(
        alt.layer(
            alt.Chart(ideal).mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(x="said:Q", y=y),
            base.mark_rule(color=BLUE, strokeWidth=1.5).encode(y=alt.Y("low:Q", scale=scale), y2="high:Q"),
            base.mark_line(color=BLUE, point=alt.OverlayMarkDef(size=50, color=BLUE, filled=True)).encode(y=y),
        ),
        _("Reliability diagram; the expected calibration error is {error:.3f}.").format(error=reliability.error),
        height=230,
    )


def confidence_chart(reliability: Reliability) -> Any:
    """Plot the number of faces by stated probability, in the bins of the reliability diagram."""
    bins = pd.DataFrame({"from": reliability.edges[:-1], "to": reliability.edges[1:], "faces": reliability.counts})
    return named(
        alt.Chart(bins)
        .mark_bar(color=BLUE, binSpacing=2)
        .encode(
            x=alt.X(
                "from:Q", bin="binned", title=_("Predicted probability"), scale=CONFIDENCE, axis=alt.Axis(format="%")
            ),
            x2="to:Q",
            y=alt.Y("faces:Q", title=_("Faces"), axis=alt.Axis(tickCount=3, minExtent=BESIDE, maxExtent=BESIDE)),
            tooltip=[
                alt.Tooltip("from:Q", title=_("From"), format=".0%"),
                alt.Tooltip("to:Q", title=_("to"), format=".0%"),
                alt.Tooltip("faces:Q", title=_("Faces")),
            ],
        ),
        _("Histogram of the probabilities of {faces} faces.").format(faces=int(reliability.counts.sum())),
        height=110,
    )
