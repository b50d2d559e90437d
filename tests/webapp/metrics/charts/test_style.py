from __future__ import annotations

import itertools
import tomllib
from typing import Any

import altair as alt
import numpy as np
import pytest

from core.percent import percent
from core.settings import ROOT
from tests.webapp.metrics.charts.charted import spec
from webapp.metrics.charts.style import GREY, INK, PALETTE, SHAPES, colour, cycled, line_dash, log_ticks, named, shape

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
BACKGROUNDS = {scheme: THEME[scheme]["backgroundColor"] for scheme in ("light", "dark")}

BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
"""Linear RGB as the colour-blind see it (Machado, Oliveira and Fernandes, 2009)."""

TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)


def encoded(channel: Any) -> dict[str, Any]:
    """A channel as Vega-Lite reads it."""
    return dict(channel.to_dict())


def linear(code: str) -> np.ndarray:
    """Linear RGB of "#rrggbb"."""
    values = np.array([int(code[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG's contrast ratio."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(code)) for code in (first, second))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear RGB."""
    x, y, z = np.cbrt(np.maximum(TO_XYZ @ np.clip(rgb, 0, 1), 1e-6) / np.array([0.95047, 1, 1.08883]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("scheme", BACKGROUNDS)
@pytest.mark.parametrize("code", [*PALETTE, GREY])
def test_colours_are_seen_on_both_backgrounds(code: str, scheme: str) -> None:
    assert contrast(code, BACKGROUNDS[scheme]) >= 3


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colours_are_distinguished_by_the_colour_blind(blindness: str) -> None:
    seen = [lab(np.array(BLINDNESS[blindness]) @ linear(code)) for code in PALETTE]
    assert min(np.linalg.norm(first - second) for first, second in itertools.combinations(seen, 2)) > 15


@pytest.mark.parametrize(("scheme", "ink"), [("light", "#31333f"), ("dark", "#fafafa")])
def test_numbers_are_read_on_both_backgrounds(scheme: str, ink: str) -> None:
    assert ink in str(INK.to_dict())
    assert contrast(ink, BACKGROUNDS[scheme]) >= 7


def test_series_differ_in_colour_and_shape() -> None:
    names = ["a", "b", "c"]
    assert encoded(colour("x", names))["scale"] == {"domain": names, "range": list(PALETTE[:3])}
    assert encoded(shape("x", names))["scale"] == {"domain": names, "range": list(SHAPES[:3])}
    assert encoded(colour("x", names))["legend"] == encoded(shape("x", names))["legend"], "they are drawn as one"


def test_one_name_needs_no_legend_and_long_ones_stand_below_each_other() -> None:
    assert encoded(colour("x", ["alone"]))["legend"] is None
    assert encoded(colour("x", ["short", "names"]))["legend"]["columns"] == 2
    assert encoded(colour("x", ["short", "a name that is long"]))["legend"]["columns"] == 1


def test_there_is_always_another_colour() -> None:
    assert cycled("ab", 5) == ["a", "b", "a", "b", "a"]
    assert cycled("ab", 1) == ["a"]


def test_the_line_named_is_dashed() -> None:
    assert encoded(line_dash("x", ["a", "b"], "b"))["scale"]["range"] == [[1, 0], [6, 3]]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.5, 2000, [1, 10, 100, 1000]),
        (8, 300, [10, 20, 50, 100, 200]),
        (0.0055, 0.0095, [0.006, 0.007, 0.008, 0.009]),
        (3.0, 3.0, [3]),
    ],
)
def test_logarithmic_axes_have_few_plain_labels(low: float, high: float, ticks: list[float]) -> None:
    assert log_ticks(low, high) == pytest.approx(ticks)


def test_a_chart_says_what_it_shows_and_leaves_the_background_to_the_theme() -> None:
    chart = named(alt.Chart().mark_point(), "Two points.", height=120)
    assert chart.to_dict()["description"] == "Two points."
    assert chart.to_dict()["height"] == 120
    assert '"background"' not in spec(chart)


def test_charts_write_shares_as_the_rest_of_the_page_does() -> None:
    chart = named(alt.Chart().mark_point(), "Two points.")
    sign = chart.to_dict()["config"]["locale"]["number"]["percent"]
    assert percent(0.81) == f"81{sign}"
