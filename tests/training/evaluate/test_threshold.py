from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.faces import load_negatives
from training.evaluate.threshold import PARTS, best_threshold, empty_pictures, face_pictures


def test_the_threshold_lies_in_the_middle_of_the_gap() -> None:
    assert best_threshold(np.array([0.8, 0.9]), np.array([0.1, 0.4])) == pytest.approx(0.6, abs=0.02)


def test_both_kinds_count_alike_however_many_there_are() -> None:
    faces, empty = np.array([0.5, 0.95]), np.concatenate([np.zeros(40), np.full(60, 0.7)])
    assert best_threshold(faces, empty) > 0.7


def test_empty_pictures_are_many_and_always_the_same(data: Path) -> None:
    first, second = list(empty_pictures(data)), list(empty_pictures(data))
    assert len(first) > PARTS * len(load_negatives(data, "validation"))
    assert all((a == b).all() for a, b in zip(first, second, strict=True))
    assert min(min(picture.shape[:2]) for picture in first) >= 31


def test_face_pictures_are_the_single_ones_and_squares_around_faces(data: Path) -> None:
    shapes = [picture.shape[:2] for picture in face_pictures(data)]
    assert shapes.count((240, 320)) >= 4
    assert 4 < len(shapes) <= 8
