"""The guard: whom it refuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import ReportError
from core.evaluation.forms import Estimators, GuardScores, Refused
from core.evaluation.material import Material
from core.weights import Card
from webapp import reports
from webapp.charts.refused import refused_chart
from webapp.i18n import _
from webapp.metrics.card import model_card, training_curves
from webapp.metrics.names import called
from webapp.metrics.scores import score_tiles
from webapp.metrics.sections import PERCENT, chart, choose, nothing, table


@st.fragment
def guard(cards: Sequence[Card]) -> None:
    """This part of the page; cards: of the guards."""
    st.header(_("Who is refused"), anchor=False)
    card = choose(cards, "")
    material = reports.material(card)
    st.markdown(
        _(
            "Faces are not rated if the probability of being under 18, the mean of several looks, is above "
            "{share:.1%}. Measured on faces of UTKFace that neither trained nor chose anything."
        ).format(share=card.threshold)
    )
    score_tiles(card.scores)
    by_age(material)
    adults(material)
    training_curves(material)
    model_card(card)


def by_age(material: Material) -> None:
    """Share refused by age, of the guard and of each of its estimators alone."""

    def draw() -> list[Any]:
        alone = material.part("alone", Estimators).root
        both = {_("The guard"): material.part("test", GuardScores)}
        return [refused_chart(both | {called(name): scores for name, scores in alone.items()})]

    sentence = _(
        "Up to the age of 17 all should be refused, from 25 on as few as can be; upright lines are 95 % intervals, and "
        "each estimate has its own age below which it refuses."
    )
    chart(_("Refused by age"), sentence, draw, material, "refused_by_age")


def adults(material: Material) -> None:
    """The same in coarse steps, and whom it wrongly refuses."""
    try:
        test = material.part("test", GuardScores)
    except ReportError:
        nothing()
        return
    columns = st.columns(3)
    with columns[0]:
        st.subheader(_("By what is needed"), anchor=False)
        refused_table(test.by_need, _("Age"))
        st.caption(_("Of the first two as many as can be must be refused, of the others as few."))
    with columns[1]:
        st.subheader(_("Adults by gender"), anchor=False)
        refused_table(test.adults_by_gender, _("Gender"))
        st.caption(_("Adults of 25 and over, by UTKFace's labels: the more alike the rows, the fairer."))
    with columns[2]:
        st.subheader(_("Adults by race"), anchor=False)
        refused_table(test.adults_by_race, _("Race"))
        st.caption(_("Adults of 25 and over, by UTKFace's labels: the more alike the rows, the fairer."))


def refused_table(groups: Mapping[str, Refused], title: str) -> None:
    """A row a group of people; title heads the column of their names."""
    refused, faces = _("Refused"), _("Faces")
    table(
        [{title: called(name), refused: people.refused, faces: people.pictures} for name, people in groups.items()],
        {refused: PERCENT, faces: "%d"},
    )
