"""Fairness of a classifier: within groups of faces and sources of photos, and by race and gender."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.errors import ReportError
from core.evaluation.curves import wilson_interval
from core.evaluation.groups import Estimate, GroupScores
from core.evaluation.model_report import ModelReport
from core.evaluation.schemas import Accuracies, FairFaceScores
from webapp.common.i18n import _
from webapp.metrics.charts.fairness import accuracy_chart, ratings_by_race_chart
from webapp.metrics.names import display_name
from webapp.metrics.scores import heading
from webapp.metrics.sections import chart, nothing, table


def within(report: ModelReport) -> None:
    """Show the scores within each group of faces and each source of photos."""
    accuracy_within(report)
    st.subheader(_("Scores by group and by photo source"), anchor=False)
    try:
        group_table(report.by_group, _("Group"))
        group_table(report.by_source, _("Source"))
    except ReportError:
        nothing()
        return
    st.caption(
        _(
            "Each row is a group or a photo source, largest first; brackets show 95 % bootstrap confidence intervals, "
            "which are wide where there are few faces."
        )
    )


def accuracy_within(report: ModelReport) -> None:
    """Show accuracy by group and by source."""
    sentence = _(
        "Points show the accuracy, error bars 95 % confidence intervals; to the right of the dashed line, the model "
        "beats a baseline that knows only the photo's source and nothing about the face."
    )

    def draw() -> list[object]:
        test = report.part("test", Accuracies)
        tables = test.by_group, test.by_source
        lows = [wilson_interval(scores.accuracy, scores.pictures)[0] for table in tables for scores in table.values()]
        return [accuracy_chart(table, test.source_alone, min(0.5, *lows), display_name) for table in tables]

    chart(_("Accuracy by group and by photo source"), sentence, draw, report, "accuracy_within", beside=True)


def by_race(report: ModelReport) -> None:
    """Show mean ratings on faces that no panel has rated."""
    sentence = _(
        "Mean predicted ratings of adults in FairFace; error bars are 95 % confidence intervals, the dashed line is "
        "the threshold between the classes. These faces have no human ratings, so the differences show that ratings "
        "differ, not which of them are wrong."
    )
    chart(
        _("Mean rating by race and gender"),
        sentence,
        lambda: [ratings_by_race_chart(report.part("fairface", FairFaceScores), report.threshold, display_name)],
        report,
        "fairness",
    )


def group_table(groups: Mapping[str, GroupScores], title: str) -> None:
    """Show scores with their intervals, one row per group; title: heading of the groups' column."""
    table(
        [
            {
                title: display_name(name),
                _("Faces"): scores.faces,
                heading("pearson"): format_estimate(scores.pearson),
                heading("mae"): format_estimate(scores.mae),
                heading("accuracy"): format_estimate(scores.accuracy),
            }
            for name, scores in groups.items()
        ],
        {_("Faces"): "%d"},
    )


def format_estimate(estimate: Estimate | None) -> str:
    """Format a value with its interval."""
    if estimate is None:
        return "–"
    return f"{estimate.value:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"
