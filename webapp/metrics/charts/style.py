"""Shared style of all charts: colours for light and dark themes, and shapes that distinguish series without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

BLUE, VERMILION, GREEN, PURPLE, VIOLET = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8250DF"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, VIOLET)
"""Four colours of Okabe and Ito (2008) and a violet: contrast 3:1 on Streamlit's light and dark backgrounds."""

GREY = "#808080"
"""Colour of reference lines."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")

INK = alt.ExprRef("luminance(background) > 0.5 ? '#31333f' : '#fafafa'")
"""Colour of text. Streamlit's theme sets the background; its own text colour is too pale on it, and it leaves numbers
black."""

LETTERS = 12
"""Font size in pixels of legends, which begin where the plot does; a phone leaves little room for them."""

HEIGHT = 280
SHARE = alt.Scale(domain=[0, 1])
RATING = alt.Scale(domain=[1, 5])
NAME_LIMIT = 170
"""Maximum width in pixels of a name next to a bar."""
NUMBERS = alt.NumberLocale(decimal=".", thousands=",", grouping=[3], currency=["$", ""], percent=" %")
"""Shares are written as on the rest of the page, "81 %"."""
LINES = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=300, symbolStrokeWidth=2.5)
"""Legend of line charts, with line symbols."""
LONG = 16
"""Length in characters from which names in a legend are stacked, so that they fit on a phone."""


def cycled(values: Sequence[Any], count: int) -> list[Any]:
    """Return `count` values, repeating from the start if there are fewer."""
    return [values[number % len(values)] for number in range(count)]


def colour(field: str, names: Sequence[str]) -> alt.Color:
    """Assign a colour to each name, in order, with a legend on top if there are several."""
    scale = alt.Scale(domain=list(names), range=cycled(PALETTE, len(names)))
    return alt.Color(f"{field}:N", scale=scale, legend=_legend(names))


def shape(field: str, names: Sequence[str]) -> alt.Shape:
    """Assign a shape to each name; its legend is merged with that of `colour`."""
    scale = alt.Scale(domain=list(names), range=cycled(SHAPES, len(names)))
    return alt.Shape(f"{field}:N", scale=scale, legend=_legend(names))


def _legend(names: Sequence[str]) -> alt.Legend | None:
    if len(names) < 2:
        return None
    columns = 1 if max(map(len, names)) > LONG else 2
    return alt.Legend(
        orient="top",
        title=None,
        labelLimit=320,
        symbolOpacity=1,
        symbolSize=90,
        symbolStrokeWidth=0,
        columns=columns,
    )


def line_colour(field: str, names: Sequence[str]) -> alt.Color:
    """Assign blue to the first name and vermilion to the second, if there is one."""
    scale = alt.Scale(domain=list(names), range=[BLUE, VERMILION][: len(names)])
    return alt.Color(f"{field}:N", scale=scale, legend=LINES)


def line_dash(field: str, names: Sequence[str], dashed: str) -> alt.StrokeDash:
    """Draw one of the names dashed; the legend is merged with that of `line_colour`."""
    dashes = [[6, 3] if name == dashed else [1, 0] for name in names]
    return alt.StrokeDash(f"{field}:N", scale=alt.Scale(domain=list(names), range=dashes), legend=LINES)


def log_ticks(low: float, high: float) -> list[float]:
    """Return tick labels of a logarithmic axis from low to high, both above 0: the sparsest with at least three."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks: list[float] = []
    for digits in ((1,), (1, 2, 5), range(1, 10)):
        ticks = [tick for power in powers for digit in digits if low <= (tick := digit * 10.0**power) <= high]
        if len(ticks) > 2:
            break
    return ticks


def named(chart: Any, description: str, height: int = HEIGHT) -> Any:
    """Set a chart's height and its description for screen readers, and return it."""
    # In place, because Altair's own methods copy the whole chart each time.
    chart.description, chart.height = description, height
    chart.config = alt.Config(
        axis=alt.AxisConfig(labelColor=INK, titleColor=INK),
        legend=alt.LegendConfig(labelColor=INK, titleColor=INK, labelFontSize=LETTERS),
        locale=alt.Locale(number=NUMBERS),
    )
    return chart
