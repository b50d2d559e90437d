"""The available figures: the title of each, and how it is drawn from the reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from matplotlib.figure import Figure

from core.evaluation.figures.ages import plot_by_turn, plot_years_off
from core.evaluation.figures.calibration import plot_calibration
from core.evaluation.figures.confusion import plot_confusion_matrix
from core.evaluation.figures.fairness import plot_fairness
from core.evaluation.figures.history import plot_history
from core.evaluation.figures.live import plot_live
from core.evaluation.figures.ranking import plot_precision_recall, plot_roc
from core.evaluation.figures.ratings import plot_predicted, plot_residuals
from core.evaluation.figures.refused import plot_adults_refused, plot_refused_by_age, plot_tradeoff
from core.evaluation.figures.shares import plot_accuracy_within, plot_overlap_by_set
from core.evaluation.figures.sizes import plot_ap_by_size
from core.evaluation.figures.speed import plot_speed
from core.evaluation.figures.subsets import plot_subsets
from core.evaluation.guard_schemas import GuardTests, Turns
from core.evaluation.model_report import ModelReport, Overview
from core.evaluation.schemas import Accuracies, FairFaceScores, Overlaps
from core.models.manifest import Card, EnsembleCard

Source = TypeVar("Source", ModelReport, Overview)


@dataclass(frozen=True, slots=True)
class FigureSpec(Generic[Source]):
    """A figure: its title, for the file's metadata, and the function that draws it, which may raise ReportError."""

    title: str
    draw: Callable[[Source], Figure]


def draw_confusion(report: ModelReport, normalised: bool) -> Figure:
    """Plot the confusion matrix, as counts or as percentages of each row."""
    return plot_confusion_matrix(report.confusion, report.names, normalised)


def draw_speed(overview: Overview) -> Figure:
    """Plot the milliseconds of each model."""
    return plot_speed(overview.speed, {card.name: card.title for card in overview.cards})


COUNTS, PERCENT = "confusion_counts", "confusion_percent"

CURVES: dict[str, FigureSpec[ModelReport]] = {
    "training_curves": FigureSpec("Training curves", lambda report: plot_history(report.history))
}

RATED: dict[str, FigureSpec[ModelReport]] = {
    COUNTS: FigureSpec("Confusion matrix", lambda report: draw_confusion(report, normalised=False)),
    PERCENT: FigureSpec("Confusion matrix, percent", lambda report: draw_confusion(report, normalised=True)),
    "roc": FigureSpec("ROC", lambda report: plot_roc(report.roc, report.names[1])),
    "precision_recall": FigureSpec(
        "Precision and recall",
        lambda report: plot_precision_recall(report.precision_recall, report.names[1], report.chance),
    ),
    "calibration": FigureSpec("Calibration", lambda report: plot_calibration(report.reliability)),
    "predicted_vs_true": FigureSpec(
        "Predicted against true rating", lambda report: plot_predicted(report.rows, report.threshold)
    ),
    "residuals": FigureSpec("Residuals", lambda report: plot_residuals(report.rows)),
    "accuracy_within": FigureSpec(
        "Accuracy within source and group", lambda report: plot_accuracy_within(report.part("test", Accuracies))
    ),
    "fairness": FigureSpec(
        "Mean rating by race and gender",
        lambda report: plot_fairness(report.part("fairface", FairFaceScores), report.threshold),
    ),
}

CLASSIFIER = CURVES | RATED

ONE_FACE_DETECTOR: dict[str, FigureSpec[ModelReport]] = {
    **CURVES,
    "overlap_by_set": FigureSpec("IoU by data set", lambda report: plot_overlap_by_set(report.part("test", Overlaps))),
}

REFUSED: dict[str, FigureSpec[ModelReport]] = {
    "refused_by_age": FigureSpec("Refused by age", lambda report: plot_refused_by_age(report.part("test", GuardTests))),
    "adults_refused": FigureSpec(
        "Adults refused by race and gender", lambda report: plot_adults_refused(report.part("test", GuardTests))
    ),
    "tradeoff": FigureSpec(
        "Adults refused against minors passed", lambda report: plot_tradeoff(report.part("test", GuardTests))
    ),
    "years_off": FigureSpec(
        "Age error by age", lambda report: plot_years_off(report.part("test", GuardTests).with_years)
    ),
    "by_turn": FigureSpec("By head rotation", lambda report: plot_by_turn(report.part("turns", Turns))),
}

GUARD = CURVES | REFUSED

OVERVIEW: dict[str, FigureSpec[Overview]] = {
    "ap_by_size": FigureSpec("Average precision by size", lambda overview: plot_ap_by_size(overview.detectors)),
    "ensemble_subsets": FigureSpec("Means of models", lambda overview: plot_subsets(overview.subsets)),
    "speed": FigureSpec("Speed", draw_speed),
    "live": FigureSpec("Live, under load", lambda overview: plot_live(overview.live)),
}


def figure_specs(card: Card | None) -> dict[str, FigureSpec[ModelReport]]:
    """Return the figures for a model; one that is not in the manifest, such as an average, counts as a classifier."""
    if card is None or card.kind == "classifier":
        return RATED if isinstance(card, EnsembleCard) else CLASSIFIER
    if card.kind == "guard":
        return REFUSED if isinstance(card, EnsembleCard) else GUARD
    return ONE_FACE_DETECTOR if "iou_50" in card.scores else CURVES
