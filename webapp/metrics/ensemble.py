"""Averages of classifiers: every subset of the ensemble's members, and the one that the viewer selects."""

from __future__ import annotations

import streamlit as st

from core.errors import ReportError
from core.evaluation.model_report import Overview
from core.evaluation.subsets import Subset, by_size
from webapp.common.i18n import _
from webapp.metrics import reports
from webapp.metrics.charts.subsets import subsets_chart
from webapp.metrics.scores import heading, score_tiles
from webapp.metrics.sections import chart, nothing, table

MEMBERS, MEASURE = "metrics-members", "metrics-measure"
MEASURES = ("pearson", "mae", "accuracy")


@st.fragment
def ensemble() -> None:
    """Render this section of the page."""
    st.header(_("Averages of classifiers"), anchor=False)
    overview = reports.overview()
    titles = {card.name: card.title for card in overview.cards}
    try:
        subsets = overview.subsets
        members = list(overview.members)
    except ReportError:
        nothing()
        return
    chosen = st.pills(
        _("Classifiers to average"),
        members,
        selection_mode="multi",
        default=members,
        format_func=lambda name: titles.get(name, name),
        key=MEMBERS,
        help=_("The plain mean of their ratings, measured on the same test faces."),
    )
    picked = next((subset for subset in subsets if set(subset.models) == set(chosen)), None)
    if picked is None:
        st.info(_("Choose at least one classifier."), icon=":material/info:")
    else:
        score_tiles(picked.measures)
    measure = st.segmented_control(
        _("Metric"), MEASURES, default=MEASURES[0], required=True, format_func=heading, key=MEASURE
    )
    curve(overview, measure, titles, picked)
    sizes(subsets, titles)


def curve(overview: Overview, measure: str, titles: dict[str, str], picked: Subset | None) -> None:
    """Show every subset by its number of models."""
    sentence = _(
        "Each point is the mean of several classifiers, the ring is your selection. The best of many on the test faces "
        "is better there than on other faces, so trust the line of averages."
    )
    chart(
        _("All combinations of the members"),
        sentence,
        lambda: [
            subsets_chart(overview.subsets, measure, heading(measure), lambda name: titles.get(name, name), picked)
        ],
        overview,
        "ensemble_subsets",
    )


def sizes(subsets: list[Subset], titles: dict[str, str]) -> None:
    """Show the best and the mean score for each number of models."""
    st.subheader(_("Best and average by number of models"), anchor=False)
    by_measure = {measure: by_size(subsets, measure) for measure in MEASURES}
    rows = []
    for index, size in enumerate(by_measure["pearson"]):
        row: dict[str, object] = {_("Models averaged"): str(size.models)}
        for measure, all_sizes in by_measure.items():
            same_size = all_sizes[index]
            row[_("{measure}, best").format(measure=heading(measure))] = same_size.best.measures[measure]
            row[_("{measure}, average").format(measure=heading(measure))] = same_size.mean
        row[_("Best by correlation")] = ", ".join(titles.get(name, name) for name in size.best.models)
        rows.append(row)
    table(rows)
    st.caption(
        _(
            "Each row is a number of averaged models: the best combination by each metric, and the mean of all "
            "combinations."
        )
    )
