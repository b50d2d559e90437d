"""FaceGrid's targets for each cell: pure geometry (Tian et al., FCOS, arXiv 1904.01355, with centre sampling)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from core.face import Box
from core.models.facegrid import cell_centres

SIZES = {8: (0.0, 64.0), 16: (48.0, 160.0), 32: (120.0, math.inf)}
"""Smallest and largest face (geometric mean of its sides, pixels) assigned to a grid, by its stride.

The ranges overlap, so that a face near a limit has no ambiguous assignment.
"""

RADIUS = 1.5
"""A face's positive cells are those with a centre within this many strides of the face's centre, and in its box."""

MIN_SIDE = 8.0
"""A face with a shorter side, pixels, is neither a target nor background."""


def assign_targets(
    boxes: Sequence[Box], ignored: Sequence[Box], width: int, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the (face, box) targets of one picture.

    Args:
        boxes: of its faces, pixels; a cell claimed by two belongs to the smaller one.
        ignored: boxes whose cells have no target.
        width, height: of the picture, divisible by 32.

    Returns:
        face: (cells, 2), 1 for a face's centre, else 0, and a weight, 0 where there is no target.
        box: (cells, 5), log distances to the left, top, right and bottom in strides, and 1 for positive cells.
    """
    centres = cell_centres(height, width)
    x, y, stride = centres.T
    face = np.zeros((len(centres), 2), np.float32)
    face[:, 1] = 1
    reach = np.zeros((len(centres), 5), np.float32)
    tiny = [box for box in boxes if min(box.w, box.h) < MIN_SIDE]
    for box in (*ignored, *tiny):
        face[(x >= box.x) & (x <= box.x + box.w) & (y >= box.y) & (y <= box.y + box.h), 1] = 0
    for box in sorted((box for box in boxes if min(box.w, box.h) >= MIN_SIDE), key=lambda box: -box.area):
        sides = np.stack([x - box.x, y - box.y, box.x + box.w - x, box.y + box.h - y], 1)
        size = box.size
        right_size = np.isin(stride, [grid_stride for grid_stride, (low, high) in SIZES.items() if low <= size < high])
        near_centre = np.maximum(np.abs(x - box.cx), np.abs(y - box.cy)) <= RADIUS * stride
        positive = right_size & near_centre & (sides.min(1) > 0)
        face[positive] = 1
        reach[positive, :4] = np.log(sides[positive] / stride[positive, None])
        reach[positive, 4] = 1
    return face, reach
