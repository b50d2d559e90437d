from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.face import Box
from tests import faces
from tests.training.conftest import save, write_rows
from training.data.aged import TESTED, VALIDATION, Label, assign_parts, load_aged, prepare, read_labels
from training.data.duplicates import fingerprint
from training.data.faces import in_share
from training.data.pictures import load_rgb
from training.errors import DataError

NO_PAIRS: list[tuple[int, int]] = []


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty pictures of UTKFace, of which 1 is 0 saved again; ten of All-Age-Faces; ten of FairFace."""
    folder = tmp_path_factory.mktemp("aged")
    rng = np.random.default_rng(0)
    portraits = [faces.load(name) for name in sorted(faces.truth())]

    def picture(number: int) -> np.ndarray:
        x, y = rng.integers(0, 120, 2)
        portrait = portraits[number % len(portraits)]
        return cv2.resize(portrait[y : y + 600 - 9 * number, x : x + 600], (128, 128))

    rows: list[dict[str, object]] = []
    first = np.zeros((128, 128, 3), np.uint8)
    for number in range(30):
        image = picture(number)
        if number == 0:
            first = image
        if number == 1:
            image = cv2.resize(cv2.resize(first, (90, 90)), (128, 128))
        name = f"{number:02}.png"
        save(folder / "utkface" / "images" / name, image)
        part = "first" if number < 15 else "second"
        rows.append({"file": name, "age": 5 + 2 * number, "gender": number % 2, "race": number % 5, "part": part})
    write_rows(folder / "utkface" / "labels.csv", rows)
    for source, label in (("aaf", {"age": 17, "gender": 1}), ("fairface_decades", {})):
        rows = []
        for number in range(10):
            name = f"{source[0]}{number:02}.png"
            save(folder / source / "images" / name, picture(number + 3))
            decade = {"decade": "10-19", "gender": "Female", "race": "East Asian"} if not label else {}
            rows.append({"file": name, **label, **decade})
        write_rows(folder / source / "labels.csv", rows)
    return folder


def boxes(has_face: Callable[[Path], bool] = lambda _: True) -> Callable[..., list[Box | None]]:
    return lambda paths: [Box(30, 25, 64, 80) if has_face(path) else None for path in paths]


def test_years_and_intervals_are_read_in_words(people: Path) -> None:
    named = {label.path.name: label for label in read_labels(people)}
    third = named["03.png"]
    assert (third.low, third.high, third.gender, third.race, third.source) == (11, 11, "female", "Indian", "utkface")
    assert third.first
    assert not named["20.png"].first
    assert (named["a00.png"].low, named["a00.png"].race) == (17, "Asian")
    assert (named["f00.png"].low, named["f00.png"].high, named["f00.png"].gender) == (10, 19, "female")


def test_every_face_has_one_part_and_a_picture_without_one_is_left_out(people: Path, tmp_path: Path) -> None:
    table = tmp_path / "runs" / "aged.csv"
    count = prepare(read_labels(people), boxes(lambda path: path.name != "02.png"), lambda *_: NO_PAIRS, table)
    names = [face.path.name for part in ("train", "validation", "test") for face in load_aged(people, part, table)]
    assert len(names) == len(set(names)) == count
    assert "02.png" not in names
    face = next(face for face in load_aged(people, "train", table) if face.label.source == "fairface_decades")
    assert not face.exact
    assert (face.age, face.box) == (14.5, Box(30, 25, 64, 80))


def split(labels: list[Label], alike: list[tuple[int, int]] = NO_PAIRS) -> dict[str, str | None]:
    fingerprints = [fingerprint(load_rgb(label.path)) for label in labels]
    return {
        label.path.name: part for label, part in zip(labels, assign_parts(labels, fingerprints, alike), strict=True)
    }


def test_the_test_part_of_utkface_is_what_it_always_was(people: Path) -> None:
    parts = split(read_labels(people))
    for number in range(30):
        name = f"{number:02}.png"
        always = number < 15 and in_share("00.png" if number == 1 else name, *TESTED["utkface"])
        if number != 1 or always:
            assert (parts[name] == "test") == always, name


def test_the_other_sets_are_split_by_name(people: Path) -> None:
    labels = read_labels(people)
    strangers = np.random.default_rng(0).integers(0, 2**63, (len(labels), 4), np.uint64)
    parts = {
        label.path.name: part for label, part in zip(labels, assign_parts(labels, list(strangers), []), strict=True)
    }
    for source in ("aaf", "fairface_decades"):
        for number in range(10):
            name = f"{source[0]}{number:02}.png"
            if in_share(name, *TESTED[source]):
                assert parts[name] == "test"
            elif in_share(name, *VALIDATION):
                assert parts[name] == "validation"
            else:
                assert parts[name] == "train"


def test_a_copy_of_a_tested_picture_is_in_no_other_part(people: Path) -> None:
    labels = read_labels(people)
    plain = split(labels)
    tested = next(n for n, label in enumerate(labels) if label.first and plain[label.path.name] == "test")
    trained = next(n for n, label in enumerate(labels) if label.source == "aaf" and plain[label.path.name] == "train")
    parts = split(labels, [(tested, trained)])
    assert parts[labels[tested].path.name] == "test"
    assert parts[labels[trained].path.name] is None


def test_copies_go_together(people: Path) -> None:
    labels = read_labels(people)
    plain = split(labels)
    trained = [n for n, label in enumerate(labels) if plain[label.path.name] == "train" and label.source != "utkface"]
    held_out = [n for n, label in enumerate(labels) if plain[label.path.name] == "validation"]
    parts = split(labels, [(first, second) for first in held_out[:1] for second in trained[:1]])
    together = {parts[labels[n].path.name] for n in (held_out[0], trained[0])}
    assert len(together) == 1


def test_a_missing_table_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="python -m training ages"):
        load_aged(tmp_path, "train", tmp_path / "aged.csv")
    with pytest.raises(ValueError, match="train, validation, test"):
        load_aged(tmp_path, "all", tmp_path / "aged.csv")
