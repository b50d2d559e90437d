"""What all charts share: colours that hold on light and dark, and marks that tell series apart without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

BLUE, VERMILION, GREEN, PURPLE, VIOLET = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#8250DF"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, VIOLET)
"""Four of Okabe and Ito's (2008) and a violet: 3:1 against Streamlit's light and its dark background."""

GREY = "#808080"
"""Of lines that are there to compare with."""

SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")

INK = alt.ExprRef("luminance(background) > 0.5 ? '#31333f' : '#fafafa'")
"""Of text. Streamlit's theme sets the background; its own text is too pale on it, and numbers it leaves black."""

LETTERS = 12
"""Pixels of a legend's letters: legends begin where the plot does, and a phone leaves little room for them."""

HEIGHT = 280
SHARE = alt.Scale(domain=[0, 1])
RATING = alt.Scale(domain=[1, 5])
NAME_LIMIT = 170
"""Pixels of a name beside a bar."""
LINES = alt.Legend(orient="top", title=None, symbolType="stroke", symbolSize=300, symbolStrokeWidth=2.5)
"""The legend of lines, drawn as they are."""
LONG = 16
"""Characters from which on the names of a legend stand below each other, so that a phone shows them whole."""


def cycled(values: Sequence[Any], count: int) -> list[Any]:
    """The first `count` of values, from the beginning again where there are more."""
    return [values[number % len(values)] for number in range(count)]


def colour(field: str, names: Sequence[str]) -> alt.Color:
    """A colour a name, in their order, with a legend on top where there are several."""
    scale = alt.Scale(domain=list(names), range=cycled(PALETTE, len(names)))
    return alt.Color(f"{field}:N", scale=scale, legend=_legend(names))


def shape(field: str, names: Sequence[str]) -> alt.Shape:
    """A shape a name; its legend and that of `colour` are one."""
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
    """Blue for the first name and vermilion for the second, if there is one."""
    scale = alt.Scale(domain=list(names), range=[BLUE, VERMILION][: len(names)])
    return alt.Color(f"{field}:N", scale=scale, legend=LINES)


def line_dash(field: str, names: Sequence[str], dashed: str) -> alt.StrokeDash:
    """One of the names dashed; the legend and that of `line_colour` are one."""
    dashes = [[6, 3] if name == dashed else [1, 0] for name in names]
    return alt.StrokeDash(f"{field}:N", scale=alt.Scale(domain=list(names), range=dashes), legend=LINES)


def log_ticks(low: float, high: float) -> list[float]:
    """Where a logarithmic axis from low to high, both above 0, is labelled: as sparsely as gives three places."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks: list[float] = []
    for digits in ((1,), (1, 2, 5), range(1, 10)):
        ticks = [tick for power in powers for digit in digits if low <= (tick := digit * 10.0**power) <= high]
        if len(ticks) > 2:
            break
    return ticks


def named(chart: Any, description: str, height: int = HEIGHT) -> Any:
    """A chart just made, finished: `description` is what a screen reader says of it."""
    # Set in place: Altair's own methods copy the whole chart each time.
    chart.description, chart.height = description, height
    chart.config = alt.Config(
        axis=alt.AxisConfig(labelColor=INK, titleColor=INK),
        legend=alt.LegendConfig(labelColor=INK, titleColor=INK, labelFontSize=LETTERS),
    )
    return chart
