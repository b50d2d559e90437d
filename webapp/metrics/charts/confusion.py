"""The confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.evaluation.curves import row_shares
from core.percent import percent
from webapp.common.i18n import _
from webapp.metrics.charts.style import BLUE, INK, named


def confusion_chart(counts: np.ndarray, names: Sequence[str]) -> Any:
    """Plot the panel's labels as rows and the model's as columns; cells show counts and shares of the row.

    Args:
        counts: shape (2, 2).
        names: of the classes, (below, above).
    """
    shares = row_shares(counts)
    cells = pd.DataFrame(
        {
            "panel": names[row],
            "model": names[column],
            "faces": int(counts[row, column]),
            "share": float(shares[row, column]),
            "percent": "–" if np.isnan(shares[row, column]) else percent(float(shares[row, column]), 1),
        }
        for row, column in np.ndindex(counts.shape)
    )
    base = alt.Chart(cells).encode(
        x=alt.X("model:N", title=_("Model's label"), sort=list(names), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("panel:N", title=_("Panel's label"), sort=list(names)),
        tooltip=[
            alt.Tooltip("panel:N", title=_("Panel's label")),
            alt.Tooltip("model:N", title=_("Model's label")),
            alt.Tooltip("faces:Q", title=_("Faces")),
            alt.Tooltip("percent:N", title=_("Share of the row")),
        ],
    )
    return named(
        alt.layer(
            base.mark_rect(fill=BLUE, stroke=BLUE, strokeOpacity=0.5).encode(
                # Limited, so that the numbers keep their contrast.
                fillOpacity=alt.FillOpacity("share:Q", scale=alt.Scale(domain=[0, 1], range=[0.04, 0.45]), legend=None)
            ),
            base.mark_text(fontSize=22, dy=-9, color=INK).encode(text="faces:Q"),
            base.mark_text(fontSize=14, dy=15, color=INK).encode(text="percent:N"),
        ),
        _("Confusion matrix: {right} of {faces} faces get the panel's label.").format(
            right=int(np.trace(counts)), faces=int(counts.sum())
        ),
    )
