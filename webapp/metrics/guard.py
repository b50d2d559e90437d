"""The guard: whom it refuses, the error of its age estimates, and how its threshold was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import ReportError
from core.evaluation.guard_schemas import Decisions, FilmScores, GuardScores, GuardTests, Kinds, Turns
from core.evaluation.model_report import ModelReport
from core.models.age_guard import MAX_TURN
from core.models.manifest import Card, EnsembleCard
from core.percent import percent
from webapp.common import resources
from webapp.common.i18n import _
from webapp.metrics import reports
from webapp.metrics.card import model_card, training_curves
from webapp.metrics.charts.ages import by_turn_charts, years_off_charts
from webapp.metrics.charts.refused import adults_chart, refused_chart, tradeoff_chart
from webapp.metrics.names import display_name
from webapp.metrics.scores import score_tiles
from webapp.metrics.sections import PERCENT, chart, choose, how_to_read, nothing, table

EVALUATE = "python -m training evaluate guard"
FILM = f"{EVALUATE} --film webapp/demo/faces.webm"
EXPORT = "python -m training export guard"


@st.fragment
def guard(cards: Sequence[Card]) -> None:
    """Render this section of the page; cards: of the guards."""
    st.header(_("Who is refused"), anchor=False)
    card = choose(cards, "")
    report = reports.model_report(card)
    st.markdown(
        _(
            "A face is not rated if its probability of being under 18, averaged over several views, is above "
            "{share}. Measured on faces that were used neither for training nor for model selection, one picture "
            "of each; UTKFace and All-Age-Faces label ages in years, FairFace in decades."
        ).format(share=percent(card.threshold, 1))
    )
    score_tiles(card.scores)
    by_age(report)
    by_need(report)
    adults(report)
    tradeoff(report)
    st.header(_("Error of the age estimate"), anchor=False)
    years_off(report)
    by_turn(report)
    film(report)
    st.header(_("How the threshold was chosen"), anchor=False)
    decision(report)
    by_kind(report)
    if isinstance(card, EnsembleCard):
        for name in card.members:
            network = resources.manifest().network(name, "guard")
            training_curves(reports.model_report(network), network.title)
    else:
        training_curves(report)
    model_card(card)


def by_name(sets: Mapping[str, GuardScores]) -> dict[str, GuardScores]:
    """Key the data sets by their display names."""
    return {display_name(name): scores for name, scores in sets.items()}


def by_age(report: ModelReport) -> None:
    """Show the share refused by age, for each data set."""

    def draw() -> list[Any]:
        test = report.part("test", GuardTests)
        return [refused_chart(by_name(sets)) for sets in (test.with_years, test.with_intervals) if sets]

    sentence = _(
        "Up to age 17, everyone should be refused, from 25 as few as possible; error bars are 95 % confidence "
        "intervals, wide where there are few faces."
    )
    chart(_("Refused by age"), sentence, draw, report, "refused_by_age", command=EVALUATE)


def by_need(report: ModelReport) -> None:
    """Show the share refused by the age ranges for which there are requirements."""
    st.subheader(_("By age requirement"), anchor=False)
    try:
        test = report.part("test", GuardTests)
    except ReportError:
        nothing()
        return
    sets = {name: scores for name, scores in test.root.items() if scores.errors}
    if not sets:
        nothing()
        return
    needs = list(dict.fromkeys(need for scores in sets.values() for need in scores.by_need))
    rows: list[dict[str, Any]] = []
    for name, scores in sets.items():
        row: dict[str, Any] = {_("Data set"): display_name(name), _("Faces"): scores.pictures}
        for need in needs:
            people = scores.by_need.get(need)
            row[display_name(need)] = people.refused if people and people.pictures else None
        rows.append(row)
    table(rows, {_("Faces"): "%d"} | dict.fromkeys(map(display_name, needs), PERCENT))
    how_to_read(
        _(
            "Each column is an age group, the numbers are the shares refused: up to age 17 as high as possible, above "
            "it as low as possible."
        ),
        EVALUATE,
    )


def adults(report: ModelReport) -> None:
    """Show the share of adults wrongly refused by race and gender, for each data set."""

    def draw() -> list[Any]:
        title = _("{data}: up to {apart:.1f} points apart")
        charts = [
            adults_chart(scores, title.format(data=display_name(name), apart=100 * scores.adults_apart), display_name)
            for name, scores in report.part("test", GuardTests).sets.items()
            if scores.adults_by_group
        ]
        if not charts:
            raise ReportError("expected adults by race and gender in the guard's report; found none.")
        return charts

    sentence = _(
        "Adults aged 25 and over, or 30 and over in FairFace, which labels decades; groups as labelled in each data "
        "set. The closer together the points of a data set, the fairer; error bars are 95 % confidence intervals."
    )
    chart(_("Adults refused by race and gender"), sentence, draw, report, "adults_refused", command=EVALUATE)


def tradeoff(report: ModelReport) -> None:
    """Show the effect of other thresholds."""

    def draw() -> list[Any]:
        sets = report.part("test", GuardTests).with_years
        curves = by_name({name: scores for name, scores in sets.items() if scores.curve})
        if not curves:
            raise ReportError("expected a curve over thresholds in the guard's report; found none.")
        return [tradeoff_chart(curves)]

    sentence = _(
        "Along each line, the threshold rises: more minors pass and fewer adults are refused. The closer a line is to "
        "the lower left corner, the better; rings mark the threshold in use."
    )
    chart(_("Adults refused against minors passed"), sentence, draw, report, "tradeoff", command=EVALUATE)


def years_off(report: ModelReport) -> None:
    """Show the error of the estimated age in years, by age."""

    def draw() -> list[Any]:
        sets = report.part("test", GuardTests).with_years
        if not sets:
            raise ReportError("expected faces labelled with ages in years in the guard's report; found none.")
        return years_off_charts(by_name(sets))

    sentence = _(
        "The lower the lines in the first chart, the closer the estimate is to the labelled age. In the second, values "
        "above 0 mean that people are estimated to be older than they are, values below 0 younger."
    )
    chart(_("Age error by age"), sentence, draw, report, "years_off", beside=True, command=EVALUATE)


def by_turn(report: ModelReport) -> None:
    """Show the error of the age and the share of adults refused, by how far a face is turned."""
    sentence = _(
        "From frontal faces to faces turned aside, measured as the distance of the nose from the midpoint between the "
        "eyes, in units of the eye distance: the flatter the lines, the less rotation matters. Above {most:g}, a face "
        "is refused as turned away."
    ).format(most=MAX_TURN)
    chart(
        _("By head rotation"),
        sentence,
        lambda: by_turn_charts(report.part("turns", Turns)),
        report,
        "by_turn",
        beside=True,
        command=EVALUATE,
    )


def film(report: ModelReport) -> None:
    """Show how much single looks vary over one film."""
    st.subheader(_("Across the frames of a video"), anchor=False)
    try:
        spread = report.part("film", FilmScores)
    except ReportError:
        nothing()
        return
    with st.container(horizontal=True):
        st.metric(_("Age, standard deviation in years"), f"{spread.years:.2f}", width="content")
        st.metric(_("Probability, standard deviation"), percent(spread.minor, 2), width="content")
        st.metric(_("Faces"), str(spread.faces), width="content")
        st.metric(_("Frames"), str(spread.looks), width="content")
    how_to_read(
        _(
            "The standard deviation of single-frame estimates of the same face over the demo video, averaged over the "
            "faces: the smaller, the more stable. In live video, the mean of several frames decides, which varies less."
        ),
        FILM,
    )


def decision(report: ModelReport) -> None:
    """Compare the two decision rules."""
    st.subheader(_("Decision rules"), anchor=False)
    try:
        decisions = report.part("decisions", Decisions).root
    except ReportError:
        nothing()
        return
    adults, grown = _("Refused, 25 to 29"), _("Refused, 30 and over")
    table(
        [
            {_("Rule"): display_name(name), adults: scores.of_25_to_29, grown: scores.of_30_and_over}
            for name, scores in decisions.items()
        ],
        {adults: PERCENT, grown: PERCENT},
    )
    how_to_read(
        _(
            "Each row is a decision rule, evaluated on validation faces at its own threshold, at which it refuses the "
            "same share of minors as the others: the fewer adults it refuses, the better. The guard uses the "
            "probability of being under 18."
        ),
        EXPORT,
    )


def by_kind(report: ModelReport) -> None:
    """Show the effect of the chosen threshold on each kind of picture."""
    st.subheader(_("By kind of picture"), anchor=False)
    try:
        kinds_by_set = report.part("validation", Kinds).root
    except ReportError:
        nothing()
        return
    own, young, minors = _("Own threshold"), _("Refused, under 16"), _("Refused, 16 and 17")
    adults, grown = _("Refused, 25 to 29"), _("Refused, 30 and over")
    table(
        [
            {
                _("Kind of picture"): display_name(kind),
                _("Data set"): display_name(name),
                own: scores.own_threshold,
                young: scores.below_16,
                minors: scores.of_16_and_17,
                adults: scores.of_25_to_29,
                grown: scores.of_30_and_over,
            }
            for name, kinds in kinds_by_set.items()
            for kind, scores in kinds.items()
        ],
        {own: "%.4f"} | dict.fromkeys((young, minors, adults, grown), PERCENT),
    )
    how_to_read(
        _(
            "Each row is a part of the validation faces, with pictures altered in the way shown, and the threshold "
            "that this part alone would require. The lowest of these thresholds is in use, so the other parts are "
            "refused more often than necessary."
        ),
        EXPORT,
    )
