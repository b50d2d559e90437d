from __future__ import annotations

import numpy as np
import pytest

from tests import faces
from training.data.wear import KIND_SIDE, KINDS, Wear, draw_kind, draw_wear, wear

PICTURE = faces.load(faces.ADULT)[200:500, 200:460]


def worn(degradation: Wear) -> np.ndarray:
    return wear(np.random.default_rng(1), PICTURE, degradation)


def sharpness(image: np.ndarray) -> float:
    return float(np.abs(np.diff(image.astype(float), axis=0)).mean())


def test_nothing_becomes_of_a_picture_that_is_not_worn() -> None:
    assert np.array_equal(worn(Wear()), PICTURE)


def test_colour_goes_and_browns() -> None:
    grey = worn(Wear(colour=0.0))
    assert np.ptp(grey.astype(int), axis=-1).max() == 0
    brown = worn(Wear(colour=0.0, brown=1.0)).reshape(-1, 3).mean(axis=0)
    assert brown[0] > brown[1] > brown[2]


def test_contrast_fades_towards_the_paper() -> None:
    faded = worn(Wear(fade=0.4))
    assert faded.min() > PICTURE.min() + 20
    assert faded.std() < 0.7 * PICTURE.std()


@pytest.mark.parametrize("how", [Wear(sharp=0.3), Wear(blur=2.0)])
def test_small_and_blurred_pictures_are_soft(how: Wear) -> None:
    assert worn(how).shape == PICTURE.shape
    assert sharpness(worn(how)) < 0.8 * sharpness(PICTURE)


def test_grain_and_compression_leave_their_marks() -> None:
    assert sharpness(worn(Wear(grain=12))) > 1.2 * sharpness(PICTURE)
    assert 0 < np.abs(worn(Wear(quality=15)).astype(int) - PICTURE).mean() < 12


def test_a_larger_picture_of_the_same_face_is_worn_alike() -> None:
    twice = Wear(sharp=0.4, blur=1.0).scaled(2)
    assert (twice.sharp, twice.blur) == (0.2, 2.0)
    assert Wear(sharp=0.4).scaled(0.25).sharp == 1


def test_drawn_wear_differs_and_every_kind_can_be_had() -> None:
    drawn = {draw_wear(np.random.default_rng(seed)) for seed in range(40)}
    assert len(drawn) == 40
    assert any(degradation.colour == 0 for degradation in drawn)
    for degradation in KINDS.values():
        assert worn(degradation).dtype == np.uint8


def test_every_kind_that_wears_is_drawn_as_strongly_as_its_crop_is_large() -> None:
    drawn = [draw_kind(np.random.default_rng(seed), 2 * KIND_SIDE) for seed in range(60)]
    worn = {name: degradation.scaled(2) for name, degradation in KINDS.items() if degradation != Wear()}
    assert {name for name, degradation in worn.items() if degradation in drawn} == set(worn)
    assert all(degradation in worn.values() for degradation in drawn)
