from __future__ import annotations

import json

import pytest

from core.face import Box, Face


def test_iou_of_known_overlaps() -> None:
    box = Box(0, 0, 10, 10)
    assert box.iou(box) == 1
    assert box.iou(Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert box.iou(Box(10, 0, 10, 10)) == 0
    assert Box(0, 0, 0, 0).iou(Box(0, 0, 0, 0)) == 0


def test_clip_keeps_what_is_inside() -> None:
    assert Box(-5, -5, 20, 30).clip(10, 12) == Box(0, 0, 10, 12)
    assert Box(50, 50, 5, 5).clip(10, 10).area == 0


def test_from_centre_and_back() -> None:
    box = Box.from_centre(10, 20, 4, 6)
    assert (box.x, box.y, box.cx, box.cy) == (8, 17, 10, 20)


@pytest.mark.parametrize("size", [(-1, 2), (2, -1)])
def test_negative_size_is_refused(size: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="width and height of 0 or more"):
        Box(0, 0, *size)


def test_to_dict_is_the_file_contract() -> None:
    face = Face(Box(212.04, 90.46, 160.21, 160.2), 0.98, 3.4123, "Sexy", 0.8111111, 31.04)
    assert json.loads(json.dumps(face.to_dict())) == {
        "box": [212.0, 90.5, 160.2, 160.2],
        "detection": 0.98,
        "rating": 3.412,
        "label": "Sexy",
        "probability": 0.8111,
        "age": 31.0,
        "refused": None,
        "track": None,
    }
