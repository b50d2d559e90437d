"""Predicted against true rating."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.metrics import pearson
from core.evaluation.results import Row, ratings_of, scores_of
from webapp.common.i18n import _
from webapp.metrics.charts.style import GREY, RATING, colour, named, shape


def ratings_chart(rows: list[Row], name_of: Callable[[str], str]) -> Any:
    """Plot a point per face in its group's colour and shape; on the dashed line the prediction is right.

    Clicking a group in the legend shows only that group.

    Args:
        rows: at least one.
        name_of: returns the display name of a group or source.
    """
    faces = pd.DataFrame(
        {
            "score": row.score,
            "rating": row.rating,
            "group": name_of(row.group),
            "source": name_of(row.source),
        }
        for row in rows
    )
    groups = sorted(faces["group"].unique())
    chosen = alt.selection_point(fields=["group"], bind="legend")
    points = (
        # Having a screen reader announce each of a thousand points would be too much.
        alt.Chart(faces)
        .mark_point(size=22, filled=True, aria=False)
        .encode(
            x=alt.X("score:Q", title=_("Panel's mean rating"), scale=RATING, axis=alt.Axis(tickCount=5)),
            y=alt.Y("rating:Q", title=_("Predicted rating"), scale=RATING, axis=alt.Axis(tickCount=5)),
            color=colour("group", groups),
            shape=shape("group", groups),
            opacity=alt.condition(chosen, alt.value(0.8), alt.value(0.04)),
            tooltip=[
                alt.Tooltip("group:N", title=_("Group")),
                alt.Tooltip("source:N", title=_("Source")),
                alt.Tooltip("score:Q", title=_("Panel's mean rating"), format=".2f"),
                alt.Tooltip("rating:Q", title=_("Predicted rating"), format=".2f"),
            ],
        )
        .add_params(chosen)
    )
    ideal = alt.Chart(pd.DataFrame({"score": [1, 5], "rating": [1, 5]}))
    chart = alt.layer(
        ideal.mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1.5).encode(
            x=alt.X("score:Q", scale=RATING), y=alt.Y("rating:Q", scale=RATING)
        ),
        points,
    )
    # A thousand points as DOM elements would slow the page down.
    chart.usermeta = {"embedOptions": {"renderer": "canvas"}}
    return named(
        chart,
        _("Predicted against true rating of {faces} faces; Pearson {pearson:.3f}.").format(
            faces=len(rows), pearson=pearson(scores_of(rows), ratings_of(rows))
        ),
        height=360,
    )
