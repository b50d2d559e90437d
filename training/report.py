"""The evaluation figures of a model, as PDF and PNG, from what lies in its report folder.

    python -m training report sexyness_cnn --out figures

Reads weights/reports/MODEL/: history.csv (the training log), predictions.csv (`training.results`) and
evaluation.json. What is missing or damaged costs only the figures that show it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from core.errors import FairestError
from core.weights import Card, load_manifest
from training.confusion_matrix import confusion_counts, plot_confusion_matrix
from training.curves import is_above, precision_recall, reliability, roc
from training.errors import DataError, TrainingError
from training.figures.calibration import plot_calibration
from training.figures.fairness import FairFaceScores, plot_fairness
from training.figures.history import plot_history
from training.figures.material import Material
from training.figures.ranking import plot_precision_recall, plot_roc
from training.figures.ratings import plot_predicted, plot_residuals
from training.figures.saving import save
from training.figures.shares import Accuracies, Overlaps, plot_accuracy_within, plot_overlap_by_set
from training.figures.style import styled, unprintable, use_latex
from training.results import ratings_of


def draw_confusion(material: Material, normalised: bool) -> Figure:
    """The confusion matrix, as counts or as percents of each row."""
    return plot_confusion_matrix(confusion_counts(material.rows, material.names), material.names, normalised)


def draw_roc(material: Material) -> Figure:
    """The ROC curve."""
    above = is_above(material.rows, material.names)
    return plot_roc(roc(above, ratings_of(material.rows)), material.names[1])


def draw_precision_recall(material: Material) -> Figure:
    """The precision-recall curve."""
    above = is_above(material.rows, material.names)
    curve = precision_recall(above, ratings_of(material.rows))
    return plot_precision_recall(curve, material.names[1], float(np.mean(above)))


def draw_calibration(material: Material) -> Figure:
    """The reliability diagram."""
    right = np.array([row.label == row.predicted for row in material.rows])
    return plot_calibration(reliability(right, np.array([row.probability for row in material.rows])))


@dataclass(frozen=True, slots=True)
class Plan:
    """A figure that a report holds: its title, for the file's properties, and how it is drawn."""

    title: str
    draw: Callable[[Material], Figure]


COUNTS, PERCENT = "confusion_counts", "confusion_percent"

CURVES = {"training_curves": Plan("Training curves", lambda material: plot_history(material.history))}

CLASSIFIER = {
    **CURVES,
    COUNTS: Plan("Confusion matrix", lambda material: draw_confusion(material, normalised=False)),
    PERCENT: Plan("Confusion matrix, percent", lambda material: draw_confusion(material, normalised=True)),
    "roc": Plan("ROC", draw_roc),
    "precision_recall": Plan("Precision and recall", draw_precision_recall),
    "calibration": Plan("Calibration", draw_calibration),
    "predicted_vs_true": Plan(
        "Predicted against true rating", lambda material: plot_predicted(material.rows, material.threshold)
    ),
    "residuals": Plan("Residuals", lambda material: plot_residuals(material.rows)),
    "accuracy_within": Plan(
        "Accuracy within source and group", lambda material: plot_accuracy_within(material.part("test", Accuracies))
    ),
    "fairness": Plan(
        "Mean rating by race and gender",
        lambda material: plot_fairness(material.part("fairface", FairFaceScores), material.threshold),
    ),
}

DETECTOR = {
    **CURVES,
    "overlap_by_set": Plan("IoU by data set", lambda material: plot_overlap_by_set(material.part("test", Overlaps))),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What came of drawing: the files written, and a sentence for each thing that was missing."""

    files: list[Path]
    notes: list[str]


def reported(weights: Path) -> list[str]:
    """The models with a report folder, sorted.

    Raises:
        DataError: there is none.
    """
    folder = weights / "reports"
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    if not names:
        raise DataError(f"expected a model's report in {folder}; there is none. Run: python -m training export")
    return names


def find_card(name: str, weights: Path) -> Card | None:
    """A model's entry in the manifest, None where it has none.

    Raises:
        WeightsError: the manifest is missing or malformed.
    """
    return next((card for card in load_manifest(weights).models if card.name == name), None)


def draw_report(name: str, weights: Path, out: Path, wish: str, only: Collection[str] = ()) -> Report:
    """Draw one model's figures into out/NAME/.

    Args:
        name: of a folder in weights/reports. weights: the weights folder.
        wish: of LaTeX, see `training.figures.style.use_latex`.
        only: names of the figures to draw; all that the model has when empty.

    Raises:
        DataError: the model has no report, or not one of the figures asked for. TrainingError: LaTeX was wished
        for and does not work, or a file cannot be written.
    """
    if name not in reported(weights):
        raise DataError(f"expected a model among {', '.join(reported(weights))}; received {name!r}.")
    notes: list[str] = []
    card = None
    try:
        card = find_card(name, weights)
    except FairestError as error:
        notes.append(str(error))
    plans = DETECTOR if card and card.kind == "detector" else CLASSIFIER
    absent = [stem for stem in only if stem not in plans]
    if absent:
        raise DataError(f"expected a figure among {', '.join(plans)} for {name}; received {', '.join(absent)}.")
    material = Material(weights / "reports" / name, card)
    words = material.words()
    latex, note = use_latex(wish, words)
    notes.append(note)
    if not latex and unprintable(words):
        notes.append(f"no font here has the characters {unprintable(words)}: boxes stand in their places.")
    files: list[Path] = []
    left_out: dict[str, list[str]] = {}
    with styled(latex, words):
        for stem in only or plans:
            try:
                figure = plans[stem].draw(material)
            except DataError as error:
                left_out.setdefault(str(error), []).append(stem)
                continue
            title = f"{card.title if card else name}: {plans[stem].title}"
            files += save(figure, out / name / stem, title)
    notes += [f"{name}, without {', '.join(stems)}: {error}" for error, stems in left_out.items()]
    return Report(files, [note for note in notes if note])


def draw_reports(names: list[str], weights: Path, out: Path, wish: str, only: Collection[str] = ()) -> Report:
    """`draw_report` for several models, all that have a report when none is named; a bad one stops no other.

    Raises:
        DataError: nothing could be drawn.
    """
    files: list[Path] = []
    notes: list[str] = []
    for name in names or reported(weights):
        try:
            report = draw_report(name, weights, out, wish, only)
        except TrainingError as error:
            report = Report([], [str(error)])
        files += report.files
        notes += report.notes
    if not files:
        raise DataError(" ".join(dict.fromkeys(notes)))
    return Report(files, list(dict.fromkeys(notes)))
