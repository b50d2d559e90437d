from __future__ import annotations

import math

import pytest

from core.face import Box, Face
from training.evaluate.average_precision import GroundTruth, average_precision, match_detections, of_size, share_found


def box(x: float, side: float = 20) -> Box:
    return Box(x, 0, side, side)


def face(x: float, detection: float, side: float = 20) -> Face:
    return Face(box(x, side), detection)


TRUTH = [GroundTruth((box(0), box(100))), GroundTruth(())]


def test_all_found_and_nothing_else_is_one() -> None:
    assert average_precision([[face(1, 0.9), face(101, 0.8)], []], TRUTH) == 1
    assert share_found([[face(1, 0.9), face(101, 0.8)], []], TRUTH) == (1, 1)


def test_a_false_face_below_the_true_ones_costs_nothing_and_above_them_a_part() -> None:
    assert average_precision([[face(1, 0.9), face(101, 0.8)], [face(5, 0.3)]], TRUTH) == 1
    assert average_precision([[face(1, 0.9), face(101, 0.5)], [face(5, 0.7)]], TRUTH) == pytest.approx(
        0.5 + 0.5 * 2 / 3
    )


def test_a_face_found_twice_is_wrong_once() -> None:
    assert match_detections([face(0, 0.9), face(2, 0.8)], GroundTruth((box(0),))) == [(0.9, True), (0.8, False)]


def test_too_little_overlap_is_a_miss() -> None:
    assert match_detections([face(8, 0.9)], GroundTruth((box(0),))) == [(0.9, False)]
    assert average_precision([[face(8, 0.9)]], [GroundTruth((box(0),))]) == 0


def test_ignored_boxes_are_neither_right_nor_wrong() -> None:
    crowd = GroundTruth((box(0),), (Box(50, 0, 100, 20),))
    assert match_detections([face(0, 0.9), face(60, 0.8), face(90, 0.7), face(200, 0.6)], crowd) == [
        (0.9, True),
        (0.6, False),
    ]


def test_nothing_found_and_nothing_there() -> None:
    assert average_precision([[], []], TRUTH) == 0
    assert math.isnan(average_precision([[face(0, 0.5)]], [GroundTruth(())]))
    assert share_found([[]], [GroundTruth(())]) == (1, 1)
    assert share_found([[], []], TRUTH) == (0, 1)


def test_faces_of_other_sizes_are_ignored() -> None:
    truth = [GroundTruth((box(0, 20), box(100, 60)), (box(300),))]
    detections = [[face(0, 0.9, 20), face(100, 0.8, 60), face(300, 0.7), face(400, 0.1)]]
    (small,) = of_size(truth, 0, 32)
    assert [face_box.w for face_box in small.boxes] == [20]
    assert len(small.ignored) == 2
    assert average_precision(detections, [small]) == 1
    assert average_precision([detections[0][:1]], of_size(truth, 32, 999)) == 0
