"""Line charts over ordered categories such as ages: a colour and a shape per series, with optional error bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from webapp.metrics.charts.style import INK, SHARE, colour, shape

TITLE = 13
"""Font size in pixels of the title over one of several charts."""


def titled(chart: Any, title: str) -> Any:
    """Set a chart's title and return the chart."""
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
    """Return the layers of such a chart.

    Args:
        rows: the data, each with `series`, the fields of x and y, and `low` and `high` if there are error bars.
        names: of the series, in order.
        x, y: the axes.
        tooltip: of a point.
        whiskers: whether y shows shares with an interval, drawn as error bars.
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
