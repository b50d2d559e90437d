from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.face import Box
from core.images.crop import FILL
from training.data.scenes import Scene, affine_map, clip, mosaic, place, quarters, transform_box

BOX = Box(40, 30, 24, 36)


def picture() -> Scene:
    """An ellipse on grey: its drawn pixels tell where the box should be."""
    image = np.full((100, 120, 3), 90, np.uint8)
    cv2.ellipse(image, (52, 48), (12, 18), 0, 0, 360, (250, 10, 10), cv2.FILLED)
    return Scene(image, (BOX,), ())


def red(image: np.ndarray) -> Box:
    """The box around the red pixels."""
    mask = (image[..., 0] > 180) & (image[..., 1] < 120)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return Box(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)


@pytest.mark.parametrize("degrees", [0.0, 30.0, -40.0, 90.0])
@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_box_goes_where_the_face_goes(degrees: float, scale: float, mirrored: bool) -> None:
    matrix = affine_map(scale, degrees, mirrored, (BOX.cx, BOX.cy), (150, 110))
    placed = place(picture(), matrix, Box(0, 0, 320, 240), 320, 240)
    (box,) = placed.boxes
    assert (box.cx, box.cy) == pytest.approx((150, 110))
    assert box.iou(red(placed.image)) > (0.75 if scale < 1 else 0.85), "give or take a pixel"


def test_mirroring_and_turning_go_the_way_they_say() -> None:
    matrix = affine_map(1.0, 90.0, False, (0, 0), (0, 0))
    assert matrix @ (1, 0, 1) == pytest.approx((0, -1)), "anticlockwise, as rows count downwards"
    assert affine_map(2.0, 0.0, True, (10, 10), (50, 50)) @ (11, 10, 1) == pytest.approx((48, 50))


def test_outside_the_region_and_the_picture_there_is_fill() -> None:
    matrix = affine_map(1.0, 0.0, False, (0, 0), (40, 40))
    placed = place(picture(), matrix, Box(50, 0, 100, 200), 200, 200)
    assert (placed.image[:, :50] == FILL).all()
    assert (placed.image[:40] == FILL).all()
    assert (placed.image[60, 60] != FILL).any()


def test_a_face_cut_off_is_clipped_and_one_hardly_there_is_ignored() -> None:
    matrix = affine_map(1.0, 0.0, False, (BOX.cx, BOX.cy), (0, 100))
    half = place(picture(), matrix, Box(0, 0, 200, 200), 200, 200)
    assert [box.as_list() for box in half.boxes] == [[0, 82, 12, 36]]
    hardly = place(picture(), affine_map(1.0, 0.0, False, (BOX.cx, BOX.cy), (-8, 100)), Box(0, 0, 200, 200), 200, 200)
    assert not hardly.boxes
    assert [box.as_list() for box in hardly.ignored] == [[0, 82, 4, 36]]
    gone = place(picture(), affine_map(1.0, 0.0, False, (BOX.cx, BOX.cy), (-80, 100)), Box(0, 0, 200, 200), 200, 200)
    assert not gone.boxes
    assert not gone.ignored


def test_an_upright_ellipse_turned_by_a_quarter_lies() -> None:
    turned = transform_box(BOX, affine_map(1.0, 90.0, False, (BOX.cx, BOX.cy), (BOX.cx, BOX.cy)))
    assert turned.as_list() == pytest.approx(Box.from_centre(BOX.cx, BOX.cy, BOX.h, BOX.w).as_list())


def test_four_scenes_become_one() -> None:
    regions = quarters((80.4, 60.6), 200, 150)
    assert sum(region.area for region in regions) == 200 * 150
    scenes = [
        place(picture(), affine_map(1.0, 0.0, False, (52, 48), (region.cx, region.cy)), region, 200, 150)
        for region in regions
    ]
    combined = mosaic(scenes, regions)
    assert len(combined.boxes) == 4
    for scene, region in zip(scenes, regions, strict=True):
        rows, columns = slice(int(region.y), int(region.y + region.h)), slice(int(region.x), int(region.x + region.w))
        assert np.array_equal(combined.image[rows, columns], scene.image[rows, columns])
    assert clip(Box(0, 0, 10, 10), regions[3]).area == 0
