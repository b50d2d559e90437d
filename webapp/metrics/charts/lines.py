"""Lines over places that follow each other, ages say: a line and a shape a series, with whiskers if wished."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from webapp.metrics.charts.style import INK, SHARE, colour, shape

TITLE = 13
"""Pixels of the letters of a title over one of several charts."""


def titled(chart: Any, title: str) -> Any:
    """The same chart, with a title."""
    chart.title = alt.TitleParams(title, anchor="start", fontSize=TITLE, color=INK)
    return chart


def lines(
    rows: Sequence[dict[str, Any]],
    names: Sequence[str],
    x: alt.X,
    y: alt.Y,
    tooltip: Sequence[alt.Tooltip],
    whiskers: bool = False,
) -> Any:
    """The layers of such a chart.

    Args:
        rows: what is drawn, each with `series`, the fields of x and y, and `low` and `high` where there are whiskers.
        names: of the series, in their order.
        x, y: the axes.
        tooltip: of a point.
        whiskers: whether what y shows are shares with an interval.
    """
    base = alt.Chart(pd.DataFrame(list(rows))).encode(x=x, color=colour("series", names), tooltip=list(tooltip))
    layers = [
        base.mark_line(strokeWidth=2).encode(y=y),
        base.mark_point(filled=True, size=70, opacity=1).encode(y=y, shape=shape("series", names)),
    ]
    if whiskers:
        ends = alt.Y("low:Q", scale=SHARE)
        layers.insert(0, base.mark_rule(opacity=0.5, strokeWidth=2).encode(y=ends, y2="high:Q"))
    return alt.layer(*layers)
