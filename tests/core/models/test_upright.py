from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.face import Box, Face, Pose
from core.images.crop import crop, face_window
from core.models.orientation import turned_back
from core.models.upright import ASPECT, MIN_ROLL, upright_box, upright_crop
from tests import faces
from tests.film import outline, warped

SIDE = 96


def pose(roll: float) -> Pose:
    return Pose(roll, 0.0, 0.45)


def test_a_face_that_hardly_leans_is_cut_as_it_is(adult: np.ndarray) -> None:
    face = Face(faces.truth()[faces.ADULT], 1.0)
    plain = crop(adult, face_window(face.box), SIDE)
    for variant in (face, replace(face, pose=pose(0.9 * MIN_ROLL))):
        assert np.array_equal(upright_crop(adult, variant, face_window, SIDE), plain)


@pytest.mark.parametrize("degrees", [-170, -135, -90, -65, -40, -25, 15, 40, 60, 105, 120, 180])
def test_a_leaning_face_is_cut_as_if_it_stood_upright(degrees: int) -> None:
    name = faces.ADULT
    true = faces.truth()[name]
    picture, matrix = warped(name, degrees)
    leaning = Face(outline(matrix, true), 1.0, pose=pose(degrees))
    upright = crop(faces.load(name), face_window(true), SIDE).astype(float)
    turned = upright_crop(picture, leaning, face_window, SIDE).astype(float)
    as_it_is = crop(picture, face_window(leaning.box), SIDE).astype(float)
    assert np.abs(turned - upright).mean() < 0.5 * np.abs(as_it_is - upright).mean()
    assert np.abs(turned - upright).mean() < 16


def test_the_box_of_a_leaning_head_stood_upright() -> None:
    standing = Box.from_centre(50, 60, 20, 20 * ASPECT)
    assert upright_box(standing).as_list() == pytest.approx(standing.as_list())
    lying = Box.from_centre(50, 60, 20 * ASPECT, 20)
    assert upright_box(lying).as_list() == pytest.approx(standing.as_list())


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_quarter_turn_loses_nothing(quarters: int) -> None:
    name = faces.ADULT
    true = Box(*(round(value) for value in faces.truth()[name].as_list()))
    picture = np.ascontiguousarray(np.rot90(faces.load(name), -quarters))
    turned_box = turned_back(true, quarters, *picture.shape[1::-1])
    for roll in (90 * quarters, 90 * quarters + 0.9 * MIN_ROLL, 90 * quarters - 360):
        lying = Face(turned_box, 1.0, pose=pose(roll))
        straight = upright_crop(faces.load(name), Face(true, 1.0), face_window, SIDE).astype(int)
        assert np.abs(upright_crop(picture, lying, face_window, SIDE) - straight).mean() < 6


@pytest.mark.parametrize("degrees", [-120, -35, 35, 180])
def test_leaning_hardly_moves_a_rating(analyzer: Analyzer, degrees: int) -> None:
    for name in sorted(faces.truth())[:3]:
        true = faces.truth()[name]
        picture, matrix = warped(name, degrees)
        leaning = Face(outline(matrix, true), 1.0, pose=pose(degrees))
        moved, plain, straight = (
            analyzer.classifier.rating(image, face)
            for image, face in (
                (picture, leaning),
                (picture, replace(leaning, pose=None)),
                (faces.load(name), Face(true, 1.0)),
            )
        )
        assert abs(moved - straight) < 0.25
        assert abs(moved - straight) < abs(plain - straight) + 0.1
