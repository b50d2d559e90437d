from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.face import Box
from core.images.crop import FILL
from core.models.ages import YEARS
from tests import faces
from tests.training.conftest import save
from training.data.age_batches import (
    SHARES,
    AgeBatches,
    AgeViews,
    age_distribution,
    age_target,
    cut_off,
    draw_shares,
    looked_at,
)
from training.data.aged import AgedFace, Label


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ages") / "utkface" / "images" / "a.png"
    save(path, cv2.resize(faces.load(faces.ADULT), (128, 128)))
    return path


def aged(path: Path, low: int, high: int | None = None, race: str = "White") -> AgedFace:
    return AgedFace(Label(path, low, low if high is None else high, "male", race), Box(30, 25, 64, 80))


def mean_year(shares: np.ndarray) -> float:
    return float(shares @ YEARS / shares.sum())


def test_a_year_is_a_bell_and_an_interval_all_its_years(picture: Path) -> None:
    assert age_distribution(30).sum() == pytest.approx(1)
    assert mean_year(age_target(aged(picture, 30))) == pytest.approx(30, abs=0.01)
    decade = age_target(aged(picture, 10, 19))
    assert np.flatnonzero(decade).tolist() == list(range(10, 20))
    assert decade.max() == 1


def test_few_are_shown_more_often_than_in_proportion_yet_less_than_many(picture: Path) -> None:
    people = [aged(picture, 33)] * 16 + [aged(picture, 33, race="Black")] * 4 + [aged(picture, 14)]
    shares = draw_shares(people)
    assert shares.sum() == pytest.approx(1)
    many, few, single = shares[:16].sum(), shares[16:20].sum(), shares[20]
    assert many / few == pytest.approx(2)
    assert few / single == pytest.approx(2)


def test_each_set_has_its_share_however_many_its_faces(picture: Path) -> None:
    many = [aged(picture, 33)] * 30
    few = [aged(Path("aaf/images/a.png"), age) for age in (10, 33, 34)]
    decades = [aged(Path("fairface_decades/images/a.png"), 20, 29)] * 9
    shares = draw_shares(many + few + decades)
    assert [shares[:30].sum(), shares[30:33].sum(), shares[33:].sum()] == pytest.approx(list(SHARES.values()))


def test_batches_follow_from_the_seed_and_the_epoch(picture: Path) -> None:
    batches = AgeBatches([aged(picture, 14), aged(picture, 20, 29)], 64, "caffe", 16, 8, seed=2)
    pixels, targets = batches[0]
    assert pixels.shape == (8, 64, 64, 3)
    assert targets.shape == (8, 101)
    assert np.array_equal(pixels, batches[0][0])
    batches.epoch = 1
    assert not np.array_equal(pixels, batches[0][0])


def test_asked_for_worn_pictures_more_of_the_crops_are_worn_and_the_rest_stay_as_they_were(picture: Path) -> None:
    faces = [aged(picture, 14), aged(picture, 20, 29)]
    usual, worn = (AgeBatches(faces, 64, "caffe", 64, 64, seed=2, kinds=kinds) for kinds in (0.0, 0.3))
    differ = (usual[0][0] != worn[0][0]).any(axis=(1, 2, 3))
    assert 0.15 < differ.mean() < 0.45
    assert np.array_equal(usual[0][1], worn[0][1]), "the same faces are drawn"


def test_views_show_every_face_once_as_it_is(picture: Path) -> None:
    views = AgeViews([aged(picture, age) for age in (14, 30, 50)], 64, "caffe", 2)
    assert [len(views[index][0]) for index in range(2)] == [2, 1]
    assert [round(mean_year(row)) for row in views[0][1]] == [14, 30]
    assert np.array_equal(views[0][0][0], views[0][0][1]), "one picture, no augmentation"


def test_what_lies_outside_is_filled_or_repeats_the_edge() -> None:
    image = np.full((100, 100, 3), 200, np.uint8)
    box = Box(0, 0, 90, 110)
    assert (looked_at(image, box, 64, edges=False) == FILL).all(axis=-1).any()
    assert (looked_at(image, box, 64, edges=True) == 200).all()


def test_a_crop_is_cut_off_at_any_side() -> None:
    cut = np.full((60, 60, 3), 200, np.uint8)
    sides = set()
    for seed in range(30):
        filled = (cut_off(np.random.default_rng(seed), cut) == FILL).all(axis=-1)
        assert 0.02 < filled.mean() < 0.35
        sides.add((bool(filled[0].all()), bool(filled[-1].all()), bool(filled[:, 0].all()), bool(filled[:, -1].all())))
    assert len(sides) == 4
