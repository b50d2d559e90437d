"""The benefit of averaging more models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.subsets import Subset, by_size
from webapp.common.i18n import _
from webapp.metrics.charts.style import BLUE, INK, line_colour, line_dash, named

FORMATS = {"pearson": ".3f", "mae": ".3f", "accuracy": ".1%"}


def subsets_chart(
    subsets: Sequence[Subset], measure: str, title: str, title_of: Callable[[str], str], picked: Subset | None
) -> Any:
    """Plot a point per subset by its number of models, with lines through the best and the mean of each number.

    Args:
        subsets: every subset.
        measure: one of FORMATS.
        title: the measure's display name.
        title_of: returns a model's display name.
        picked: the subset to mark with a ring.
    """
    points = pd.DataFrame(
        {
            "count": len(subset.models),
            "value": subset.measures[measure],
            "models": ", ".join(map(title_of, subset.models)),
        }
        for subset in subsets
    )
    sizes = by_size(subsets, measure)
    names = [_("best"), _("on average")]
    lines = pd.DataFrame(
        [{"count": size.models, "value": size.best.measures[measure], "line": names[0]} for size in sizes]
        + [{"count": size.models, "value": size.mean, "line": names[1]} for size in sizes]
    )
    x = alt.X(
        "count:Q", title=_("Models averaged"), axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(padding=14)
    )
    shown = FORMATS[measure]
    y = alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format=shown))
    tooltip = [
        alt.Tooltip("models:N", title=_("Models")),
        alt.Tooltip("value:Q", title=title, format=shown),
    ]
    layers = [
        alt.Chart(lines)
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=y,
            color=line_colour("line", names),
            strokeDash=line_dash("line", names, dashed=names[1]),
        ),
        alt.Chart(points).mark_point(filled=True, color=BLUE, size=42, opacity=0.9).encode(x=x, y=y, tooltip=tooltip),
    ]
    if picked is not None:
        ring = pd.DataFrame(
            {
                "count": [len(picked.models)],
                "value": [picked.measures[measure]],
                "models": [", ".join(map(title_of, picked.models))],
            }
        )
        layers.append(
            alt.Chart(ring)
            .mark_point(filled=False, size=260, strokeWidth=3, stroke=INK, opacity=1)
            .encode(x=x, y=y, tooltip=tooltip)
        )
    best = by_size(subsets, measure)
    return named(
        alt.layer(*layers),
        _("{title} when one to {most} models are averaged: {first} on average for one, {last} for all.").format(
            title=title, most=best[-1].models, first=f"{best[0].mean:.3f}", last=f"{best[-1].mean:.3f}"
        ),
        height=340,
    )
