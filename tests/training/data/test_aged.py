from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.ages import expected_age
from core.crop import Image
from core.face import Box, Face
from tests import faces
from tests.training.conftest import save, write_rows
from training.data.age_batches import AgeBatches, AgeViews, bands, distribution, examined, taught
from training.data.aged import SHARES, AgedFace, fold_of, leaders, load_aged
from training.data.faces import in_share


class Finds:
    """One face in every picture but black ones."""

    name = "finds"

    def detect(self, image: Image) -> list[Face]:
        height, width = image.shape[:2]
        box = Box(0.25 * width, 0.2 * height, 0.5 * width, 0.65 * height)
        return [Face(box, 0.9)] if image.mean() > 5 else []


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty pictures; number 1 is number 0 saved again, number 2 is black."""
    folder = tmp_path_factory.mktemp("utkface")
    rng = np.random.default_rng(0)
    portraits = [faces.load(name) for name in sorted(faces.truth())]
    rows: list[dict[str, object]] = []
    first: np.ndarray = np.zeros((128, 128, 3), np.uint8)
    for number in range(30):
        portrait = portraits[number % len(portraits)]
        x, y = rng.integers(0, 120, 2)
        picture = cv2.resize(portrait[y : y + 600 - 9 * number, x : x + 600], (128, 128))
        if number == 1:
            picture = cv2.resize(cv2.resize(first, (90, 90)), (128, 128))
        if number == 0:
            first = picture
        if number == 2:
            picture[:] = 0
        name = f"{number:02}.png"
        save(folder / "utkface" / "images" / name, picture)
        rows.append({"file": name, "age": 5 + 2 * number, "gender": number % 2, "race": number % 5})
    write_rows(folder / "utkface" / "labels.csv", rows)
    return folder


def test_parts_share_no_picture_and_leave_none_out(people: Path) -> None:
    parts = {part: {face.path.name for face in load_aged(people, part, Finds())} for part in SHARES}
    every = sorted(name for names in parts.values() for name in names)
    assert every == sorted(f"{number:02}.png" for number in range(30) if number != 2)


def test_copies_fall_into_the_part_of_the_first(people: Path) -> None:
    images = people / "utkface" / "images"
    assert leaders(sorted(images.iterdir()))[images / "01.png"] == images / "00.png"
    part = next(part for part, (low, high) in SHARES.items() if in_share("00.png", low, high))
    names = {face.path.name for face in load_aged(people, part, Finds())}
    assert {"00.png", "01.png"} <= names


def test_copies_fall_into_one_fold_and_folds_are_about_alike(people: Path) -> None:
    every = {face.path.name: face for part in SHARES for face in load_aged(people, part, Finds())}
    assert fold_of(every["00.png"], 3) == fold_of(every["01.png"], 3)
    sizes = [sum(fold_of(face, 3) == fold for face in every.values()) for fold in range(3)]
    assert min(sizes) >= 5
    in_train = [fold_of(face, 3) for face in load_aged(people, "train", Finds())]
    assert set(in_train) == {0, 1, 2}, "a fold is no part"


def test_labels_are_read_in_words(people: Path) -> None:
    every = [face for part in SHARES for face in load_aged(people, part, Finds())]
    face = next(face for face in every if face.path.name == "03.png")
    assert (face.age, face.gender, face.race) == (11, "female", "Indian")


def test_a_label_is_a_bell_around_the_age_wider_when_old() -> None:
    assert distribution(30).sum() == pytest.approx(1)
    assert expected_age(distribution(30)) == pytest.approx(30, abs=0.01)
    assert distribution(10).max() > distribution(60).max()


def aged(ages: list[int], folder: Path) -> list[AgedFace]:
    """Faces of these ages, of folds 0, 1, 0, ..."""
    path = next((folder / "utkface" / "images").glob("05*"))
    box = Box(30, 25, 64, 80)
    return [AgedFace(path, box, age, "male", "White", number * 10_000) for number, age in enumerate(ages)]


def test_a_network_is_taught_all_folds_but_its_own_and_examined_in_that(people: Path) -> None:
    young, old = aged([20, 60], people)
    for face, own, other in ((young, 0, 1), (old, 1, 0)):
        assert fold_of(face, 2) == own
        assert expected_age(taught(face, 2)[other]) == pytest.approx(face.age, abs=0.1)
        assert not taught(face, 2)[own].any()
        assert expected_age(examined(face, 2)[own]) == pytest.approx(face.age, abs=0.1)
        assert not examined(face, 2)[other].any()


def test_every_band_is_shown_alike_however_few_its_faces(people: Path) -> None:
    many = aged([70] * 30 + [14], people)
    assert [len(band) for band in bands(many)] == [1, 30]
    batches = AgeBatches(many, 64, 2, 200, 50, seed=2)
    ages = [expected_age(target.max(axis=0)) for index in range(4) for target in batches[index][1]]
    assert 0.35 < np.mean([age < 20 for age in ages]) < 0.65


def test_batches_follow_from_the_seed(people: Path) -> None:
    batches = AgeBatches(aged([14, 30, 50], people), 64, 2, 16, 8, seed=2)
    pixels, targets = batches[0]
    assert pixels.shape == (8, 64, 64, 3)
    assert targets.shape == (8, 2, 101)
    assert np.array_equal(pixels, batches[0][0])
    batches.epoch = 1
    assert not np.array_equal(pixels, batches[0][0])


def test_views_show_every_face_once_as_it_is(people: Path) -> None:
    views = AgeViews(aged([14, 30, 50], people), 64, 2, 2)
    assert [len(views[index][0]) for index in range(2)] == [2, 1]
    assert [round(expected_age(target[fold])) for fold, target in enumerate(views[0][1])] == [14, 30]
    assert np.array_equal(views[0][0][0], views[0][0][1]), "one picture, no augmentation"
