from __future__ import annotations

import pytest

from core.face import Box
from training.data.conventions import DRAWINGS, FAIREST, to_fairest


@pytest.mark.parametrize("source", sorted(DRAWINGS))
def test_a_face_drawn_by_any_set_becomes_the_same_box(source: str) -> None:
    drawn = DRAWINGS[source]
    eyes, unit = (100.0, 80.0), 30.0
    box = Box(
        eyes[0] - drawn.width * unit / 2,
        eyes[1] + drawn.top * unit,
        drawn.width * unit,
        (drawn.bottom - drawn.top) * unit,
    )
    ours = to_fairest(box, source)
    assert ours.cx == pytest.approx(eyes[0])
    assert ours.y == pytest.approx(eyes[1] + FAIREST.top * unit)
    assert ours.w == pytest.approx(FAIREST.width * unit)
    assert ours.h == pytest.approx((FAIREST.bottom - FAIREST.top) * unit)


@pytest.mark.parametrize("source", ["fddb", "wider", "helen", "scut_fbp5500"])
def test_our_box_overlaps_each_drawing_well(source: str) -> None:
    box = Box(0, 0, DRAWINGS[source].width * 30, (DRAWINGS[source].bottom - DRAWINGS[source].top) * 30)
    assert box.iou(to_fairest(box, source)) > 0.8


def test_an_unmeasured_set_is_refused() -> None:
    with pytest.raises(KeyError, match="fddb"):
        to_fairest(Box(0, 0, 1, 1), "unknown")
