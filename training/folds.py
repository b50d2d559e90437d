"""Five-fold scores of a classifier: each fold of SCUT-FBP5500 rated by the network that never saw it.

    for k in 2 3 4 5; do python -m training train MODEL --fold $k; done
    python -m training folds MODEL

The network of fold 1 is the one that ships, so its file is measured; of the others, the Keras models.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from core.classify import load_rater
from core.settings import Settings
from core.weights import load_manifest
from training.data.rated import PANELS, RatedFace, load_mebeauty, load_scut
from training.metrics import accuracy, mae, pearson, rmse, spearman
from training.rate import keras_ratings, ratings
from training.scores import Scores, rounded
from training.train import run_name, trained_model

SHIPPED_FOLD = 1
MEANT = ("pearson", "mae", "rmse", "accuracy", "other_panel")
"""The scores of which the mean over the folds is told."""


def fold_ratings(
    name: str, fold: int, faces: list[RatedFace], runs: Path, weights: Path, panels: tuple[str, ...]
) -> np.ndarray:
    """What the network that never saw a fold says of it, shape (n,)."""
    if fold == SHIPPED_FOLD and set(panels) == set(PANELS):
        return ratings(load_rater(name, load_manifest(weights), Settings(weights_dir=weights)), faces)
    return keras_ratings(trained_model(name, runs / run_name(name, fold, panels)), faces)


def fold_scores(name: str, fold: int, data: Path, runs: Path, weights: Path, panels: tuple[str, ...]) -> Scores:
    """The scores on one fold, with its own training median as the threshold.

    other_panel: rank correlation with MEBeauty's raters on its test pictures, which no fold has learnt from.
    """
    known = load_scut(data, "train", fold) + load_scut(data, "validation", fold)
    faces, others = load_scut(data, "test", fold), load_mebeauty(data, "test")
    truth, other_truth = (np.array([face.score for face in rated]) for rated in (faces, others))
    every = fold_ratings(name, fold, faces + others, runs, weights, panels)
    predicted = every[: len(faces)]
    threshold = float(np.median([face.score for face in known]))
    return {
        "fold": fold,
        "pictures": len(faces),
        "pearson": pearson(truth, predicted),
        "mae": mae(truth, predicted),
        "rmse": rmse(truth, predicted),
        "accuracy": accuracy(truth, predicted, threshold),
        "other_panel": spearman(other_truth, every[len(faces) :]),
    }


def folds(
    name: str, data: Path, runs: Path, weights: Path, which: list[int], panels: tuple[str, ...] = tuple(PANELS)
) -> Scores:
    """Measure folds; those of what ships go into the model's report, folds.json, beside the folds that it has.

    Args:
        name: a classifier.
        data: the data folder.
        runs: folder of the runs, one a fold.
        weights: folder of what ships.
        which: folds, 1 to 5.
        panels: what the networks were trained on.

    Returns:
        {"folds": scores of each, "mean": their means}.

    Raises:
        TrainingError: a fold was not trained yet. FairestError: the model was not exported yet. DataError: data is
            missing.
    """
    report = summary([fold_scores(name, fold, data, runs, weights, panels) for fold in which])
    if set(panels) != set(PANELS):
        return report
    path = weights / "reports" / name / "folds.json"
    known = json.loads(path.read_text(encoding="utf-8"))["folds"] if path.is_file() else []
    merged = {scores["fold"]: scores for scores in (*known, *report["folds"])}
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = summary([merged[fold] for fold in sorted(merged)])
    path.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return report


def summary(scores: list[Scores]) -> Scores:
    """The scores of some folds and their means."""
    mean = {key: float(np.mean([fold[key] for fold in scores])) for key in MEANT}
    report: Scores = rounded({"folds": scores, "mean": mean})
    return report
