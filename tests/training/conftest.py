"""A tiny data folder in the shape of the real one, made from the test faces."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import faces
from training.data.conventions import DRAWINGS, FAIREST
from training.data.faces import VALIDATION_SHARE, in_share
from training.data.rated import VALIDATION_SHARE as RATED_SHARE
from training.data.schemas import GENDERS, RACES


def named(stem: str, count: int, low: float, high: float) -> list[str]:
    """File names whose checksum falls into a share."""
    names: list[str] = []
    number = 0
    while len(names) < count:
        name = f"{stem}{number:04}.png"
        if in_share(name, low, high):
            names.append(name)
        number += 1
    return names


def drawn_by(source: str, box: tuple[float, float, float, float]) -> list[float]:
    """A box of Fairest's convention as a data set would have drawn it."""
    x, y, w, h = box
    theirs = DRAWINGS[source]
    unit = h / (FAIREST.bottom - FAIREST.top)
    width = w * theirs.width / FAIREST.width
    top = y + (theirs.top - FAIREST.top) * unit
    return [x + (w - width) / 2, top, width, (theirs.bottom - theirs.top) * unit]


def write_rows(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def save(path: Path, image: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """faces, negatives and scut_fbp5500 with a handful of pictures in each split."""
    folder = tmp_path_factory.mktemp("data")
    people = sorted(faces.truth())
    rng = np.random.default_rng(0)

    boxes: list[dict[str, object]] = []
    for source in ("fddb", "helen"):
        names = [(name, "train") for name in named(f"{source}/t", 6, VALIDATION_SHARE, 1.0)]
        names += [(name, "train") for name in named(f"{source}/v", 2, 0.0, VALIDATION_SHARE)]
        names += [(name, "val") for name in named(f"{source}/e", 2, 0.0, 1.0)]
        for number, (name, split) in enumerate(names):
            scale = 0.25 + 0.05 * (number % 4)
            frame, box = faces.in_frame(people[number % len(people)], 320, 240, scale, dx=10 * (number % 5) - 20)
            save(folder / "faces" / "images" / name, frame)
            values = dict(zip("xywh", drawn_by(source, (box.x, box.y, box.w, box.h)), strict=True))
            boxes.append(
                {"set": source, "split": split, "file": name, "img_w": 320, "img_h": 240, **values, "ignore": 0}
            )
    crowd = named("fddb/crowd", 1, VALIDATION_SHARE, 1.0)[0]
    frame, box = faces.in_frame(people[0], 320, 240, 0.2, dx=-80)
    save(folder / "faces" / "images" / crowd, frame)
    for x, ignore in ((box.x, 0), (box.x + 160, 0), (box.x + 70, 1)):
        boxes.append(
            {"set": "fddb", "split": "train", "file": crowd, "img_w": 320, "img_h": 240}
            | {"x": x, "y": box.y, "w": box.w, "h": box.h, "ignore": ignore}
        )
    write_rows(folder / "faces" / "boxes.csv", boxes)

    for low, high in ((0.0, 0.6), (0.6, 0.7), (0.7, 1.0)):
        for name in named("empty", 3, low, high):
            save(folder / "negatives" / name, rng.integers(0, 255, (90, 120, 3), np.uint8))

    rated: list[dict[str, object]] = []
    plan = [(named("AF", 8, RATED_SHARE, 1.0), 2), (named("CM", 3, 0.0, RATED_SHARE), 3), (named("AM", 4, 0.0, 1.0), 1)]
    # Without fold 3, too, there is one to validate with.
    plan.append((named("CF", 1, 0.0, RATED_SHARE), 4))
    for names_of, fold in plan:
        for number, name in enumerate(names_of):
            person = people[number % len(people)]
            save(folder / "scut_fbp5500" / "images" / name, cv2.resize(faces.load(person), (240, 240)))
            box = faces.truth()[person]
            values = dict(
                zip("xywh", (v / 3 for v in drawn_by("scut_fbp5500", (box.x, box.y, box.w, box.h))), strict=True)
            )
            source = "internet" if number % 2 else "DataTang"
            score = 1.5 + 3 * ((number * 37) % 10) / 10
            # As in the real table, each fold's faces are on both sides of the 60/40 split.
            parts = {"test_fold": fold, "split_60_40": "test" if number % 5 < 2 else "train"}
            rated.append({"file": name, "group": name[:2], "score": score, "source": source, **parts, **values})
    unboxed = {"file": "none.png", "group": "AF", "score": 3, "source": "lab", "test_fold": 2, "split_60_40": "train"}
    rated.append(unboxed | dict.fromkeys("xywh", ""))
    write_rows(folder / "scut_fbp5500" / "labels.csv", rated)
    write_mebeauty(folder / "mebeauty")
    write_ages(folder)
    write_omi(folder / "omi")
    write_decades(folder)
    return folder


def write_omi(folder: Path) -> None:
    """Four training faces, one held out of them, two for the test; means of 0 to 100."""
    people = sorted(faces.truth())
    parts = [named("o", 4, RATED_SHARE, 0.85), named("h", 1, 0.0, RATED_SHARE), named("e", 2, 0.85, 1.0)]
    rows: list[dict[str, object]] = []
    for number, name in enumerate(name for part in parts for name in part):
        save(folder / "images" / name, cv2.resize(faces.load(people[number % len(people)]), (256, 256)))
        looks = {"looks_aged": 30.0, "looks_female": (80.0, 20.0)[number % 2]}
        rows.append({"file": name, "attractive": 20.0 + 10 * number, "sd": 18.0, "raters": 37, **looks})
    write_rows(folder / "labels.csv", rows)


def write_mebeauty(folder: Path) -> None:
    """Six training pictures, two held out of them, three for the test; scores of 1 to 10."""
    people = sorted(faces.truth())
    plan = [("train", named("t", 6, RATED_SHARE, 1.0)), ("train", named("h", 2, 0.0, RATED_SHARE))]
    rows: list[dict[str, object]] = []
    for split, names in [*plan, ("val", named("v", 3, 0.0, 1.0))]:
        for number, name in enumerate(names):
            person = people[number % len(people)]
            save(folder / "images" / name, cv2.resize(faces.load(person), (192, 192)))
            box = faces.truth()[person]
            drawn = drawn_by("mebeauty", (box.x, box.y, box.w, box.h))
            values = dict(zip("xywh", (v * 192 / 720 for v in drawn), strict=True))
            labels = {"gender": ("female", "male")[number % 2], "ethnicity": ("asian", "black")[number % 2]}
            rows.append({"file": name, "split": split, **labels, "score": 2.0 + number, **values})
    write_rows(folder / "labels.csv", rows)


def write_ages(folder: Path) -> None:
    """utkface: two adults and a child by its label. fairface: four adults of two races."""
    people = sorted(faces.truth())
    for name, ages in (("utkface", ("30", "41", "9")), ("fairface", ("20-29", "30-39", "40-49", "30-39"))):
        rows: list[dict[str, object]] = []
        for number, age in enumerate(ages):
            picture = f"{number}.png"
            save(folder / name / "images" / picture, cv2.resize(faces.load(people[number]), (160, 160)))
            race = str(number % 2) if name == "utkface" else ("Black", "White")[number % 2]
            gender = str(number % 2) if name == "utkface" else ("Female", "Male")[number // 2]
            rows.append({"file": picture, "age": age, "gender": gender, "race": race})
        write_rows(folder / name / "labels.csv", rows)


def write_decades(folder: Path) -> None:
    """fairface_decades: an adult of each race and gender; aged.csv: the table that has them."""
    people = sorted(faces.truth())
    rows: list[dict[str, object]] = []
    for number, (gender, race) in enumerate(product(GENDERS, RACES)):
        name, person = f"{gender}-{race}.png", people[number % len(people)]
        save(folder / "fairface_decades" / "images" / name, cv2.resize(faces.load(person), (180, 180)))
        box = faces.truth()[person]
        sides = {"x": box.x / 4, "y": box.y / 4, "w": box.w / 4, "h": box.h / 4}
        labels = {"low": 20, "high": 29, "gender": gender.lower(), "race": race, "part": "train"}
        rows.append({"set": "fairface_decades", "file": name, **sides, **labels})
    write_rows(folder / "aged.csv", rows)


@contextmanager
def eagerly() -> Iterator[None]:
    """Without graphs: to trace the training step of a large network takes far longer than two steps of it."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
