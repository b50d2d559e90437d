"""The detectors: compared with public ones, by face size, and one of them in detail."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import ReportError
from core.evaluation.model_report import ModelReport, Overview
from core.evaluation.schemas import FaceAp, Overlaps
from core.models.manifest import Card
from webapp.common import resources
from webapp.common.i18n import _
from webapp.metrics import reports
from webapp.metrics.card import model_card, training_curves
from webapp.metrics.charts.sizes import ap_by_size_chart
from webapp.metrics.names import display_name
from webapp.metrics.scores import heading, score_tiles
from webapp.metrics.sections import PERCENT, chart, choose, nothing, table


def detectors(cards: Sequence[Card]) -> None:
    """Render this section of the page; cards: of the project's detectors."""
    overview = reports.overview()
    side_by_side(overview)
    by_size(overview)
    closely(cards)


def side_by_side(overview: Overview) -> None:
    """Show one row per detector, including public ones."""
    st.header(_("Side by side"), anchor=False)
    try:
        scores_by_title = overview.detectors.root
    except ReportError:
        nothing()
        return
    false_faces, pace = _("False faces per 100"), _("ms per picture")
    rows = []
    for title, scores in scores_by_title.items():
        row: dict[str, object] = {_("Detector"): title}
        for name, set_scores in scores.by_set.items():
            row[_("AP on {data}").format(data=display_name(name))] = set_scores.ap
        row |= {heading("recall"): scores.recall, _("Precision"): scores.precision}
        row |= {false_faces: scores.false_faces_in_100, pace: scores.ms}
        rows.append(row)
    table(rows, {false_faces: "%.2f", pace: "%.1f"})
    st.caption(
        _(
            "Each row is a detector, ours or public, in one run on pictures that none of ours has seen: the higher the "
            "average precision (AP), and the fewer false detections per 100 pictures without faces, the better."
        )
    )


def by_size(overview: Overview) -> None:
    """Show how small a face each detector still finds."""
    sentence = _(
        "The further to the left a line stays high, the smaller the faces that the detector still finds; size is the "
        "square root of the bounding box's area."
    )
    chart(
        _("Average precision by face size"),
        sentence,
        lambda: [ap_by_size_chart(overview.detectors, display_name)],
        overview,
        "ap_by_size",
    )


@st.fragment
def closely(cards: Sequence[Card]) -> None:
    """Show one of the project's detectors in detail, selected from all."""
    st.header(_("One detector"), anchor=False)
    card = choose(cards, resources.settings().rating.detector)
    report = reports.model_report(card)
    score_tiles(card.scores)
    training_curves(report)
    by_set(report, card)
    views(card)
    model_card(card)


def by_set(report: ModelReport, card: Card) -> None:
    """Show the scores by data set: overlap for a single-face detector, average precision for the others."""
    st.subheader(_("By data set"), anchor=False)
    try:
        if "iou_50" in card.scores:
            overlaps = report.part("test", Overlaps).by_set
            rows = [
                {_("Data set"): display_name(name), _("Pictures"): scores.pictures, heading("iou_50"): scores.iou_50}
                for name, scores in overlaps.items()
            ]
        else:
            rows = [
                {_("Data set"): display_name(name), _("Faces"): scores.faces, _("Average precision"): scores.ap}
                for name, scores in sets_of(card).items()
            ]
    except ReportError:
        nothing()
        return
    table(rows, {_("Pictures"): "%d", _("Faces"): "%d"})
    st.caption(
        _("Each row is a data set: the higher the scores, the better the bounding boxes fit the labelled faces.")
    )


def sets_of(card: Card) -> dict[str, FaceAp]:
    """Return a detector's average precision by data set.

    Raises:
        ReportError: it is not among the detectors measured.
    """
    scores_by_title = reports.overview().detectors.root
    if card.title not in scores_by_title:
        raise ReportError("expected {title} among the measured detectors; found only others.", title=card.title)
    return scores_by_title[card.title].by_set


def views(card: Card) -> None:
    """Show how a detector and the later stages perform on tilted, large and cut-off faces."""
    st.subheader(_("Tilted, large and cropped faces"), anchor=False)
    try:
        by_view = reports.overview().views.root.get(card.title, {})
    except ReportError:
        by_view = {}
    if not by_view:
        nothing()
        return
    shown, refused, moved = _("Found"), _("Refused"), _("Rating change")
    table(
        [
            {_("View"): display_name(name), shown: scores.found, refused: scores.refused, moved: scores.rating_moved}
            for name, scores in by_view.items()
        ],
        {shown: PERCENT, refused: PERCENT, moved: "%.2f"},
    )
    st.caption(
        _(
            "Each row shows the same test faces in a different view: how many are found, how many of these are refused "
            "as too small or turned away, and how much the rating changes compared with the upright face."
        )
    )
