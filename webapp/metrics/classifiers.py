"""The classifiers: compared, averaged, and one of them in detail."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import ReportError
from core.evaluation.model_report import ModelReport
from core.models.manifest import Card, EnsembleCard, ModelCard
from webapp.common import resources
from webapp.common.i18n import _
from webapp.metrics import reports
from webapp.metrics.card import model_card, training_curves
from webapp.metrics.charts.calibration import confidence_chart, reliability_chart
from webapp.metrics.charts.confusion import confusion_chart
from webapp.metrics.charts.ranking import precision_recall_chart, roc_chart
from webapp.metrics.charts.ratings import ratings_chart
from webapp.metrics.ensemble import ensemble
from webapp.metrics.fairness import by_race, within
from webapp.metrics.names import display_name
from webapp.metrics.scores import heading, score_tiles
from webapp.metrics.sections import chart, choose, table


def classifiers(cards: Sequence[Card]) -> None:
    """Render this section of the page; cards: of the classifiers."""
    st.header(_("Side by side"), anchor=False)
    st.caption(
        _(
            "Each row is a classifier, sorted by correlation with the panel, highest first; all are measured on the "
            "same faces, fold 1 of SCUT-FBP5500."
        )
    )
    side_by_side(cards)
    closely(cards)
    ensemble()


def side_by_side(cards: Sequence[Card]) -> None:
    """Show one row per classifier, the best first."""
    ordered = sorted(cards, key=lambda card: -card.scores.get("pearson", 0.0))
    if ordered:
        table(
            [
                {_("Model"): card.title} | {heading(name): value for name, value in card.scores.items()}
                for card in ordered
            ]
        )
    for card in ordered:
        if isinstance(card, ModelCard) and card.heads:
            st.caption(
                _(
                    "{title} has one output per panel: this table shows the output for this fold's panel; the app "
                    "shows the mean over the panels."
                ).format(title=card.title)
            )


@st.fragment
def closely(cards: Sequence[Card]) -> None:
    """Show one classifier in detail, selected from all."""
    st.header(_("One classifier"), anchor=False)
    card = choose(cards, resources.settings().rating.classifier)
    report = reports.model_report(card)
    score_tiles(card.scores)
    if not isinstance(card, EnsembleCard):
        training_curves(report)
    left, right = st.columns(2)
    with left:
        confusion(report)
    with right:
        predicted_and_true(report)
    left, right = st.columns(2)
    with left:
        ranking(report)
    with right:
        precision(report)
    left, right = st.columns(2)
    with left:
        calibration(report)
    with right:
        by_race(report)
    within(report)
    folds(report)
    model_card(card)


def confusion(report: ModelReport) -> None:
    """Show the confusion matrix."""
    sentence = _(
        "Rows are the panel's classes, columns the model's: the more faces on the diagonal, the better. The threshold "
        "between the classes is the training set's median rating, {threshold:.2f}."
    ).format(threshold=report.threshold)
    chart(
        _("Confusion matrix"),
        sentence,
        lambda: [confusion_chart(report.confusion, report.names)],
        report,
        "confusion_counts",
    )


def predicted_and_true(report: ModelReport) -> None:
    """Show each face's predicted rating against the panel's."""
    sentence = _(
        "Each point is a test face; on the dashed line, predictions are exact. Click a group in the legend to show "
        "only that group."
    )
    chart(
        _("Predicted against true"),
        sentence,
        lambda: [ratings_chart(report.rows, display_name)],
        report,
        "predicted_vs_true",
    )


def ranking(report: ModelReport) -> None:
    """Show the ROC curve."""
    sentence = _(
        "The closer the curve is to the upper left corner, the better the rating separates the two classes; the dashed "
        "line is chance level."
    )
    chart(_("ROC curve"), sentence, lambda: [roc_chart(report.roc)], report, "roc")


def precision(report: ModelReport) -> None:
    """Show the precision-recall curve."""
    sentence = _(
        "The further to the right the curve stays high, the more faces of the upper class are found with few false "
        "positives; the dashed line is chance level."
    )
    chart(
        _("Precision and recall"),
        sentence,
        lambda: [precision_recall_chart(report.precision_recall, report.chance)],
        report,
        "precision_recall",
    )


def calibration(report: ModelReport) -> None:
    """Show whether labels are right as often as the model claims."""
    sentence = _(
        "On the dashed line, labels are correct as often as the model predicts; below it, the model is overconfident. "
        "The bars show how many faces each point represents."
    )
    chart(
        _("Calibration"),
        sentence,
        lambda: [reliability_chart(report.reliability), confidence_chart(report.reliability)],
        report,
        "calibration",
    )


def folds(report: ModelReport) -> None:
    """Show the scores by fold, if they were measured."""
    try:
        fold_scores = report.folds
    except ReportError:
        return
    st.subheader(_("Five folds"), anchor=False)
    rows = [(str(fold.fold), fold) for fold in fold_scores.folds]
    rows += [(_("mean"), fold_scores.mean)] if fold_scores.mean else []
    rows += [("60/40", fold_scores.split_60_40)] if fold_scores.split_60_40 else []
    table(
        [
            {
                _("Fold"): name,
                heading("pearson"): fold.pearson,
                heading("mae"): fold.mae,
                heading("rmse"): fold.rmse,
                heading("accuracy"): fold.accuracy,
                _("Other panel (Spearman)"): fold.other_panel,
            }
            for name, fold in rows
        ]
    )
    st.caption(
        _(
            "Each row is a fold of the rated faces, evaluated with a network trained on the other four: the less the "
            "rows differ, the less the scores depend on the choice of faces. 60/40 is another split of the same faces, "
            "with 60 % for training."
        )
    )
