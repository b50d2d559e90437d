"""Cross-validation of classifiers: each fold of SCUT-FBP5500, or its 60/40 split, rated by a network that never saw it.

    python -m training folds --models MODEL ...

The network of fold 1 is the one that ships: if it does, its file is evaluated; for the other folds, the Keras models.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.evaluation.metrics import accuracy, mae, pearson, rmse, spearman
from core.evaluation.model_report import FOLDS
from core.models.classifier import load_rater, of_panel
from core.models.manifest import MANIFEST, load_manifest
from core.output.files import write_file
from core.settings_reader import load_settings
from training.data.rated import (
    FIRST,
    PANELS,
    SPLIT_60_40,
    RatedFace,
    fold_title,
    load_mebeauty,
    load_scut,
    load_scut_test,
)
from training.errors import TrainingError
from training.evaluate.panel_scale import heads_of
from training.evaluate.rate import keras_ratings, predict_ratings
from training.models.registry import spec_of
from training.options import Options
from training.scores import Scores, rounded
from training.train import SHIPPED_FOLD, run_name, train, trained_model

MEANT = ("pearson", "mae", "rmse", "accuracy", "other_panel")
"""The scores that are averaged over the folds."""

SPLIT = "split_60_40"
"""Key of the 60/40 split's scores in a report."""


@dataclass(frozen=True, slots=True)
class FoldRun:
    """A network that is trained without one fold and evaluated on it. Picklable.

    name: a classifier. options: how to train, including the fold. precision: see `train`. runs, weights: their folders.
    shipped: whether it is the shipped network, which is not trained but evaluated as it is.
    """

    name: str
    options: Options
    precision: str
    runs: Path
    weights: Path
    shipped: bool

    @property
    def folder(self) -> Path:
        """The folder of its log and weights."""
        return self.runs / run_name(self.name, self.options.fold, self.options.panels, self.options.adults)

    def __str__(self) -> str:
        return f"{self.name}, {fold_title(self.options.fold)}"


def ships(name: str, fold: int, panels: Sequence[str], weights: Path) -> bool:
    """Whether a fold's network is the one in the weights folder's manifest.

    Raises:
        WeightsError: the manifest is malformed.
    """
    if fold != SHIPPED_FOLD or set(panels) != set(PANELS) or not (weights / MANIFEST).is_file():
        return False
    return name in load_manifest(weights).names("classifier")


def fold_ratings(run: FoldRun, faces: list[RatedFace], others: list[RatedFace]) -> tuple[np.ndarray, np.ndarray]:
    """Predict a fold's faces, as SCUT-FBP5500's panel, and others by the network that never saw the fold."""
    if run.shipped:
        rater = load_rater(run.name, load_manifest(run.weights), load_settings(weights_dir=run.weights).rating)
        return predict_ratings(of_panel(rater, FIRST), faces), predict_ratings(rater, others)
    model = spec_of(run.name).exports[0].adapt(trained_model(run.name, run.folder))
    heads = heads_of(model, run.options.data, run.options.fold)
    return keras_ratings(model, faces, heads, FIRST if heads else None), keras_ratings(model, others, heads)


def fold_scores(run: FoldRun) -> Scores:
    """Return the scores of a trained network on its fold, with its own training set's median as the threshold.

    other_panel: rank correlation with MEBeauty's panel on its test set, on which no fold was trained.

    Raises:
        TrainingError: the fold was not trained yet. FairestError: the model's file is missing. DataError: data is.
    """
    data, fold = run.options.data, run.options.fold
    training_faces = load_scut(data, "train", fold) + load_scut(data, "validation", fold)
    faces, others = load_scut_test(data, fold), load_mebeauty(data, "test")
    truth, other_truth = (np.array([face.score for face in rated]) for rated in (faces, others))
    predicted, of_others = fold_ratings(run, faces, others)
    threshold = float(np.median([face.score for face in training_faces]))
    return {
        "fold": fold,
        "pictures": len(faces),
        "pearson": pearson(truth, predicted),
        "mae": mae(truth, predicted),
        "rmse": rmse(truth, predicted),
        "accuracy": accuracy(truth, predicted, threshold),
        "other_panel": spearman(other_truth, of_others),
    }


def trained_scores(run: FoldRun) -> Scores:
    """Train the network to its last epoch, then return its `fold_scores`.

    Raises:
        TrainingError, FairestError: as `train` and `fold_scores` do.
    """
    if not run.shipped:
        train(run.name, run.options, run.runs, run.precision)
    return fold_scores(run)


def save_scores(run: FoldRun, scores: Scores) -> None:
    """Add the scores of a fold, or of the 60/40 split, to its model's report, next to the others.

    Reports are about shipped models: a network of other panels is not reported.

    Raises:
        TrainingError: the existing report is damaged.
    """
    if set(run.options.panels) != set(PANELS):
        return
    path = run.weights / "reports" / run.name / FOLDS
    try:
        report = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"folds": []}
        earlier = report["folds"] + ([report[SPLIT]] if SPLIT in report else [])
        merged = {of_fold["fold"]: of_fold for of_fold in (*earlier, scores)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(f"expected the scores of folds in {path}; it is damaged ({error!r}). Remove it.") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    report = summary([merged[fold] for fold in sorted(merged)])
    write_file(path, json.dumps(report, indent=1) + "\n")


def summary(scores: list[Scores]) -> Scores:
    """Return the scores of several folds, their means if there are any, and those of the 60/40 split if it is there.

    {"folds": [...], "mean": {...}, "split_60_40": {...}}. The means are of the rounded scores, so that they do not
    depend on the order in which the folds were evaluated.
    """
    by_fold: dict[int, Scores] = {of_fold["fold"]: rounded(of_fold) for of_fold in scores}
    folds = [of_fold for fold, of_fold in by_fold.items() if fold != SPLIT_60_40]
    report: Scores = {"folds": folds}
    if folds:
        report["mean"] = rounded({key: float(np.mean([fold[key] for fold in folds])) for key in MEANT})
    if SPLIT_60_40 in by_fold:
        report[SPLIT] = by_fold[SPLIT_60_40]
    return report
