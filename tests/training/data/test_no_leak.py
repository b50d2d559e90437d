"""Nothing that is predicted or trained on may depend on the test faces' labels."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.models.classifier import load_classifier
from core.settings import WEIGHTS, RatingSettings
from tests.training.conftest import write_rows
from training.data.rated import ON_ONE_SCALE, load_rated, load_scut
from training.evaluate.classifier import evaluate_classifier
from training.gen_results import gen_results

TESTED = {"scut_fbp5500": ("test_fold", "1"), "mebeauty": ("split", "val")}
"""By panel, the column and its value that mark the test faces."""

Change = Callable[[list[str]], list[str]]
"""The test faces' values of one column to the values that stand there instead."""


def relabelled(data: Path, folder: Path, panel: str, column: str, change: Change) -> Path:
    """A copy of the rated faces in which a panel's test faces, and they alone, have other labels."""
    for name in TESTED:
        shutil.copytree(data / name, folder / name)
    path = folder / panel / "labels.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    mark, value = TESTED[panel]
    tested = [row for row in rows if row[mark] == value]
    for row, new in zip(tested, change([row[column] for row in tested]), strict=True):
        row[column] = new
    write_rows(path, [dict(row) for row in rows])
    return folder


def shuffled(values: list[str]) -> list[str]:
    """The same values, none of them in its place."""
    assert len(set(values)) == len(values) > 2
    return [*values[1:], values[0]]


def targets_of(data: Path, *parts: str) -> list[tuple[Path, float]]:
    """Names and scores of both panels' faces."""
    faces = [face for part in parts for face in load_rated(data, part, ON_ONE_SCALE)]
    return [(face.path.relative_to(data), face.score) for face in faces]


def test_ratings_do_not_move_with_the_test_scores(data: Path, tmp_path: Path) -> None:
    classifier = load_classifier("sexyness_cnn", RatingSettings())
    scores, rows = evaluate_classifier(classifier, data)
    others, moved = evaluate_classifier(classifier, relabelled(data, tmp_path, "scut_fbp5500", "score", shuffled))
    assert [row.file for row in moved] == [row.file for row in rows]
    assert [row.rating for row in moved] == [row.rating for row in rows]
    assert [row.predicted for row in moved] == [row.predicted for row in rows]
    assert [row.probability for row in moved] == [row.probability for row in rows]
    assert all(before.score != after.score for before, after in zip(rows, moved, strict=True))
    assert others["mae"] != scores["mae"]
    assert len({row.rating for row in rows}) > 2


@pytest.mark.parametrize(("column", "value"), [("group", "ZZ"), ("source", "nowhere")])
def test_ratings_do_not_move_with_what_else_is_known_of_a_face(
    data: Path, tmp_path: Path, column: str, value: str
) -> None:
    classifier = load_classifier("sexyness_cnn", RatingSettings())
    _, rows = evaluate_classifier(classifier, data)
    changed = relabelled(data, tmp_path, "scut_fbp5500", column, lambda values: [value] * len(values))
    _, moved = evaluate_classifier(classifier, changed)
    assert {getattr(row, column) for row in moved} == {value} != {getattr(row, column) for row in rows}
    assert [row.rating for row in moved] == [row.rating for row in rows]


def test_moved_boxes_do_not_follow_the_test_scores_either(data: Path, tmp_path: Path) -> None:
    changed = relabelled(data, tmp_path, "scut_fbp5500", "score", shuffled)
    weights = WEIGHTS
    rows = gen_results("sexyness_cnn", data, weights, tmp_path / "before", views=2)
    moved = gen_results("sexyness_cnn", changed, weights, tmp_path / "after", views=2)
    assert [(row.file, row.rating) for row in moved] == [(row.file, row.rating) for row in rows]
    assert all(before.score != after.score for before, after in zip(rows, moved, strict=True))


@pytest.mark.parametrize("panel", TESTED)
def test_nothing_that_is_trained_on_moves_with_the_test_scores(data: Path, tmp_path: Path, panel: str) -> None:
    # All 5, since shuffling would keep the median even of all faces together, and so find no leak.
    changed = relabelled(data, tmp_path, panel, "score", lambda values: ["5.0"] * len(values))
    targets = targets_of(data, "train", "validation")
    assert targets_of(changed, "train", "validation") == targets
    before, after = targets_of(data, "test"), targets_of(changed, "test")
    assert before != after
    assert not {name for name, _ in targets} & {name for name, _ in before}


def test_the_threshold_does_not_move_with_the_test_scores(data: Path, tmp_path: Path) -> None:
    changed = relabelled(data, tmp_path, "scut_fbp5500", "score", lambda values: ["5.0"] * len(values))

    def median(folder: Path, *parts: str) -> float:
        return float(np.median([face.score for part in parts for face in load_scut(folder, part)]))

    assert median(changed, "train", "validation") == median(data, "train", "validation")
    assert median(changed, "train", "validation", "test") > median(data, "train", "validation", "test")
