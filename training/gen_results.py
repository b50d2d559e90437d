"""Writes each classifier's predictions on the test fold, one CSV per model.

    python -m training gen_results [MODEL ...] --data DATA
    python -m training gen_results [MODEL ...] --data DATA --part validation --out chosen

Runs the shipped files on the labelled boxes; of a model with an output for the fold's panel, that output is used. With
views, each face is also rated in that many slightly shifted boxes and the mean is used; the shifts depend on the seed
and the picture's name alone, so one model's run never changes another's. The ensemble's members are chosen on the
validation set.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from core.evaluation.results import Row, write_results
from core.face import Face
from core.models.classifier import RatingClassifier, load_classifier, of_panel
from core.settings_reader import load_settings
from training.data.pictures import load_rgb
from training.data.rated import FIRST, RatedFace, load_scut, load_scut_test
from training.data.rating_batches import jitter_box
from training.evaluate.classifier import rows_of

MOVED = 0.03
"""Standard deviation of the shifted boxes' position and size, in box sizes."""


def predict(classifier: RatingClassifier, face: RatedFace, views: int, seed: int) -> float:
    """Return one face's rating, the mean over its own box and `views` shifted ones."""
    image = load_rgb(face.path)
    rng = np.random.default_rng((seed, zlib.crc32(face.path.name.encode())))
    boxes = [face.box, *(jitter_box(rng, face.box, MOVED) for _ in range(views))]
    rater = of_panel(classifier.rater, FIRST)
    return float(np.mean([rater(image, Face(box, 1.0)) for box in boxes]))


def gen_results(
    name: str, data: Path, weights: Path, out: Path, views: int = 0, seed: int = 1, part: str = "test"
) -> list[Row]:
    """Write OUT/NAME.csv and return its rows.

    Args:
        name: a classifier of the manifest.
        data: the data folder.
        weights: the weights folder.
        out: folder of the results.
        views: shifted boxes per face, 0 for none.
        seed: of the shifts.
        part: of SCUT-FBP5500, "test" or "validation".

    Raises:
        FairestError: no such model, or its file is damaged. DataError: data is missing. ValueError: views is negative.
    """
    if views < 0:
        raise ValueError(f"expected 0 views or more; received {views}")
    classifier = load_classifier(name, load_settings(weights_dir=weights).rating)
    faces = load_scut_test(data) if part == "test" else load_scut(data, part)
    rows = rows_of(classifier, faces, np.array([predict(classifier, face, views, seed) for face in faces]))
    write_results(out / f"{name}.csv", rows)
    return rows
