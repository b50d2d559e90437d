"""What a figure shows, as plain lists."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes


def xy(line: Any) -> list[list[float]]:
    """The points of a line."""
    return np.asarray(line.get_xydata()).tolist()  # type: ignore[no-any-return]


def xs(line: Any) -> list[float]:
    """Where the points of a line lie along x."""
    return [x for x, _ in xy(line)]


def ys(line: Any) -> list[float]:
    """Where the points of a line lie along y."""
    return [y for _, y in xy(line)]


def scattered(axes: Axes) -> list[np.ndarray]:
    """The points of each scatter, shapes (n, 2)."""
    return [np.asarray(points.get_offsets()) for points in axes.collections]


def bars(axes: Axes, side: str) -> list[float]:
    """Each bar's `width` or `height`."""
    return [float(getattr(bar, f"get_{side}")()) for bar in axes.patches]
